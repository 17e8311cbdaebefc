"""What a check found and a person should know, as a code with its parameters.

A finding warns; it refuses nothing by itself. `wording` turns its code into sentences.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

Param = str | int | float | bool | datetime | timedelta | tuple[str, ...]
"""What a code may be told with: plain values, which are kept as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding; `code` is ours, in ASCII snake_case."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)
