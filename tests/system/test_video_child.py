"""Whatever a video does to the demuxer, it does it to a child process that can be spared."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.test_video import write_video
from tiktok_manager import __main__ as entry
from tiktok_manager.system import video, video_child
from tiktok_manager.system.video import VideoReaders, Videos

READY = "import sys, time; print('{\"ready\": true}', flush=True); line = sys.stdin.readline()\n"
QUESTION = {"do": "probe", "path": "clip.mp4"}


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_video(tmp_path / "clip.mp4", "libx264")


class Counted(VideoReaders):
    """Counts the questions asked."""

    def __init__(self) -> None:
        super().__init__()
        self.questions = 0

    def ask(self, question: video.Answer) -> video.Answer | None:
        self.questions += 1
        return super().ask(question)


@pytest.fixture
def readers() -> Iterator[Counted]:
    readers = Counted()
    yield readers
    readers.close()


def odd(code: str) -> VideoReaders:
    """Readers whose child does something else."""
    return VideoReaders([sys.executable, "-c", code], timeout_s=0.2)


@pytest.mark.parametrize(
    "code",
    [
        READY + "time.sleep(100)",
        READY + "print('no JSON', flush=True); time.sleep(100)",
        READY + "print('[1]', flush=True)",
        READY + "import os; os.abort()",
        READY,
        "import os; os.abort()",
    ],
    ids=["hangs", "babbles", "answers wrongly", "crashes", "leaves", "crashes at once"],
)
def test_a_child_that_fails_costs_nothing_but_the_answer(code: str) -> None:
    readers = odd(code)
    assert readers.ask(QUESTION) is None
    readers.close()


def test_a_child_that_does_not_come_up_is_not_waited_for() -> None:
    readers = VideoReaders([sys.executable, "-c", "import time; time.sleep(100)"], start_s=0.2)
    assert readers.ask(QUESTION) is None
    assert VideoReaders(["/nowhere/python"]).ask(QUESTION) is None


def test_a_child_is_used_again_and_one_that_left_is_replaced(readers: Counted, clip: Path) -> None:
    question = {"do": "probe", "path": str(clip)}
    readers.get_ready()
    assert readers.ask(question) == readers.ask(question)
    (child,) = readers._idle
    child._process.kill()
    child._process.wait()
    answer = readers.ask(question)
    assert answer is not None
    assert answer["info"]["codec"] == "h264"
    assert readers._idle != [child]


def test_the_same_file_is_looked_into_once(readers: Counted, clip: Path) -> None:
    videos = Videos(readers)
    assert videos.probe(clip) == videos.probe(clip)
    assert readers.questions == 1
    write_video(clip, "mpeg4")
    found = videos.probe(clip)
    assert found is not None
    assert found.codec == "mpeg4"
    assert readers.questions == 2


def test_a_file_that_made_a_child_fail_is_tried_again(clip: Path) -> None:
    readers = odd(READY)
    videos = Videos(readers)
    assert videos.probe(clip) is None
    assert videos.probe(clip) is None
    assert videos._known == {}
    assert not videos.thumbnail(clip, clip.with_suffix(".jpg"), 100)


def test_what_does_not_begin_like_a_video_starts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    videos = Videos(VideoReaders(["/nowhere/python"]))
    for content in (b"", b"#EXTM3U\nhttp://127.0.0.1/", b"PK\x03\x04 archive", b"#!/bin/sh\n"):
        path.write_bytes(content)
        videos.get_ready(path)
        assert videos.probe(path) is None
        assert not videos.thumbnail(path, tmp_path / "cover.jpg", 100)


def test_the_child_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOK_MANAGER_PASSPHRASE", "correct horse")
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    child = video._Child([sys.executable, "-c", code])
    told = child._hear(10.0)
    child.kill()
    assert told is not None
    assert not any(name.startswith("TIKTOK") for name in told)


def test_the_child_loads_nothing_of_ours_and_of_no_folder_at_hand(
    tmp_path: Path, clip: Path
) -> None:
    (tmp_path / "av.py").write_text("raise SystemExit('hijacked')")
    question = json.dumps({"do": "probe", "path": str(clip)}) + "\n"
    done = subprocess.run(
        video._command(), input=question, capture_output=True, text=True, cwd=tmp_path, check=True
    )
    ready, answer = map(json.loads, done.stdout.splitlines())
    assert ready == {"ready": True}
    assert answer["info"]["width_px"] == 320


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces")
def test_the_child_has_no_network_where_the_system_allows_that(clip: Path) -> None:
    script = (
        "import runpy, sys, os\n"
        f"child = runpy.run_path({video_child.__file__!r})\n"
        "before = os.readlink('/proc/self/ns/net')\n"
        "child['_confine']()\n"
        "import av\n"
        f"child['_answer']({{'do': 'probe', 'path': {str(clip)!r}}})['info']['codec']\n"
        "print(before != os.readlink('/proc/self/ns/net'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    may = subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False)
    assert done.stdout.strip() == str(may.returncode == 0)


def test_a_frozen_app_starts_itself_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    command = video._command()
    assert command[0] == sys.executable
    monkeypatch.setattr(video_child, "main", lambda: 77)
    assert entry.main(command[1:]) == 77


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork there")
def test_a_forked_process_has_children_of_its_own(readers: Counted, clip: Path) -> None:
    readers.get_ready()
    (parents,) = readers._idle
    readers._pid = -1
    assert readers.ask({"do": "probe", "path": str(clip)}) is not None
    assert parents not in readers._idle
    parents.kill()
