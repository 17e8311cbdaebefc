"""Set up and drive the project: `python3 build/dev.py setup|demo|run|test|check|bench|gallery`.

The first thing a newcomer runs. It needs nothing but Python 3.11: it makes `.venv`, installs the
pinned dependencies and the app itself, then hands over; while nothing changed, set-up is skipped.
Standard library only, for it runs before anything is installed, and in words an old Python can
still read, to be told what is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

MINIMUM_PYTHON = (3, 11)
APT_ATTEMPTS = 3

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
CONSTRAINTS = ROOT / "constraints.txt"
PYPROJECT = ROOT / "pyproject.toml"
BENCHMARKS = ROOT / "tests" / "benchmarks"

# What the environment was made from; reads UNFINISHED from the first step to the last.
STAMP = VENV / "setup-stamp"
UNFINISHED = "unfinished"
# Exists once Qt could be loaded here, so that later starts need not try.
QT_LOADED = VENV / "qt-loaded"

# Loads what the window needs, and the plug-in that talks to an X server: it alone links libxcb.
QT_PROBE = """
import ctypes, pathlib, PySide6.QtNetwork, PySide6.QtSvg, PySide6.QtWidgets
for plugin in pathlib.Path(PySide6.__path__[0]).glob("Qt/plugins/platforms/libqxcb.so"):
    ctypes.CDLL(str(plugin))
"""
# fmt: off
QT_DEBIAN_PACKAGES = (
    "fonts-dejavu-core", "libdbus-1-3", "libegl1", "libfontconfig1", "libgl1", "libglib2.0-0",
    "libice6", "libsm6", "libx11-xcb1", "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0",
    "libxcb-keysyms1", "libxcb-randr0", "libxcb-render-util0", "libxcb-render0", "libxcb-shape0",
    "libxcb-shm0", "libxcb-sync1", "libxcb-xfixes0", "libxcb-xinerama0", "libxcb-xkb1",
    "libxkbcommon-x11-0", "libxkbcommon0",
)
# What tests call: a real window with its manager and tray, a keyring, proxies, a team's database.
TEST_DEBIAN_PACKAGES = (
    "binutils", "dbus", "dbus-x11", "gnome-keyring", "libsecret-1-0", "microsocks", "openbox",
    "postgresql", "procps", "strace", "tinyproxy-bin", "trayer", "xdotool", "xvfb",
)
# fmt: on

LINT_IMPORTS = "from importlinter.cli import lint_imports_command as lint; lint()"
LINTS: Mapping[str, Sequence[str]] = {
    "ruff check": ("-m", "ruff", "check", "tiktok_manager", "build", "tests"),
    "ruff format": ("-m", "ruff", "format", "--check", "tiktok_manager", "build", "tests"),
    "mypy --strict": ("-m", "mypy"),
    "import-linter": ("-c", LINT_IMPORTS, "--no-logo"),
}


BABEL = ("-m", "babel.messages.frontend", "--quiet")
TEMPLATE = "resources/locale/tiktok_manager.pot"
CATALOGUES = ("-D", "tiktok_manager", "-d", "resources/locale")
KEYWORDS = ("-k", "_", "-k", "Plural:1,2", "-k", "ngettext:1,2", "-k", "tr", "-k", "ntr:1,2")
SOURCES = ("tiktok_manager/wording", "tiktok_manager/ui")
FORM = ("--no-location", "--omit-header", "--sort-output")
TRANSLATION: Mapping[str, Sequence[str]] = {
    "extract": (*BABEL, "extract", *FORM, *KEYWORDS, "-o", TEMPLATE, *SOURCES),
    "update": (*BABEL, "update", *CATALOGUES, "-i", TEMPLATE, "--no-wrap"),
    "compile": (*BABEL, "compile", *CATALOGUES),
}


class SetupError(Exception):
    """Set-up cannot go on; the message tells the user what to do."""


# --- commands ---------------------------------------------------------------------------------


def setup(_args: Sequence[str]) -> int:
    print(f"Ready. Python of the project: {VENV_PYTHON}")
    return 0


def demo(args: Sequence[str]) -> int:
    arguments = demo_arguments(args, sys.platform, os.environ)
    return hand_over("-m", "tiktok_manager", "demo", *arguments)


def run(args: Sequence[str]) -> int:
    return hand_over("-m", "tiktok_manager", *args)


def check(_args: Sequence[str]) -> int:
    return run_all(LINTS)


def test(args: Sequence[str]) -> int:
    ensure_test_packages()
    return run_beside(LINTS, {"pytest": ("-m", "pytest", *side_by_side(os.cpu_count()), *args)})


def package(args: Sequence[str]) -> int:
    return hand_over("build/package.py", *args)


def bench(args: Sequence[str]) -> int:
    return run_all({name: bench_arguments(name) for name in benchmark_names(BENCHMARKS, args)})


def gallery(args: Sequence[str]) -> int:
    return hand_over(str(ROOT / "build" / "gallery.py"), *args)


def translate(_args: Sequence[str]) -> int:
    """Collect sentences and labels, and bring every catalogue up to date with them."""
    return run_all(TRANSLATION)


COMMANDS: Mapping[str, tuple[Callable[[Sequence[str]], int], str]] = {
    "setup": (setup, "make .venv and install everything"),
    "demo": (demo, "open the app on sample data [arguments of `tiktok-manager demo`]"),
    "run": (run, "open the app, or one of its commands [arguments of `tiktok-manager`]"),
    "test": (test, "style, types, imports and tests [arguments of pytest]"),
    "check": (check, "style, types and imports only"),
    "bench": (bench, "measure speed [names of benchmarks]"),
    "gallery": (gallery, "pictures of every pane and piece of the window [FOLDER, and what of it]"),
    "translate": (translate, "bring the catalogues in resources/locale up to date"),
    "package": (package, "build the program for this system into dist/ and let it test itself"),
}


def demo_arguments(
    args: Sequence[str], platform: str, environ: Mapping[str, str]
) -> tuple[str, ...]:
    if has_display(platform, environ) or {"--headless", "--help"} & set(args):
        return tuple(args)
    return ("--headless", *args)


def has_display(platform: str, environ: Mapping[str, str]) -> bool:
    if not platform.startswith("linux"):
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def benchmark_names(folder: Path, wanted: Sequence[str]) -> list[str]:
    """Return the benchmarks named, with or without `bench_`; all of them when none is named."""
    known = sorted(path.stem for path in folder.glob("bench_*.py"))
    names = [name if name.startswith("bench_") else f"bench_{name}" for name in wanted]
    unknown = sorted(set(names) - set(known))
    if unknown or not known:
        told = ", ".join(known) or "none yet"
        raise SetupError(f"No such benchmark: {', '.join(unknown) or 'any'}. There are: {told}.")
    return names or known


def bench_arguments(name: str) -> tuple[str, ...]:
    return ("-c", f"from tests.benchmarks.{name} import main; raise SystemExit(main())")


def side_by_side(cores: int | None) -> tuple[str, ...]:
    """Half as many tests again as cores, for many wait; a later -n wins.

    Whoever is done takes from the others.
    """
    return ("-n", str(max(2, (cores or 1) * 3 // 2)), "--dist", "worksteal")


def run_all(steps: Mapping[str, Sequence[str]]) -> int:
    """Run every step, say which failed, and return the first failure's exit code."""
    return told_exit_code(exit_codes_of(steps, None))


def run_beside(quiet: Mapping[str, Sequence[str]], loud: Mapping[str, Sequence[str]]) -> int:
    """Run both side by side as `run_all` does; what the quiet ones say comes at the end."""
    with tempfile.TemporaryFile() as told, ThreadPoolExecutor(1) as beside:
        first = beside.submit(exit_codes_of, quiet, told)
        second = exit_codes_of(loud, None)
        exit_codes = {**first.result(), **second}
        told.seek(0)
        print(told.read().decode(errors="replace"), end="")
    return told_exit_code(exit_codes)


def exit_codes_of(steps: Mapping[str, Sequence[str]], told: IO[bytes] | None) -> Mapping[str, int]:
    """Run every step under its name, into a file or onto the terminal."""
    exit_codes = {}
    for name, arguments in steps.items():
        heading = f"\n=== {name} ==="
        if told is None:
            print(heading, flush=True)
        else:
            told.write(f"{heading}\n".encode())
            told.flush()
        exit_codes[name] = call(VENV_PYTHON, *arguments, told=told)
    return exit_codes


def told_exit_code(exit_codes: Mapping[str, int]) -> int:
    failed = {name: code for name, code in exit_codes.items() if code}
    print(f"\n{summary(exit_codes, failed)}", flush=True)
    return next(iter(failed.values()), 0)


def summary(names: Iterable[str], failed: Mapping[str, int]) -> str:
    if not failed:
        return f"Passed: {', '.join(names)}"
    return "FAILED: " + ", ".join(f"{name} (exit {code})" for name, code in failed.items())


def hand_over(*arguments: str) -> int:
    """Become the project's Python, so that signals and the terminal reach it directly."""
    command = (str(VENV_PYTHON), *arguments)
    if os.name != "nt":  # there, exec detaches from the console
        sys.stdout.flush()
        os.execv(command[0], command)  # noqa: S606 - no shell is what we want
    return call(*command)


def call(*command: str | Path, told: IO[bytes] | None = None) -> int:
    # UTF-8 so that a Windows console does not stop a tool at its first box drawing.
    environment = {**os.environ, "PYTHONUTF8": "1"}
    parts = [str(part) for part in command]
    beside = None if told is None else subprocess.STDOUT
    return subprocess.call(parts, cwd=ROOT, env=environment, stdout=told, stderr=beside)


# --- set-up -----------------------------------------------------------------------------------


def ensure_environment() -> None:
    """Make `.venv` match constraints.txt, pyproject.toml and this Python; do nothing if it does.

    Raises:
        SetupError: Something is missing that only the user can provide.
    """
    stamp = expected_stamp(CONSTRAINTS.read_bytes(), PYPROJECT.read_bytes(), sys.version)
    if not (VENV_PYTHON.exists() and read_stamp(STAMP) == stamp):
        make_environment()
        STAMP.write_text(stamp, encoding="utf-8")
    if not QT_LOADED.exists() and ensure_qt_libraries():
        QT_LOADED.touch()


def expected_stamp(constraints: bytes, pyproject: bytes, python_version: str) -> str:
    parts = (constraints, pyproject, python_version.encode())
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def read_stamp(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


def make_environment() -> None:
    print("Setting up .venv; this takes a minute or two, once.", flush=True)
    if not reusable():
        ensure_venv_module()
        required(sys.executable, "-m", "venv", "--clear", VENV)
    STAMP.write_text(UNFINISHED, encoding="utf-8")
    QT_LOADED.unlink(missing_ok=True)
    pip_install("--require-hashes", "-r", CONSTRAINTS)
    pip_install("--no-deps", "--no-build-isolation", "-e", ROOT)


def pip_install(*arguments: str | Path) -> None:
    progress = () if sys.stdout.isatty() else ("--quiet",)
    pip = (VENV_PYTHON, "-m", "pip", "--disable-pip-version-check")
    required(*pip, "install", *progress, *arguments)


def reusable() -> bool:
    """Whether `.venv` can be brought up to date in place: whole, and of this very Python."""
    if not VENV_PYTHON.exists() or read_stamp(STAMP) == UNFINISHED:
        return False
    probe = "import pip, sys; print(sys.version)"
    answer = subprocess.run([VENV_PYTHON, "-c", probe], capture_output=True, text=True, check=False)
    return answer.stdout.strip() == sys.version


def ensure_venv_module() -> None:
    """Debian ships Python without what `python -m venv` needs, in a package of its own."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return
    package = "python{}.{}-venv".format(*sys.version_info)
    if not apt_install([package]):
        raise SetupError(
            "This Python cannot make virtual environments (venv and ensurepip are missing).\n"
            f"Install them, then try again:\n  {apt_command([package])}"
        )


def ensure_qt_libraries() -> bool:
    """Return whether Qt can be loaded, after installing what Debian lacks if we may."""
    problem = qt_problem()
    if problem and apt_install(QT_DEBIAN_PACKAGES):
        problem = qt_problem()
    if problem:
        print(
            f"Note: the window cannot open yet, for Qt could not be loaded here:\n  {problem}\n"
            f"On Debian or Ubuntu, this installs what it needs:\n  "
            f"{apt_command(QT_DEBIAN_PACKAGES)}",
            file=sys.stderr,
        )
    return not problem


def ensure_test_packages() -> None:
    """Install what tests call, if we may; a test whose program is missing is skipped by name."""
    missing = missing_packages(TEST_DEBIAN_PACKAGES)
    if missing and not apt_install(missing):
        print(
            "Note: some tests are skipped, for what they call is missing. This installs it:\n"
            f"  {apt_command(missing)}",
            file=sys.stderr,
        )


def missing_packages(packages: Sequence[str]) -> list[str]:
    """Return those of the Debian packages that are not installed; none on other systems."""
    if not shutil.which("dpkg-query"):
        return []
    query = ("dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\n", *packages)
    told = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    return [name for name in packages if f"{name} installed" not in told.splitlines()]


def qt_problem() -> str:
    """Return why Qt cannot be loaded, such as the library it misses; empty if it can."""
    probe = (VENV_PYTHON, "-c", QT_PROBE)
    done = subprocess.run(probe, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    return (done.stderr.splitlines() or [f"Python ended with exit code {done.returncode}"])[-1]


def apt_install(packages: Sequence[str]) -> bool:
    """Install Debian packages; return False where this is not Debian, or we may not."""
    if not (is_root() and shutil.which("apt-get")):
        return False
    print(f"Installing with apt: {' '.join(packages)}", flush=True)
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    install = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)
    for _attempt in range(APT_ATTEMPTS):  # a mirror may be away for a moment
        call("apt-get", "update", "-qq")
        if call(*install) == 0:
            return True
    return False


def is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def apt_command(packages: Sequence[str]) -> str:
    return f"sudo apt-get install -y {' '.join(packages)}"


def required(*command: str | Path) -> None:
    code = call(*command)
    if code:
        told = " ".join(str(part) for part in command)
        raise SetupError(f"Set-up stopped: this ended with exit code {code}:\n  {told}")


def require_python(version: tuple[int, ...], executable: str) -> None:
    if version < MINIMUM_PYTHON:
        needed = ".".join(map(str, MINIMUM_PYTHON))
        found = ".".join(map(str, version))
        raise SetupError(
            f"TikTok Manager needs Python {needed} or newer; this is {found} ({executable}).\n"
            f"Install a newer one, then run this with it: python{needed} build/dev.py …"
        )


def parse(argv: Sequence[str]) -> tuple[str, list[str]]:
    width = max(map(len, COMMANDS))
    told = "\n".join(f"  {name:{width}}  {about}" for name, (_, about) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        description=f"Set up and drive the project.\n\ncommands:\n{told}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="command")
    parser.add_argument("args", nargs=argparse.REMAINDER, help="passed on to the command")
    options = parser.parse_args(argv)
    return options.command, options.args


def main(argv: Sequence[str]) -> int:
    try:
        require_python(sys.version_info[:3], sys.executable)
        command, args = parse(argv)
        ensure_environment()
        return COMMANDS[command][0](args)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
