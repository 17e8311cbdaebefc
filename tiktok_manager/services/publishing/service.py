"""What the runner calls: claim what is due, send it, ask for its outcome, resume after a crash."""

import os
import random
from datetime import datetime, timedelta

from tiktok_manager.domain import lateness
from tiktok_manager.domain.attempts import Claim
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import DiskFull, StorageError
from tiktok_manager.domain.events import EventBus, PostStatusChanged
from tiktok_manager.domain.posts import ON_TIME, Post
from tiktok_manager.services.hold_reasons import HoldReasons
from tiktok_manager.services.plan_slots import slots_for_late
from tiktok_manager.services.publishing.attempt_store import AttemptStore
from tiktok_manager.services.publishing.checking import Checking
from tiktok_manager.services.publishing.delivery import MAX_WORKER_LOSSES, Delivery, Tools
from tiktok_manager.services.publishing.leases import Leases
from tiktok_manager.services.publishing.preflight import LOOK_AHEAD, Preflight, Preparing
from tiktok_manager.services.publishing.publish_gate import PublishGate
from tiktok_manager.services.publishing.readiness import Readiness
from tiktok_manager.services.publishing.restoring import Restoring
from tiktok_manager.services.quota import Quota
from tiktok_manager.services.settings import Settings
from tiktok_manager.services.storage_guard import StorageGuard
from tiktok_manager.services.vault import VaultService
from tiktok_manager.services.wall_times import WallTimes
from tiktok_manager.storage import accounts, downtime, holds, publishers
from tiktok_manager.storage import claims as queries
from tiktok_manager.tiktok.gateway import Gateway

LEASE = timedelta(seconds=90)
AFTER_FAULT = timedelta(seconds=10)
LONGEST_AFTER_FAULT = timedelta(hours=1)


class Publishing:
    """The publisher's work on one data folder; threads are the runner's business."""

    def __init__(
        self,
        *,
        guard: StorageGuard,
        vault: VaultService,
        restoring: Restoring,
        gateway: Gateway,
        quota: Quota,
        events: EventBus,
        clock: Clock,
        owner: str,
        rng: random.Random,
        settings: Settings,
    ) -> None:
        self._settings = settings
        self._database = guard.database
        self._guard, self._restoring = guard, restoring
        self._events = events
        self._clock = clock
        self._downtime = Downtime(clock.now(), ON_TIME)
        self._owner = owner
        attempts = AttemptStore(vault, events, clock, LEASE, guard, restoring)
        self._publish_gate = PublishGate(guard.database, gateway, events, clock)
        self._wall_times = WallTimes(guard.database, events, clock)
        self._leases = Leases(LEASE, clock)
        self._checking = Checking(attempts, gateway, clock, rng)
        preflight = Preflight(attempts, gateway, quota, clock)
        self._readiness = Readiness(vault, restoring, self._publish_gate, preflight.ask)
        self._preparing = Preparing(preflight, gateway, clock)
        self._tools = Tools(
            attempts=attempts,
            checking=self._checking,
            preflight=preflight,
            publish_gate=self._publish_gate,
            files=preflight.files,
            quota=quota,
            gateway=gateway,
            clock=clock,
            rng=rng,
        )

    def resume(self) -> int:
        """Take over every post of a publisher known to be dead; returns how many.

        Whoever calls it holds the lock of the data folder, so that those who held it are. Raises
        ActionNeeded in a copied data folder.
        """
        self._restoring.at_start()
        self._publish_gate.begin()
        machine, folder = self._restoring.identity()
        with self._database.write() as session:
            now = self._database.now(session)
            dead = publishers.start(
                session, self._owner, machine=machine, folder=folder, pid=os.getpid(), now=now
            )
            accounts.free_refreshes(session, dead)
            # Who begins has nothing under way.
            adopted = downtime.adopt_orphans(session, now, ON_TIME, LEASE, {*dead, self._owner})
        self._wall_times.keep()
        return adopted

    def keep_wall_times(self) -> None:
        """Once an hour, move planned posts to their local time by the rules of zones of now."""
        self._wall_times.keep_if_due()

    def retire(self) -> None:
        """Keep that nothing more is published by this process; never raises."""
        self._restoring.at_end()

    @property
    def lacks_readiness(self) -> bool:
        """Whether work waits for `get_ready`, as of the last `claim` or `upcoming`."""
        return self._readiness.is_lacking

    def get_ready(self) -> None:
        """Do what claiming waits for; may take as long as a keyring's prompt or TikTok's answer.

        Raises VaultLocked, and StorageError if the publish journal cannot be read.
        """
        self._readiness.prepare()

    def claim(self, uploads: int, checks: int) -> tuple[list[Claim], list[Claim]]:
        """Claim due work: up to `uploads` posts to send and `checks` outcomes to ask for.

        Asks neither the keyring nor TikTok: while it `lacks_readiness`, only what can be done
        without is claimed. Nothing is sent while the disk has no room, and nothing is done while
        the database cannot be written.
        """
        trouble = self._guard.look()
        is_stuck = trouble is not None and not isinstance(trouble, DiskFull)
        if is_stuck or not self._readiness.is_open():
            self._downtime.was_away = True  # as if: nothing can be tried
            return [], []
        self._come_back(self._clock.now())
        asks_time = self._asks_time(self._clock.now())
        places = self._publish_gate.hold_due(trouble)
        if not asks_time and not self._publish_gate.clock_is_wrong:
            self._judge_late(self._clock.now(), let_go=places is None)
        uploads, only_finish = self._room(uploads, places, trouble)
        only_finish = only_finish or asks_time
        with self._database.write() as session:
            now = self._database.now(session)
            sends = queries.claim_uploads(
                session,
                now=now,
                owner=self._owner,
                lease=LEASE,
                limit=uploads,
                only_finish=only_finish,
            )
            asks = queries.claim_checks(
                session, now=now, owner=self._owner, lease=LEASE, limit=checks
            )
        self._leases.begun(sends)
        for claim in sends:
            if places == 1:
                self._publish_gate.begin_probe(claim.post)
            self._tell(claim.post)
        return sends, asks

    def _room(
        self, uploads: int, places: int | None, trouble: StorageError | None
    ) -> tuple[int, bool]:
        """Return how many posts may be claimed to be sent, and whether only those under way.

        These are finished, whatever holds the others.
        """
        if trouble is not None:
            return 0, True
        if not uploads and not self._settings.publishing_on():
            return 1, True
        if places == 0:
            return uploads, True
        return uploads if places is None else min(uploads, places), False

    def upcoming(self, limit: int) -> list[Post]:
        """Return the posts to `prepare` now: the next ones due within two minutes, or waiting.

        At most one per account, and not more at a time than `limit`; none while secrets are shut.
        """
        with self._database.read() as session:
            posts = queries.upcoming(session, self._clock.now() + LOOK_AHEAD, limit)
        if posts and not self._readiness.is_open():
            return []
        return self._preparing.pick(posts, limit)

    def prepare(self, post: Post, cancel: CancelToken) -> None:
        """Do ahead what would be slow at a post's due instant; only a cache comes of it."""
        self._preparing.prepare(post, cancel)

    def send(self, claim: Claim, cancel: CancelToken) -> None:
        """Publish a claimed post as far as it goes now; never raises for what a post can suffer."""
        with self._leases.held(claim, cancel) as while_ours:
            Delivery(self._tools, claim, while_ours).run()

    def check(self, claim: Claim) -> None:
        """Ask TikTok for the outcome of a claimed post."""
        self._checking.run(claim)

    def interrupt(self) -> None:
        """Break off questions to TikTok that are still under way; their posts are resumed later."""
        self._tools.gateway.interrupt()

    def lost(self, claim: Claim) -> None:
        """Free a claim whose work ended by a fault of ours; the post is taken up again soon.

        Several such ends set the post aside, so that it cannot hold up the others for ever.
        """
        with self._database.write() as session:
            # A post to be sent is set aside by then; an outcome that cannot be asked for never is.
            more = min(max(0, claim.worker_losses + 1 - MAX_WORKER_LOSSES), 10)
            wait = min(AFTER_FAULT * 2**more, LONGEST_AFTER_FAULT)
            queries.give_back(session, claim, self._database.now(session) + wait)

    def renew(self, claims: list[Claim]) -> None:
        """Prolong the leases of work that is going on."""
        with self._database.write() as session:
            queries.renew(session, claims, self._database.now(session) + LEASE)
        self._leases.renewed(claims)

    def has_due(self) -> bool:
        """Say whether anything is due now; a read, so that an idle publisher writes nothing."""
        now = self._clock.now()
        self._downtime.look(now)
        if self._downtime.was_set_back or self._publish_gate.is_over():
            return True
        with self._database.read() as session:
            return queries.has_due(session, now)

    def next_wake(self, after: datetime | None = None) -> datetime | None:
        """Return the next instant, after now or `after`, at which there is something to do."""
        with self._database.read() as session:
            return queries.next_wake(session, after or self._clock.now())

    def is_busy(self, within: timedelta, *, held: bool = False) -> bool:
        """Say whether a post is under way, due, or to be tried or checked again within a time.

        While posts are `held`, those that only wait to start do not count.
        """
        held = held or self._guard.holds()
        with self._database.read() as session:
            return queries.is_busy(session, self._clock.now() + within, held=held)

    def _come_back(self, now: datetime) -> None:
        """After a start or a sleep, let lateness decide about what was tried before it, too."""
        self._downtime.look(now)
        if self._downtime.was_away:
            with self._database.write() as session:
                downtime.forget_tries(session, now, ON_TIME)
            self._downtime.was_away = False
        if self._downtime.was_set_back:
            with self._database.write() as session:
                downtime.shorten_waits(session, now)
            self._downtime.was_set_back = False

    def _asks_time(self, now: datetime) -> bool:
        """Say whether TikTok is being asked for the time before posts are judged by this clock.

        That is so before a clock nobody confirmed since a start or a jump takes posts away. Without
        an answer they are judged by that clock.
        """
        if not self._publish_gate.time_is_unknown:
            self._readiness.knows_time()
            return False
        lost = {each.post.account_id for each in self._lateness(now) if not each.goes_out}
        askable = lost and lost & self._ready_accounts()
        return bool(askable) and not self._readiness.has_asked_time(min(askable))

    def _judge_late(self, now: datetime, *, let_go: bool) -> None:
        """Decide about posts whose time passed while nothing could publish them.

        Without `let_go`, while something still holds them, only about those that will not go out;
        so, too, while the user holds them or their campaign, or their account lost its permission.
        """
        decisions = self._lateness(now)
        if not decisions:
            return
        let_go = let_go and self._settings.publishing_on()
        reasons = HoldReasons(self._database, self._settings)
        free = reasons.may_go_out(decision.post for decision in decisions)
        decisions = [
            decision
            for decision, is_free in zip(decisions, free, strict=True)
            if not decision.goes_out or (let_go and is_free)
        ]
        with self._database.write() as session:
            moved = [
                decision.post
                for decision in decisions
                if queries.write_lateness(
                    session, decision.post, decision.wake_at, decision.what, decision.params, now
                )
            ]
        for post in moved:
            self._tell(post)

    def _lateness(self, now: datetime) -> list[lateness.LateDecision]:
        with self._database.read() as session:
            late = queries.late_posts(session, now, ON_TIME)
        if not late:
            return []
        late = HoldReasons(self._database, self._settings).explain(late)
        next_slot = slots_for_late(self._database, late, self._settings, self._tools.quota, now)
        spacing = self._settings.late_spacing()
        return lateness.judge(late, now, on_time=ON_TIME, spacing=spacing, next_slot=next_slot)

    def _ready_accounts(self) -> frozenset[str]:
        with self._database.read() as session:
            return holds.ready_accounts(session)

    def _tell(self, post: Post) -> None:
        self._events.publish(
            PostStatusChanged(post_id=post.id, account_id=post.account_id, status=post.status)
        )


class Downtime:
    """Notices them from one look to the next. A start counts as both: nobody knows what was."""

    def __init__(self, now: datetime, on_time: timedelta) -> None:
        self.was_away = True
        self.was_set_back = True
        self._looked_at = now
        self._on_time = on_time

    def look(self, now: datetime) -> None:
        """Take note of a look."""
        self.was_away = self.was_away or now - self._looked_at > self._on_time
        self.was_set_back = self.was_set_back or self._looked_at - now > self._on_time
        self._looked_at = now
