"""Codes with their parameters as a column keeps them: JSON, with times and spans marked as such."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.findings import Param

_AT, _SPAN = "@at", "@seconds"


def encode_failure(failure: Failure) -> str:
    """Return a failure as a row keeps it."""
    kept: dict[str, object] = {"code": failure.code, "params": encode_params(failure.params)}
    if failure.kind is not None:
        kept["kind"] = failure.kind.value
    kept |= {"raw_code": failure.raw_code, "log_id": failure.log_id}
    return json.dumps(kept, ensure_ascii=False)


def decode_failure(text: str) -> Failure:
    """Return the failure a row keeps."""
    kept = json.loads(text)
    kind = kept.get("kind")
    return Failure(
        code=kept["code"],
        params=decode_params(kept.get("params", _as_written(kept))),
        kind=FailureClass(kind) if kind else None,
        raw_code=kept.get("raw_code", ""),
        log_id=kept.get("log_id", ""),
    )


def _as_written(kept: Mapping[str, object]) -> dict[str, object]:
    """Return the sentences that an older version kept instead of parameters."""
    return {"title": kept.get("message", ""), "hint": kept.get("action", "")}


def encode_params(params: Mapping[str, Param | None]) -> dict[str, object]:
    """Return parameters as plain JSON values."""
    return {name: _encoded(value) for name, value in params.items() if value not in (None, "")}


def decode_params(kept: Mapping[str, object]) -> dict[str, Param]:
    """Return the parameters kept; what is no parameter is given as text."""
    return {name: _decoded(value) for name, value in kept.items()}


def _encoded(value: Param) -> object:
    match value:
        case datetime():
            return {_AT: value.isoformat()}
        case timedelta():
            return {_SPAN: value.total_seconds()}
        case tuple():
            return list(value)
    return value


def _decoded(value: object) -> Param:
    match value:
        case {"@at": str(at)}:
            return datetime.fromisoformat(at)
        case {"@seconds": int() | float() as seconds}:
            return timedelta(seconds=seconds)
        case list():
            return tuple(map(str, value))
        case str() | int() | float():
            return value
    return str(value)
