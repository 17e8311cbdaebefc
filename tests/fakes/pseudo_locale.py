"""A language that no one speaks, to see what is cut and what was forgotten.

Every sentence is two fifths longer, every letter has an accent, and brackets stand around it: a
bracket that is missing on the screen was cut off, letters without accents were never translated.
"""

import math
import re
from gettext import NullTranslations

OPEN, CLOSE = "⟦", "⟧"
LONGER = 0.4
_RIGHT_TO_LEFT = "\u200f"
_PLACEHOLDER = re.compile(r"(\{[^}]*\})")
_ACCENTS = str.maketrans(
    "aceghijklnorstuwyzACEGHIJKLNORSTUWYZbdfmpqvxBDFMPQVX",
    "áçéğĥíĵķĺñóŕšťúŵýžÁÇÉĞĤÍĴĶĹÑÓŔŠŤÚŴÝŽƀďƒɱþɋṽẋƁĎƑṀÞɊṼẊ",
)
_UNIT = 2
_FILLER = "ô ûî ōū"


class PseudoLocale(NullTranslations):
    """Says every sentence in the language no one speaks.

    `is_mirrored` marks each as one of a language that is read from right to left.
    """

    def __init__(self, *, is_mirrored: bool = False) -> None:
        super().__init__()
        self._mark = _RIGHT_TO_LEFT if is_mirrored else ""

    def gettext(self, message: str) -> str:
        """Return the sentence, longer and with accents; placeholders stay."""
        return self._mark + pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for this number."""
        return self._mark + pseudo(msgid1 if n == 1 else msgid2)


def pseudo(text: str) -> str:
    """Return one sentence of the language; a mere unit, as of `{number}k`, grows no longer."""
    parts = [
        part if _PLACEHOLDER.fullmatch(part) else part.translate(_ACCENTS)
        for part in _PLACEHOLDER.split(text)
    ]
    letters = _PLACEHOLDER.sub("", text)
    if len(letters.strip()) <= _UNIT:
        return "".join(parts)
    extra = math.ceil(LONGER * len(letters))
    filler = (_FILLER * math.ceil(extra / len(_FILLER)))[:extra]
    return f"{OPEN}{''.join(parts)}{filler}{CLOSE}"


def outside_brackets(text: str) -> str:
    """Return what of a text on the screen was not translated; brackets may lie in one another."""
    depth, kept = 0, []
    for letter in text:
        if letter == OPEN:
            depth += 1
        elif letter == CLOSE and depth:
            depth -= 1
            kept.append(" ")
        elif not depth:
            kept.append(letter)
    return "".join(kept)
