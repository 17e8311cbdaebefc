"""The log serves, and neither harms nor tells: one line a record, no secret, never an error."""

import io
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tiktok_manager.system import logs
from tiktok_manager.system.logs import LOG_FILE, Redactor, configure_logging
from tiktok_manager.system.paths import ENV_DATA_DIR, DataPaths, open_data_paths

CANARY = "cAnArY-0123456789"

logger = logging.getLogger("tiktok_manager.test")


@pytest.fixture
def paths(tmp_path: Path) -> DataPaths:
    return open_data_paths({ENV_DATA_DIR: str(tmp_path)})


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


@pytest.fixture
def terminal() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(autouse=True)
def close(
    paths: DataPaths, redactor: Redactor, terminal: io.StringIO
) -> Iterator[Callable[[], None]]:
    close = configure_logging(paths, logging.INFO, terminal, redactor)
    yield close
    close()


def lines(paths: DataPaths) -> list[dict[str, Any]]:
    text = (paths.logs_dir / LOG_FILE).read_text(encoding="ascii")
    return [json.loads(line) for line in text.splitlines()]


def log_badly(message: str, argument: str) -> None:
    """Log with arguments that do not fit; pytest's own handler would raise."""
    record = logger.makeRecord("x", logging.WARNING, "file", 1, message, (argument,), None)
    for handler in logging.getLogger().handlers:
        if type(handler).__module__ == logs.__name__:
            handler.handle(record)


def messages(paths: DataPaths) -> list[str]:
    return [line["message"] for line in lines(paths)]


def test_a_record_is_one_line_with_time_level_and_source(paths: DataPaths) -> None:
    logger.info("Post %s went out", "12")
    (line,) = lines(paths)
    assert line["message"] == "Post 12 went out"
    assert (line["level"], line["logger"], line["thread"]) == (
        "INFO",
        "tiktok_manager.test",
        "MainThread",
    )
    assert line["at"].endswith("Z")


def test_text_from_outside_cannot_forge_a_line_or_steer_a_terminal(
    paths: DataPaths, terminal: io.StringIO
) -> None:
    caption = 'nice\n{"level": "INFO"}\r\x1b[2J\x00\u2028\u202e'
    logger.warning("Caption %s", caption)
    assert messages(paths) == [f"Caption {caption}"]
    raw = (paths.logs_dir / LOG_FILE).read_bytes()
    assert raw.count(b"\n") == 1
    assert all(32 <= byte < 127 for byte in raw[:-1])
    shown = terminal.getvalue()
    assert shown.startswith("warning: Caption nice")
    assert shown[:-1].isprintable()


def test_no_canary_gets_through_messages_arguments_or_errors(
    paths: DataPaths, redactor: Redactor, terminal: io.StringIO
) -> None:
    redactor.register(CANARY)
    kept_in_a_local = CANARY
    logger.warning("plain %s", CANARY)
    logger.warning("url %s", f"https://u:{CANARY[:9]}@h/?x={CANARY}")
    log_badly("wrong %d", CANARY)
    try:
        try:
            raise ValueError(kept_in_a_local)
        except ValueError as exc:
            raise RuntimeError(f"access_token={CANARY}") from exc
    except RuntimeError:
        logger.exception("Failed", stack_info=True)
    written = (paths.logs_dir / LOG_FILE).read_text() + terminal.getvalue()
    assert len(lines(paths)) == 4
    assert CANARY[:9] not in written
    assert "RuntimeError" in lines(paths)[-1]["error"]


def test_tracebacks_show_no_locals(paths: DataPaths) -> None:
    def fail() -> None:
        hidden_in_a_local = "unregistered " + "value"
        raise ValueError(len(hidden_in_a_local))

    try:
        fail()
    except ValueError:
        logger.exception("Failed")
    assert "unregistered value" not in (paths.logs_dir / LOG_FILE).read_text()


@pytest.mark.parametrize("name", ["httpx", "httpcore.http11", "apscheduler.x"])
def test_libraries_that_tell_every_request_are_silent(paths: DataPaths, name: str) -> None:
    logging.getLogger(name).info("HTTP Request: PUT https://upload/?upload_token=x")
    logging.getLogger(name).warning("worth knowing")
    assert messages(paths) == ["worth knowing"]


def test_a_badly_called_logger_still_leaves_its_line(paths: DataPaths) -> None:
    log_badly("%d posts", "many")
    log_badly("no place", "for this")
    assert messages(paths) == ["%d posts ('many',)", "no place ('for this',)"]


def test_endless_text_is_cut(paths: DataPaths) -> None:
    logger.info("x" * 1_000_000)
    assert len(messages(paths)[0]) < 200_000


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_the_log_is_the_owners_alone(paths: DataPaths) -> None:
    logger.info("hello")
    assert (paths.logs_dir / LOG_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_in_its_place_is_not_written_through(paths: DataPaths, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("kept")
    (paths.logs_dir / LOG_FILE).symlink_to(precious)
    logger.info("hello")
    assert precious.read_text() == "kept"


def test_closing_leaves_logging_as_it_was(paths: DataPaths, close: Callable[[], None]) -> None:
    handlers = list(logging.getLogger().handlers)
    logger.info("during")
    close()
    logging.getLogger().warning("after")
    assert messages(paths) == ["during"]
    assert len(logging.getLogger().handlers) < len(handlers)
    close()


@pytest.mark.skipif(sys.platform == "win32", reason="open files stay there")
def test_a_vanished_folder_is_made_again(paths: DataPaths) -> None:
    logger.info("before")
    shutil.rmtree(paths.logs_dir)
    logger.info("after")
    assert messages(paths) == ["after"]
    assert paths.logs_dir.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_loses_lines_only(
    paths: DataPaths, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(paths.logs_dir)
    paths.logs_dir.write_text("not a folder")
    logger.info("lost")
    paths.logs_dir.unlink()
    logger.info("back")
    assert messages(paths) == ["back"]
    assert capsys.readouterr().err == ""


def test_a_terminal_that_is_gone_loses_lines_only(
    paths: DataPaths, terminal: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.close()
    logger.warning("still in the file")
    assert messages(paths) == ["still in the file"]
    assert capsys.readouterr().err == ""


def test_a_large_log_makes_room_and_keeps_the_newest(
    paths: DataPaths, monkeypatch: pytest.MonkeyPatch, close: Callable[[], None]
) -> None:
    close()
    monkeypatch.setattr(logs, "_MAX_BYTES", 1000)
    end = configure_logging(paths)
    for number in range(200):
        logger.info("line %d", number)
    end()
    files = sorted(paths.logs_dir.iterdir())
    assert len(files) == 5
    assert all(file.stat().st_size <= 1000 for file in files)
    assert messages(paths)[-1] == "line 199"


def run_python(code: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


FULL_DISK = f"""
import logging, resource, sys
from tiktok_manager.system.logs import configure_logging
from tiktok_manager.system.paths import open_data_paths
paths = open_data_paths({{{ENV_DATA_DIR!r}: sys.argv[1]}})
close = configure_logging(paths)
logging.info("fits")
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (50, hard))
for number in range(100):
    logging.info("does not fit %d", number)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
logging.info("fits again")
resource.setrlimit(resource.RLIMIT_FSIZE, (50, hard))
logging.info("the last one is lost too")
close()
print("alive")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_a_full_disk_loses_lines_only(paths: DataPaths) -> None:
    out, err = run_python(FULL_DISK, paths.root).communicate()
    assert (out, err) == ("alive\n", "")
    text = (paths.logs_dir / LOG_FILE).read_text()
    assert '"fits again"' in text


TWO_WRITERS = f"""
import logging, sys
from tiktok_manager.system import logs
from tiktok_manager.system.paths import open_data_paths
logs._MAX_BYTES = 2000
close = logs.configure_logging(open_data_paths({{{ENV_DATA_DIR!r}: sys.argv[1]}}))
for number in range(2000):
    logging.info("line %d", number)
close()
print("alive")
"""


def test_two_processes_rotate_the_same_log_unharmed(paths: DataPaths) -> None:
    writers = [run_python(TWO_WRITERS, paths.root) for _ in range(2)]
    assert [writer.communicate() for writer in writers] == [("alive\n", "")] * 2
    for file in paths.logs_dir.iterdir():
        for line in file.read_text().splitlines():
            assert json.loads(line)["message"].startswith("line ")
