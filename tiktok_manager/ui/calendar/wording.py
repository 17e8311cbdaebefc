"""What a post's state means and what the user may do about it, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.posts import (
    CONTENT_CODES,
    EDITABLE,
    RETRYABLE,
    Lateness,
    LatePolicy,
    Post,
    PostMode,
    PostStatus,
    Waiting,
    WaitingLook,
)
from tiktok_manager.domain.schedule import zone
from tiktok_manager.services.hold_reasons import ACCOUNT_PAUSED, NOT_CONNECTED, PUBLISHING_OFF
from tiktok_manager.ui.formats import (
    clock_text,
    day_text,
    full_stamp,
    privacy_words,
    size_text,
    zone_city,
    zoned_time,
)
from tiktok_manager.ui.link_gate import profile_url, tiktok_url
from tiktok_manager.ui.post_look import PostLook, unsafe_waiting
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording import words

if TYPE_CHECKING:
    from tiktok_manager.domain.posts import TrailEntry
    from tiktok_manager.ui.calendar.month import Tile

# Putting a draft back would plan it; the composer is where drafts are thrown away.
CANCELLABLE = (EDITABLE | {PostStatus.PUBLISHING}) - {PostStatus.DRAFT}

SCOPE_NOT_GRANTED = "scope_not_granted"
_RESOLVED = "resolved"  # the step of a flight record by which the user's word settled a doubt
# What TikTok says of a file that it will never take, and what we say of one that is not the same.
_FILE_CODES = frozenset(
    {
        "invalid_file_upload",
        "file_format_check_failed",
        "duration_check_failed",
        "frame_rate_check_failed",
        "picture_size_check_failed",
        "file_changed",
    }
)

_MEANS = {
    PostStatus.DRAFT: "Not planned yet. Finish it in the composer.",
    PostStatus.SCHEDULED: "Planned. It goes out by itself while the app runs.",
    PostStatus.PUBLISHING: "The video is being sent to TikTok.",
    PostStatus.PROCESSING: "TikTok has the whole video and is checking it.",
    PostStatus.PUBLISHED: "It is on TikTok.",
    PostStatus.IN_INBOX: "It waits in the TikTok inbox of @{handle}. "
    "Finish it there, in the TikTok app.",
    PostStatus.UNCONFIRMED: "It is not known whether this video is on TikTok. "
    "The app keeps asking TikTok and does not send it again by itself.",
    PostStatus.NEEDS_ATTENTION: "Stopped until you mend it.",
    PostStatus.FAILED: "TikTok refused it for good.",
    PostStatus.MISSED: "Its time passed while nothing could publish it.",
    PostStatus.CANCELLED: "You took it out of the plan.",
}


_GIVEN_UP = (
    "It is not known whether this video is on TikTok. TikTok is not asked any more, and nothing "
    "is sent again by itself."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a post waits or stopped; `details` are TikTok's code and log id, to copy.

    `resume` are the words of the button that ends a wait the user began, empty for any other.
    """

    text: str
    action: str
    details: str
    resume: str = ""


def meaning(post: Post, timezone: str, now: datetime, trail: Sequence[TrailEntry] = ()) -> str:
    """Say in a sentence what the post's status means, and by whose word it is known."""
    if (waits := unsafe_waiting(post)) is not None:
        return _waiting_meaning(post, waits, timezone, now)
    if post.status is PostStatus.PUBLISHED:
        return _known_from(post, trail)
    if is_given_up(post):
        return _GIVEN_UP
    return _MEANS[post.status].format(handle=post.handle)


def _waiting_meaning(post: Post, waits: Waiting, timezone: str, now: datetime) -> str:
    when = "" if waits.until is None else zoned_time(waits.until, timezone, now)
    match waits.look:
        case WaitingLook.RECONNECT:
            return tr("Held until you connect @{handle}.", handle=post.handle)
        case WaitingLook.PAUSED if _is_held_with_all(waits):
            return tr("Held until you resume publishing.")
        case WaitingLook.PAUSED:
            return tr("Held until you resume @{handle}.", handle=post.handle)
        case WaitingLook.HELD if not when:
            return tr("Held like every other post.")
        case WaitingLook.HELD:
            return tr("Held like every other post. It goes on {time}.", time=when)
        case _:
            return tr("Held back. The next try is {time}.", time=when)


def _is_held_with_all(waits: Waiting) -> bool:
    return waits.reason is not None and waits.reason.code == PUBLISHING_OFF.code


def why(post: Post) -> Failure | None:
    """Return why a post stopped or waits; None where nothing is in its way."""
    waits = unsafe_waiting(post)
    match waits.look if waits is not None else None:
        case WaitingLook.PAUSED:
            return PUBLISHING_OFF if waits and _is_held_with_all(waits) else ACCOUNT_PAUSED
        case WaitingLook.RECONNECT:
            is_told = post.error is not None and post.error.kind == FailureClass.NEEDS_RECONNECT
            return post.error if is_told else NOT_CONNECTED
    if waits is None or waits.reason is None:
        return post.error
    told = waits.reason
    if post.error is not None and post.error.code == told.code:
        return post.error  # with TikTok's own code and log id
    return Failure(code=told.code, params=told.params)


def is_given_up(post: Post) -> bool:
    """Say whether TikTok is not asked any more about a video in doubt."""
    # Without an error the time of the next question is not told, but there is one.
    is_told = post.error is not None
    return is_told and post.status is PostStatus.UNCONFIRMED and post.next_try_at is None


def trouble(post: Post) -> Trouble | None:
    """Return what went wrong, None where nothing did."""
    error = why(post)
    if error is None:
        return None
    lines = [f"Code: {error.code}"]
    if error.log_id:
        lines.append(f"Log id: {error.log_id}")
    if post.publish_id:
        lines.append(f"Publish id: {post.publish_id}")
    resume, action = "", words(error).hint
    if post.status is PostStatus.SCHEDULED and error == ACCOUNT_PAUSED:
        resume, action = tr("Resume account"), tr("Its posts are kept.")
    elif post.status is PostStatus.SCHEDULED and error == PUBLISHING_OFF:
        resume, action = tr("Resume publishing"), tr("Its posts are kept.")
    elif is_given_up(post):
        action = f"Look at @{post.handle} on TikTok, then say whether the video is there."
    return Trouble(text=words(error).cause, action=action, details="\n".join(lines), resume=resume)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """What may be done with a post now."""

    edit: bool
    edit_words: str
    cancel: bool
    retry: bool
    retry_words: str
    next_day: bool
    plan_again: bool
    reconnect: bool
    resolve: bool
    page: str | None
    page_words: str


def deeds(post: Post, now: datetime) -> Deeds:
    """Return what a post's status allows."""
    page, words = tiktok_url(post.url), "Open on TikTok"
    if page is None and post.status in {PostStatus.UNCONFIRMED, PostStatus.IN_INBOX}:
        page, words = profile_url(post.handle), f"Look at @{post.handle}"
    kind = post.error.kind if post.error is not None else ""
    code = post.error.code if post.error is not None else ""
    # What has to be changed first would only be refused again.
    must_change = kind == FailureClass.NEEDS_EDIT and code in CONTENT_CODES
    waits = unsafe_waiting(post)
    is_lost = waits is not None and waits.look is WaitingLook.RECONNECT
    lacks_permission = is_lost or kind == FailureClass.NEEDS_RECONNECT or code == SCOPE_NOT_GRANTED
    return Deeds(
        edit=post.status in EDITABLE,
        edit_words="Choose another file" if needs_file(post) else "Edit",
        cancel=post.status in CANCELLABLE,
        retry=post.status in RETRYABLE and not must_change,
        retry_words="Publish now" if post.status is PostStatus.MISSED else "Retry",
        next_day=post.status is PostStatus.MISSED,
        reconnect=post.status in EDITABLE and lacks_permission,
        resolve=post.status is PostStatus.UNCONFIRMED,
        plan_again=post.status is PostStatus.CANCELLED and post.schedule.due_at > now,
        page=page,
        page_words=words,
    )


def _ends(trail: Sequence[TrailEntry]) -> Sequence[str]:
    return [entry.kind for entry in trail if entry.kind in {_RESOLVED, PostStatus.PUBLISHED.value}]


def _by_users_word(post: Post, trail: Sequence[TrailEntry]) -> bool:
    return post.tiktok_post_id is None and _ends(trail)[-1:] == [_RESOLVED]


def _known_from(post: Post, trail: Sequence[TrailEntry]) -> str:
    if _by_users_word(post, trail):
        return "You said that it is on TikTok."
    if post.tiktok_post_id is not None or _ends(trail):
        return "TikTok said that it is published."
    return _MEANS[PostStatus.PUBLISHED]


def needs_file(post: Post) -> bool:
    """Say whether only another file would mend the post."""
    if post.error is None or post.status is not PostStatus.NEEDS_ATTENTION:
        return False
    return post.error.code in _FILE_CODES


def waiting_words(post: Post, timezone: str, now: datetime) -> str:
    """Say when TikTok is asked again about a video in doubt."""
    if is_given_up(post):
        return "TikTok can tell nothing about it: only you can."
    if post.next_try_at is None:
        return "TikTok is asked again by itself."
    return f"TikTok is asked again {zoned_time(post.next_try_at, timezone, now)}."


def when_lines(post: Post, timezone: str) -> Sequence[str]:
    """Return the planned time in the user's zone, and as it was planned where that differs."""
    due = post.schedule.due_at
    lines = [_minute_stamp(due, timezone)]
    planned = post.schedule.timezone
    if due.astimezone(zone(planned)).utcoffset() != due.astimezone(zone(timezone)).utcoffset():
        lines.append(f"Planned as {_minute_stamp(due, planned)}")
    return lines


def facts(post: Post, timezone: str, trail: Sequence[TrailEntry] = ()) -> Sequence[tuple[str, str]]:
    """Return name and value of everything else worth knowing."""
    media = post.media
    found = [
        ("File", media.path.name),
        ("Folder", str(media.path.parent)),
        ("Size", size_text(media.size_bytes)),
    ]
    if post.mode is PostMode.INBOX:
        found.append(("Way", "Draft to the TikTok inbox"))
    else:
        found.extend(_choices(post))
    if post.status in EDITABLE:
        found.append(("If late", late_words(post.lateness)))
    if post.attempts:
        found.append(("Tries", str(post.attempts)))
    if post.published_at is not None:
        name = "You said so" if _by_users_word(post, trail) else "Published"
        found.append((name, full_stamp(post.published_at, timezone)))
    if post.tiktok_post_id:
        found.append(("Video id", post.tiktok_post_id))
    return found


def late_words(lateness: Lateness) -> str:
    """Say what happens when the time is missed."""
    if lateness.policy is LatePolicy.ASK:
        return "Ask me"
    if lateness.policy is LatePolicy.NEXT_SLOT:
        return "Move to the next slot"
    return f"Publish up to {_length(lateness.within)} late"


def tile_sentence(tile: Tile, look: PostLook, caption: str = "") -> str:
    """Return a tile as a screen reader says it and a tool tip shows it."""
    return tr(
        "{time} @{handle}, {status}: {caption}",
        time=tile.time,
        handle=tile.post.handle,
        status=look.words,
        caption=caption or tile.words,
    )


def _choices(post: Post) -> Sequence[tuple[str, str]]:
    choices = post.choices
    privacy = privacy_words(choices.privacy) if choices.privacy else "Not chosen"
    allowed = {
        "Comments": choices.allow_comment,
        "Duet": choices.allow_duet,
        "Stitch": choices.allow_stitch,
    }
    labels = {
        "Your brand": choices.your_brand,
        "Paid partnership": choices.branded_content,
        "AI-generated": choices.ai_generated,
    }
    found = [
        ("Who can see", privacy),
        ("Allowed", _listed(allowed)),
        ("Labels", _listed(labels)),
    ]
    if choices.cover_ms is not None:
        found.append(("Cover", f"Frame at {choices.cover_ms / 1000:.1f} s"))
    return found


def _listed(parts: dict[str, bool]) -> str:
    return ", ".join(name for name, is_on in parts.items() if is_on) or "None"


def _minute_stamp(at: datetime, timezone: str) -> str:
    return f"{day_text(at, timezone)}, {clock_text(at, timezone)} ({zone_city(timezone)})"


def _length(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
