"""What an error says to a person, for tests that promise its words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from tiktok_manager.domain.errors import AppError
from tiktok_manager.wording import english, joined
from tiktok_manager.wording.speech import Coded

ErrorT = TypeVar("ErrorT", bound=AppError)


def told(coded: Coded) -> str:
    """Return all that a terminal would say."""
    said = english(coded)
    return joined(said.cause, said.command_hint)


def say(coded: Coded) -> tuple[str, str]:
    """Return what happened and the rest, as pages are told."""
    said = english(coded)
    return said.title, said.message


@contextmanager
def says(kind: type[ErrorT], text: str) -> Iterator[pytest.ExceptionInfo[ErrorT]]:
    """Expect an error whose words hold this pattern."""
    with pytest.raises(kind) as caught:
        yield caught
    assert re.search(text, told(caught.value)), told(caught.value)
