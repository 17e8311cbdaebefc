"""The server uploads are measured against: it takes bytes as fast as the kernel hands them over.

A process of its own, started by `bench_upload`. PUT bodies are counted and dropped, never copied
to Python (MSG_TRUNC); every other request goes on to a local TikTok in the same process, so that
the whole way of a post can be measured too. With a limit the bodies of all connections are read at
so many bytes a second, like a link of that speed.
"""

import argparse
import re
import socket
import sys
import threading
import time

from tests.benchmarks.measure import say
from tiktok_manager.simulator import Simulator, SimulatorConfig

BLOCK_BYTES = 1024 * 1024
SLICE_BYTES = 128 * 1024
BURST_S = 0.005
HEAD_END = b"\r\n\r\n"


class Link:
    """A token bucket; what a link did not carry while it stood idle is lost."""

    def __init__(self, bytes_per_s: float) -> None:
        self._bytes_per_s = bytes_per_s
        self._free_at_s = 0.0
        self._lock = threading.Lock()
        self._never = threading.Event()
        self.block_bytes = SLICE_BYTES if bytes_per_s else BLOCK_BYTES

    def carry(self, size_bytes: int) -> None:
        """Return when these bytes are through."""
        if not self._bytes_per_s:
            return
        with self._lock:
            now_s = time.monotonic()
            self._free_at_s = max(self._free_at_s, now_s - BURST_S) + size_bytes / self._bytes_per_s
            wait_s = self._free_at_s - now_s
        if wait_s > 0:
            self._never.wait(wait_s)


class Sink:
    """Accepts connections until the process ends."""

    def __init__(self, link: Link, api: tuple[str, int]) -> None:
        self._link = link
        self._api = api
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]

    def serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            try:
                while head := _read_head(connection):
                    if head.startswith(b"PUT "):
                        self._drop_body(connection, head)
                    else:
                        self._pass_on(connection, head)
            except ConnectionError:
                return

    def _drop_body(self, connection: socket.socket, head: bytes) -> None:
        start = head.index(HEAD_END) + len(HEAD_END)
        left = _length(head) - (len(head) - start)
        self._link.carry(len(head) - start)
        buffer = bytearray(self._link.block_bytes)
        while left > 0:
            got = connection.recv_into(buffer, min(len(buffer), left), socket.MSG_TRUNC)
            if not got:
                return
            left -= got
            self._link.carry(got)
        found = re.search(rb"content-range: *bytes \d+-(\d+)/(\d+)", head, re.IGNORECASE)
        complete = found is None or int(found[1]) + 1 == int(found[2])
        status = b"201 Created" if complete else b"206 Partial Content"
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    def _pass_on(self, connection: socket.socket, head: bytes) -> None:
        """Let the local TikTok answer; it closes after each answer, and so do we."""
        start = head.index(HEAD_END) + len(HEAD_END)
        request = re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head[: start - 2])
        with socket.create_connection(self._api) as api:
            api.sendall(request + b"Connection: close\r\n\r\n" + head[start:])
            left = _length(head) - (len(head) - start)
            while left > 0 and (block := connection.recv(min(left, SLICE_BYTES))):
                api.sendall(block)
                left -= len(block)
            while block := api.recv(SLICE_BYTES):
                connection.sendall(block)
        connection.shutdown(socket.SHUT_RDWR)


def _read_head(connection: socket.socket) -> bytes:
    head = b""
    while HEAD_END not in head:
        block = connection.recv(16_384)
        if not block:
            return b""
        head += block
    return head


def _length(head: bytes) -> int:
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return int(found[1]) if found else 0


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bytes-per-s", type=float, default=0.0)
    options = parser.parse_args()
    with Simulator(SimulatorConfig(accounts=1, auto_approve=True)) as sim:
        port = int(sim.base_url.rpartition(":")[2])
        sink = Sink(Link(options.bytes_per_s), ("127.0.0.1", port))
        sim.world.base_url = f"http://127.0.0.1:{sink.port}"
        threading.Thread(target=sink.serve, daemon=True).start()
        say(url=sim.world.base_url)
        sys.stdin.read()


if __name__ == "__main__":
    main()
