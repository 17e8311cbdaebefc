"""Requests and answers as plain values, and TikTok's three ways of saying no.

Envelope A (`data` and `error`) speaks for Display and Content Posting, envelope B (flat, always
HTTP 200) for OAuth, envelope C (status and Content-Range only) for uploads. Endpoints take a
`Call`, return a `Reply` or raise `Refused`; they know nothing of sockets.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

T = TypeVar("T")

JSON_TYPE = "application/json; charset=utf-8"
BAD_PARAMS = "invalid_params"


@dataclass(slots=True, kw_only=True)
class Call:
    """One request. Header names are lower case. The handler fills in what it learns."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    endpoint: str = ""
    names: tuple[str, ...] = ()
    log_id: str = ""
    account: str | None = None
    publish_id: str | None = None
    received_bytes: int = 0
    answer_lost: bool = False
    chunk_rules: str | None = None
    fault: str | None = None
    note: str = ""


@dataclass(slots=True, kw_only=True)
class Reply:
    """One answer; `code` is what the ledger keeps of it."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    code: str = "ok"


class Refused(Exception):
    """TikTok says no.

    With `violation` the client broke the documented protocol: the kind and `why` are recorded.
    Without it the refusal is one an honest client can meet.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str = "",
        *,
        violation: str | None = None,
        why: str = "",
    ) -> None:
        super().__init__(message or code)
        self.status = status
        self.code = code
        self.message = message
        self.violation = violation
        self.why = why or message


def client_bug(kind: str, why: str, message: str = "", *, code: str = BAD_PARAMS) -> Refused:
    """A 400 for a request no correct client sends."""
    return Refused(400, code, message or why, violation=kind, why=why)


def new_log_id(now_s: float) -> str:
    """34 characters, as TikTok's: the time, then chance."""
    stamp = datetime.fromtimestamp(now_s, UTC).strftime("%Y%m%d%H%M%S")
    return stamp + secrets.token_hex(10).upper()


def envelope(call: Call, data: Mapping[str, object]) -> Reply:
    error = {"code": "ok", "message": "", "log_id": call.log_id}
    return json_reply({"data": data, "error": error})


def envelope_refusal(call: Call, refused: Refused) -> Reply:
    error = {"code": refused.code, "message": refused.message, "log_id": call.log_id}
    return json_reply({"data": {}, "error": error}, refused.status, refused.code)


def flat_refusal(call: Call, refused: Refused) -> Reply:
    """OAuth answers errors with HTTP 200."""
    body = {
        "error": refused.code,
        "error_description": refused.message,
        "log_id": call.log_id,
    }
    return json_reply(body, 200, refused.code)


def json_reply(body: object, status: int = 200, code: str = "ok") -> Reply:
    headers = {"content-type": JSON_TYPE, "cache-control": "no-store"}
    return Reply(status=status, body=msgspec.json.encode(body), headers=headers, code=code)


def text_reply(status: int, text: str, code: str) -> Reply:
    headers = {"content-type": "text/plain; charset=utf-8"}
    return Reply(status=status, body=text.encode(), headers=headers, code=code)


def html_reply(html: str, status: int = 200, code: str = "ok") -> Reply:
    headers = {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": (
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'"
        ),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }
    return Reply(status=status, body=html.encode(), headers=headers, code=code)


def redirect(address: str) -> Reply:
    return Reply(status=302, headers={"location": address, "cache-control": "no-store"})


def single_values(encoded: str, what: str, code: str = BAD_PARAMS) -> dict[str, str]:
    """Decode a query or form strictly: no name twice, no junk."""
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, strict_parsing=bool(encoded))
    except ValueError as error:
        raise client_bug(
            f"malformed_{what}", f"The {what} is not form-encoded.", code=code
        ) from error
    values = dict(pairs)
    if len(values) != len(pairs):
        raise client_bug(f"malformed_{what}", f"The {what} names a parameter twice.", code=code)
    return values


def decode_body(call: Call, expected: type[T]) -> T:
    """Decode a JSON body whose types must be exactly those documented."""
    try:
        return msgspec.json.decode(call.body, type=expected, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        text = f"The request parameters are malformed: {error}"
        raise client_bug("malformed_body", text) from error


def require_json(call: Call) -> None:
    """Check the Content-Type: with a charset or without, as TikTok's samples have it.

    Nothing need be said of no body.
    """
    if not call.body and "content-type" not in call.headers:
        return
    kind, *parameters = (part.strip().lower() for part in _content_type(call).split(";"))
    if kind != "application/json" or parameters not in ([], ["charset=utf-8"]):
        raise client_bug(
            "content_type", f"Content-Type must be application/json, not {_content_type(call)!r}."
        )


def require_form(call: Call) -> dict[str, str]:
    if _content_type(call).split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise client_bug(
            "content_type",
            f"Content-Type must be application/x-www-form-urlencoded, not {_content_type(call)!r}.",
            "The request parameters are malformed.",
            code="invalid_request",
        )
    return single_values(call.body.decode("latin-1"), "form", "invalid_request")


def _content_type(call: Call) -> str:
    return call.headers.get("content-type", "")
