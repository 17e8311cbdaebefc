"""The house as promised: walls between rooms, small files, pinned dependencies."""

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "tiktok_manager"
# Each records a whole schema as it was; they are written once and never read as code.
MIGRATIONS = PACKAGE / "storage" / "migrations" / "versions"
SOURCES = sorted(PACKAGE.rglob("*.py"))

FILE_LINES = 400
FUNCTION_LINES = 40
LEFT_FOR_LATER = re.compile(r"\b(TODO|FIXME|XXX)\b|pragma: no cover")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(ast.parse(text(path))) if isinstance(node, Function))


def length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_rooms_import_each_other_one_way_only() -> None:
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"
    done = run_python("-c", lint, "--no-logo", "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


def test_domain_needs_the_standard_library_only() -> None:
    foreign = [
        (label(path), module)
        for path in sorted(PACKAGE.joinpath("domain").rglob("*.py"))
        for module in imported_modules(path)
        if module.partition(".")[0] not in sys.stdlib_module_names | {"tiktok_manager"}
    ]
    assert foreign == []


BUILDERS = {
    "Client": {"tiktok/transport.py"},
    "AsyncClient": set(),
    "HTTPTransport": set(),
    "ConnectionPool": {"tiktok/transport.py"},
    "HTTPConnection": set(),
    "create_connection": set(),
    "urlopen": set(),
    "NetworkTransport": {"tiktok/connections.py"},
    "Http": {"tiktok/connections.py"},
    "Connections": {"tiktok/gateway.py"},
    "TikTokClient": {"tiktok/gateway.py"},
    "ChunkUploader": {"tiktok/gateway.py"},
    "Routing": {"app.py"},
}
"""Who may build what sends: the gateway alone has connections, and lends them by route."""


def test_nothing_but_the_gateway_builds_what_sends() -> None:
    built = {
        (called, path.relative_to(PACKAGE).as_posix())
        for path in SOURCES
        if "simulator" not in path.parts
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.Call)
        for called in [_name(node.func)]
        if called in BUILDERS
    }
    assert built == {(name, file) for name, files in BUILDERS.items() for file in files}


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def test_files_stay_small() -> None:
    sizes = {label(path): len(text(path).splitlines()) for path in SOURCES}
    large = [f"{name} has {lines} lines" for name, lines in sizes.items() if lines > FILE_LINES]
    assert not large, "\n".join(large)


def test_no_two_things_of_the_window_share_a_name() -> None:
    names = Counter(
        node.name
        for path in sorted((PACKAGE / "ui").rglob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_functions_stay_small() -> None:
    large = [
        f"{label(path)}:{node.lineno} {node.name} has {length(node)} lines"
        for path in SOURCES
        if MIGRATIONS not in path.parents
        for node in functions(path)
        if length(node) > FUNCTION_LINES
    ]
    assert not large, "\n".join(large)


def test_nothing_is_left_for_later() -> None:
    found = {label(path): LEFT_FOR_LATER.findall(text(path)) for path in SOURCES}
    assert {name: words for name, words in found.items() if words} == {}


def test_every_dependency_is_pinned_by_hash_and_names_no_index() -> None:
    lines = text(ROOT / "constraints.txt").splitlines()
    pins = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert pins
    assert [pin for pin in pins if not re.match(r"[a-z0-9.-]+==\S+( ;.*)? \\$", pin)] == []
    unhashed = [
        line for line, after in pairwise([*lines, ""]) if line in pins and "--hash=" not in after
    ]
    assert unhashed == []
    assert not re.search(r"://|index-url|find-links|trusted-host", "\n".join(lines))


def test_command_line_never_loads_qt() -> None:
    code = (
        "import runpy, sys\n"
        "sys.argv = ['tiktok-manager', '--help']\n"
        "try: runpy.run_module('tiktok_manager', run_name='__main__')\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)\n"
    )
    done = run_python("-c", code)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "tiktok_manager" in loaded
    assert not loaded & {"PySide6", "shiboken6", "pyqtgraph"}
