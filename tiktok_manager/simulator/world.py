"""The state of the local TikTok and the rules by which it moves on. Knows nothing of HTTP.

Nothing ticks: what has become of a publish by now is worked out when somebody looks. Every
method is safe to call from any thread.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import RLock

from . import photo_files
from .audience import AccountCounts, Audience, VideoCounts
from .clock import SimClock
from .config import DAY_S, SimulatorConfig
from .creators import invent_accounts
from .faults import Faults, read_scenario
from .grants import Grant, Grants
from .history import invent_history
from .limits import SlidingWindows
from .media import look_inside
from .published import Published, record_of
from .pulls import PULL_S, Pulls
from .records import LedgerEntry, Records, Violation
from .state import (
    PUBLIC,
    UNDER_WAY,
    Account,
    ChunkPlan,
    PostSettings,
    Publish,
    Status,
    Video,
    new_publish,
)
from .wire import Call, Refused

# What a file is taken for that says nothing about itself.
PLAIN_DURATION_S = 10.0
PLAIN_WIDTH, PLAIN_HEIGHT = 1080, 1920


class World:
    """All accounts, tokens, publishes and records of one local TikTok."""

    def __init__(self, config: SimulatorConfig, clock: SimClock | None = None) -> None:
        self.config = config
        self.clock = clock or SimClock(config.start_s, config.speed)
        self.lock = RLock()
        self.base_url = "http://127.0.0.1"
        self.records = Records(self.clock.now_s)
        self.accounts = invent_accounts(
            config.accounts, config.seed, config.max_video_post_duration_s
        )
        self.grants = Grants(config.access_token_s, config.refresh_token_s, config.code_s)
        self.limits = SlidingWindows()
        self.faults = Faults(config.seed, self.clock.now_s)
        for fault in read_scenario(config.scenario) if config.scenario else ():
            self.faults.add(fault)
        self.pulls = Pulls(config.pull, self._all_pulled, self._pull_failed)
        self.publishes: dict[str, Publish] = {}
        self.uploads: dict[str, Publish] = {}
        self._chance = Random(f"{config.seed}/world")
        self._next_account = 0
        self.audience = Audience(self.clock.now_s(), config.audience_speed)
        self._own_folder = config.media_dir is None
        self.media_dir = config.media_dir or Path(tempfile.mkdtemp(prefix="tiktok-simulator-"))
        self.media_dir.mkdir(parents=True, exist_ok=True)
        if config.history_posts:
            for handle in self.accounts:
                self.seed_history(
                    handle, config.history_days, config.history_posts, config.history_until_s
                )

    def close(self) -> None:
        """End every pull and remove the media folder if it was a temporary one."""
        self.pulls.close()
        if self._own_folder:
            shutil.rmtree(self.media_dir, ignore_errors=True)

    @property
    def ledger(self) -> list[LedgerEntry]:
        return self.records.ledger

    @property
    def violations(self) -> list[Violation]:
        return self.records.violations

    @contextmanager
    def at_now(self) -> Iterator[float]:
        """Hold the lock and give one instant for everything inside."""
        with self.lock:
            yield self.clock.now_s()

    def account(self, handle: str) -> Account:
        return self.accounts[handle.removeprefix("@")]

    def account_in_turn(self) -> Account:
        """The next handle for consents answered without a person."""
        with self.lock:
            handles = list(self.accounts)
            handle = handles[self._next_account % len(handles)]
            self._next_account += 1
            return self.accounts[handle]

    def bearer(self, call: Call, *scopes: str) -> Grant:
        """Return the grant behind the access token; one of `scopes` must be in it."""
        header = call.headers.get("authorization", "")
        kind, _, token = header.partition(" ")
        if kind != "Bearer" or not token.startswith("act."):
            text = "The access token is invalid or not found in the request."
            why = "Authorization must be 'Bearer act.…'."
            raise Refused(401, "access_token_invalid", text, violation="authorization", why=why)
        with self.at_now() as now_s:
            call.account = self.grants.owner(token)
            grant = self.grants.live(token, now_s)
        if grant is None:
            text = "The access token is invalid or not found in the request."
            raise Refused(401, "access_token_invalid", text)
        if scopes and not set(scopes) & set(grant.scopes):
            self.refuse_scope(" or ".join(scopes))
        return grant

    @staticmethod
    def refuse_scope(scope: str) -> None:
        text = f"The user did not authorize the scope required for completing this request: {scope}"
        raise Refused(401, "scope_not_authorized", text, violation="scope", why=text)

    def admit(self, kind: str, call: Call, limit: int) -> None:
        """Count a request against its token's minute; raises Refused 429 beyond the limit."""
        with self.at_now() as now_s:
            admitted = self.limits.admit(kind, call.headers["authorization"], limit, now_s)
        if not admitted:
            why = f"More than {limit} {kind} requests in a minute with one token."
            raise Refused(
                429, "rate_limit_exceeded", "The API rate limit was exceeded.",
                violation="rate_limit", why=why,
            )  # fmt: skip

    def open_publish(
        self,
        handle: str,
        settings: PostSettings | None,
        plan: ChunkPlan,
        *,
        urls: tuple[str, ...] = (),
        is_photo: bool = False,
    ) -> Publish:
        """Create a publish that waits for its bytes, or begins to fetch them from `urls`."""
        with self.at_now() as now_s:
            publish = new_publish(
                self.config,
                self.media_dir / f"{len(self.publishes) + 1:06d}-{handle}",
                [self._new_id(now_s) for _ in range(2)],
                now_s,
                handle=handle,
                settings=settings,
                plan=plan,
                urls=urls,
                is_photo=is_photo,
            )
            publish.path.unlink(missing_ok=True)  # of an earlier run in the same folder
            self.publishes[publish.publish_id] = publish
            if urls:
                self.pulls.start(publish)
            else:
                self.uploads[publish.upload_id] = publish
            return publish

    def _new_id(self, now_s: float) -> int:
        """A 19-digit number as TikTok's are: time above, chance below, never a round double."""
        return (int(now_s) << 32) | self._chance.getrandbits(32) | 1

    def all_received(self, publish: Publish) -> None:
        with self.at_now() as now_s:
            publish.uploaded_at_s = now_s

    def _all_pulled(self, publish: Publish) -> None:
        with self.lock:
            if publish.status is Status.PROCESSING_DOWNLOAD:
                publish.plan = ChunkPlan(publish.uploaded_bytes, publish.uploaded_bytes, 1)
                self.all_received(publish)

    def _pull_failed(self, publish: Publish) -> None:
        with self.lock:
            if publish.status is Status.PROCESSING_DOWNLOAD:
                self.fail(publish, "photo_pull_failed" if publish.is_photo else "video_pull_failed")

    def settle(self, publish: Publish) -> Publish:
        """Bring a publish up to the present."""
        with self.at_now() as now_s:
            waiting = publish.status in UNDER_WAY and not publish.stuck
            if waiting and publish.urls and not publish.complete:
                if now_s >= publish.created_s + PULL_S:
                    self._pull_failed(publish)
            elif waiting and publish.uploaded_at_s is not None:
                due_s = publish.uploaded_at_s + publish.processing_s
                if now_s >= due_s:
                    self._end_processing(publish, due_s)
        return publish

    def settle_all(self) -> None:
        with self.lock:
            for publish in list(self.publishes.values()):
                self.settle(publish)

    def _end_processing(self, publish: Publish, at_s: float) -> None:
        reason = publish.planned_failure or self._judge(publish)
        if reason is not None:
            self.fail(publish, reason, at_s)
        elif publish.direct:
            self._post(publish, at_s)
        else:
            publish.status = Status.SEND_TO_USER_INBOX
            publish.ended_at_s = at_s

    def _judge(self, publish: Publish) -> str | None:
        account = self.accounts[publish.handle]
        if not publish.is_photo:
            publish.facts = look_inside(publish.path)
        if account.banned:
            return "spam_risk_user_banned_from_posting"
        if publish.direct and self.direct_posts(publish.handle) >= self.config.direct_posts_per_day:
            return "spam_risk_too_many_posts"
        if publish.is_photo:
            return photo_files.complaint(publish.paths)
        if self.config.check_media:
            return publish.facts.complaint(account.max_video_post_duration_s)
        return None

    def fail(self, publish: Publish, reason: str, at_s: float | None = None) -> None:
        publish.status = Status.FAILED
        publish.fail_reason = reason
        publish.ended_at_s = self.clock.now_s() if at_s is None else at_s

    def _post(self, publish: Publish, at_s: float, settings: PostSettings | None = None) -> None:
        shown = settings or publish.settings
        if shown is None:
            raise ValueError("A draft is posted with the settings its user chose.")
        publish.status = Status.PUBLISH_COMPLETE
        publish.ended_at_s = at_s
        facts = publish.facts
        duration_s = 0.0 if publish.is_photo else facts.duration_s or PLAIN_DURATION_S
        for _ in range(publish.post_count):
            video = Video(
                id=self._new_id(at_s),
                handle=publish.handle,
                created_s=at_s,
                visible_at_s=at_s + publish.moderation_s,
                caption=shown.caption,
                privacy=shown.privacy,
                duration_s=duration_s,
                width=facts.width or PLAIN_WIDTH,
                height=facts.height or PLAIN_HEIGHT,
                is_aigc=shown.is_aigc,
                cover_ms=shown.cover_ms if shown.cover_ms <= duration_s * 1000 else 0,
                publish_id=publish.publish_id,
                path=publish.files[0],
                is_photo=publish.is_photo,
            )
            publish.videos.append(video)
            self.accounts[publish.handle].videos.append(video)

    def finish_draft(
        self, publish_id: str, caption: str = "", privacy: str = PUBLIC, posts: int = 1
    ) -> Publish:
        """The user opens the inbox notification and posts the draft, maybe as several posts.

        Raises KeyError for an unknown publish_id and ValueError if it is no waiting draft.
        """
        with self.at_now() as now_s:
            publish = self.settle(self.publishes[publish_id])
            if publish.status is not Status.SEND_TO_USER_INBOX:
                raise ValueError("This publish is not a draft waiting in the inbox.")
            publish.post_count = posts
            self._post(publish, now_s, PostSettings(caption=caption, privacy=privacy))
            return publish

    def public_ids(self, publish: Publish) -> list[int]:
        """Post ids status/fetch may tell: public posts after moderation."""
        now_s = self.clock.now_s()
        return [
            video.id
            for video in publish.videos
            if video.privacy == PUBLIC and now_s >= video.visible_at_s
        ]

    def public_videos(self, handle: str, at_s: float | None = None) -> list[Video]:
        """Public and moderated videos, newest first."""
        self.settle_all()
        with self.at_now() as now_s:
            moment_s = now_s if at_s is None else at_s
            shown = [
                video
                for video in self.accounts[handle].videos
                if video.privacy == PUBLIC and video.visible_at_s <= moment_s
            ]
        return sorted(shown, key=lambda video: (video.created_s, video.id), reverse=True)

    def direct_posts(self, handle: str) -> int:
        """How many direct posts the account made in the last 24 hours."""
        with self.at_now() as now_s:
            return sum(
                publish.handle == handle
                and publish.direct
                and publish.status is Status.PUBLISH_COMPLETE
                and (publish.ended_at_s or 0.0) > now_s - DAY_S
                for publish in self.publishes.values()
            )

    # --- looking on ------------------------------------------------------------------------

    def all_publishes(self, handle: str | None = None) -> list[Published]:
        """Every publish since the start, unfinished and failed ones too, in order of init."""
        self.settle_all()
        with self.lock:
            chosen = [
                publish
                for publish in self.publishes.values()
                if handle is None or publish.handle == handle.removeprefix("@")
            ]
        return [record_of(publish, self.public_ids(publish)) for publish in chosen]

    def published(self, handle: str | None = None) -> list[Published]:
        """Only what reached TikTok for good: posts, and drafts in the inbox."""
        reached = (Status.PUBLISH_COMPLETE, Status.SEND_TO_USER_INBOX)
        return [record for record in self.all_publishes(handle) if record.status in reached]

    def seed_history(
        self, handle: str, days: int, posts: int, until_s: float | None = None
    ) -> list[Video]:
        """Give an account public videos spread over the `days` before now, or before `until_s`.

        Raises KeyError for an unknown handle and ValueError for a span without days.
        """
        with self.at_now() as now_s:
            account = self.account(handle)
            end_s = now_s if until_s is None else until_s
            videos = invent_history(account, self.config.seed, end_s, days, posts)
            account.videos.extend(videos)
            return videos

    def counts_at(
        self, handle: str, at_s: float | None = None
    ) -> tuple[AccountCounts, dict[str, VideoCounts]]:
        """The true counts of an account and of its public videos (by id) at any instant."""
        account = self.account(handle)
        at_s = self.clock.now_s() if at_s is None else at_s
        videos = self.public_videos(account.handle, at_s)
        each = {str(video.id): self.audience.video(account, video, at_s) for video in videos}
        return self.audience.account(account, videos, at_s), each

    def remove_app(self, handle: str) -> None:
        """The account disconnects the app: tokens die, unfinished publishes fail."""
        with self.lock:
            self.settle_all()
            self.grants.remove_app(handle)
            for publish in self.publishes.values():
                if publish.handle == handle and publish.status in UNDER_WAY:
                    self.fail(publish, "auth_removed")

    def pending_shares(self, handle: str) -> int:
        """Drafts of the last 24 hours that the user has not posted yet."""
        self.settle_all()
        with self.at_now() as now_s:
            return sum(
                publish.handle == handle
                and not publish.direct
                and publish.complete
                and publish.status in (*UNDER_WAY, Status.SEND_TO_USER_INBOX)
                and publish.created_s > now_s - DAY_S
                for publish in self.publishes.values()
            )

    def posters(self) -> set[str]:
        """Accounts that made a direct post in the last 24 hours."""
        return {handle for handle in self.accounts if self.direct_posts(handle)}

    # --- addresses -------------------------------------------------------------------------

    def upload_url(self, publish: Publish) -> str:
        query = f"upload_id={publish.upload_id}&upload_token={publish.upload_token}"
        return f"{self.base_url}/upload/video?{query}"

    def avatar_url(self, account: Account, size: int, ttl_s: float) -> str:
        return self._picture_url(f"/picture/avatar/{account.handle}/{size}.png", ttl_s)

    def cover_url(self, video: Video) -> str:
        return self._picture_url(f"/picture/cover/{video.id}.png", self.config.picture_url_s)

    def video_url(self, video: Video) -> str:
        kind = "photo" if video.is_photo else "video"
        return f"{self.base_url}/@{video.handle}/{kind}/{video.id}"

    def _picture_url(self, path: str, ttl_s: float) -> str:
        return f"{self.base_url}{path}?x-expires={int(self.clock.now_s() + ttl_s)}"
