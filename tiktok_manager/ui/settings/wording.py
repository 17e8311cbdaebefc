"""How settings are named and explained in the window; pure, so that it can be tested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from tiktok_manager.domain.accounts import ALL_SCOPES, CALLBACK_PATH, POSTING_SCOPES
from tiktok_manager.ui.accounts.wording import SCOPE_WORDS
from tiktok_manager.wording.settings import setting_words

if TYPE_CHECKING:
    from tiktok_manager.services.settings import SettingValue

REDIRECT_URI = f"http://127.0.0.1:*{CALLBACK_PATH}"
PORTAL_URL = "https://developers.tiktok.com/apps/"
KEY_STEPS = (
    "Create an app in TikTok’s developer portal (free).",
    "Add the products Login Kit (for Desktop) and Content Posting API, with Direct Post.",
    "Register this redirect URI, exactly as it stands:",
    "Ask for these scopes. Others need the Display API, which new apps cannot have:",
    "Copy client key and client secret of the app into the fields below.",
)
SCOPE_LIST = ", ".join(POSTING_SCOPES)

_LABELS = {
    "client-key": "Client key",
    "client-secret": "Client secret",
    "scopes": "Permissions to ask for",
    "timezone": "Time zone",
    "late": "A post whose time has passed",
    "late-within": "How late is still fine",
    "publishing": "Publish planned posts",
    "uploads-at-once": "Uploads at the same time",
    "theme": "Appearance",
    "close-to-tray": "Keep publishing when the window is closed",
    "freeze-log-ms": "Log what holds the window up after",
}
_HELP = {
    "client-secret": "Encrypted on this computer and sent to TikTok only.",
    "scopes": "Tick only what your TikTok app has: one more fails TikTok’s whole page. Numbers "
    "need the Display API, which new apps cannot have. Accounts already connected keep what they "
    "allowed.",
    "timezone": "Times are planned and shown in this zone.",
    "late": "When this computer was off or asleep at that time.",
    "late-within": "Later than this, a post is never sent by itself. Write 30m, 2h or 1d.",
    "publishing": "Off holds every post until it is on again. Uploads under way are finished.",
    "uploads-at-once": "1 to 16. Fewer is kinder to a slow connection.",
    "close-to-tray": "The app stays in the tray. Off: closing the window quits it.",
    "freeze-log-ms": "In milliseconds. For a report about a window that does not answer at once.",
}
_CHOICES = {
    "late": {
        "publish": "Publish it if it is not too late",
        "ask": "Ask me",
        "next-slot": "Move it to the next slot",
    },
    "theme": {"system": "As the system", "light": "Light", "dark": "Dark"},
}
_SYSTEM_ZONE = "As this computer"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingItem:
    """A setting as the page shows it."""

    name: str
    label: str
    help_text: str
    kind: str
    value: str
    choices: tuple[tuple[str, str], ...]
    section: str
    fixed: bool

    def matches(self, wanted: str) -> bool:
        """Say whether a search finds this setting."""
        texts = (self.label, self.help_text, self.section, self.name)
        return any(wanted in text.casefold() for text in texts)


def setting_item(setting: SettingValue) -> SettingItem:
    """Return label, help and choices of a setting; its own words where we have none."""
    fixed = setting.from_environment
    help_text = _HELP.get(
        setting.name, "" if setting.name in _LABELS else setting_words(setting.name)
    )
    return SettingItem(
        name=setting.name,
        label=_LABELS.get(setting.name, setting.name.replace("-", " ").capitalize()),
        help_text="Set by an environment variable." if fixed else help_text,
        kind="scopes" if setting.name == "scopes" else setting.kind,
        value=setting.value or "",
        choices=_choices(setting),
        section=setting.section,
        fixed=fixed,
    )


def _choices(setting: SettingValue) -> tuple[tuple[str, str], ...]:
    if setting.kind == "zone":
        zones = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
        return (("system", _SYSTEM_ZONE), *((name, name.replace("_", " ")) for name in zones))
    if setting.name == "scopes":
        return tuple((scope.value, SCOPE_WORDS[scope]) for scope in ALL_SCOPES)
    words = _CHOICES.get(setting.name, {})
    return tuple((choice, words.get(choice, choice)) for choice in setting.choices)
