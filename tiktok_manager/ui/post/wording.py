"""What a post's state means and what the user may do about it, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.holds import CAMPAIGNS_CANCELLED, CAMPAIGNS_PAUSED
from tiktok_manager.domain.posts import (
    EDITABLE,
    Lateness,
    LatePolicy,
    Post,
    PostMode,
    PostStatus,
    Waiting,
    WaitingLook,
)
from tiktok_manager.domain.schedule import zone
from tiktok_manager.services.hold_reasons import (
    ACCOUNT_PAUSED,
    CAMPAIGN_CANCELLED,
    CAMPAIGN_PAUSED,
    NOT_CONNECTED,
    PUBLISHING_OFF,
)
from tiktok_manager.ui.formats import (
    clock_text,
    day_text,
    decimal,
    full_stamp,
    privacy_words,
    size_text,
    zone_city,
    zoned_time,
)
from tiktok_manager.ui.kit.controls import Fact
from tiktok_manager.ui.kit.notices import code_lines
from tiktok_manager.ui.post_look import unsafe_waiting
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from tiktok_manager.domain.posts import TrailEntry

_CAPTION_SHOWN = 40
_WORD_SHOWN = 24  # a longer word would be wider than the drawer
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


# -- what it means --------------------------------------------------------------------------


def meaning(post: Post, timezone: str, now: datetime, trail: Sequence[TrailEntry] = ()) -> str:
    """Say in a sentence what the post's status means, and by whose word it is known."""
    if (waits := unsafe_waiting(post)) is not None:
        return _waiting_meaning(post, waits, timezone, now)
    match post.status:
        case PostStatus.PUBLISHED:
            return _known_from(post, trail)
        case PostStatus.UNCONFIRMED if is_given_up(post):
            return tr(
                "It is not known whether this video is on TikTok. TikTok is not asked any more, "
                "and nothing is sent again by itself."
            )
    return _means(post)


def _means(post: Post) -> str:
    return {
        PostStatus.DRAFT: tr("Not planned yet. Finish it in the composer."),
        PostStatus.SCHEDULED: tr("Planned. It goes out by itself while the app runs."),
        PostStatus.PUBLISHING: tr("The video is being sent to TikTok."),
        PostStatus.PROCESSING: tr("TikTok has the whole video and is checking it."),
        PostStatus.PUBLISHED: tr("It is on TikTok."),
        PostStatus.IN_INBOX: tr(
            "It waits in the TikTok inbox of @{handle}. Finish it there, in the TikTok app.",
            handle=post.handle,
        ),
        PostStatus.UNCONFIRMED: tr(
            "It is not known whether this video is on TikTok. "
            "The app keeps asking TikTok and does not send it again by itself."
        ),
        PostStatus.NEEDS_ATTENTION: tr("Stopped until you mend it."),
        PostStatus.FAILED: tr("TikTok refused it for good."),
        PostStatus.MISSED: tr("Its time passed while nothing could publish it."),
        PostStatus.CANCELLED: tr("You took it out of the plan."),
    }[post.status]


def _waiting_meaning(post: Post, waits: Waiting, timezone: str, now: datetime) -> str:
    when = "" if waits.until is None else zoned_time(waits.until, timezone, now)
    match waits.look:
        case WaitingLook.RECONNECT:
            return tr("Held until you connect @{handle}.", handle=post.handle)
        case WaitingLook.PAUSED:
            return _paused_meaning(post, _held_by(waits))
        case WaitingLook.HELD if not when:
            return tr("Held like every other post.")
        case WaitingLook.HELD:
            return tr("Held like every other post. It goes on {time}.", time=when)
        case _:
            return tr("Held back. The next try is {time}.", time=when)


def _paused_meaning(post: Post, held_by: Failure) -> str:
    if held_by == PUBLISHING_OFF:
        return tr("Held until you resume publishing.")
    if held_by == CAMPAIGN_PAUSED:
        return tr("Held until you resume its campaign.")
    if held_by == CAMPAIGN_CANCELLED:
        return tr("It is not sent: its campaign was cancelled.")
    return tr("Held until you resume @{handle}.", handle=post.handle)


def _held_by(waits: Waiting) -> Failure:
    """Return what the user paused: all publishing, the post's campaign, or its account."""
    code = "" if waits.reason is None else waits.reason.code
    return {
        PUBLISHING_OFF.code: PUBLISHING_OFF,
        CAMPAIGN_PAUSED.code: CAMPAIGN_PAUSED,
        CAMPAIGNS_PAUSED: CAMPAIGN_PAUSED,
        CAMPAIGN_CANCELLED.code: CAMPAIGN_CANCELLED,
        CAMPAIGNS_CANCELLED: CAMPAIGN_CANCELLED,
    }.get(code, ACCOUNT_PAUSED)


def is_given_up(post: Post) -> bool:
    """Say whether TikTok is not asked any more about a video in doubt."""
    # Without an error the time of the next question is not told, but there is one.
    is_told = post.error is not None
    return is_told and post.status is PostStatus.UNCONFIRMED and post.next_try_at is None


def waiting_words(post: Post, timezone: str, now: datetime) -> str:
    """Say when TikTok is asked again about a video in doubt."""
    if is_given_up(post):
        return tr("TikTok can tell nothing about it: only you can.")
    if post.next_try_at is None:
        return tr("TikTok is asked again by itself.")
    return tr("TikTok is asked again {time}.", time=zoned_time(post.next_try_at, timezone, now))


# -- what went wrong ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PostTrouble:
    """Why a post waits or stopped; `details` are TikTok's code and log id, to copy."""

    text: str
    action: str
    details: str


def why(post: Post) -> Failure | None:
    """Return why a post stopped or waits; None where nothing is in its way."""
    waits = unsafe_waiting(post)
    if waits is None:
        return post.error
    if waits.look is WaitingLook.PAUSED:
        return _held_by(waits)
    if waits.look is WaitingLook.RECONNECT:
        is_told = post.error is not None and post.error.kind == FailureClass.NEEDS_RECONNECT
        return post.error if is_told else NOT_CONNECTED
    told = waits.reason
    if told is None or (post.error is not None and post.error.code == told.code):
        return post.error  # with TikTok's own code and log id
    return Failure(code=told.code, params=told.params)


def trouble(post: Post) -> PostTrouble | None:
    """Return what went wrong, None where nothing did."""
    error = why(post)
    if error is None:
        return None
    lines = code_lines(error)
    if post.publish_id:
        lines.append(tr("Publish id: {id}", id=post.publish_id))
    action = words(error).hint
    if resume_words(post):
        action = tr("Its posts are kept.")
    elif is_given_up(post):
        action = tr(
            "Look at @{handle} on TikTok, then say whether the video is there.",
            handle=post.handle,
        )
    return PostTrouble(text=words(error).cause, action=action, details="\n".join(lines))


def doubt_question(post: Post, timezone: str, now: datetime) -> str:
    """Ask what only the user can tell of a video in doubt, and say what happens meanwhile."""
    return tr(
        "Is this video on the page of @{handle}? Your word settles it. {meanwhile}",
        handle=post.handle,
        meanwhile=waiting_words(post, timezone, now),
    )


def resume_words(post: Post) -> str:
    """Return the words of what ends a wait that the user began, empty for any other."""
    waits = unsafe_waiting(post)
    if waits is None or waits.look is not WaitingLook.PAUSED:
        return ""
    held_by = _held_by(waits)
    if held_by == CAMPAIGN_CANCELLED:
        return ""
    if held_by == CAMPAIGN_PAUSED:
        return tr("Resume campaign")
    return tr("Resume publishing") if held_by == PUBLISHING_OFF else tr("Resume account")


def double_warning(post: Post, timezone: str) -> str:
    """Ask whether a post in doubt is to go out once more, and say what that may lead to."""
    return tr(
        "{caption}, planned for {time}: if it is there after all, @{handle} gets it twice, and "
        "only the TikTok app can delete one. Post it again?",
        caption=_beginning(post.caption),
        time=when_lines(post, timezone)[0],
        handle=post.handle,
    )


def needs_file(post: Post) -> bool:
    """Say whether only another file would mend the post."""
    if post.error is None or post.status is not PostStatus.NEEDS_ATTENTION:
        return False
    return post.error.code in _FILE_CODES


# -- everything else worth knowing ----------------------------------------------------------


def when_lines(post: Post, timezone: str) -> Sequence[str]:
    """Return the planned time in the user's zone, and as it was planned where that differs."""
    due, planned = post.schedule.due_at, post.schedule.timezone
    lines = [_minute_stamp(due, timezone)]
    if due.astimezone(zone(planned)).utcoffset() != due.astimezone(zone(timezone)).utcoffset():
        lines.append(tr("Planned as {time}", time=_minute_stamp(due, planned)))
    return lines


def facts(post: Post, timezone: str, trail: Sequence[TrailEntry] = ()) -> Sequence[Fact]:
    """Return name and value of everything else worth knowing."""
    path = post.media.path
    found = [
        (tr("File"), path.name),
        (tr("Folder"), str(path.parent)),
        (tr("Size"), size_text(post.media.size_bytes)),
    ]
    if post.mode is PostMode.INBOX:
        found.append((tr("Way"), tr("Draft to the TikTok inbox")))
    else:
        found.extend(_choices(post))
    if post.status in EDITABLE:
        found.append((tr("If late"), late_words(post.lateness)))
    if post.attempts:
        found.append((tr("Tries"), str(post.attempts)))
    if post.published_at is not None:
        name = tr("You said so") if _by_users_word(post, trail) else tr("Published")
        found.append((name, full_stamp(post.published_at, timezone)))
    if post.tiktok_post_id:
        found.append((tr("Video id"), post.tiktok_post_id))
    return [Fact(label=name, value=value) for name, value in found]


def late_words(lateness: Lateness) -> str:
    """Say what happens when the time is missed."""
    if lateness.policy is LatePolicy.ASK:
        return tr("Ask me")
    if lateness.policy is LatePolicy.NEXT_SLOT:
        return tr("Move to the next slot")
    return _late_by(lateness.within)


def _late_by(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes % 60 == 0:
        return ntr("Publish up to {count} h late", "Publish up to {count} h late", minutes // 60)
    return ntr("Publish up to {count} min late", "Publish up to {count} min late", minutes)


def _beginning(caption: str) -> str:
    text = " ".join(caption.split())
    if not text:
        return tr("The video without a caption")
    if len(text) <= _CAPTION_SHOWN:
        return tr("“{caption}”", caption=text)
    whole, space, _cut = text[: _CAPTION_SHOWN + 1].rpartition(" ")
    return tr("“{caption}…”", caption=whole if space else text[:_WORD_SHOWN])


def _choices(post: Post) -> Sequence[tuple[str, str]]:
    choices = post.choices
    allowed = {
        tr("Comments"): choices.allow_comment,
        tr("Duet"): choices.allow_duet,
        tr("Stitch"): choices.allow_stitch,
    }
    labels = {
        tr("Your brand"): choices.your_brand,
        tr("Paid partnership"): choices.branded_content,
        tr("AI-generated"): choices.ai_generated,
    }
    found = [
        (
            tr("Who can see"),
            privacy_words(choices.privacy) if choices.privacy else tr("Not chosen"),
        ),
        (tr("Allowed"), _listed(allowed)),
        (tr("Labels"), _listed(labels)),
    ]
    if choices.cover_ms is not None:
        seconds = decimal(choices.cover_ms / 1000, 1)
        found.append((tr("Cover"), tr("Frame at {seconds} s", seconds=seconds)))
    return found


def _listed(parts: Mapping[str, bool]) -> str:
    return ", ".join(name for name, is_on in parts.items() if is_on) or tr("None")


def _minute_stamp(at: datetime, timezone: str) -> str:
    return tr(
        "{day}, {time} ({city})",
        day=day_text(at, timezone),
        time=clock_text(at, timezone),
        city=zone_city(timezone),
    )


def _ends(trail: Sequence[TrailEntry]) -> Sequence[str]:
    return [entry.kind for entry in trail if entry.kind in {_RESOLVED, PostStatus.PUBLISHED.value}]


def _by_users_word(post: Post, trail: Sequence[TrailEntry]) -> bool:
    return post.tiktok_post_id is None and _ends(trail)[-1:] == [_RESOLVED]


def _known_from(post: Post, trail: Sequence[TrailEntry]) -> str:
    if _by_users_word(post, trail):
        return tr("You said that it is on TikTok.")
    if post.tiktok_post_id is not None or _ends(trail):
        return tr("TikTok said that it is published.")
    return _means(post)
