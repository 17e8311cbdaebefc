"""The window speaks the user's language, and writes dates and numbers in the user's forms."""

import os
import subprocess
import sys
from collections.abc import Iterator
from gettext import NullTranslations

import pytest
from PySide6.QtCore import QLocale, QTime

from tiktok_manager.domain.errors import DiskFull
from tiktok_manager.ui.texts import locale_of_labels, ntr, tr
from tiktok_manager.wording import words
from tiktok_manager.wording.translation import ENGLISH, catalogue_for, speak

_AT_START = """
import sys
from PySide6.QtCore import QLocale, QTime
from tiktok_manager.ui.application import application
app = application(["tiktok-manager"])
assert "tiktok_manager.wording.speech" not in sys.modules
print(QLocale().name(), app.layoutDirection().name)
"""


class Loud(NullTranslations):
    """Says everything in capitals."""

    def gettext(self, message: str) -> str:
        return message.upper().replace("{HANDLE}", "{handle}")

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return (msgid1 if n == 1 else msgid2).upper().replace("{COUNT}", "{count}")


@pytest.fixture
def loud() -> Iterator[None]:
    speak(Loud())
    yield
    speak(None)


def test_a_label_is_said_with_its_parameters() -> None:
    assert tr("Sync") == "Sync"
    assert tr("Sync {handle}", handle="{braces}") == "Sync {braces}"
    assert tr("100 % of {this}") == "100 % of {this}"


def test_a_number_chooses_the_form_and_is_parted_as_the_user_does() -> None:
    told = [ntr("{count} post", "{count} posts", count) for count in (0, 1, 12_412)]
    assert told == ["0 posts", "1 post", "12,412 posts"]


@pytest.mark.usefixtures("loud")
def test_labels_and_sentences_are_said_in_the_same_language() -> None:
    assert tr("Sync {handle}", handle="@bob") == "SYNC @bob"
    assert ntr("{count} post", "{count} posts", 2) == "2 POSTS"
    assert words(DiskFull()).title == "THE DATA FOLDER'S DISK IS FULL."


@pytest.mark.parametrize("tags", [[], ["C"], ["en-Latn-US", "en"], ["en-GB", "de-DE"], ["xx-YY"]])
def test_english_is_spoken_to_whoever_wants_it_and_where_there_is_nothing_else(
    tags: list[str],
) -> None:
    said = catalogue_for(tags).gettext("The data folder's disk is full.")
    assert said == "The data folder's disk is full."


def test_what_stands_behind_english_is_not_asked_for() -> None:
    assert catalogue_for(["en-GB", "de-DE"]) is ENGLISH


@pytest.mark.parametrize(
    ("language", "system", "shown"),
    [
        ("en", "de_DE", "Tuesday 1.234,5 18:30"),
        ("en", "fr_FR", "Tuesday 1\u202f234,5 18:30"),
        ("en", "vi_VN", "Tuesday 1,234.5 18:30"),
        ("en", "es_MX", "Tuesday 1,234.5 6:30\u202fPM"),
        ("en", "en_US", "Tuesday 1,234.5 6:30\u202fPM"),
        ("en", "C", "Tuesday 1,234.5 18:30"),
        ("de", "de_AT", "Dienstag 1\u00a0234,5 18:30"),
        ("es", "en_US", "martes 1,234.5 6:30\u202fp.m."),
    ],
)
def test_names_are_in_the_language_of_the_labels_and_forms_are_the_countrys(
    language: str, system: str, shown: str
) -> None:
    locale = locale_of_labels(language, QLocale(system))
    form = QLocale.FormatType
    name = locale.dayName(2, form.LongFormat)
    clock = locale.toString(QTime(18, 30), form.ShortFormat)
    assert f"{name} {locale.toString(1234.5, 'f', 1)} {clock}" == shown


def test_the_language_is_chosen_before_the_first_frame_without_all_sentences() -> None:
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "de_CH.UTF-8", "LANGUAGE": ""}
    started = subprocess.run(
        [sys.executable, "-c", _AT_START], env=env, capture_output=True, text=True, check=True
    )
    assert started.stdout.split() == ["en_CH", "LeftToRight"]
