"""The template holds every sentence and label, and a language without one is no obstacle."""

import gettext
from itertools import chain
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tiktok_manager.domain.errors import AppError, DiskFull
from tiktok_manager.wording import speech, words

ROOT = Path(speech.__file__).parents[2]
TEMPLATE = ROOT / "resources" / "locale" / "tiktok_manager.pot"
KEYWORDS = {"_": None, "Plural": (1, 2), "ngettext": (1, 2), "tr": None, "ntr": (1, 2)}


class Shouting(gettext.NullTranslations):
    """A language that says all in capitals, so that what was not translated is seen."""

    def gettext(self, message: str) -> str:
        return message.upper()

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return (msgid1 if n == 1 else msgid2).replace("videos", "VIDEOS")


def test_the_template_is_up_to_date() -> None:
    rooms = [ROOT / "tiktok_manager" / room for room in ("wording", "ui")]
    found = chain.from_iterable(extract_from_dir(room, keywords=KEYWORDS) for room in rooms)
    with TEMPLATE.open("rb") as file:
        known = {message.id for message in read_po(file)}
    told = "run `python3 build/dev.py translate`"
    assert {message for _file, _line, message, _notes, _context in found} - known == set(), told


def test_words_are_said_in_the_language_asked_for_and_scripts_stay_english() -> None:
    assert words(DiskFull(), Shouting()).title == "THE DATA FOLDER'S DISK IS FULL."
    assert words(AppError("list_cut_short", count=3), Shouting()).title == (
        "Only 3 VIDEOS could be read."
    )
    assert speech.english(DiskFull()).title == "The data folder's disk is full."
