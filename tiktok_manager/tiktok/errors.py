"""What TikTok's codes mean, told once: ours, and the class that says what follows.

Codes and fail reasons are those of TikTok's error handling, Content Posting and OAuth pages.
A code this table does not know is `unknown_tiktok_code`; its text is kept as `raw_code`.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote_plus as quote

from tiktok_manager.domain.errors import (
    Failure,
    FailureClass,
    InputError,
    TikTokRefused,
)

_SHORTEST_WAIT = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(hours=24)
_RATE_LIMIT_WAIT = timedelta(seconds=60)
_MAX_TEXT = 300
UNKNOWN_CODE = "unknown_tiktok_code"


class ChunkPlanRefused(TikTokRefused):
    """TikTok did not take the way the file was to be cut: no byte was sent, none can publish."""


_RETRY = FailureClass.RETRY
_WAIT = FailureClass.WAIT_RESET
_RECONNECT = FailureClass.NEEDS_RECONNECT
_EDIT = FailureClass.NEEDS_EDIT
_PERMANENT = FailureClass.PERMANENT
_OUR_BUG = FailureClass.OUR_BUG
_UNKNOWN = FailureClass.UNKNOWN

MEANINGS: dict[str, FailureClass] = {
    # Every endpoint (TikTok: API v2 error handling)
    "access_token_invalid": _RECONNECT,
    "scope_not_authorized": _RECONNECT,
    "scope_permission_missed": _RECONNECT,
    "invalid_params": _EDIT,
    "invalid_file_upload": _EDIT,
    "rate_limit_exceeded": _WAIT,
    "internal_error": _RETRY,
    # Starting a post (TikTok: Direct Post, Upload, creator info)
    "app_version_check_failed": _EDIT,
    "spam_risk_too_many_posts": _WAIT,
    "spam_risk_too_many_pending_share": _WAIT,
    "spam_risk_user_banned_from_posting": _PERMANENT,
    "spam_risk_text": _EDIT,
    "spam_risk": _EDIT,
    "reached_active_user_cap": _WAIT,
    "unaudited_client_can_only_post_to_private_accounts": _EDIT,
    "url_ownership_unverified": _EDIT,
    "privacy_level_option_mismatch": _EDIT,
    "invalid_chunks": _OUR_BUG,
    # So some answer a privacy the account does not offer, documented as a mismatch (field).
    "invalid_post_info": _EDIT,
    # Asking for the outcome, cancelling (TikTok: Get Post Status)
    "invalid_publish_id": _UNKNOWN,
    "token_not_authorized_for_specified_publish_id": _UNKNOWN,
    "publish_not_cancellable": _UNKNOWN,
    # Verdicts on an upload: fail_reason (TikTok: Get Post Status)
    "file_format_check_failed": _EDIT,
    "duration_check_failed": _EDIT,
    "frame_rate_check_failed": _EDIT,
    "picture_size_check_failed": _EDIT,
    "internal": _RETRY,
    "video_pull_failed": _RETRY,
    "photo_pull_failed": _RETRY,
    "publish_cancelled": _EDIT,
    "auth_removed": _RECONNECT,
    # Sign-in and tokens (TikTok: OAuth error handling)
    "access_denied": _RECONNECT,
    "invalid_grant": _RECONNECT,
    "invalid_client": _OUR_BUG,
    "unauthorized_client": _OUR_BUG,
    "invalid_scope": _OUR_BUG,
    "invalid_request": _OUR_BUG,
    "unsupported_grant_type": _OUR_BUG,
    "unsupported_response_type": _OUR_BUG,
    "server_error": _RETRY,
    "temporarily_unavailable": _RETRY,
}

_SPELLINGS = {"invalid_param": "invalid_params"}
# TikTok hides the cause in the message of `invalid_params`.
_TELLING_TEXTS = (
    ("chunk", "invalid_chunks"),
    ("video_size", "invalid_chunks"),
    ("post info is empty", "invalid_post_info"),
)

_QUOTED = {"invalid_params", "invalid_chunks", "invalid_post_info", "invalid_request"}


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
    kind = MEANINGS.get(known)
    if kind is None:
        return _unknown(code, message, log_id, http_status, retry_after)
    if known == "rate_limit_exceeded":
        retry_after = retry_after or _RATE_LIMIT_WAIT
    return Failure(
        code=known,
        params={"said": clean(message)} if known in _QUOTED else {},
        kind=kind,
        raw_code=clean(code),
        log_id=clean(log_id),
        retry_after=retry_after if kind in (_WAIT, _RETRY) else None,
    )


def refusal(failure: Failure, code: str, message: str) -> TikTokRefused:
    """Return the error by which a refusal with TikTok's code and message is raised."""
    about_chunks = _canonical(code, message) == "invalid_chunks"
    return ChunkPlanRefused(failure) if about_chunks else TikTokRefused(failure)


def verdict_failure(fail_reason: str, log_id: str = "") -> Failure:
    """Return what TikTok's FAILED means: nothing was published, and why."""
    if fail_reason in MEANINGS:
        return failure_for(fail_reason, "", log_id)
    if not clean(fail_reason):
        return Failure(code="failed", kind=_UNKNOWN, log_id=clean(log_id))
    return Failure(
        code=UNKNOWN_CODE,
        params={"why": "verdict"},
        kind=_UNKNOWN,
        raw_code=clean(fail_reason),
        log_id=clean(log_id),
    )


def uses_attempt(kind: FailureClass) -> bool:
    """Say whether a failure counts against a post's tries.

    Waiting for a limit, for the user to reconnect, or for a fault that hits every post alike
    costs a post nothing.
    """
    return kind not in (_WAIT, _RECONNECT, _OUR_BUG)


def lost(cause: str) -> Failure:
    """Return what a broken connection means: `dns`, `connect`, `tls`, `proxy`, `timeout`."""
    return Failure(code=f"network_{cause}", kind=_RETRY)


def untrusted(
    problem: str,
    *,
    said: str = "",
    log_id: str = "",
    http_status: int = 200,
    retry_after: timedelta | None = None,
) -> Failure:
    """Return what an answer means that is not one TikTok documents: HTML, cut, or too large."""
    status = str(http_status) if http_status != 200 else ""
    why = "server" if http_status >= 500 else "status" if status else ""
    return Failure(
        code="bad_answer",
        params={"problem": problem, "said": said, "http_status": status, "why": why},
        kind=_RETRY,
        log_id=clean(log_id),
        retry_after=retry_after,
    )


def untrusted_address(problem: InputError) -> Failure:
    """Return what an upload address outside TikTok's hosts means: nothing is sent there."""
    return replace(problem.failure, kind=_UNKNOWN)


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
    kind, why = _UNKNOWN, ""
    if http_status == 429:
        kind, why = _WAIT, "slow_down"
        retry_after = retry_after or _RATE_LIMIT_WAIT
    elif http_status >= 500 or http_status == 408:
        kind, why = _RETRY, "server"
    return Failure(
        code=UNKNOWN_CODE,
        params={"said": clean(message), "why": why},
        kind=kind,
        raw_code=clean(code),
        log_id=clean(log_id),
        retry_after=retry_after,
    )
