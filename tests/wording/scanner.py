"""Finds, in source code, the codes that are raised, kept or told, with the parameters they get."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

VALUES = {"Failure", "Finding", "Page"}
STEPS = {"add_step", "note"}


@dataclass(frozen=True, slots=True)
class Use:
    """A code where it is used; `params` is None where they are made elsewhere.

    `spelt` are the values of those that are written out, which may choose among sentences.
    """

    code: str
    line: int
    params: frozenset[str] | None
    spelt: Mapping[str, str] = field(default_factory=dict)


def uses(source: str, errors: frozenset[str]) -> Iterator[Use]:
    """Yield the codes given to our errors, failures, findings and steps by name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = _name(node.func)
            if name in errors and node.args:
                yield from _use(node.args[0], node, _given(node.keywords), _spelt(node.keywords))
            elif name in VALUES:
                code = next((each.value for each in node.keywords if each.arg == "code"), None)
                params = next((each.value for each in node.keywords if each.arg == "params"), None)
                if code is not None:
                    yield from _use(code, node, _keys(params))
            elif name in STEPS:
                named = {each.arg: each.value for each in node.keywords if each.arg}
                said, given = _step(node, named)
                if said is not None:
                    yield from _use(said, node, given)


def sentences(source: str, errors: frozenset[str]) -> Iterator[str]:
    """Yield what looks like English among the arguments of errors, failures, findings, steps."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in errors | VALUES | STEPS:
            for part in (*node.args, *(each.value for each in node.keywords)):
                for text in ast.walk(part):
                    said = text.value if isinstance(text, ast.Constant) else None
                    if isinstance(said, str) and said.count(" ") >= 2:
                        yield f"{node.lineno}: {said}"


LOGS = {"debug", "info", "warning", "error", "exception", "log"}
STATEMENTS = {"text", "exec_driver_sql", "execute", "literal_column"}
BUGS = {"RuntimeError", "ValueError", "TypeError", "OSError", "IndexError"}
"""Raised by us for what only a programmer reads."""

ENGLISH = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}[,;]? ?[a-z]*")


def prose(source: str) -> Iterator[str]:
    """Yield all that looks like English, but what logs, statements and programmers are told."""
    yield from (f"{node.lineno}: {node.value!r}" for node in _texts(ast.parse(source)))


def _texts(node: ast.AST) -> Iterator[ast.Constant]:
    if isinstance(node, ast.Call) and _name(node.func) in LOGS | STATEMENTS | BUGS:
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring, or a comment on a constant
    if isinstance(node, ast.keyword) and node.arg == "help":
        return  # the command line's own
    if isinstance(node, ast.Constant) and _is_prose(node.value):
        yield node
    for name, value in ast.iter_fields(node):
        if name not in {"annotation", "returns"}:
            for child in value if isinstance(value, list) else [value]:
                yield from _texts(child) if isinstance(child, ast.AST) else ()


def _is_prose(value: object) -> bool:
    if not isinstance(value, str) or value.startswith(("SELECT ", "PRAGMA ")):
        return False
    return value.count(" ") >= 2 and ENGLISH.search(value) is not None


def _use(
    code: ast.expr,
    node: ast.Call,
    params: frozenset[str] | None,
    spelt: Mapping[str, str] | None = None,
) -> Iterator[Use]:
    if isinstance(code, ast.Constant) and isinstance(code.value, str) and code.value:
        yield Use(code=code.value, line=node.lineno, params=params, spelt=spelt or {})


def _spelt(keywords: list[ast.keyword]) -> Mapping[str, str]:
    return {
        each.arg: each.value.value
        for each in keywords
        if each.arg and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str)
    }


def _step(
    node: ast.Call, named: Mapping[str, ast.expr]
) -> tuple[ast.expr | None, frozenset[str] | None]:
    """Return the code that says a step, which `what` among its parameters may be."""
    params = named.get("params")
    if isinstance(params, ast.Dict):
        for key, value in zip(params.keys, params.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "what":
                return value, _keys(params)
        return named.get("kind"), _keys(params)
    unpacked = len(named) < len(node.keywords)
    return named.get("what") or (None if unpacked else named.get("kind")), None


def _given(keywords: list[ast.keyword]) -> frozenset[str] | None:
    if any(each.arg is None for each in keywords):
        return None
    return frozenset(each.arg for each in keywords if each.arg)


def _keys(params: ast.expr | None) -> frozenset[str] | None:
    if params is None:
        return frozenset()
    if not isinstance(params, ast.Dict) or None in params.keys:
        return None
    return frozenset(str(key.value) for key in params.keys if isinstance(key, ast.Constant))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""
