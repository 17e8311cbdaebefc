"""Starting, stopping, serving, and what is no address of TikTok's."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.simulator.app_client import HttpApp, authorize_query
from tiktok_manager.simulator import Simulator, SimulatorConfig

ROOT = Path(__file__).parents[2]


def kinds(simulator: Simulator) -> list[str]:
    return [violation.kind for violation in simulator.world.violations]


def test_it_starts_and_stops_without_leaving_a_thread_or_a_folder() -> None:
    before = threading.active_count()
    with Simulator() as simulator:
        assert simulator.base_url.startswith("http://127.0.0.1:")
        assert httpx.get(simulator.base_url, trust_env=False).status_code == 200
        folder = simulator.world.media_dir
        assert folder.is_dir()
    assert threading.active_count() == before
    assert not folder.exists()


def test_a_given_folder_is_kept(tmp_path: Path) -> None:
    with Simulator(SimulatorConfig(auto_approve=True, media_dir=tmp_path / "media")) as simulator:
        app = HttpApp(simulator.base_url)
        app.connect()
        app.publish(b"kept")
        app.close()
    (file,) = (tmp_path / "media").iterdir()
    assert file.read_bytes() == b"kept"


def test_stopping_ends_connections_that_wait(simulator: Simulator) -> None:
    parts = urlsplit(simulator.base_url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), 10) as idle:
        idle.sendall(b"PUT /upload/video?upload_id=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        simulator.stop()
        with contextlib.suppress(ConnectionResetError):
            assert idle.recv(100) == b""


def test_stopping_twice_is_harmless() -> None:
    simulator = Simulator()
    simulator.start()
    simulator.stop()
    simulator.stop()


def test_a_taken_port_is_an_error(simulator: Simulator) -> None:
    port = urlsplit(simulator.base_url).port or 0
    other = Simulator(SimulatorConfig(port=port))
    with pytest.raises(OSError, match=r"in use|Only one usage|address"):
        other.start()
    other.stop()


@pytest.mark.parametrize(
    "path",
    ["/v2/user/info?fields=open_id", "/v2/oauth/token", "/v2/auth/authorize", "/v2/other/"],
)
def test_a_path_without_its_slash_is_unsupported(simulator: Simulator, path: str) -> None:
    answer = httpx.get(simulator.base_url + path, trust_env=False)
    assert (answer.status_code, answer.text) == (404, "Unsupported path(Janus)")
    assert kinds(simulator) == ["path"]


def test_a_wrong_method_is_unsupported(simulator: Simulator) -> None:
    assert httpx.get(f"{simulator.base_url}/v2/video/list/", trust_env=False).status_code == 404
    assert kinds(simulator) == ["path"]


def test_what_is_no_http_is_recorded(simulator: Simulator) -> None:
    parts = urlsplit(simulator.base_url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), 10) as connection:
        connection.sendall(b"hello\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
    assert kinds(simulator) == ["http"]


def test_a_huge_body_is_refused(simulator: Simulator, http_app: HttpApp) -> None:
    answer = http_app.post("/v2/post/publish/video/init/", {"title": "x" * 1_000_001})
    assert answer.status_code == 400
    assert kinds(simulator) == ["body_size"]


def test_other_names_for_this_machine_are_refused(simulator: Simulator) -> None:
    answer = httpx.get(simulator.base_url, headers={"Host": "evil.example"}, trust_env=False)
    assert answer.status_code == 400


def test_the_ledger_knows_every_call_and_no_secret(simulator: Simulator, http_app: HttpApp) -> None:
    publish_id = http_app.publish(b"content")
    http_app.status(publish_id)
    rows = [
        (entry.endpoint, entry.account, entry.status, entry.publish_id)
        for entry in simulator.world.ledger
    ]
    assert rows == [
        ("authorize", "sim01", 302, None),
        ("token", "sim01", 200, None),
        ("video_init", "sim01", 200, publish_id),
        ("upload", "sim01", 201, publish_id),
        ("status", "sim01", 200, publish_id),
    ]
    shown = repr(simulator.world.ledger) + repr(simulator.world.violations)
    upload_token = simulator.world.publishes[publish_id].upload_token
    for secret in (http_app.token, "sim-secret", upload_token, "rft."):
        assert secret not in shown


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_announces_its_address_and_ends_on_a_signal(number: signal.Signals) -> None:
    code = (
        "from functools import partial\n"
        "from tiktok_manager.simulator import SimulatorConfig, serve\n"
        "serve(SimulatorConfig(auto_approve=True), announce=partial(print, flush=True))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdout is not None
        base_url = process.stdout.readline().strip()
        query = authorize_query()
        url = f"{base_url}/v2/auth/authorize/"
        assert httpx.get(url, params=query, trust_env=False).status_code == 302
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, output, errors) == (0, "", "")
