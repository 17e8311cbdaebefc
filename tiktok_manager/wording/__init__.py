"""What codes say to people, once for window and command line.

Below this room, everything is raised, stored and passed as a code with parameters.
"""

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
