"""Every label of the window goes through `tr` or `ntr`, made when it is shown."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tiktok_manager.ui
from tiktok_manager.ui.composer.rules import (
    BRANDED_NEVER_PRIVATE,
    DISCLOSURE_NEEDED,
    PAID_LABEL,
    PROMOTIONAL_LABEL,
)
from tiktok_manager.ui.composer.wording import LINKS

UI = Path(tiktok_manager.ui.__file__).parent
NO_LABELS = {
    "crash.py": "what a report says to us",
    "kit/notices.py": "what is copied for TikTok's support",
    "self_test.py": "names of modules",
    "stylesheet.py": "selectors",
    "theme.py": "names of fonts",
    "watchdog.py": "what a log says to us",
}

SAID = {"tr", "ntr"}
NOT_SHOWN = {
    # Read by programmers and programs alone.
    *("debug", "info", "warning", "error", "exception", "log"),
    *("RuntimeError", "ValueError", "TypeError", "KeyError", "AttributeError"),
    *("TypeVar", "ParamSpec", "cast", "Signal", "Slot", "Tag", "import_module"),
    *("setObjectName", "setProperty", "property", "QByteArray", "SIGNAL", "_pane"),
}
MANDATED = {DISCLOSURE_NEEDED, PROMOTIONAL_LABEL, PAID_LABEL, BRANDED_NEVER_PRIVATE, *LINKS}
"""TikTok's own words, which an app that posts has to show as they are."""

NAMES = {"TikTok", "TikTok Manager", "TikTok Studio", "Matroska"} | MANDATED
"""Called the same in every language."""

_WORDS = re.compile(r"\b[A-Z][a-z]+|[A-Za-z]{2,}[,:]? [a-z]{2,}")
_FRAGMENT = re.compile(r"(^|\s)[A-Za-z]{2,}(\s|$)")
_FOR_QT = re.compile(r"(\?; )?(Ctrl|Alt|Shift|Meta)\+|Q[A-Z]\w+[^{]*\{|[A-Z]\w+/\w+$")


def files() -> list[str]:
    found = sorted(path.relative_to(UI).as_posix() for path in UI.rglob("*.py"))
    return [name for name in found if name not in NO_LABELS]


def unsaid(source: str) -> Iterator[str]:
    """Yield what looks like words for people and is not said through `tr` or `ntr`."""
    tree = ast.parse(source)
    yield from _words(tree, in_fragments=False)
    for node in ast.iter_child_nodes(tree):
        yield from (f"{call.lineno}: said when imported" for call in _said_at_once(node))


def _words(node: ast.AST, *, in_fragments: bool) -> Iterator[str]:
    if isinstance(node, ast.Call) and _name(node.func) in NOT_SHOWN:
        return
    if isinstance(node, ast.Call) and _name(node.func) in SAID:
        yield from _words_beside(node)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and _is_shown(node.value, in_fragments=in_fragments):
            yield f"{node.lineno}: {node.value!r}"
    else:
        fragments = in_fragments or isinstance(node, ast.JoinedStr)
        for child in _parts(node):
            yield from _words(child, in_fragments=fragments)


def _words_beside(call: ast.Call) -> Iterator[str]:
    """Yield what is wrong with a label: no whole sentence, or words among its parameters."""
    forms = call.args[: 1 if _name(call.func) == "tr" else 2]
    if not all(isinstance(form, ast.Constant) for form in forms):
        yield f"{call.lineno}: no whole sentence"
    for each in (*call.args[len(forms) :], *(each.value for each in call.keywords)):
        yield from _words(each, in_fragments=False)


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a node is made of, but docstrings and types."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    for field, value in ast.iter_fields(node):
        if field not in {"annotation", "returns", "slice"}:
            children = value if isinstance(value, list) else [value]
            yield from (child for child in children if isinstance(child, ast.AST))


def _is_shown(text: str, *, in_fragments: bool) -> bool:
    for name in sorted(NAMES, key=len, reverse=True):
        text = text.replace(name, "")
    if _FOR_QT.match(text):
        return False
    is_fragment = in_fragments and " " in text and _FRAGMENT.search(text) is not None
    return is_fragment or _WORDS.search(text) is not None


def _said_at_once(node: ast.AST) -> Iterator[ast.Call]:
    """Yield calls of `tr` that run when the module, or a class in it, is made."""
    if isinstance(node, ast.Call) and _name(node.func) in SAID:
        yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                yield from _said_at_once(default)
        return
    if isinstance(node, ast.Lambda):
        return
    for child in ast.iter_child_nodes(node):
        yield from _said_at_once(child)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


@pytest.mark.parametrize("name", files())
def test_every_label_is_said_in_the_users_language_when_it_is_shown(name: str) -> None:
    assert list(unsaid((UI / name).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "line",
    [
        'label.setText("Save")',
        'button = push_button("Save draft")',
        'told = f"{count} more"',
        'told = f"Status: {word}"',
        'title = tr("Sync {handle}" + name)',
        'title = tr(f"Sync {handle}")',
        'TITLES = {"a": tr("Save")}',
        'def f(words: str = tr("Save")): ...',
        'label.setText(tr("{what} is done", what="The upload"))',
    ],
)
def test_the_search_finds_what_was_forgotten(line: str) -> None:
    assert list(unsaid(line)) != []


@pytest.mark.parametrize(
    "line",
    [
        'def show(): label.setText(tr("Save"))',
        'def show(): label.setText(ntr("{count} post", "{count} posts", 3))',
        'logger.warning("The tray did not come")',
        'raise RuntimeError("The workspace is not open")',
        'setObjectName("pane-bar")',
        'key = f"avatar|{name}"',
        'shortcut("Ctrl+K")',
        '"""What a module says of itself."""',
        'TITLES = {"a": lambda: tr("Save")}',
        'self.setWindowTitle("TikTok Manager")',
    ],
)
def test_the_search_lets_pass_what_nobody_reads(line: str) -> None:
    assert list(unsaid(line)) == []
