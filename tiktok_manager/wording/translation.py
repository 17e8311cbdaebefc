"""The language words are said in: gettext over the catalogues in `resources/locale`.

The sentences in the code are English and are the ids. Where there is no catalogue for the user's
language, they are said as they are.
"""

import gettext
import sys
from functools import cache
from pathlib import Path

DOMAIN = "tiktok_manager"
ENGLISH = gettext.NullTranslations()
"""What scripts are told in: the sentences as they stand in the code."""


def _(text: str) -> str:
    """Mark a sentence for translation; it is translated when it is said, not here."""
    return text


@cache
def users_language() -> gettext.NullTranslations:
    """Return the catalogue for the user's language (LANGUAGE, LC_ALL, LC_MESSAGES, LANG)."""
    return gettext.translation(DOMAIN, _locale_dir(), fallback=True)


def _locale_dir() -> Path:
    """Return `resources/locale` of a frozen app, an installed package or a checkout."""
    package = Path(__file__).parents[1]
    frozen = Path(getattr(sys, "_MEIPASS", package))
    places = (frozen, package, package.parent)
    found = [place for place in places if (place / "resources").is_dir()]
    return (found or [package])[0] / "resources" / "locale"
