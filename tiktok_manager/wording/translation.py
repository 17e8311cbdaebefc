"""The language words are said in: gettext over the catalogues in `resources/locale`.

The sentences in the code are English and are the ids. Where there is no catalogue for the user's
language, they are said as they are. Nothing else is imported here, for the window's first frame
has labels already.
"""

import gettext
import sys
from collections.abc import Iterable
from functools import cache
from itertools import takewhile
from pathlib import Path

DOMAIN = "tiktok_manager"
ENGLISH = gettext.NullTranslations()
"""What scripts are told in: the sentences as they stand in the code."""

_chosen: list[gettext.NullTranslations] = []


def _(text: str) -> str:
    """Mark a sentence for translation; it is translated when it is said, not here."""
    return text


def users_language() -> gettext.NullTranslations:
    """Return the language chosen, else the one of LANGUAGE, LC_ALL, LC_MESSAGES or LANG."""
    return _chosen[-1] if _chosen else _language_of_environment()


def speak(language: gettext.NullTranslations | None) -> None:
    """Say everything in this language from now on; None is the environment's.

    What was said already stays as it is.
    """
    _chosen[:] = [] if language is None else [language]


def catalogue_for(tags: Iterable[str]) -> gettext.NullTranslations:
    """Return the catalogue of the first language there is one for; tags such as `pt-BR`.

    English needs none: what a user puts behind it is not asked for.
    """
    before_english = takewhile(lambda tag: tag.partition("-")[0] not in ("en", "C"), tags)
    languages = [tag.replace("-", "_") for tag in before_english]
    if not languages:
        return ENGLISH
    return gettext.translation(DOMAIN, _locale_dir(), languages, fallback=True)


@cache
def _language_of_environment() -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, _locale_dir(), fallback=True)


def _locale_dir() -> Path:
    """Return `resources/locale` of a frozen app, an installed package or a checkout."""
    package = Path(__file__).parents[1]
    frozen = Path(getattr(sys, "_MEIPASS", package))
    places = (frozen, package, package.parent)
    found = [place for place in places if (place / "resources").is_dir()]
    return (found or [package])[0] / "resources" / "locale"
