"""What the program told others while it was recorded, and what must therefore survive a power cut.

Each `Promise` holds from the moment the telling began: from then on nobody can take it back.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.harness.recorder import Event, Kind
from tiktok_manager.system.journal import JournalEntry, JournalStep

ORDER = ("scheduled", "publishing", "processing", "published")

_SHOWN = re.compile(rb"^\d\d:\d\d:\d\d (\w{8}) @\S+ (\w+)\.", re.MULTILINE)
_CONNECTED = re.compile(rb"^Connected @(\w+) ", re.MULTILINE)
_RANGE = re.compile(r"bytes \d+-(\d+)/(\d+)")
_UPLOAD = re.compile(r"[?&]upload_id=(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One upload as the database has it."""

    post_id: str
    publish_id: str | None
    is_final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the product finds after the power came back; `tokens` by handle, opened."""

    posts: Mapping[str, str]
    captions: Mapping[str, str]
    attempts: tuple[Attempt, ...]
    tokens: Mapping[str, str]
    journal: tuple[JournalEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What was told at a line of the recording, and whether the books still say so."""

    at: int
    text: str
    is_kept: Callable[[Books], bool] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tellings:
    """What only the local TikTok knows: who owns a token, and which publish an upload is."""

    owners: Mapping[str, str]
    uploads: Mapping[str, str]


def promises(events: Iterable[Event], tellings: Tellings) -> list[Promise]:
    """Return every promise of a recording, oldest first."""
    found: list[Promise] = []
    wire = _Wire()
    used: dict[str, list[str]] = defaultdict(list)
    for event in events:
        if event.kind is not Kind.TOLD:
            continue
        if event.descriptor in (1, 2):
            found += _on_screen(event)
        for request in wire.feed(event):
            found += _on_wire(request, tellings, used)
    return found


def _on_screen(event: Event) -> Iterator[Promise]:
    for match in _CONNECTED.finditer(event.data):
        yield _is_connected(event.began, match[1].decode())
    for match in _SHOWN.finditer(event.data):
        yield _shown(event.began, match[1].decode(), match[2].decode())
    for post_id in _planned(event.data):
        yield _is_planned(event.began, post_id)


def _planned(data: bytes) -> list[str]:
    try:
        document = json.loads(data)
    except ValueError:
        return []
    return [entry["id"] for entry in document if isinstance(entry, dict) and "privacy" in entry]


def _is_connected(at: int, handle: str) -> Promise:
    return Promise(
        at=at,
        text=f"account {handle} is connected",
        is_kept=lambda books: handle in books.tokens,
    )


def _is_planned(at: int, post_id: str) -> Promise:
    return Promise(
        at=at,
        text=f"post {post_id[:8]} is planned",
        is_kept=lambda books: post_id in books.posts,
    )


def _shown(at: int, short_id: str, status: str) -> Promise:
    least = ORDER.index(status)

    def is_kept(books: Books) -> bool:
        return any(
            ORDER.index(now) >= least
            for post_id, now in books.posts.items()
            if post_id.startswith(short_id)
        )

    return Promise(at=at, text=f"post {short_id} was shown as {status}", is_kept=is_kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """A request whose last byte was handed to the system at line `at`."""

    at: int
    path: str
    headers: Mapping[str, str]
    body: bytes


class _Wire:
    """Puts what went out on each socket together again."""

    def __init__(self) -> None:
        self._sent: dict[str, bytes] = defaultdict(bytes)

    def feed(self, event: Event) -> Iterator[_Request]:
        """Return the requests that this event made whole."""
        if not event.path.startswith("socket:"):
            return
        data = self._sent[event.path] + event.data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            first, *lines = data[:end].decode("latin-1").split("\r\n")
            pairs = (line.partition(": ") for line in lines)
            headers = {name.lower(): value for name, _, value in pairs}
            size = int(headers.get("content-length", 0))
            body = data[end + 4 : end + 4 + size]
            if len(body) < size:
                break
            data = data[end + 4 + size :]
            path = first.split(" ")[1]
            yield _Request(at=event.began, path=path, headers=headers, body=body)
        self._sent[event.path] = data


def _on_wire(
    request: _Request, tellings: Tellings, used: dict[str, list[str]]
) -> Iterator[Promise]:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if handle := tellings.owners.get(token):
        if token not in used[handle]:
            used[handle].append(token)
        # Before an account is kept its profile is read, and its handle where only creator_info
        # tells that: only then a token is used unkept.
        is_first_look = request.path.endswith("/creator_info/query/") and token == used[handle][0]
        if "/post/publish/" in request.path and not is_first_look:
            yield _token_used(request.at, handle, token, used[handle])
    if request.path.endswith("/video/init/"):
        yield _init_sent(request)
    if upload := _UPLOAD.search(request.path):
        yield from _bytes_sent(request, tellings.uploads[upload[1]])


def _token_used(at: int, handle: str, token: str, used: list[str]) -> Promise:
    number = used.index(token)
    older = set(used[:number])
    return Promise(
        at=at,
        text=f"access token {number} of {handle} is in use",
        is_kept=lambda books: handle in books.tokens and books.tokens[handle] not in older,
    )


def _init_sent(request: _Request) -> Promise:
    caption = json.loads(request.body)["post_info"]["title"]

    def is_kept(books: Books) -> bool:
        return any(books.captions.get(tried.post_id) == caption for tried in books.attempts)

    return Promise(at=request.at, text=f"an upload for “{caption}” was opened", is_kept=is_kept)


def _bytes_sent(request: _Request, publish_id: str) -> Iterator[Promise]:
    span = _RANGE.fullmatch(request.headers["content-range"])
    if span is None or int(span[1]) + 1 != int(span[2]):
        return
    yield Promise(
        at=request.at,
        text=f"the last byte of {publish_id} left: the database must know",
        is_kept=lambda books: any(
            tried.publish_id == publish_id and tried.is_final for tried in books.attempts
        ),
    )
    yield Promise(
        at=request.at,
        text=f"the last byte of {publish_id} left: the journal must know",
        is_kept=lambda books: any(
            entry.publish_id == publish_id and entry.step is JournalStep.FINAL_INTENT
            for entry in books.journal
        ),
    )
