from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiktok.fake_tiktok import NOW
from tiktok_manager.domain.errors import FailureClass
from tiktok_manager.tiktok.errors import (
    MEANINGS,
    clean,
    failure_for,
    parse_retry_after,
    uses_attempt,
    verdict_failure,
)
from tiktok_manager.wording import words

RETRY = FailureClass.RETRY
WAIT = FailureClass.WAIT_RESET
RECONNECT = FailureClass.NEEDS_RECONNECT
EDIT = FailureClass.NEEDS_EDIT
PERMANENT = FailureClass.PERMANENT
OUR_BUG = FailureClass.OUR_BUG
UNKNOWN = FailureClass.UNKNOWN

# Written out a second time on purpose: what a post does after each code is a promise.
DOCUMENTED = {
    "access_token_invalid": RECONNECT,
    "scope_not_authorized": RECONNECT,
    "scope_permission_missed": RECONNECT,
    "invalid_params": EDIT,
    "invalid_file_upload": EDIT,
    "rate_limit_exceeded": WAIT,
    "internal_error": RETRY,
    "app_version_check_failed": EDIT,
    "spam_risk_too_many_posts": WAIT,
    "spam_risk_user_banned_from_posting": PERMANENT,
    "spam_risk_too_many_pending_share": WAIT,
    "reached_active_user_cap": WAIT,
    "unaudited_client_can_only_post_to_private_accounts": EDIT,
    "url_ownership_unverified": EDIT,
    "privacy_level_option_mismatch": EDIT,
    "invalid_publish_id": UNKNOWN,
    "token_not_authorized_for_specified_publish_id": UNKNOWN,
    "publish_not_cancellable": UNKNOWN,
    "file_format_check_failed": EDIT,
    "duration_check_failed": EDIT,
    "frame_rate_check_failed": EDIT,
    "picture_size_check_failed": EDIT,
    "internal": RETRY,
    "video_pull_failed": RETRY,
    "photo_pull_failed": RETRY,
    "publish_cancelled": EDIT,
    "auth_removed": RECONNECT,
    "spam_risk_text": EDIT,
    "spam_risk": EDIT,
    "access_denied": RECONNECT,
    "invalid_client": OUR_BUG,
    "invalid_grant": RECONNECT,
    "invalid_request": OUR_BUG,
    "invalid_scope": OUR_BUG,
    "unauthorized_client": OUR_BUG,
    "unsupported_grant_type": OUR_BUG,
    "unsupported_response_type": OUR_BUG,
    "server_error": RETRY,
    "temporarily_unavailable": RETRY,
}


@pytest.mark.parametrize(("code", "kind"), DOCUMENTED.items())
def test_every_documented_code_has_its_class_and_words(code: str, kind: FailureClass) -> None:
    failure = failure_for(code, "", "202611210001")
    assert (failure.code, failure.kind, failure.log_id) == (code, kind, "202611210001")
    assert words(failure).cause.endswith(".")
    assert words(failure).command_hint.endswith(".")


def test_words_are_those_of_a_product_not_of_a_protocol() -> None:
    for code in MEANINGS:
        said = words(failure_for(code))
        told = f"{said.cause} {said.command_hint}"
        assert code not in told
        assert "_" not in told
        assert "HTTP" not in told


def test_slowing_down_is_said_politely_and_waits_a_minute() -> None:
    failure = failure_for("rate_limit_exceeded", http_status=429)
    assert words(failure).cause == "TikTok asked us to slow down."
    assert failure.retry_after == timedelta(seconds=60)


def test_tiktoks_own_waiting_time_is_taken() -> None:
    wait = timedelta(seconds=7)
    assert failure_for("rate_limit_exceeded", retry_after=wait).retry_after == wait
    assert failure_for("internal_error", http_status=503, retry_after=wait).retry_after == wait


@pytest.mark.parametrize(
    ("message", "code", "kind"),
    [
        ("invalid_publish_id", "invalid_publish_id", UNKNOWN),
        ("Error: Invalid_Publish_Id!", "invalid_publish_id", UNKNOWN),
        ("spam_risk_too_many_posts", "spam_risk_too_many_posts", WAIT),
        ("The chunk size is invalid", "invalid_chunks", OUR_BUG),
        ("The total chunk count is invalid", "invalid_chunks", OUR_BUG),
        ("The request post info is empty or incorrect", "invalid_post_info", EDIT),
        ("something else", "invalid_params", EDIT),
    ],
)
@pytest.mark.parametrize("spelling", ["invalid_params", "invalid_param"])
def test_causes_hidden_in_the_message_are_found(
    spelling: str, message: str, code: str, kind: FailureClass
) -> None:
    failure = failure_for(spelling, message, http_status=400)
    assert failure.kind is kind
    assert (failure.code, failure.raw_code) == (code, spelling)


def test_what_tiktok_said_about_our_request_is_kept() -> None:
    assert (
        "“The chunk size is invalid”"
        in words(failure_for("invalid_params", "The chunk size is invalid")).cause
    )


@pytest.mark.parametrize(
    ("status", "kind"), [(200, UNKNOWN), (403, UNKNOWN), (408, RETRY), (429, WAIT), (503, RETRY)]
)
def test_an_unknown_code_keeps_tiktoks_text_and_log_id(status: int, kind: FailureClass) -> None:
    failure = failure_for("brand_new_code", "Never seen\nbefore", "log-7", status)
    assert failure.kind is kind
    assert (failure.code, failure.raw_code) == ("unknown_tiktok_code", "brand_new_code")
    assert "brand_new_code" in words(failure).cause
    assert "Never seen before" in words(failure).cause
    assert failure.log_id == "log-7"


def test_a_verdict_without_a_known_reason_says_that_nothing_was_published() -> None:
    assert verdict_failure("spam_risk_text").kind is EDIT
    assert verdict_failure("").code == "failed"
    unknown = verdict_failure("moon_phase_check_failed", "log-7")
    assert (unknown.kind, unknown.code, unknown.raw_code, unknown.log_id) == (
        UNKNOWN,
        "unknown_tiktok_code",
        "moon_phase_check_failed",
        "log-7",
    )
    assert words(unknown).cause.startswith("TikTok did not publish this video")


def test_waiting_costs_no_attempt() -> None:
    free = {kind for kind in FailureClass if not uses_attempt(kind)}
    assert free == {WAIT, RECONNECT, OUR_BUG}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        (" 30 ", 30),
        ("1.5", 1.5),
        ("0", 1),
        ("-5", 1),
        ("+7", 7),
        ("1e9", 86400),
        ("1000000000", 86400),
        ("9" * 400, 86400),
        ("1e99999", 86400),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 1),
        (format_datetime(NOW + timedelta(days=9), usegmt=True), 86400),
        ("Sat, 21 Nov 2026 12:00:10 -0000", 10),
        ("Sat, 21 Nov 2026 13:00:10 +0100", 10),
    ],
)
def test_retry_after_is_read_and_clamped(value: str, seconds: float) -> None:
    assert parse_retry_after(value, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value",
    [None, "", "soon", "nan", "inf", "1_000", "٣٠", "12 apples", "0x10", "Sat, 99 Nov 2026", "--1"],
)
def test_junk_in_retry_after_is_ignored(value: str | None) -> None:
    assert parse_retry_after(value, NOW) is None


@given(st.text())
def test_no_retry_after_breaks_anything(value: str) -> None:
    wait = parse_retry_after(value, NOW)
    assert wait is None or timedelta(seconds=1) <= wait <= timedelta(hours=24)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_of_seconds_is_clamped(seconds: float) -> None:
    wait = parse_retry_after(repr(seconds), NOW)
    assert wait is not None
    assert wait == timedelta(seconds=min(max(seconds, 1.0), 86400.0))


@given(st.text())
def test_foreign_text_becomes_one_short_harmless_line(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.isprintable()
    assert len(cleaned) <= 300


def test_secrets_and_addresses_are_taken_out_of_foreign_text() -> None:
    text = "token act.abc!1 at https://x.example/?upload_token=zzz for s3cr3t-value, rft.q*w"
    assert clean(text, ["s3cr3t-value"]) == "token *** at (address) for ***, ***"
