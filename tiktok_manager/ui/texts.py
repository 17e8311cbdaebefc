"""The window's own labels in the user's language: gettext, like `wording`, but light.

A label is written in English where it is shown, as one whole sentence: `tr("Sync {handle}",
handle=…)`. It is translated when it is said, so that a widget built anew speaks the language of
now. `build/dev.py translate` collects the calls.
"""

from PySide6.QtCore import QLocale
from PySide6.QtGui import QGuiApplication

from tiktok_manager.wording.translation import catalogue_for, speak, users_language

_FORM = QLocale.FormatType

forms: dict[tuple[object, ...], str] = {}
"""What was written in the forms in use. Asking Qt costs little, but it lets go of Python's lock,
and beside a thread at work it may be long until it is our turn again."""


def tr(text: str, **params: object) -> str:
    """Say a label; `{name}` in it stands for a parameter."""
    said = users_language().gettext(text)
    return said.format(**params) if params else said


def ntr(one: str, many: str, count: int, **params: object) -> str:
    """Say a label with a number in it, which `{count}` stands for; both forms are English."""
    said = users_language().ngettext(one, many, count)
    return said.format(count=QLocale().toString(count), **params)


def choose_language(app: QGuiApplication) -> None:
    """Say labels in the language the system asks for, where there is a catalogue, else in English.

    Numbers and dates are written as the user does: names of days and months in the language of the
    labels, the forms those of the user's country.
    """
    system = QLocale.system()
    catalogue = catalogue_for(system.uiLanguages())
    speak(catalogue)
    locale = locale_of_labels(catalogue.info().get("language", "en"), system)
    use_forms(locale)
    app.setLayoutDirection(locale.textDirection())


def use_forms(locale: QLocale) -> None:
    """Write numbers, dates and times as in this locale from now on."""
    QLocale.setDefault(locale)
    forms.clear()


def locale_of_labels(language: str, system: QLocale) -> QLocale:
    """Return the user's forms with names in this language."""
    spoken = QLocale(language)
    if spoken.language() == system.language():
        return system
    local = QLocale(spoken.language(), system.territory())
    if spoken.language() != QLocale.Language.English or local.territory() == system.territory():
        return local
    # There is no English of that country: that of Europe or of America, by the clock.
    is_24_hours = "a" not in system.timeFormat(_FORM.ShortFormat).lower()
    return QLocale("en_150" if is_24_hours else "en_US")
