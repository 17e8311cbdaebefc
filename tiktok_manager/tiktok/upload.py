"""One chunk of a video to TikTok's upload host (TikTok: media transfer guide).

Called chunk by chunk; what was stored is for TikTok to say, never guessed here.
"""

import re
from collections.abc import Callable, Iterable, Iterator

import httpx

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import InputError, NetworkDown
from tiktok_manager.tiktok.answers import ChunkAnswer, Verdict
from tiktok_manager.tiktok.endpoints import Endpoints
from tiktok_manager.tiktok.errors import parse_retry_after, untrusted_address
from tiktok_manager.tiktok.transport import Http, Reply

BLOCK_BYTES = 1024 * 1024
STALL_S = 45.0
_SLOWEST_BYTES_PER_S = 50_000
_SPARE_S = 60.0
_MAX_ANSWER_BYTES = 64 * 1024


class ChunkUploader:
    """Sends chunks over the connections of one route. Safe from any thread."""

    def __init__(
        self, http: Http, endpoints: Endpoints, clock: Clock, *, stall_s: float = STALL_S
    ) -> None:
        self._http = http
        self._endpoints = endpoints
        self._clock = clock
        self._stall_s = stall_s

    def put(
        self,
        upload_url: str,
        content_type: str,
        first: int,
        last: int,
        total: int,
        blocks: Iterable[bytes | memoryview],
        cancel: CancelToken,
        progress: Callable[[int], None],
    ) -> ChunkAnswer:
        """Send bytes `first` to `last` (both included) of `total` and return the verdict.

        `progress` is called after each block with the bytes of the whole file sent so far.
        Raises NetworkDown (whether the bytes arrived is not known), Cancelled, and InputError
        if `blocks` hold fewer or more bytes than the range.
        """
        size = last - first + 1
        body = _Body(blocks, first, size, cancel, progress)
        headers = {
            "Content-Type": content_type,
            "Content-Length": str(size),
            "Content-Range": f"bytes {first}-{last}/{total}",
        }
        reply = self._http.fetch(
            self._request(upload_url, headers, body),
            limit_s=size / _SLOWEST_BYTES_PER_S + _SPARE_S,
            max_bytes=_MAX_ANSWER_BYTES,
            cancel=cancel,
        )
        return self._answer(reply, first, last, total, complete=body.complete)

    def _request(self, upload_url: str, headers: dict[str, str], body: "_Body") -> httpx.Request:
        try:
            self._endpoints.check_upload_url(upload_url)
        except InputError as exc:
            raise NetworkDown(untrusted_address(exc)) from None
        return self._http.request(
            "PUT",
            upload_url,
            headers=headers,
            content=iter(body),
            extensions={"target": _target(upload_url)},
            stall_s=self._stall_s,
        )

    def _answer(
        self, reply: Reply, first: int, last: int, total: int, *, complete: bool
    ) -> ChunkAnswer:
        verdict = _verdict(reply.status)
        if verdict in (Verdict.STORED, Verdict.COMPLETE) and not complete:
            verdict = Verdict.OUT_OF_STEP  # praise for bytes that never left: ask for the status
        return ChunkAnswer(
            verdict=verdict,
            uploaded_bytes=_uploaded(reply.headers.get("content-range"), first, last, total),
            retry_after=parse_retry_after(reply.headers.get("retry-after"), self._clock.now()),
            http_status=reply.status,
        )


class _Body:
    """The blocks of one chunk, counted, so that exactly the announced bytes leave."""

    def __init__(
        self,
        blocks: Iterable[bytes | memoryview],
        first: int,
        size: int,
        cancel: CancelToken,
        progress: Callable[[int], None],
    ) -> None:
        self._blocks = blocks
        self._first = first
        self._left = size
        self._cancel = cancel
        self._progress = progress
        self.complete = False

    def __iter__(self) -> Iterator[bytes]:
        sent = self._first
        for block in self._blocks:
            self._cancel.check()
            self._left -= len(block)
            if self._left < 0:
                raise _changed()
            yield block  # type: ignore[misc]  # h11 sends any bytes-like object
            sent += len(block)
            self._progress(sent)
        if self._left:
            raise _changed()
        self._cancel.check()
        self.complete = True


def _changed() -> InputError:
    return InputError("file_changed", why="while_sent")


def _verdict(status: int) -> Verdict:
    known = {
        201: Verdict.COMPLETE,
        206: Verdict.STORED,
        403: Verdict.EXPIRED,
        404: Verdict.UNKNOWN_TASK,
        408: Verdict.SERVER_BUSY,
        416: Verdict.OUT_OF_STEP,
        429: Verdict.SERVER_BUSY,
    }
    if status in known:
        return known[status]
    if 200 <= status < 300:
        return Verdict.OUT_OF_STEP  # some success that says nothing: ask for the status
    return Verdict.SERVER_BUSY if status >= 500 else Verdict.REFUSED


def _uploaded(content_range: str | None, first: int, last: int, total: int) -> int | None:
    """Read `bytes 0-{UPLOADED}/{TOTAL}` as a count.

    Whether UPLOADED is an index or a count is not documented: the reading that falls on an
    edge of this chunk wins, else the usual one of HTTP, an index.
    """
    found = re.fullmatch(
        r"\s*(?:bytes[ =:]*)?0\s*-\s*([0-9]{1,15})(?:\s*/\s*(?:[0-9]{1,15}|\*))?\s*",
        content_range or "",
        re.IGNORECASE | re.ASCII,
    )
    if found is None:
        return None
    told = int(found[1])
    edges = (first, last + 1, total)
    count = told + 1 if told + 1 in edges or told not in edges else told
    return min(count, total)


def _target(upload_url: str) -> bytes:
    """Return path and query exactly as TikTok wrote them: they are signed."""
    rest = upload_url.partition("#")[0].partition("//")[2]
    start = min((i for i in (rest.find("/"), rest.find("?")) if i >= 0), default=len(rest))
    target = rest[start:]
    return (target if target.startswith("/") else "/" + target).encode("ascii")
