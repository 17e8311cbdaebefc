"""What TikTok's codes mean, told once: the class, the cause in plain words, the way on.

Codes and fail reasons are those of TikTok's error handling, Content Posting and OAuth pages.
A code this table does not know keeps TikTok's own text and log id.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote_plus as quote

from tiktok_manager.domain.errors import (
    PERMISSION_LOST,
    RECONNECT_HINT,
    Failure,
    FailureClass,
    InputError,
    TikTokRefused,
)

_SHORTEST_WAIT = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(hours=24)
_RATE_LIMIT_WAIT = timedelta(seconds=60)
_MAX_TEXT = 300


class ChunkPlanRefused(TikTokRefused):
    """TikTok did not take the way the file was to be cut: no byte was sent, none can publish."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means for a post and for the user."""

    kind: FailureClass
    message: str
    action: str


_RETRY = FailureClass.RETRY
_WAIT = FailureClass.WAIT_RESET
_RECONNECT = FailureClass.NEEDS_RECONNECT
_EDIT = FailureClass.NEEDS_EDIT
_PERMANENT = FailureClass.PERMANENT
_OUR_BUG = FailureClass.OUR_BUG
_UNKNOWN = FailureClass.UNKNOWN

AGAIN = "TikTok Manager tries again by itself."
_UPDATE = "Your posts stay queued. Look for an update of TikTok Manager."
_KEYS_HINT = "Check the client key and secret in Settings. Your posts stay queued."

MEANINGS: dict[str, Meaning] = {
    # Every endpoint (TikTok: API v2 error handling)
    "access_token_invalid": Meaning(_RECONNECT, PERMISSION_LOST, RECONNECT_HINT),
    "scope_not_authorized": Meaning(
        _RECONNECT,
        "This account did not allow TikTok Manager to do that.",
        "Reconnect the account and leave every permission ticked.",
    ),
    "scope_permission_missed": Meaning(
        _RECONNECT,
        "This account's permission does not cover all that was asked for.",
        "Reconnect the account and leave every permission ticked.",
    ),
    "invalid_params": Meaning(
        _EDIT, "TikTok did not accept the details of this post.", "Check the post, then retry."
    ),
    "invalid_file_upload": Meaning(
        _EDIT, "TikTok did not accept the video file.", "Export the video again as MP4 (H.264)."
    ),
    "rate_limit_exceeded": Meaning(
        _WAIT, "TikTok asked us to slow down.", "TikTok Manager goes on by itself."
    ),
    "internal_error": Meaning(_RETRY, "TikTok has a problem of its own.", AGAIN),
    # Starting a post (TikTok: Direct Post, Upload, creator info)
    "app_version_check_failed": Meaning(
        _EDIT,
        "The TikTok app on the creator's phone is too old for this.",
        "Update the TikTok app there, then retry.",
    ),
    "spam_risk_too_many_posts": Meaning(
        _WAIT,
        "This account reached TikTok's limit of posts for 24 hours.",
        "The post goes out when the limit allows; other accounts go on.",
    ),
    "spam_risk_too_many_pending_share": Meaning(
        _WAIT,
        "Five drafts already wait in this account's TikTok inbox.",
        "Post or delete drafts in the TikTok app; TikTok Manager tries again by itself.",
    ),
    "spam_risk_user_banned_from_posting": Meaning(
        _PERMANENT,
        "TikTok banned this account from posting.",
        "Open the TikTok app to see why and to appeal.",
    ),
    "spam_risk_text": Meaning(
        _EDIT, "TikTok took the caption for spam.", "Change the caption, then retry."
    ),
    "spam_risk": Meaning(
        _EDIT,
        "TikTok judged this post risky and did not publish it.",
        "Change the caption or the video, then retry.",
    ),
    "reached_active_user_cap": Meaning(
        _WAIT,
        "Your TikTok app reached its limit of posting accounts for 24 hours.",
        "Posts go out when the limit allows. Ask TikTok for a higher limit if this recurs.",
    ),
    "unaudited_client_can_only_post_to_private_accounts": Meaning(
        _EDIT,
        "TikTok has not audited your TikTok app, so it may post to private accounts only.",
        "Make the account itself private in the TikTok app, or apply for the audit.",
    ),
    "url_ownership_unverified": Meaning(
        _EDIT,
        "TikTok does not know that the video's web address is yours.",
        "Verify the domain in TikTok's developer portal.",
    ),
    "privacy_level_option_mismatch": Meaning(
        _EDIT,
        "This account no longer offers the privacy chosen for the post.",
        "Choose who can watch the post again.",
    ),
    "invalid_chunks": Meaning(
        _OUR_BUG, "TikTok did not accept the way the video was cut for the upload.", _UPDATE
    ),
    # So some answer a privacy the account does not offer, documented as a mismatch (field).
    "invalid_post_info": Meaning(
        _EDIT,
        "TikTok found the details of the post empty or incorrect.",
        "Choose who can watch the post again, then retry.",
    ),
    # Asking for the outcome, cancelling (TikTok: Get Post Status)
    "invalid_publish_id": Meaning(
        _UNKNOWN, "TikTok does not know this upload (any more).", "Look in TikTok for the post."
    ),
    "token_not_authorized_for_specified_publish_id": Meaning(
        _UNKNOWN,
        "TikTok says this upload belongs to another account or app.",
        "Look in TikTok for the post.",
    ),
    "publish_not_cancellable": Meaning(
        _UNKNOWN, "TikTok can no longer cancel this upload.", "Look in TikTok for the post."
    ),
    # Verdicts on an upload: fail_reason (TikTok: Get Post Status)
    "file_format_check_failed": Meaning(
        _EDIT,
        "TikTok cannot read this video format.",
        "Export the video as MP4 with H.264, then choose the new file.",
    ),
    "duration_check_failed": Meaning(
        _EDIT,
        "The video's length is not one TikTok takes from this account.",
        "Shorten the video, then choose the new file.",
    ),
    "frame_rate_check_failed": Meaning(
        _EDIT,
        "TikTok takes 23 to 60 frames a second; this video has another rate.",
        "Export the video with 30 frames a second, then choose the new file.",
    ),
    "picture_size_check_failed": Meaning(
        _EDIT,
        "TikTok takes pictures of 360 to 4096 pixels on each side; this video has others.",
        "Export the video in 1080×1920, then choose the new file.",
    ),
    "internal": Meaning(_RETRY, "TikTok failed while it processed the video.", AGAIN),
    "video_pull_failed": Meaning(_RETRY, "TikTok could not fetch the video.", AGAIN),
    "photo_pull_failed": Meaning(_RETRY, "TikTok could not fetch the pictures.", AGAIN),
    "publish_cancelled": Meaning(
        _EDIT, "The upload was cancelled at TikTok.", "Retry the post if you still want it."
    ),
    "auth_removed": Meaning(
        _RECONNECT, "The account's owner removed TikTok Manager in TikTok.", RECONNECT_HINT
    ),
    # Sign-in and tokens (TikTok: OAuth error handling)
    "access_denied": Meaning(
        _RECONNECT, "Permission was refused on TikTok's page.", "Connect again and agree."
    ),
    "invalid_grant": Meaning(
        _RECONNECT, "The sign-in has expired or was already used.", "Connect the account again."
    ),
    "invalid_client": Meaning(_OUR_BUG, "TikTok does not know these app keys.", _KEYS_HINT),
    "unauthorized_client": Meaning(
        _OUR_BUG,
        "Your TikTok app is not allowed to do this yet.",
        "Check in TikTok's developer portal that the app is live and its products are approved.",
    ),
    "invalid_scope": Meaning(
        _OUR_BUG,
        "Your TikTok app lacks a permission that was asked for.",
        "Add the missing product in TikTok's developer portal, or connect for drafts only.",
    ),
    "invalid_request": Meaning(
        _OUR_BUG,
        "TikTok did not accept the sign-in request.",
        "Check that the redirect address http://127.0.0.1:*/callback/ is registered in TikTok's "
        "developer portal.",
    ),
    "unsupported_grant_type": Meaning(
        _OUR_BUG, "TikTok did not accept the sign-in request.", _UPDATE
    ),
    "unsupported_response_type": Meaning(
        _OUR_BUG, "TikTok did not accept the sign-in request.", _UPDATE
    ),
    "server_error": Meaning(_RETRY, "TikTok has a problem of its own.", AGAIN),
    "temporarily_unavailable": Meaning(_RETRY, "TikTok is busy.", AGAIN),
}

_SPELLINGS = {"invalid_param": "invalid_params"}
# TikTok hides the cause in the message of `invalid_params`.
_TELLING_TEXTS = (
    ("chunk", "invalid_chunks"),
    ("video_size", "invalid_chunks"),
    ("post info is empty", "invalid_post_info"),
)

_QUOTED = {"invalid_params", "invalid_chunks", "invalid_post_info", "invalid_request"}

_WIRE = {
    "dns": "This computer cannot find TikTok on the network.",
    "connect": "TikTok cannot be reached.",
    "tls": "The connection to TikTok is not secure, so nothing was sent.",
    "proxy": "The account's proxy does not answer, so nothing was sent.",
    "timeout": "TikTok did not answer in time.",
    "interrupted": "The connection to TikTok broke off.",
}
_WIRE_ACTIONS = {
    "tls": "Check the computer's date and time, and whether this network asks for a login.",
    "proxy": "Check the proxy; TikTok Manager tries again and never goes around it.",
}


def failure_for(
    code: str,
    message: str = "",
    log_id: str = "",
    http_status: int = 200,
    retry_after: timedelta | None = None,
) -> Failure:
    """Return what an error code of TikTok, or a fail reason, means.

    `retry_after` is taken where waiting helps; without one a rate limit waits a minute, and
    the 24 h caps leave it to the caller, who knows when the window began.
    """
    known = _canonical(code, message)
    meaning = MEANINGS.get(known)
    if meaning is None:
        return _unknown(code, message, log_id, http_status, retry_after)
    told = meaning.message
    if known in _QUOTED and message:
        told = f"{told} It said: {_quoted(message)}."
    if known == "rate_limit_exceeded":
        retry_after = retry_after or _RATE_LIMIT_WAIT
    return Failure(
        code=known if known in message.lower() else code,
        kind=meaning.kind,
        message=told,
        action=meaning.action,
        log_id=clean(log_id),
        retry_after=retry_after if meaning.kind in (_WAIT, _RETRY) else None,
    )


def refusal(failure: Failure, code: str, message: str) -> TikTokRefused:
    """Return the error by which a refusal with TikTok's code and message is raised."""
    about_chunks = _canonical(code, message) == "invalid_chunks"
    return ChunkPlanRefused(failure) if about_chunks else TikTokRefused(failure)


def verdict_failure(fail_reason: str, log_id: str = "") -> Failure:
    """Return what TikTok's FAILED means: nothing was published, and why."""
    if fail_reason in MEANINGS:
        return failure_for(fail_reason, "", log_id)
    why = f": {_quoted(fail_reason)}." if clean(fail_reason) else " and gave no reason."
    return Failure(
        code=clean(fail_reason) or "failed",
        kind=_UNKNOWN,
        message=f"TikTok did not publish this video{why}",
        action="Retry the post. If that fails too, export the video again.",
        log_id=clean(log_id),
    )


def uses_attempt(kind: FailureClass) -> bool:
    """Say whether a failure counts against a post's tries.

    Waiting for a limit, for the user to reconnect, or for a fault that hits every post alike
    costs a post nothing.
    """
    return kind not in (_WAIT, _RECONNECT, _OUR_BUG)


def lost(cause: str) -> Failure:
    """Return what a broken connection means; `cause` is a key of the wire table."""
    return Failure(
        code=f"network_{cause}",
        kind=_RETRY,
        message=_WIRE[cause],
        action=_WIRE_ACTIONS.get(cause, "Check the connection. " + AGAIN),
    )


def untrusted(
    why: str, *, log_id: str = "", http_status: int = 200, retry_after: timedelta | None = None
) -> Failure:
    """Return what an answer means that is not one TikTok documents: HTML, cut, or too large."""
    status = f" (HTTP {http_status})" if http_status != 200 else ""
    message = f"TikTok's answer could not be understood{status}: {why}."
    action = "If this network asks for a login, do that first. " + AGAIN
    if http_status >= 500:
        message, action = f"TikTok has a problem of its own{status}: {why}.", AGAIN
    return Failure(
        code="bad_answer",
        kind=_RETRY,
        message=message,
        action=action,
        log_id=clean(log_id),
        retry_after=retry_after,
    )


def untrusted_address(problem: InputError) -> Failure:
    """Return what an upload address outside TikTok's hosts means: nothing is sent there."""
    return Failure(code=problem.code, kind=_UNKNOWN, message=problem.title, action=_UPDATE)


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After header: seconds or a date, kept within 1 s and 24 h, junk ignored."""
    text = (value or "").strip()
    if re.fullmatch(r"[+-]?[0-9]{1,400}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,5})?", text):
        seconds = min(max(float(text), 1.0), _LONGEST_WAIT.total_seconds())
        return timedelta(seconds=seconds)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return min(max(at - now, _SHORTEST_WAIT), _LONGEST_WAIT)


def clean(text: str, hidden: Iterable[str] = ()) -> str:
    """Return foreign text fit for one line of a log or window, without `hidden` secrets."""
    secrets = [form for secret in hidden if len(secret) >= 4 for form in (secret, quote(secret))]
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    text = re.sub(r"\b(act|rft|clt)\.[^\s\"',;]+", "***", text)
    text = re.sub(r"https?://[^\s\"']+", "(address)", text)
    text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())[:_MAX_TEXT]


def _canonical(code: str, message: str) -> str:
    code = _SPELLINGS.get(code, code)
    if code == "invalid_params":
        words = message.lower()
        for found in re.finditer(r"[a-z_]{8,}", words):
            if found[0] in MEANINGS and found[0] != code:
                return found[0]
        for text, meaning in _TELLING_TEXTS:
            if text in words:
                return meaning
    return code


def _unknown(
    code: str, message: str, log_id: str, http_status: int, retry_after: timedelta | None
) -> Failure:
    kind, told = _UNKNOWN, "TikTok answered with an error TikTok Manager does not know"
    action = "Look in TikTok for the post, then decide."
    if http_status == 429:
        kind, told, action = _WAIT, "TikTok asked us to slow down", AGAIN
        retry_after = retry_after or _RATE_LIMIT_WAIT
    elif http_status >= 500 or http_status == 408:
        kind, told, action = _RETRY, "TikTok has a problem of its own", AGAIN
    raw = ": ".join(part for part in (clean(code), _quoted(message)) if part)
    return Failure(
        code=clean(code),
        kind=kind,
        message=f"{told} ({raw}).",
        action=action,
        log_id=clean(log_id),
        retry_after=retry_after,
    )


def _quoted(message: str) -> str:
    return f"“{text}”" if (text := clean(message)) else ""
