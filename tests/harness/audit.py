"""The audit after the dying: what the local TikTok holds against what the app believes.

It knows nothing of how the app works: it compares planned bytes, completed publishes and the
status each post shows. Every finding is one broken promise.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tiktok_manager.domain.posts import Post, PostFilter, PostStatus
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.simulator import World

AT_TIKTOK = {"PUBLISH_COMPLETE": PostStatus.PUBLISHED, "SEND_TO_USER_INBOX": PostStatus.IN_INBOX}
GREEN = frozenset({PostStatus.PUBLISHED, PostStatus.IN_INBOX})
OPEN = frozenset(
    {
        PostStatus.SCHEDULED,
        PostStatus.PUBLISHING,
        PostStatus.PROCESSING,
        PostStatus.UNCONFIRMED,
    }
)

# As the local TikTok notes it. A worker that was frozen and overtaken may do so once.
ACCEPTED_BEFORE = "chunk was accepted before"
MAX_REPEATS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One broken promise. `kind` is stable for tests and tables."""

    kind: str
    text: str

    def __str__(self) -> str:
        """Return the finding as a line."""
        return f"{self.kind}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What the user asked for. A spoiled file must never go out: its bytes were swapped."""

    post_id: str
    handle: str
    sha256: str
    spoiled: bool = False


def audit(
    workspace: Workspace, tiktok: World, plan: Iterable[Planned], *, ended: bool
) -> list[Finding]:
    """Compare both sides. With `ended` nothing may be open any more."""
    planned = {entry.post_id: entry for entry in plan}
    posts = {post.id: post for post in workspace.planning.page(PostFilter())}
    found = [*_at_tiktok(tiktok, planned), *_violations(tiktok), *_repeats(tiktok)]
    for entry in planned.values():
        post = posts.get(entry.post_id)
        if post is None:
            found.append(Finding(kind="lost", text=f"post {entry.post_id} is gone from the plan"))
        else:
            found += _one(tiktok, entry, post, ended=ended)
    integrity = workspace.database.integrity()
    if integrity != "ok":
        found.append(Finding(kind="integrity", text=integrity))
    return found


def _at_tiktok(tiktok: World, planned: Mapping[str, Planned]) -> list[Finding]:
    """Doubles and wrong bytes: judged by bytes alone, each planned file being unique."""
    wanted = {(entry.handle, entry.sha256) for entry in planned.values()}
    arrived: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in tiktok.all_publishes():
        if record.sha256 is not None and record.status != "FAILED":
            arrived[record.account, record.sha256].append(record.publish_id)
    found = []
    for (handle, sha256), ids in arrived.items():
        if (handle, sha256) not in wanted:
            found.append(Finding(kind="wrong bytes", text=f"{ids} at {handle} were never planned"))
        if len(ids) > 1:
            found.append(Finding(kind="double", text=f"{sha256[:8]} of {handle}: {ids}"))
    return found


def _violations(tiktok: World) -> list[Finding]:
    kinds = Counter((entry.kind, entry.explanation) for entry in tiktok.violations)
    return [
        Finding(kind="violation", text=f"{kind} x{number}: {why}")
        for (kind, why), number in kinds.items()
    ]


def _repeats(tiktok: World) -> list[Finding]:
    """Bytes offered again and again although TikTok has them and would say so when asked."""
    again = Counter(
        entry.publish_id
        for entry in tiktok.ledger
        if entry.note == ACCEPTED_BEFORE and entry.publish_id is not None
    )
    return [
        Finding(kind="repeated bytes", text=f"{publish_id} got chunks it has {number} times")
        for publish_id, number in again.items()
        if number > MAX_REPEATS
    ]


def _one(tiktok: World, entry: Planned, post: Post, *, ended: bool) -> list[Finding]:
    reached = [
        record
        for record in tiktok.published(entry.handle)
        if record.sha256 == entry.sha256 and record.status in AT_TIKTOK
    ]
    where = f"post {post.id[:8]} of {post.handle} is {post.status}"
    why = "" if post.error is None else f" ({post.error.code})"
    if not reached and post.status in GREEN:
        return [Finding(kind="false green", text=f"{where} but TikTok has nothing")]
    if reached:
        return _agrees(post, reached[0].publish_id, AT_TIKTOK[reached[0].status], where, ended)
    if ended and entry.spoiled and post.error and post.error.code == "file_changed":
        return []
    if ended:
        return [Finding(kind="lost", text=f"{where}{why} and TikTok has nothing")]
    return []


def _agrees(
    post: Post, publish_id: str, truth: PostStatus, where: str, ended: bool
) -> list[Finding]:
    if post.status is truth:
        if post.publish_id == publish_id:
            return []
        return [Finding(kind="false green", text=f"{where} by {post.publish_id}, not {publish_id}")]
    if post.status in GREEN:
        return [Finding(kind="false green", text=f"{where} but TikTok says {truth}")]
    if post.status in OPEN and not ended:
        return []
    return [Finding(kind="false red", text=f"{where} but TikTok says {truth}")]
