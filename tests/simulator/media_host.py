"""A client's own web server on this machine, for the local TikTok to fetch media from."""

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import av


class MediaHost:
    """Serves `files`; names that begin with `slow` wait half way until `gate` is set."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.gate = threading.Event()
        self.half_sent = threading.Event()
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host._answer(self)

            def log_message(self, *_args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/{name}"

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        name = request.path.lstrip("/").partition("?")[0]
        if name == "moved":
            request.send_response(302)
            request.send_header("Location", "/video.mp4")
            request.end_headers()
            return
        content = self.files.get(name, b"")
        request.send_response(200 if content else 404)
        request.send_header("Content-Length", str(len(content) + (name == "short")))
        request.end_headers()
        request.wfile.write(content[:10])
        request.wfile.flush()
        if name.startswith("slow"):
            self.half_sent.set()
            self.gate.wait()
        try:
            request.wfile.write(content[10:])
        except OSError:
            return


def picture(width: int = 640, height: int = 640, codec: str = "mjpeg") -> bytes:
    """Return a JPEG, or a PNG."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="image2pipe") as container:
        stream = container.add_stream(codec, rate=1)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "rgb24"
        container.mux(stream.encode(av.VideoFrame(width, height, "rgb24")))
        container.mux(stream.encode(None))
    return buffer.getvalue()
