"""The publisher told to end in the middle of an upload, and the window ended by a fault."""

import hashlib
import signal
import threading

import pytest

from tests.e2e.conftest import Program
from tiktok_manager.simulator import Fault
from tiktok_manager.ui.crash import DeathTrace

# Less than the answer it waits for takes.
END_S = 30


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_publisher_told_to_end_under_an_upload_goes_on_next_time(
    program: Program, number: signal.Signals
) -> None:
    program.connect("sim01")
    file = program.folder / "clip.mp4"
    file.write_bytes(b"x" * 64_000_001)
    choices = ("--privacy", "PUBLIC_TO_EVERYONE", "--consent")
    program.run("posts", "add", str(file), "--account", "sim01", "--at", "now", *choices)
    faults = program.sim.world.faults
    faults.add(Fault(endpoint="upload", nth=3, delay_s=60.0))
    process = program.start("publisher", "run")
    while len(faults.in_force()) and not faults.in_force()[0][1]:
        assert process.poll() is None
    process.send_signal(number)
    process.communicate(timeout=END_S)
    faults.clear()
    assert program.run("publisher", "run", "--until-idle").code == 0
    digests = [
        hashlib.sha256(publish.path.read_bytes()).hexdigest()
        for publish in program.sim.world.publishes.values()
        if publish.status == "PUBLISH_COMPLETE"
    ]
    assert digests == [hashlib.sha256(file.read_bytes()).hexdigest()]


def test_a_window_ended_by_a_fault_leaves_what_each_thread_did(program: Program) -> None:
    program.env["QT_QPA_PLATFORM"] = "offscreen"
    window = program.start("--hidden")
    trace, again = program.data_dir / "logs" / DeathTrace.FILE, threading.Event()
    while not trace.exists() or not trace.read_text():
        assert window.poll() is None
        again.wait(0.05)
    window.send_signal(signal.SIGABRT)
    window.communicate(timeout=END_S)
    assert "Fatal Python error: Aborted" in trace.read_text()
    assert "application.py" in trace.read_text()
