"""Marks methods that replace one of Qt's, at no cost while the first frame waits."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

__all__ = ["override"]

if TYPE_CHECKING:
    from typing_extensions import override
else:
    ParamsT = ParamSpec("ParamsT")
    ResultT = TypeVar("ResultT")

    def override(method: Callable[ParamsT, ResultT]) -> Callable[ParamsT, ResultT]:
        """Stand in for `typing.override`, which Python 3.11 does not have yet."""
        return method
