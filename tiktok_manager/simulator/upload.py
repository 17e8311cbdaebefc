"""PUT of a chunk (TikTok: Media Transfer Guide): checks, the order of ranges, and the disk.

The bytes go straight to the file at their place. A chunk counts once all of it is there; a
broken one counts as nothing. `server` feeds the bytes in, so that this file knows no sockets.
"""

import os
import re
from dataclasses import dataclass

from .state import Publish, Status
from .wire import JSON_TYPE, Call, Refused, Reply, client_bug, single_values
from .world import World

VIDEO_TYPES = frozenset({"video/mp4", "video/quicktime", "video/webm"})
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")


@dataclass(slots=True, kw_only=True)
class Chunk:
    """One accepted chunk on its way to the disk."""

    publish: Publish
    turn: int
    start: int
    end: int
    received: int = 0

    @property
    def size_bytes(self) -> int:
        return self.end - self.start


class ChunkWriter:
    """Writes one chunk at its place in the file; `close` it in any case."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._file = os.open(chunk.publish.path, flags, 0o600)
        if not hasattr(os, "pwrite"):
            os.lseek(self._file, chunk.start, os.SEEK_SET)

    def write(self, block: bytes | memoryview) -> None:
        view = memoryview(block)
        while view:
            place = self._chunk.start + self._chunk.received
            done = (
                os.pwrite(self._file, view, place)
                if hasattr(os, "pwrite")
                else os.write(self._file, view)
            )
            self._chunk.received += done
            view = view[done:]

    def close(self) -> None:
        os.close(self._file)


def names(call: Call) -> tuple[str, ...]:
    """Names a fault can be aimed at: every chunk, the first, the last."""
    match = _RANGE.fullmatch(call.headers.get("content-range", ""))
    found = ["upload"]
    if match and int(match[1]) == 0:
        found.append("upload.first")
    if match and int(match[2]) + 1 == int(match[3]):
        found.append("upload.last")
    return tuple(found)


def find_publish(world: World, call: Call) -> Publish:
    """Return the upload task the address names; raises Refused 404 or 403."""
    values = single_values(call.query, "query")
    publish = world.uploads.get(values.get("upload_id", ""))
    if publish is None or values.get("upload_token") != publish.upload_token:
        why = "upload_url must be used verbatim, with upload_id and upload_token."
        raise Refused(404, "not_found", "No such upload.", violation="upload_url", why=why)
    call.account, call.publish_id = publish.handle, publish.publish_id
    return publish


def begin(world: World, call: Call, publish: Publish) -> Chunk:
    """Check headers, plan and order; raises Refused 400, 403, 404 or 416."""
    start, end = _checked_headers(call, publish)
    with world.at_now() as now_s:
        world.settle(publish)
        if publish.status is Status.FAILED:
            raise Refused(404, "not_found", "The upload task is over.")
        if now_s >= publish.url_expires_s:
            raise Refused(403, "forbidden", "upload_url is expired.")
        _check_order(call, publish, start, end)
        publish.turn += 1
        return Chunk(publish=publish, turn=publish.turn, start=start, end=end)


def finish(world: World, call: Call, chunk: Chunk) -> Reply:
    """Count a wholly received chunk; 206 while bytes are missing, 201 at the end."""
    publish = chunk.publish
    with world.lock:
        if publish.turn != chunk.turn:
            call.note = "a newer request took this chunk over"
            raise Refused(416, "range", "Another request has sent this range.")
        publish.uploaded_bytes = chunk.end
        if publish.uploaded_bytes < publish.plan.size_bytes:
            return _reply(publish, 206)
        world.all_received(publish)
        reply = _reply(publish, 201)
        if world.config.upload_ends_with_json:
            reply.body, reply.headers["content-type"] = b"{}", JSON_TYPE
        return reply


def refusal(call: Call, refused: Refused, publish: Publish | None) -> Reply:
    """Envelope C: a status and, for a known upload, how far it is."""
    reply = _reply(publish, refused.status) if publish else Reply(status=refused.status)
    reply.code = refused.code
    return reply


def _checked_headers(call: Call, publish: Publish) -> tuple[int, int]:
    headers = call.headers
    if headers.get("content-type", "") not in VIDEO_TYPES:
        raise client_bug("content_type", f"Content-Type must be one of {sorted(VIDEO_TYPES)}.")
    if "authorization" in headers:
        raise client_bug("authorization", "Uploads carry no Authorization; the URL is the key.")
    length = headers.get("content-length", "")
    if not length.isdecimal() or "content-encoding" in headers:
        raise client_bug("content_length", "Content-Length of the plain chunk is required.")
    match = _RANGE.fullmatch(headers.get("content-range", ""))
    if match is None:
        raise client_bug("content_range", "Content-Range must be 'bytes first-last/total'.")
    first, last, total = (int(number) for number in match.groups())
    if total != publish.plan.size_bytes or not first <= last < total:
        raise client_bug("content_range", f"{match[0]} does not fit {publish.plan.size_bytes}.")
    if last - first + 1 != int(length):
        raise client_bug("content_length", f"{match[0]} is not {length} bytes long.")
    return first, last + 1


def _check_order(call: Call, publish: Publish, start: int, end: int) -> None:
    plan, expected = publish.plan, publish.uploaded_bytes
    if start == expected and end == plan.end_of_chunk(start):
        return
    text = f"Expected the chunk that starts at {expected}."
    accepted_before = (
        end <= expected and end == plan.end_of_chunk(start) and (start % plan.chunk_bytes == 0)
    )
    if accepted_before:
        # An honest client asks like this when an answer was lost.
        call.note = "chunk was accepted before"
        raise Refused(416, "range", text)
    why = f"{text} The request held bytes {start}-{end - 1}, which is not the planned chunk."
    raise Refused(416, "range", text, violation="upload_order", why=why)


def _reply(publish: Publish, status: int) -> Reply:
    progress = f"bytes 0-{publish.uploaded_bytes}/{publish.plan.size_bytes}"
    return Reply(status=status, headers={"content-range": progress}, code=str(status))
