"""Other people's TikTok clients publish over the local TikTok: it takes what they send TikTok.

Runs where they are installed: `pip install tiktok-api-client marqetive-lib tiktok-studio-mcp` into
any environment, and its interpreter in REAL_CLIENTS_PYTHON. They are no dependency of ours.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.app_client import HttpApp, sha256
from tests.simulator.media_host import MediaHost, picture
from tiktok_manager.simulator import Simulator, SimulatorConfig
from tiktok_manager.system.sample_video import make_sample_video

DRIVER = Path(__file__).with_name("real_clients_driver.py")
PYTHON = os.environ.get("REAL_CLIENTS_PYTHON", sys.executable)
PATIENCE_S = 120


def installed(module: str) -> bool:
    """Whether the other interpreter finds a client."""
    look = f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is None)"
    return subprocess.run([PYTHON, "-c", look], check=False, timeout=PATIENCE_S).returncode == 0


@pytest.fixture
def tiktok() -> Iterator[Simulator]:
    config = SimulatorConfig(
        auto_approve=True, processing_s=0.0, moderation_s=0.0, upload_ends_with_json=True
    )
    with Simulator(config) as running:
        yield running


class Stranger:
    """Somebody else's client, on sim01's account."""

    def __init__(self, tiktok: Simulator, folder: Path) -> None:
        self._tiktok = tiktok
        self.host = MediaHost()
        self.video = folder / "video.mp4"

    def publish(self, client: str) -> Any:
        if not installed(client):
            pytest.skip(f"{client} is not installed in {PYTHON}")
        make_sample_video(self.video, hue=120, seconds=3)
        self.host.files |= {"1.jpg": picture(), "2.jpg": picture()}
        app = HttpApp(self._tiktok.base_url)
        tokens = app.connect("sim01")
        urls = [self.host.url("1.jpg"), self.host.url("2.jpg")]
        arguments = [tokens["access_token"], tokens["refresh_token"], str(self.video), *urls]
        done = subprocess.run(
            [PYTHON, str(DRIVER), client, self._tiktok.base_url, *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        app.close()
        assert done.returncode == 0, done.stderr[-2_000:]
        return json.loads(done.stdout.splitlines()[-1])

    def arrived(self, publish_id: str) -> tuple[str, str, str | None, str | None]:
        """Return mode, media, status and fingerprint of what came with this id."""
        self._tiktok.world.pulls.wait()
        (record,) = [
            each for each in self._tiktok.world.published() if each.publish_id == publish_id
        ]
        return record.mode, record.media, record.status, record.sha256


@pytest.fixture
def stranger(tiktok: Simulator, tmp_path: Path) -> Iterator[Stranger]:
    stranger = Stranger(tiktok, tmp_path)
    yield stranger
    stranger.host.close()


def test_tiktok_api_client_posts_a_video_and_photos(tiktok: Simulator, stranger: Stranger) -> None:
    said = stranger.publish("tiktok_api_client")
    video = sha256(stranger.video.read_bytes())
    assert said["status"] == "PUBLISH_COMPLETE"
    assert stranger.arrived(said["publish_id"]) == ("direct", "video", said["status"], video)
    assert stranger.arrived(said["photos"])[:3] == ("direct", "photo", "PUBLISH_COMPLETE")
    assert tiktok.world.violations == []


def test_marqetive_posts_a_video_and_waits_for_it(tiktok: Simulator, stranger: Stranger) -> None:
    said = stranger.publish("marqetive")
    video = sha256(stranger.video.read_bytes())
    assert said["status"] == "PUBLISH_COMPLETE"
    assert stranger.arrived(said["publish_id"]) == ("direct", "video", said["status"], video)
    assert tiktok.world.violations == []


def test_tiktok_studio_mcp_sends_a_draft_and_a_post(tiktok: Simulator, stranger: Stranger) -> None:
    said = stranger.publish("tiktok_mcp")
    video = sha256(stranger.video.read_bytes())
    draft, post = stranger.arrived(said["draft"]), stranger.arrived(said["publish_id"])
    assert draft == ("inbox", "video", "SEND_TO_USER_INBOX", video)
    assert post == ("direct", "video", "PUBLISH_COMPLETE", video)
    assert tiktok.world.violations == []
