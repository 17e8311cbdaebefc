"""build/dev.py decides rightly what to set up, what to run and what to tell."""

import ast
import importlib.util
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import pytest

from build import dev


class FakeTools:
    """Stands where programs are started: remembers each call and ends it as told."""

    def __init__(self, exit_codes: dict[str, int] | None = None) -> None:
        self.calls: list[tuple[str, ...]] = []
        self._exit_codes = exit_codes or {}

    def __call__(self, *command: str | Path, told: IO[bytes] | None = None) -> int:
        if told is not None:
            told.write(b"said by a check\n")
        self.calls.append(tuple(str(part) for part in command))
        line = " ".join(self.calls[-1])
        return next((code for word, code in self._exit_codes.items() if word in line), 0)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout that build/dev.py takes for its own."""
    venv = tmp_path / ".venv"
    monkeypatch.setattr(dev, "VENV", venv)
    monkeypatch.setattr(dev, "VENV_PYTHON", venv / "python")
    monkeypatch.setattr(dev, "STAMP", venv / "setup-stamp")
    monkeypatch.setattr(dev, "QT_LOADED", venv / "qt-loaded")
    monkeypatch.setattr(dev, "CONSTRAINTS", tmp_path / "constraints.txt")
    monkeypatch.setattr(dev, "PYPROJECT", tmp_path / "pyproject.toml")
    monkeypatch.setattr(dev, "qt_problem", lambda: "")
    monkeypatch.setattr(dev, "is_root", lambda: False)
    dev.CONSTRAINTS.write_text("alembic==1.0")
    dev.PYPROJECT.write_text("[project]")
    return tmp_path


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> FakeTools:
    fake = FakeTools()
    monkeypatch.setattr(dev, "call", fake)
    return fake


def finished_environment() -> None:
    dev.VENV.mkdir()
    dev.VENV_PYTHON.touch()
    stamp = dev.expected_stamp(
        dev.CONSTRAINTS.read_bytes(), dev.PYPROJECT.read_bytes(), sys.version
    )
    dev.STAMP.write_text(stamp)
    dev.QT_LOADED.touch()


def made_by(tools: FakeTools) -> list[str]:
    steps = {"venv": "venv", "--require-hashes": "dependencies", "-e": "app"}
    return [steps[word] for call in tools.calls for word in call if word in steps]


@pytest.mark.usefixtures("checkout")
def test_second_run_sets_up_nothing(tools: FakeTools) -> None:
    finished_environment()
    dev.ensure_environment()
    assert tools.calls == []


def test_first_run_makes_everything_in_order(checkout: Path, tools: FakeTools) -> None:
    (checkout / ".venv").mkdir()  # the fake makes none
    dev.ensure_environment()
    assert made_by(tools) == ["venv", "dependencies", "app"]
    assert dev.read_stamp(dev.STAMP) != dev.UNFINISHED
    assert dev.QT_LOADED.exists()


@pytest.mark.usefixtures("checkout")
def test_changed_dependencies_are_installed_into_the_same_environment(
    tools: FakeTools, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished_environment()
    monkeypatch.setattr(dev, "reusable", lambda: True)
    dev.CONSTRAINTS.write_text("alembic==2.0")
    dev.ensure_environment()
    assert made_by(tools) == ["dependencies", "app"]


@pytest.mark.usefixtures("checkout")
def test_half_made_environment_is_made_anew(tools: FakeTools) -> None:
    finished_environment()
    dev.STAMP.write_text(dev.UNFINISHED)
    dev.ensure_environment()
    assert made_by(tools) == ["venv", "dependencies", "app"]


@pytest.mark.usefixtures("checkout")
def test_environment_without_python_is_made_anew(tools: FakeTools) -> None:
    finished_environment()
    dev.VENV_PYTHON.unlink()
    dev.ensure_environment()
    assert made_by(tools) == ["venv", "dependencies", "app"]


@pytest.mark.usefixtures("checkout")
def test_failed_install_is_told_and_not_taken_for_done(monkeypatch: pytest.MonkeyPatch) -> None:
    finished_environment()
    dev.CONSTRAINTS.write_text("alembic==2.0")
    monkeypatch.setattr(dev, "reusable", lambda: True)
    monkeypatch.setattr(dev, "call", FakeTools({"--require-hashes": 1}))
    with pytest.raises(dev.SetupError, match=r"exit code 1:\n.*--require-hashes"):
        dev.ensure_environment()
    assert dev.read_stamp(dev.STAMP) == dev.UNFINISHED


@pytest.mark.parametrize("changed", range(3))
def test_stamp_changes_with_each_of_its_parts(changed: int) -> None:
    parts = [b"constraints", b"pyproject", b"3.11"]
    before = dev.expected_stamp(parts[0], parts[1], parts[2].decode())
    parts[changed] += b"!"
    assert dev.expected_stamp(parts[0], parts[1], parts[2].decode()) != before


@pytest.mark.usefixtures("checkout")
def test_missing_qt_library_is_told_with_the_command_that_mends_it(
    tools: FakeTools, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finished_environment()
    dev.QT_LOADED.unlink()
    monkeypatch.setattr(dev, "qt_problem", lambda: "ImportError: libEGL.so.1 is missing")
    dev.ensure_environment()
    told = capsys.readouterr().err
    assert "libEGL.so.1 is missing" in told
    assert "sudo apt-get install -y fonts-dejavu-core" in told
    assert tools.calls == []
    assert not dev.QT_LOADED.exists()


@pytest.mark.usefixtures("checkout")
def test_root_on_debian_gets_missing_qt_libraries_installed(
    tools: FakeTools, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["libEGL.so.1 is missing", ""])
    monkeypatch.setattr(dev, "qt_problem", lambda: next(answers))
    monkeypatch.setattr(dev, "is_root", lambda: True)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert dev.ensure_qt_libraries()
    assert [call[:2] for call in tools.calls] == [("apt-get", "update"), ("apt-get", "install")]
    assert "libegl1" in tools.calls[1]


def test_what_tests_call_is_installed_where_it_may_be(
    tools: FakeTools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "missing_packages", lambda _packages: ["microsocks"])
    monkeypatch.setattr(dev, "is_root", lambda: True)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    dev.ensure_test_packages()
    assert [call[:2] for call in tools.calls] == [("apt-get", "update"), ("apt-get", "install")]
    assert tools.calls[1][-1] == "microsocks"


def test_what_tests_call_and_may_not_be_installed_is_told(
    tools: FakeTools, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "missing_packages", lambda _packages: ["microsocks"])
    monkeypatch.setattr(dev, "is_root", lambda: False)
    dev.ensure_test_packages()
    assert tools.calls == []
    assert "sudo apt-get install -y microsocks" in capsys.readouterr().err


def test_a_mirror_that_is_away_for_a_moment_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter([100, 0])
    installs: list[str] = []

    def call(*command: str | Path, told: IO[bytes] | None = None) -> int:
        if command[1] != "install":
            return 0
        installs.append(str(command[-1]))
        return next(answers)

    monkeypatch.setattr(dev, "is_root", lambda: True)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(dev, "call", call)
    assert dev.apt_install(["xvfb"])
    assert installs == ["xvfb", "xvfb"]


@pytest.mark.usefixtures("tools")
def test_python_without_venv_is_told_which_package_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dev, "is_root", lambda: False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    with pytest.raises(dev.SetupError, match=f"sudo apt-get install -y {package}"):
        dev.ensure_venv_module()


def test_old_python_can_read_the_script_at_all() -> None:
    ast.parse(Path(dev.__file__).read_text(encoding="utf-8"), feature_version=(3, 7))


def test_old_python_is_told_what_it_takes() -> None:
    with pytest.raises(
        dev.SetupError, match=r"needs Python 3\.11 or newer; this is 3\.9\.2 \(/p\)"
    ):
        dev.require_python((3, 9, 2), "/p")
    dev.require_python((3, 11, 0), "/p")


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_display_is_found(platform: str, environ: dict[str, str], expected: bool) -> None:
    assert dev.has_display(platform, environ) is expected


@pytest.mark.parametrize(
    ("args", "environ", "expected"),
    [
        ([], {"DISPLAY": ":0"}, ()),
        ([], {}, ("--headless",)),
        (["--accounts", "5"], {}, ("--headless", "--accounts", "5")),
        (["--headless"], {}, ("--headless",)),
        (["--help"], {}, ("--help",)),
    ],
)
def test_demo_without_a_display_is_headless(
    args: Sequence[str], environ: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert dev.demo_arguments(args, "linux", environ) == expected


def test_arguments_after_the_command_are_passed_on_untouched() -> None:
    assert dev.parse(["test", "-k", "name", "--help"]) == ("test", ["-k", "name", "--help"])
    assert dev.parse(["demo", "--headless"]) == ("demo", ["--headless"])


def test_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        dev.parse(["tset"])
    assert "tset" in capsys.readouterr().err


def test_every_check_runs_and_the_first_failure_is_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tools = FakeTools({"mypy": 2, "pytest": 5})
    monkeypatch.setattr(dev, "call", tools)
    monkeypatch.setattr(dev, "ensure_test_packages", lambda: None)
    assert dev.test(["-k", "slots"]) == 2
    assert len(tools.calls) == len(dev.LINTS) + 1
    (tests,) = [call for call in tools.calls if call[1:3] == ("-m", "pytest")]
    assert tests[-2:] == ("-k", "slots")
    told = capsys.readouterr().out
    assert told.count("said by a check") == len(dev.LINTS)
    assert told.endswith("FAILED: mypy --strict (exit 2), pytest (exit 5)\n")


def test_passed_checks_end_with_zero(tools: FakeTools, capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.check([]) == 0
    assert len(tools.calls) == len(dev.LINTS)
    assert (
        "Passed: ruff check, ruff format, mypy --strict, import-linter" in capsys.readouterr().out
    )


def test_benchmarks_are_found_and_chosen_by_name(tmp_path: Path) -> None:
    for name in ("bench_start.py", "bench_due_lag.py", "yardstick.py"):
        (tmp_path / name).touch()
    assert dev.benchmark_names(tmp_path, []) == ["bench_due_lag", "bench_start"]
    assert dev.benchmark_names(tmp_path, ["start"]) == ["bench_start"]
    with pytest.raises(dev.SetupError, match="No such benchmark: bench_ghost"):
        dev.benchmark_names(tmp_path, ["ghost"])


def test_missing_benchmarks_are_told_instead_of_passed(tmp_path: Path) -> None:
    with pytest.raises(dev.SetupError, match="There are: none yet"):
        dev.benchmark_names(tmp_path, [])


def test_translating_extracts_before_it_updates_and_compiles() -> None:
    assert list(dev.TRANSLATION) == ["extract", "update", "compile"]
    assert "translate" in dev.COMMANDS
