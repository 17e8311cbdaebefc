"""What must not be in a log, and what must stay readable there."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_manager.system.redaction import Redactor

CANARY = "cAnArY-0123456789"


@pytest.mark.parametrize(
    "text",
    [
        f"token act.{CANARY}!4004.va used",
        f"token rft.{CANARY}*x~y%2A used",
        f"app token clt.{CANARY}",
        f"GET /callback/?code={CANARY}&state=1",
        f"code={CANARY}",
        f"client_secret={CANARY}&grant_type=refresh_token",
        f"clientSecret: {CANARY}",
        f'{{"access_token": "{CANARY}", "open_id": "x"}}',
        f"{{'refresh_token': '{CANARY}'}}",
        f'"{{\\"upload_token\\":\\"{CANARY}\\"}}"',
        f"('code_verifier', '{CANARY}')",
        f"(b'authorization', b'Bearer {CANARY}')",
        f"Authorization: Basic {CANARY}",
        f"Bearer {CANARY}",
        f"passphrase = 'two words {CANARY}'",
        f'{{"password": "with \\" a quote {CANARY}"}}',
        f"PUT https://open-upload.tiktokapis.com/video/?upload_id=1&upload_token={CANARY}",
        f"http://user:{CANARY}@proxy.example:8080/",
        f"socks5://{CANARY}@proxy.example:1080",
        f"proxy user:{CANARY}@proxy.example:8080 is down",
        f"https://www.tiktok.com/callback#token={CANARY}",
        f"https://x.example/?next=https://y.example/?a={CANARY}",
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str) -> None:
    assert CANARY not in Redactor().redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "Post 12 of @handle failed: access_token_invalid (log id 2026112112)",
        "status_code=403 exit_code=1 error_code: spam_risk_too_many_posts",
        "See https://www.tiktok.com/@handle/video/7123456789 for the video",
        "PUT https://open-upload.tiktokapis.com/video/ answered 206",
        "Mail to someone@example.org at 12:30",
        "The contract.pdf and the compact.zip are here",
        "C:\\Users\\me\\clip.mp4 bytes 0-63999999/64000000",
    ],
)
def test_what_helps_to_understand_a_failure_stays(text: str) -> None:
    assert Redactor().redact(text) == text


def test_an_address_keeps_host_and_path() -> None:
    hidden = Redactor().redact("GET https://u:p@open.tiktokapis.com/v2/video/list/?a=b#c 200")
    assert hidden == "GET https://open.tiktokapis.com/v2/video/list/?*** 200"


def test_a_registered_secret_is_hidden_wherever_it_stands_plain_or_quoted() -> None:
    redactor = Redactor()
    redactor.register("pa ss/word+1")
    hidden = redactor.redact("xpa ss/word+1x and pa%20ss%2Fword%2B1")
    assert hidden == "x***x and ***"


def test_a_short_text_is_not_taken_for_a_secret() -> None:
    redactor = Redactor()
    redactor.register("the")
    assert redactor.redact("the post") == "the post"


def test_only_the_latest_secrets_are_remembered() -> None:
    redactor = Redactor()
    for number in range(10_000):
        redactor.register(f"secret-{number:04}")
    assert redactor.redact("secret-0000 secret-9999") == "secret-0000 ***"


def test_a_secret_for_good_outlives_any_number_of_tokens() -> None:
    redactor = Redactor()
    redactor.register("correct horse", for_good=True)
    redactor.register("was-a-token-first")
    redactor.register("was-a-token-first", for_good=True)
    for number in range(10_000):
        redactor.register(f"secret-{number:04}")
        redactor.register("correct horse")
    assert redactor.redact("correct horse correct%20horse was-a-token-first") == "*** *** ***"


def test_a_token_in_use_is_not_pushed_out_by_others() -> None:
    redactor = Redactor()
    for number in range(10_000):
        redactor.register("token-in-use")
        redactor.register(f"secret-{number:04}")
    assert redactor.redact("token-in-use") == "***"


def test_of_secrets_that_overlap_nothing_is_left() -> None:
    redactor = Redactor()
    for secret in ("XYZABC", "ABCDEFGH", "ABCDEFGHIJ", "secret-one"):
        redactor.register(secret)
    assert redactor.redact("-XYZABCDEFGHIJ-ABCDEFGH-secret-onesecret-one-") == "-***-***-******-"


@given(st.text(alphabet=string.printable + "äé\u202e", max_size=300))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    redactor = Redactor()
    once = redactor.redact(text)
    assert redactor.redact(once) == once


@pytest.mark.parametrize(
    "piece",
    ["x", "x:", "a://", "x:y@", "password=", "password:'", "act.", '\\"', "code=", "a:b@c?", " a:"],
)
def test_a_hostile_text_takes_no_endless_time(piece: str) -> None:
    # Quadratic work on this would last minutes: the time limit of a test ends it.
    Redactor().redact(piece * (1_000_000 // len(piece)))
