"""What codes say to people, once for window and command line.

Below this room, everything is raised, stored and passed as a code with parameters.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktok_manager.wording.speech import (
        Words,
        english,
        joined,
        message_and_action,
        step_words,
        term,
        words,
    )
    from tiktok_manager.wording.steps import Step
else:

    def __getattr__(name: str) -> object:
        # The first frame asks `translation` alone: all sentences take as long as the frame itself.
        if name not in __all__:
            raise AttributeError(name)
        return getattr(import_module("tiktok_manager.wording.speech"), name)


__all__ = [
    "Step",
    "Words",
    "english",
    "joined",
    "message_and_action",
    "step_words",
    "term",
    "words",
]
