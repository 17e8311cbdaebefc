"""The verdict on a long run, from the plan, the fake TikTok's books and the weather alone.

A post kept its policy if it arrived once, not before its time, and no later than its lateness
allows; or if it did not arrive and a cause that stands in the books explains it. What the app says
of a post is compared with that; it is never taken as an excuse.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from tests.harness.year_records import UPLOAD_LIFE_S, Creator, Publish
from tests.harness.year_spans import Span, covered, merged, overlapping
from tests.harness.year_tiktok import FakeTikTok
from tiktok_manager.domain.posts import UNDER_WAY, LatePolicy, Post, PostStatus

ON_TIME_S = 600.0
# A tick, the network's settling after a sleep, the posts of others ahead of this one.
QUEUE_S = 900.0
# This machine does one thing at a time: what waited for a hang to end then waits in a queue.
JAM_S = 240.0
SPACING_S = 330.0
# How long one lost request may hold a post back: the longest pause between two tries.
PAUSE_S = 1_200.0
# An upload whose address died early is known to be dead when it would have died anyway.
DEAD_S = 75 * 60.0
# Two tokens refused within so long were refused one after the other.
SIGN_OUT_S = 60.0
# An upload whose answers were lost is opened anew sooner, unless its last part may have arrived.
UNSURE_S = 900.0
# So long after its init an upload is offered what it lacks.
OFFERED_S = 55 * 60.0
# How often TikTok is asked about a video that takes long.
LOOK_S = 300.0
EARLY_S = 2.0
_NOT_SETTLED = UNDER_WAY | {PostStatus.SCHEDULED, PostStatus.UNCONFIRMED}
CAP_S = 86_400.0
GREEN = {PostStatus.PUBLISHED: "PUBLISH_COMPLETE", PostStatus.IN_INBOX: "SEND_TO_USER_INBOX"}
TRYING_ENDED = (
    "network_",
    "bad_answer",
    "bad_gateway",
    "internal",
    "upload_",
    "refresh_under_way",
    "tiktok_resting",
    "too_many_uploads",
)
RECONNECT = frozenset({"access_token_invalid", "invalid_grant", "auth_removed", "scope"})


@dataclass(slots=True)
class Entry:
    """A post as the user planned it, and what the user did to it since."""

    post_id: str
    handle: str
    caption: str
    sha256: str
    due_s: float
    policy: LatePolicy
    within_s: float
    direct: bool
    planned_s: float
    touched_s: float | None = None
    cancelled_s: float | None = None
    by_user: str = ""


@dataclass(slots=True)
class Books:
    """The weather's part: when the machine was down or its clock wrong."""

    down: list[Span] = field(default_factory=list)
    skew: list[tuple[float, float, float]] = field(default_factory=list)
    crashes_s: list[float] = field(default_factory=list)
    offline: list[Span] = field(default_factory=list)
    outages: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class Verdict:
    """What became of all posts. `found` names every broken promise."""

    posts: int = 0
    published: int = 0
    late: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)
    doubles: int = 0
    lost: int = 0

    @property
    def by_policy(self) -> float:
        """The share of posts that kept their policy."""
        broken = len({line.split(" ", 2)[1] for line in self.found if line.startswith("post ")})
        return 1.0 - broken / max(1, self.posts)


class Judge:
    """Compares both sides once everything has come home."""

    def __init__(self, tiktok: FakeTikTok, books: Books, end_s: float) -> None:
        self._tiktok = tiktok
        self._books = books
        self._end_s = end_s
        self._arrived: defaultdict[tuple[str, str], list[Publish]] = defaultdict(list)
        self._times: dict[str, list[float]] = {}
        self._counted: dict[str, list[float]] = {}
        self._signed_out: dict[str, list[Span]] = {}
        self._machine = merged([*books.down, *books.offline, *books.outages])
        self._down = merged(books.down)
        for creator in tiktok.creators.values():
            for publish in creator.sent:
                tiktok.settle(publish)
                if publish.arrived:
                    self._arrived[creator.handle, publish.sha256].append(publish)
            self._times[creator.handle] = sorted(
                publish.complete_s for publish in creator.sent if publish.complete_s is not None
            )
            unsure = [publish.opened_s for publish in creator.sent if self._is_unsure(publish)]
            self._counted[creator.handle] = sorted([*self._times[creator.handle], *unsure])
            self._signed_out[creator.handle] = _signed_out(creator, end_s)

    def judge(self, plan: Iterable[Entry], posts: dict[str, Post]) -> Verdict:
        """Return the verdict on every planned post."""
        verdict = Verdict()
        wanted = set()
        for entry in plan:
            wanted.add((entry.handle, entry.sha256))
            verdict.posts += 1
            post = posts.get(entry.post_id)
            if post is None:
                verdict.lost += 1
                verdict.found.append(f"post {entry.post_id} is gone from the plan")
                continue
            self._one(verdict, entry, post)
        for key, publishes in self._arrived.items():
            if key not in wanted:
                verdict.found.append(f"never planned: {publishes[0].id} at {key[0]}")
        for what, number in self._tiktok.violations.items():
            verdict.found.append(f"violation: {what} x{number}")
        return verdict

    def judge_settled(self, plan: Iterable[Entry], posts: dict[str, Post]) -> Verdict:
        """Return the verdict on those of these posts that have come to an end by now."""
        verdict = Verdict()
        for entry in plan:
            post = posts.get(entry.post_id)
            if post is not None and post.status not in _NOT_SETTLED:
                verdict.posts += 1
                self._one(verdict, entry, post)
        return verdict

    def _one(self, verdict: Verdict, entry: Entry, post: Post) -> None:
        arrived = self._arrived[entry.handle, entry.sha256]
        problem = ""
        if len(arrived) > 1:
            verdict.doubles += 1
            problem = f"double: {[publish.id for publish in arrived]}"
        elif arrived:
            verdict.published += 1
            problem = self._on_tiktok(verdict, entry, post, arrived[0])
        else:
            kind, problem = self._absent(entry, post)
            verdict.kinds[kind] += 1
            verdict.lost += problem.startswith("lost")
        if problem:
            code = post.error.code if post.error else ""
            verdict.found.append(
                f"post {entry.post_id} of {entry.handle} ({post.status} {code},"
                f" {entry.policy} {entry.within_s / 3600:.0f}h): {problem}"
            )

    # --- what arrived ----------------------------------------------------------------------

    def _on_tiktok(self, verdict: Verdict, entry: Entry, post: Post, publish: Publish) -> str:
        at_s = publish.complete_s or 0.0
        if entry.cancelled_s is not None and at_s > entry.cancelled_s:
            return "went out after it was cancelled"
        if problem := self._status_of(entry, post, publish):
            return problem
        due_s = entry.due_s
        if at_s < due_s - EARLY_S - self._ahead_at(at_s):
            return f"went out {(due_s - at_s) / 60:.0f} minutes early"
        verdict.late += at_s - due_s > ON_TIME_S
        if entry.touched_s is not None and at_s >= entry.touched_s:
            due_s = self._slot_after(entry, post, max(due_s, entry.touched_s), at_s)
        elif entry.policy is LatePolicy.NEXT_SLOT:
            due_s = self._slot_before(entry, post, at_s)
        elif self._too_late(entry, at_s):
            return f"went out {(at_s - due_s) / 3600:.1f} h late against its policy"
        return self._waited(entry, due_s, at_s)

    def _status_of(self, entry: Entry, post: Post, publish: Publish) -> str:
        if entry.by_user == "posted":
            return "" if post.status is PostStatus.PUBLISHED else "the user's word was forgotten"
        if publish.silent and post.status is PostStatus.UNCONFIRMED:
            return ""
        said = GREEN.get(post.status)
        if post.status is PostStatus.IN_INBOX and not entry.direct:
            said = publish.state  # finished in TikTok's app: the publisher may not know yet
        if said is None:
            return f"false red: TikTok says {publish.state}"
        if said != publish.state or post.publish_id != publish.id:
            return f"false green: {post.publish_id}, but {publish.id} is {publish.state}"
        return ""

    def _too_late(self, entry: Entry, at_s: float) -> bool:
        """Whether nobody was at it when the policy let it go for the last time.

        Tries that began in time may go on for hours. But who comes back after a long sleep must
        ask the policy anew, whatever was tried before.
        """
        limit_s = entry.due_s + self._limit_s(entry)
        if at_s <= limit_s + QUEUE_S:
            return False
        for start, end in overlapping(self._down, limit_s + QUEUE_S, at_s):
            waited = self._limited(entry, entry.due_s - CAP_S, start)
            if end - start > PAUSE_S and start > entry.due_s and end < at_s and not waited:
                return True
        tried_s = self._tiktok.first_init_s.get(entry.caption, float("inf"))
        since_s, until_s = entry.due_s, limit_s + QUEUE_S
        full_s = covered(merged(self._full_days(entry, since_s, until_s)), since_s, until_s)
        if full_s or self._was_cut_off(since_s, limit_s):
            return False
        return tried_s > until_s and not self._account_tried(entry, since_s, until_s)

    def _was_cut_off(self, since_s: float, at_s: float) -> bool:
        """Whether the publisher ran in time, but had no way to TikTok when time was up."""
        away = [*self._books.offline, *self._books.outages]
        ran = covered(self._down, since_s, at_s) < at_s - since_s
        return ran and any(start <= at_s <= end for start, end in away)

    def _limited(self, entry: Entry, since_s: float, until_s: float) -> bool:
        """Whether TikTok's limits let the account wait until some later instant."""
        told = self._tiktok.creators[entry.handle].told
        place = bisect_left(told, (since_s, "", ""))
        return bool(self._full_days(entry, since_s, until_s)) or any(
            "spam_risk_too_many" in code
            for _at_s, code, _subject in told[place : bisect_left(told, (until_s, "", ""))]
        )

    def _account_tried(self, entry: Entry, since_s: float, until_s: float) -> bool:
        calls = self._tiktok.creators[entry.handle].calls
        place = bisect_left(calls, (since_s, ""))
        return place < len(calls) and calls[place][0] <= until_s

    def _waited(self, entry: Entry, due_s: float, at_s: float) -> str:
        """Whether the wait between a post's time and its arrival is explained."""
        unexplained_s = at_s - due_s - covered(self._causes(entry, due_s, at_s), due_s, at_s)
        times = self._times[entry.handle]
        ahead = bisect_left(times, at_s) - bisect_left(times, due_s)
        if unexplained_s > ON_TIME_S + QUEUE_S + SPACING_S * ahead:
            return f"{unexplained_s / 60:.0f} minutes late without a cause"
        return ""

    def _slot_after(self, entry: Entry, post: Post, due_s: float, at_s: float) -> float:
        """When a post the user let go at an instant had to go, if it could not go then.

        A next-slot post that nothing could publish until its lateness was over moves once more.
        """
        slot_s, late_s = self._slot_before(entry, post, at_s), due_s + self._limit_s(entry)
        if entry.policy is not LatePolicy.NEXT_SLOT or slot_s < late_s:
            return due_s
        free_s = late_s - due_s - covered(self._causes(entry, due_s, late_s), due_s, late_s)
        return slot_s if free_s < 120.0 + JAM_S else due_s

    # --- what did not arrive ---------------------------------------------------------------

    def _absent(self, entry: Entry, post: Post) -> tuple[str, str]:
        if entry.cancelled_s is not None:
            ended = post.status is PostStatus.CANCELLED
            return "cancelled", "" if ended else "the user's cancelling was forgotten"
        if post.status in GREEN:
            return "false green", "false green: TikTok has nothing"
        code = post.error.code if post.error else ""
        if not code or post.status in {PostStatus.PUBLISHING, PostStatus.PROCESSING}:
            return "lost", "lost: neither on TikTok nor stopped with a reason"
        explained = {
            PostStatus.MISSED: self._may_be_missed,
            PostStatus.FAILED: self._may_be_stopped,
            PostStatus.NEEDS_ATTENTION: self._may_be_stopped,
            PostStatus.UNCONFIRMED: self._may_be_unconfirmed,
        }.get(post.status)
        if explained is None:
            return "lost", f"lost: still {post.status} at the end"
        kind = f"{post.status}: {code}"
        return kind, "" if explained(entry, code) else "lost: nothing in the books explains it"

    def _may_be_missed(self, entry: Entry, _code: str) -> bool:
        """Whether nothing could publish it until its policy no longer let it go."""
        if entry.policy is LatePolicy.NEXT_SLOT:
            return False
        due_s = max(entry.due_s, entry.touched_s or 0.0)
        limit_s = self._limit_s(entry)
        since_s, until_s = due_s - PAUSE_S, due_s + limit_s + PAUSE_S
        causes = self._causes(entry, since_s, until_s, own=False)
        full = self._full_days(entry, since_s, until_s)
        causes = merged([*causes, *full, *self._clock_behind(due_s)])
        free_s = limit_s - covered(causes, due_s, due_s + limit_s)
        return free_s < 120.0 + (JAM_S if causes else 0.0) or any(
            start <= due_s + limit_s + PAUSE_S and end + skew_s > due_s + limit_s - 120.0
            for start, end, skew_s in self._books.skew
            if skew_s > 0
        )

    def _may_be_stopped(self, entry: Entry, code: str) -> bool:
        if entry.by_user == "not_posted":
            return code == "not_posted"
        causes = self._tiktok.causes[entry.caption] if entry.direct else self._of_account(entry)
        if code.startswith(TRYING_ENDED):
            span = self._causes(entry, entry.due_s, entry.due_s + 30 * 3600.0, own=False)
            out_s = covered(span, entry.due_s, entry.due_s + 30 * 3600.0)
            return causes["faults"] >= 3 or out_s > 3_600.0
        if causes[code]:
            return True
        if code in RECONNECT or code.startswith("scope"):
            return bool(self._broken(entry))
        if code == "worker_lost":
            since_s, until_s = entry.due_s, entry.due_s + 3 * CAP_S
            return sum(since_s <= at_s <= until_s for at_s in self._books.crashes_s) >= 3
        return False

    def _may_be_unconfirmed(self, entry: Entry, _code: str) -> bool:
        if entry.direct:
            return any(
                publish.stuck or publish.silent or self._ended_unasked(publish)
                for publish in self._tiktok.by_caption[entry.caption]
            )
        return any(
            publish.stuck and publish.sha256 == entry.sha256
            for publish in self._tiktok.creators[entry.handle].sent
        )

    def _ended_unasked(self, publish: Publish) -> bool:
        """Whether its address died while nobody could ask what had become of its last part."""
        if publish.complete_s is not None:
            return False
        last_s = publish.opened_s + OFFERED_S
        return bool(overlapping(self._machine, last_s - LOOK_S, last_s))

    def _of_account(self, entry: Entry) -> Counter[str]:
        told = self._tiktok.creators[entry.handle].told
        place = bisect_left(told, (entry.due_s - 60.0, "", ""))
        causes: Counter[str] = Counter()
        for at_s, code, _subject in told[place:]:
            if at_s > entry.due_s + 2 * CAP_S:
                break
            causes[code] += 1
        causes["faults"] = sum(causes.values())
        return causes

    # --- causes ----------------------------------------------------------------------------

    def _causes(
        self, entry: Entry, since_s: float, until_s: float, *, own: bool = True
    ) -> list[Span]:
        """Return when this post could not go out, for reasons that stand in the books."""
        spans = overlapping(self._machine if own else self._down, since_s, until_s)
        if not own:
            away = merged([*self._books.offline, *self._books.outages])
            spans += [(start, end + _rest_s(start, end)) for start, end in away]
        spans = [(start, end + PAUSE_S if own else end + 60.0) for start, end in spans]
        spans += self._broken(entry)
        spans += self._signed_out[entry.handle]
        spans += self._dead_addresses(entry)
        creator = self._tiktok.creators[entry.handle]
        place = bisect_left(creator.told, (since_s - CAP_S, "", ""))
        for at_s, code, subject in creator.told[place:]:
            if at_s > until_s:
                break
            if "spam_risk_too_many" in code:
                spans.append((at_s, at_s + CAP_S / 4))
            elif own and (subject == entry.caption or not subject):
                spans.append((at_s, at_s + PAUSE_S))
        if own:
            spans += self._full_days(entry, since_s, until_s)
            spans += [(start, end + PAUSE_S) for start, end, _skew in self._books.skew]
        return merged(spans)

    def _clock_behind(self, due_s: float) -> list[Span]:
        """When a post was due, but not yet by this machine's clock."""
        return [
            (max(start, due_s), min(end, due_s - skew_s))
            for start, end, skew_s in self._books.skew
            if skew_s < 0 and start < due_s - skew_s and end > due_s
        ]

    def _dead_addresses(self, entry: Entry) -> list[Span]:
        """When an upload lay at TikTok that came to nothing, but nobody could know it."""
        spans = []
        for publish in self._tiktok.by_caption.get(entry.caption, ()):
            if publish.state == "FAILED" and publish.ended_s is not None:
                spans.append((publish.opened_s, publish.ended_s + LOOK_S))
            elif (
                publish.complete_s is None and publish.expires_s < publish.opened_s + UPLOAD_LIFE_S
            ):
                spans.append((publish.opened_s, publish.opened_s + DEAD_S))
        return spans

    def _full_days(self, entry: Entry, since_s: float, until_s: float) -> list[Span]:
        """When the account had used its day's posts: the next one waits for the window."""
        times = self._counted[entry.handle]
        place = bisect_left(times, since_s - CAP_S)
        cap = 15 if entry.direct else 5
        return [
            (max(since_s, times[i + cap - 1]), times[i] + CAP_S + 60)
            for i in range(place, len(times) - cap + 1)
            if times[i + cap - 1] < until_s and times[i + cap - 1] - times[i] < CAP_S
        ]

    def _is_unsure(self, publish: Publish) -> bool:
        """Whether its last part was lost on the way, and the publisher must count it as arrived.

        One it knows to be dead is opened anew.
        """
        if publish.complete_s is not None or not publish.direct:
            return False
        later = (
            other.opened_s
            for other in self._tiktok.by_caption[publish.caption]
            if other.opened_s > publish.opened_s
        )
        return min(later, default=float("inf")) > publish.opened_s + UNSURE_S

    def _broken(self, entry: Entry) -> list[Span]:
        creator: Creator = self._tiktok.creators[entry.handle]
        spans = list(creator.broken)
        if creator.broken_since_s is not None:
            spans.append((creator.broken_since_s, self._end_s))
        return spans

    def _limit_s(self, entry: Entry) -> float:
        return ON_TIME_S if entry.policy is LatePolicy.ASK else max(ON_TIME_S, entry.within_s)

    def _slot_before(self, entry: Entry, post: Post, at_s: float) -> float:
        """The last of a next-slot post's daily times before it arrived, by its own wall clock."""
        zone = ZoneInfo(post.schedule.timezone)
        first = datetime.fromtimestamp(entry.due_s, zone)
        days = int((at_s - entry.due_s) // CAP_S) + 1
        slots_s = ((first + timedelta(days=day)).timestamp() for day in range(days, 0, -1))
        reached_s = at_s + EARLY_S + self._ahead_at(at_s)
        return next((min(slot_s, at_s) for slot_s in slots_s if slot_s <= reached_s), entry.due_s)

    def _ahead_at(self, at_s: float) -> float:
        """By how much this machine's clock may have been ahead when the post set out."""
        return max(
            [0.0]
            + [skew_s for start, end, skew_s in self._books.skew if start <= at_s <= end + 3_600.0]
        )


def _signed_out(creator: Creator, end_s: float) -> list[Span]:
    """When TikTok had refused a token and the one after it: the user has to sign in."""
    refused = [at_s for at_s, code, _subject in creator.told if code == "access_token_invalid"]
    signed_in = [at_s for at_s, kind in creator.calls if kind == "user"]
    return [
        (again_s, next((at_s for at_s in signed_in if at_s > again_s), end_s))
        for first_s, again_s in pairwise(refused)
        if again_s - first_s < SIGN_OUT_S
    ]


def _rest_s(start_s: float, end_s: float) -> float:
    """How long TikTok may be left alone after an outage that nobody saw end."""
    return min(15 * 60.0, (end_s - start_s) / 10)
