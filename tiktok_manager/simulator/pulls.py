"""Fetching videos and photos from the client's server (TikTok: Media Transfer Guide).

TikTok pulls from https, from a domain or URL prefix the developer has verified, without following
redirects, for an hour at most. Here this machine counts as verified, plain http and all; other
hosts are fetched from only where the policy says `anywhere`.
"""

import ipaddress
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from socket import SHUT_RDWR
from urllib.parse import SplitResult, urlsplit

from .chunks import MAX_VIDEO_BYTES
from .state import Publish, Status
from .wire import Refused, client_bug

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
PULL_S = 3_600.0
SILENCE_S = 10.0
BLOCK_BYTES = 1 << 16


def checked_url(url: str, url_properties: tuple[str, ...]) -> str:
    """Return the address; raises Refused where TikTok would not even begin to fetch."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise client_bug("pull_url", f"{url!r} is no address.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise client_bug("pull_url", f"{url!r} is no https address.")
    if not any(_covers(known, url, host) for known in url_properties):
        _refuse("")
    if host not in LOOPBACK_HOSTS and (parts.scheme != "https" or _is_ip(host)):
        _refuse("Media are pulled over https from a domain, not from an address in numbers.")
    return url


def _refuse(why: str) -> None:
    text = "Please review our URL ownership verification rules."
    kind = "pull_url" if why else None
    raise Refused(403, "url_ownership_unverified", text, violation=kind, why=why)


def _covers(known: str, url: str, host: str) -> bool:
    """Whether a verified domain (with its subdomains) or URL prefix covers the address."""
    if "://" in known:
        return known.endswith("/") and url.startswith(known)
    return host == known or host.endswith(f".{known}")


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class Pulls:
    """Fetches on threads of its own; `done` and `failed` hear how each publish ended."""

    def __init__(
        self,
        policy: str,
        done: Callable[[Publish], None],
        failed: Callable[[Publish], None],
    ) -> None:
        self._policy = policy
        self._done = done
        self._failed = failed
        self._closing = threading.Event()
        self._pool: ThreadPoolExecutor | None = None
        self._futures: list[Future[None]] = []
        self._open: set[HTTPConnection] = set()

    def start(self, publish: Publish) -> None:
        """Begin to fetch; `publish.uploaded_bytes` counts what has come. `World` guards it."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(4, thread_name_prefix="simulator-pull")
        self._futures = [future for future in self._futures if not future.done()]
        self._futures.append(self._pool.submit(self._pull, publish))

    def wait(self) -> None:
        """Wait until everything begun has ended."""
        wait(self._futures)

    def close(self) -> None:
        """Cut what is being fetched and end the threads."""
        self._closing.set()
        for connection in list(self._open):
            if connection.sock is not None:
                with suppress(OSError):
                    connection.sock.shutdown(SHUT_RDWR)
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _pull(self, publish: Publish) -> None:
        try:
            for url, path in zip(publish.urls, publish.files, strict=True):
                self._fetch(publish, urlsplit(url), path)
        except (OSError, HTTPException):
            self._failed(publish)
        else:
            self._done(publish)

    def _fetch(self, publish: Publish, url: SplitResult, path: Path) -> None:
        host = url.hostname or ""
        if self._policy == "never" or (self._policy == "loopback" and host not in LOOPBACK_HOSTS):
            raise OSError("The policy of this simulator fetches nothing from there.")
        kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
        connection = kind(host, url.port, timeout=SILENCE_S)
        self._open.add(connection)
        try:
            connection.request("GET", f"{url.path or '/'}{'?' + url.query if url.query else ''}")
            answer = connection.getresponse()
            if answer.status != 200:
                raise OSError(f"HTTP {answer.status}: redirects are not followed either.")
            with path.open("wb") as file:
                while block := answer.read(BLOCK_BYTES):
                    self._take(publish, len(block))
                    file.write(block)
            if answer.length:
                raise OSError("The server sent less than it promised.")
        finally:
            self._open.discard(connection)
            connection.close()

    def _take(self, publish: Publish, received: int) -> None:
        publish.uploaded_bytes += received
        over = publish.uploaded_bytes > MAX_VIDEO_BYTES
        if over or self._closing.is_set() or publish.status is not Status.PROCESSING_DOWNLOAD:
            raise OSError("The pull was cut.")
