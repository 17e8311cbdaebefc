"""Hints of the services as the window says them: without the words of the command line.

Services write one hint for both: what to do, and in backticks what to type for it. Here nothing
is typed, so that part is left out; a whole command (`tiktok-manager …`), which anybody can run,
stays where it is the way on.
"""

import re

# What the window has words of its own for, by what the command line would have typed.
_IN_THE_WINDOW = {
    "settings set direct-posts-per-day": "The limit is in Settings.",
    "settings set client-key": "Enter them in Settings.",
    "settings set publishing on": "Switch it on in Settings.",
    "--consent": "Tick the consent to agree.",
    "--privacy": "Choose who can see the video.",
}
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`“])")
_TYPED = re.compile(r"`([^`]+)`")
_OR_TYPE = re.compile(r",? or (?:use |set )?(?:`[^`]+`|TIKTOK_MANAGER_[A-Z_]+)[^.]*")
_NAMELY = re.compile(r": `[^`]+`[^.]*")


def in_window(hint: str) -> str:
    """Return a hint, or an action of a post's error, without what only a terminal understands."""
    sentences = (_said(sentence) for sentence in _SENTENCE_END.split(hint))
    return " ".join(sentence for sentence in sentences if sentence)


def _said(sentence: str) -> str:
    for typed in _TYPED.findall(sentence):
        for beginning, words in _IN_THE_WINDOW.items():
            if typed.startswith(beginning):
                return words
    kept = _NAMELY.sub("", _OR_TYPE.sub("", sentence))
    bare = [typed for typed in _TYPED.findall(kept) if not typed.startswith("tiktok-manager ")]
    return "" if bare else kept
