"""One call to TikTok's API and what its envelope says, for `client` only.

Success is what the body says, not the HTTP status: OAuth answers its errors with 200, and so
does creator_info (TikTok: API v2 error handling, OAuth error handling).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import NetworkDown, RemoteError, TikTokRefused
from tiktok_manager.tiktok.endpoints import AppKeys, Endpoints
from tiktok_manager.tiktok.errors import clean, failure_for, parse_retry_after, refusal, untrusted
from tiktok_manager.tiktok.payloads import BadAnswer, Head, decode
from tiktok_manager.tiktok.transport import Http, Reply

T = TypeVar("T")

CALL_LIMIT_S = 30.0
# These say that the call was not taken, whatever gateway answers (RFC 9110; RFC 6585).
_TELLING_STATUS = {429: "rate_limit_exceeded", 503: "internal_error"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spoken:
    """A call as it went: the answer, its envelope, and what must not be quoted from it."""

    reply: Reply
    head: Head
    hidden: tuple[str, ...]


class Calls:
    """Makes calls and raises NetworkDown or TikTokRefused for all that is not success."""

    def __init__(self, http: Http, endpoints: Endpoints, clock: Clock) -> None:
        self._http = http
        self._endpoints = endpoints
        self._clock = clock

    def with_token(
        self,
        method: str,
        path: str,
        access_token: str,
        kind: type[T],
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        urgent: bool = False,
    ) -> tuple[T, str]:
        """Call in an account's name; returns the answer's `data` and log id.

        An `urgent` call goes out even while TikTok is left alone.
        """
        if not _is_header_safe(access_token):
            raise TikTokRefused(failure_for("access_token_invalid"))
        headers = {"Authorization": f"Bearer {access_token}"}
        if method == "POST":
            headers["Content-Type"] = "application/json; charset=UTF-8"
        spoken = self._speak(
            method,
            path,
            headers,
            msgspec.json.encode(body) if body is not None else b"",
            (access_token,),
            query="?" + urlencode(query) if query else "",
            success=("ok",),
            urgent=urgent,
        )
        log_id = spoken.head.log_reference
        return _decoded(spoken.head.data, kind, log_id), log_id

    def with_keys(
        self,
        path: str,
        keys: AppKeys,
        fields: Mapping[str, str],
        kind: type[T],
        *,
        urgent: bool = False,
    ) -> T | None:
        """Call in the app's name, form in and flat JSON out; None for an empty answer."""
        form = {"client_key": keys.client_key, "client_secret": keys.client_secret, **fields}
        spoken = self._speak(
            "POST",
            path,
            {"Content-Type": "application/x-www-form-urlencoded"},
            urlencode(form).encode("ascii"),
            tuple(value for name, value in form.items() if name != "grant_type"),
            success=(None, "ok"),
            urgent=urgent,
        )
        if spoken.reply.body.strip() in (b"", b"{}"):
            return None
        return _decoded(spoken.reply.body, kind, spoken.head.log_reference)

    def _speak(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        content: bytes,
        hidden: tuple[str, ...],
        *,
        query: str = "",
        success: tuple[str | None, ...],
        urgent: bool,
    ) -> _Spoken:
        """Make a call and return what succeeded; keeps for how long TikTok is to be left alone."""
        traffic = self._http.traffic
        # The secret tells whose call it is; of form calls, the app's (its key comes first).
        call = (path, hash(hidden[0]))
        if not urgent:
            traffic.check_put_off(call)
        url = self._endpoints.api_url + path + query
        request = self._http.request(method, url, headers=headers, content=content)
        reply = self._http.fetch(request, limit_s=CALL_LIMIT_S, endpoint=path, urgent=urgent)
        traffic.server_time.told(reply.headers.get("date"))
        try:
            spoken = _Spoken(reply=reply, head=self._head(reply), hidden=hidden)
            if spoken.head.code not in success or not _is_success(reply):
                raise self._error(spoken)
        except RemoteError as exc:
            traffic.put_off(call, exc, exc.failure.retry_after)
            raise
        return spoken

    def _head(self, reply: Reply) -> Head:
        if _is_success(reply) and not reply.body.strip():
            return Head()
        try:
            return decode(reply.body, Head)
        except BadAnswer as exc:
            problem, said = exc.problem, str(exc)
        retry_after = parse_retry_after(reply.headers.get("retry-after"), self._clock.now())
        if code := _TELLING_STATUS.get(reply.status):
            raise TikTokRefused(
                failure_for(code, http_status=reply.status, retry_after=retry_after)
            )
        raise NetworkDown(
            untrusted(problem, said=said, http_status=reply.status, retry_after=retry_after)
        )

    def _error(self, spoken: _Spoken) -> RemoteError:
        head, reply = spoken.head, spoken.reply
        retry_after = parse_retry_after(reply.headers.get("retry-after"), self._clock.now())
        log_id = clean(head.log_reference, spoken.hidden)
        if head.code in (None, "ok"):
            return NetworkDown(
                untrusted(
                    "neither_yes_nor_no",
                    log_id=log_id,
                    http_status=reply.status,
                    retry_after=retry_after,
                )
            )
        code = clean(head.code or "", spoken.hidden)
        message = clean(head.message, spoken.hidden)
        failure = failure_for(code, message, log_id, reply.status, retry_after)
        return refusal(failure, code, message)


def _decoded(raw: bytes | msgspec.Raw, kind: type[T], log_id: str) -> T:
    try:
        return decode(raw, kind)
    except BadAnswer as exc:
        problem, said = exc.problem, str(exc)
    raise NetworkDown(untrusted(problem, said=said, log_id=log_id))


def _is_success(reply: Reply) -> bool:
    return 200 <= reply.status < 300


def _is_header_safe(token: str) -> bool:
    return bool(token) and all("!" <= char <= "~" for char in token)
