"""A plan on its way: what was asked for, what would be planned, and what was."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.media import MediaInfo
from tiktok_manager.domain.posts import PLANNED_ALONE, Choices, Lateness, Origin, Post, PostMode
from tiktok_manager.domain.quota import Usage
from tiktok_manager.domain.schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """A video to be planned for one or more accounts.

    `accounts` are handles, ids or selectors (`group:NAME`, `tag:NAME`, `all`); `when` is what
    `parse_when` reads, or `next-slot`: the next free slot of each account, once all times that are
    named have their place. Posts of a request for several accounts are one batch. A direct post
    without `consent` is refused; with `or_draft` it becomes a draft instead, which an edit with
    consent plans. `agreed_at` is when the user agreed, if not just now.
    """

    file: Path
    accounts: tuple[str, ...]
    when: str
    timezone: str | None = None
    caption: str = ""
    mode: PostMode = PostMode.DIRECT
    choices: Choices = Choices()
    consent: bool = False
    agreed_at: datetime | None = None
    or_draft: bool = False
    lateness: Lateness | None = None
    tags: tuple[str, ...] = ()
    origin: Origin = PLANNED_ALONE


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEdit:
    """What to change; None leaves a part as it is.

    `when` may be `next-slot`. Without it, a post is moved by `shift_days`, which keep its local
    hour, and by `shift`. A `consent` plans what is a draft.
    """

    file: Path | None = None
    when: str | None = None
    timezone: str | None = None
    shift_days: int = 0
    shift: timedelta = timedelta()
    caption: str | None = None
    mode: PostMode | None = None
    choices: Choices | None = None
    consent: bool = False
    lateness: Lateness | None = None
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedInto:
    """A file that was looked into; `info` is None if it cannot be read as a video."""

    info: MediaInfo | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A post at the time it was asked for, before its account's day was looked at.

    `video` is what was found in the file where it was looked into; `before` is the post that is
    edited; `request` is the place of the request it comes from. One that `takes_slot` has no time
    of its own until it is judged.
    """

    post: Post
    video: LookedInto | None = None
    before: Post | None = None
    request: int = 0
    takes_slot: bool = False

    @property
    def is_new_video(self) -> bool:
        """Whether the account is to get a video that this post did not have."""
        return self.before is None or self.before.media.sha256 != self.post.media.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A post as it would be written.

    `free` is the first time with room from the wanted one on, the wanted one itself if it has;
    `quota` counts the account's posts of the 24 hours up to the post, with it.
    """

    wish: Wish
    post: Post
    findings: tuple[Finding, ...]
    free: Schedule
    quota: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would be planned or changed; nothing is written yet.

    `refused` holds what is wrong with requests, by their place: they have no rows. Posts that are
    `gone` are cancelled with it.
    """

    rows: tuple[PlanRow, ...]
    refused: Mapping[int, InputError] = field(default_factory=dict)
    gone: tuple[Post, ...] = ()
    spread: bool = False
    made_at: datetime

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is to be known, each once."""
        return each_once(finding for row in self.rows for finding in row.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanResult:
    """The posts that were planned or changed, and for each what the user should know about it.

    Those `beside` were changed with them, but not planned.
    """

    posts: tuple[Post, ...]
    found: tuple[tuple[Finding, ...], ...]
    beside: tuple[Post, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is to be known, each once."""
        return each_once(finding for findings in self.found for finding in findings)


def each_once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in order without repetitions."""
    found: list[Finding] = []
    seen: set[tuple[str, tuple[tuple[str, object], ...]]] = set()
    for finding in findings:
        key = (finding.code, tuple(sorted(finding.params.items())))
        if key not in seen:
            seen.add(key)
            found.append(finding)
    return tuple(found)
