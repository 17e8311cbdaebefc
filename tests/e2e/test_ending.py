"""The publisher told to end, by whatever the system has for that, in the middle of an upload."""

import hashlib
import signal

import pytest

from tests.e2e.conftest import Program
from tiktok_manager.simulator import Fault

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
