"""What commands say arrives whole, or the command says why it does not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import PATIENCE_S, PROGRAM, Program

CAPTION = "Smile 😀 and go"
FULL = Path("/dev/full")


def plan(program: Program) -> None:
    program.connect("sim01")
    file = program.folder / "clip.mp4"
    file.write_bytes(b"x" * 5_000)
    choices = ("--privacy", "SELF_ONLY", "--consent", "--caption", CAPTION)
    program.run(
        "posts", "add", str(file), "--account", "sim01", "--at", "2099-01-01T10:00", *choices
    )


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_caption_is_told_whatever_the_code_page(program: Program, encoding: str) -> None:
    plan(program)
    told = program.run("posts", "list", "--json", env={"PYTHONIOENCODING": encoding})
    assert (told.code, told.err) == (0, "")
    assert [post["caption"] for post in told.json()] == [CAPTION]


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", [("posts", "list", "--json"), ("doctor",)])
def test_an_output_that_takes_nothing_is_told_without_a_traceback(
    program: Program, command: tuple[str, ...]
) -> None:
    shell = 'exec "$@" > /dev/full'
    told = program.shell(shell, *command)
    assert told.code == 1
    assert "The command broke off. The system says: No space left on device." in told.err
    assert "Traceback" not in told.err
    assert "Exception" not in told.err


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")
def test_a_command_without_an_output_works_all_the_same(program: Program) -> None:
    told = program.shell('exec "$@" >&-', "settings", "set", "direct-posts-per-day", "7")
    assert (told.code, told.err) == (0, "")
    told = program.run("settings", "list")
    (line,) = [line for line in told.out.splitlines() if "direct-posts-per-day" in line]
    assert line.split()[1] == "7"


def test_nobody_who_reads_on_is_no_reason_to_complain(program: Program) -> None:
    nobody, output = os.pipe()
    os.close(nobody)
    with os.fdopen(output) as file:
        done = subprocess.run(
            [*PROGRAM, "posts", "list", "--json"],
            env=program.env,
            stdout=file,
            stderr=subprocess.PIPE,
            timeout=PATIENCE_S,
            check=False,
        )
    assert done.stderr == b""
