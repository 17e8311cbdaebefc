"""What each setting is for, in words; their labels in the window are `ui.settings.wording`'s."""

from gettext import NullTranslations

from tiktok_manager.wording.translation import _, users_language

SETTINGS = {
    "client-key": _("The client key of your TikTok app."),
    "client-secret": _("The client secret of your TikTok app. It is kept encrypted."),
    "scopes": _(
        "The permissions to ask for: posting, all (an app with the Display API), or a list. "
        "One that your TikTok app lacks fails TikTok's whole page."
    ),
    "timezone": _("The zone in which times are read and shown; `system` follows the machine."),
    "late": _("What happens to a post whose time passed while the app was not running."),
    "late-within": _("How late a post may still go out by itself, such as 2h."),
    "late-spacing": _("The pause between late posts of one account, such as 5m."),
    "publishing": _("Off holds every post until it is on again; videos under way are finished."),
    "direct-posts-per-day": _(
        "Direct posts an account may send in 24 hours; TikTok takes about 15."
    ),
    "uploads-at-once": _("How many videos may be sent at the same time (1 to 16)."),
    "theme": _("Light, dark, or as the system has it."),
    "close-to-tray": _("Closing the window keeps publishing from the tray."),
    "freeze-log-ms": _(
        "After how many milliseconds without an answer the window logs what holds it up."
    ),
}


def setting_words(name: str, speech: NullTranslations | None = None) -> str:
    """Say what a setting is for."""
    return (speech or users_language()).gettext(SETTINGS[name])
