"""The window's own labels in the user's language: gettext, like `wording`, but light.

A label is written in English where it is shown, as one whole sentence: `tr("Sync {handle}",
handle=…)`. It is translated when it is said, so that a widget built anew speaks the language of
now. `build/dev.py translate` collects the calls.
"""

from tiktok_manager.wording.translation import users_language


def tr(text: str, **params: object) -> str:
    """Say a label; `{name}` in it stands for a parameter."""
    said = users_language().gettext(text)
    return said.format(**params) if params else said


def ntr(one: str, many: str, count: int, **params: object) -> str:
    """Say a label with a number in it, which `{count}` stands for; both forms are English."""
    return users_language().ngettext(one, many, count).format(count=count, **params)
