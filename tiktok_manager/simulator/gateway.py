"""The way of a request: faults before, the endpoint, faults after, the ledger.

Runs on the server's event loop; the endpoints themselves are plain functions.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from . import upload
from .connection import SCOPE_KEY, Connection, receive_body
from .endpoints import Endpoint, answer, names_of, note_violation
from .faults import Fault
from .state import Publish
from .wire import Call, Refused, Reply, client_bug, json_reply, new_log_id, text_reply
from .world import World

MAX_BODY_BYTES = 1_000_000
NO_FAULT = Fault(endpoint="*")

Work = Callable[[], Awaitable[Reply | None]]


class Dropped(Response):
    """No answer: the connection ends here."""

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection: Connection = scope[SCOPE_KEY]
        connection.cut()


class Gateway:
    """Turns HTTP requests into calls and back, and lets ordered faults strike."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End every artificial delay."""
        self._stopping.set()

    async def api(self, endpoint: Endpoint, request: Request) -> Response:
        call = self._call(request, endpoint.name)
        try:
            call.body = await _small_body(request)
        except ClientDisconnect:
            return self._end(call, None)
        except Refused as refused:
            note_violation(self._world, call, refused)
            return self._end(call, endpoint.refuse(call, refused))
        call.received_bytes = len(call.body)
        call.names = names_of(endpoint, call)
        call.account = _account_of(self._world, call)

        async def work() -> Reply:
            return answer(self._world, endpoint, call)

        return await self._run(call, work, lambda refused: endpoint.refuse(call, refused))

    async def upload(self, request: Request) -> Response:
        call = self._call(request, "upload")
        call.names = upload.names(call)
        call.account = _account_of(self._world, call)
        fault = self._meet(call)
        connection: Connection = request.scope[SCOPE_KEY]
        receiver = _Receiver(self._world, call, request, connection, fault.cut_at_bytes)
        return await self._run(call, receiver.work, receiver.refuse, fault, receiver.discard)

    def unknown(self, request: Request) -> Response:
        """Whatever has no endpoint; most often a path without its slash."""
        call = self._call(request, "unknown")
        why = f"{call.method} {call.path} is not an address of TikTok's."
        self._world.records.violation("path", why, endpoint="unknown")
        return self._end(call, text_reply(404, "Unsupported path(Janus)", "unsupported_path"))

    # --- steps ------------------------------------------------------------------------------

    def _call(self, request: Request, endpoint: str) -> Call:
        return Call(
            method=request.method,
            path=request.url.path,
            query=request.url.query,
            headers=dict(request.headers),
            endpoint=endpoint,
            names=(endpoint,),
            log_id=new_log_id(self._world.clock.now_s()),
        )

    def _meet(self, call: Call) -> Fault:
        fault = self._world.faults.match(call)
        if fault is None:
            return NO_FAULT
        call.fault = fault.title
        call.answer_lost = fault.loses_answer
        call.chunk_rules = fault.chunk_rules
        return fault

    async def _run(
        self,
        call: Call,
        work: Work,
        refuse: Callable[[Refused], Reply],
        fault: Fault | None = None,
        discard: Callable[[], Awaitable[None]] | None = None,
    ) -> Response:
        fault = fault or self._meet(call)
        await self._pause(fault.delay_s)
        self._strike_account(call, fault)
        if fault.drop == "before":
            return self._end(call, None)
        reply: Reply | None = None
        if not fault.skips_work:
            reply = await work()
            if reply is None:
                return self._end(call, None)
            self._strike_publish(call, fault)
        elif discard is not None:
            await discard()
        if fault.replaces_answer:
            reply = _canned(fault, reply, refuse)
        if fault.drop == "after" or reply is None:
            return self._end(call, None)
        return self._end(call, _mangled(fault, reply), fault.trickle_s)

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            try:
                await asyncio.wait_for(self._stopping.wait(), seconds)
            except TimeoutError:
                return

    def _strike_account(self, call: Call, fault: Fault) -> None:
        account = self._world.accounts.get(call.account or "")
        if account is None:
            return
        with self._world.lock:
            if fault.revoke:
                self._world.remove_app(account.handle)
            if fault.expire_access:
                self._world.grants.expire(account.handle)
            if fault.ban is not None:
                account.banned = fault.ban
            if fault.private is not None:
                account.private = fault.private

    def _strike_publish(self, call: Call, fault: Fault) -> None:
        publish = self._world.publishes.get(call.publish_id or "")
        if publish is None:
            return
        with self._world.lock:
            publish.planned_failure = fault.fail_reason or publish.planned_failure
            for name in ("stuck", "processing_s", "moderation_s", "post_count"):
                value = getattr(fault, name)
                if value is not None:
                    setattr(publish, name, value)
            if fault.url_expired:
                publish.url_expires_s = self._world.clock.now_s()

    def _end(self, call: Call, reply: Reply | None, trickle_s: float | None = None) -> Response:
        status, code = (reply.status, reply.code) if reply else (0, "no_answer")
        self._world.records.request(call, status=status, code=code)
        if reply is None:
            return Dropped()
        reply.headers.setdefault("date", formatdate(self._world.clock.told_s(), usegmt=True))
        if trickle_s is not None:
            return _Trickled(reply, lambda: self._pause(trickle_s))
        return Response(reply.body, reply.status, reply.headers)


class _Trickled(Response):
    """An answer that comes byte by byte."""

    def __init__(self, reply: Reply, pause: Callable[[], Awaitable[None]]) -> None:
        super().__init__(reply.body, reply.status, reply.headers)
        self._pause_once = pause

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        for place in range(len(self.body)):
            await self._pause_once()
            block = bytes(self.body[place : place + 1])
            await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


class _Receiver:
    """Takes one chunk off the wire."""

    def __init__(
        self,
        world: World,
        call: Call,
        request: Request,
        connection: Connection,
        cut_at_bytes: int | None,
    ) -> None:
        self._world = world
        self._call = call
        self._request = request
        self._connection = connection
        self._cut_at_bytes = cut_at_bytes
        self._publish: Publish | None = None

    async def work(self) -> Reply | None:
        """Return the answer, or None where the connection is gone or to be cut."""
        try:
            self._publish = upload.find_publish(self._world, self._call)
            chunk = upload.begin(self._world, self._call, self._publish)
        except Refused as refused:
            await self.discard()
            note_violation(self._world, self._call, refused)
            return self.refuse(refused)
        if not await self._take(chunk):
            return None
        try:
            return upload.finish(self._world, self._call, chunk)
        except Refused as refused:
            return self.refuse(refused)

    def refuse(self, refused: Refused) -> Reply:
        return upload.refusal(self._call, refused, self._publish)

    async def discard(self) -> None:
        """Read the body to its end, so that the client hears the answer."""
        length = self._call.headers.get("content-length", "")
        if length.isdecimal():
            await receive_body(
                self._connection, self._request.receive, int(length), lambda block: None
            )

    async def _take(self, chunk: upload.Chunk) -> bool:
        limit = chunk.size_bytes
        if self._cut_at_bytes is not None:
            limit = min(limit, self._cut_at_bytes)
        writer = upload.ChunkWriter(chunk)
        try:
            arrived = await receive_body(
                self._connection, self._request.receive, limit, writer.write
            )
        finally:
            writer.close()
            self._call.received_bytes = chunk.received
        if not arrived:
            self._call.note = "the client left"
        return arrived and self._cut_at_bytes is None


async def _small_body(request: Request) -> bytes:
    blocks = bytearray()
    async for block in request.stream():
        blocks += block
        if len(blocks) > MAX_BODY_BYTES:
            raise client_bug("body_size", f"The body is larger than {MAX_BODY_BYTES} bytes.")
    return bytes(blocks)


def _account_of(world: World, call: Call) -> str | None:
    """Whom a request is about, as far as it shows before it is handled."""
    with world.lock:
        if call.endpoint == "upload":
            publish = world.uploads.get(dict(parse_qsl(call.query)).get("upload_id", ""))
            return publish.handle if publish else None
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        if token:
            return world.grants.owner(token)
        return world.grants.owner_in(call.body)


def _canned(fault: Fault, reply: Reply | None, refuse: Callable[[Refused], Reply]) -> Reply:
    status = fault.status or (reply.status if reply else 200)
    if fault.body is not None:
        headers = {"content-type": fault.content_type or "application/json"}
        return Reply(status=status, body=fault.body.encode(), headers=headers, code="fault")
    if fault.code is not None:
        canned = refuse(Refused(status, fault.code, fault.message))
        canned.status = status
        return canned
    if status < 300 and reply is not None:
        reply.status = status
        return reply
    if status in (204, 304):
        return Reply(status=status, code=str(status))
    canned = refuse(Refused(status, "internal_error", fault.message or "Please try again."))
    canned.status = status
    return canned


def _mangled(fault: Fault, reply: Reply) -> Reply:
    is_json = "json" in reply.headers.get("content-type", "")
    if (fault.omit or fault.data) and is_json:
        body: Any = json.loads(reply.body)
        data = body["data"] if isinstance(body.get("data"), dict) else body
        for name in fault.omit:
            data.pop(name, None)
        data.update(fault.data)
        reply.body = json_reply(body).body
    if fault.wrong_json:
        reply.body = reply.body[: len(reply.body) // 2]
    reply.headers.update(fault.headers)
    if fault.retry_after is not None:
        reply.headers["retry-after"] = str(fault.retry_after)
    return reply
