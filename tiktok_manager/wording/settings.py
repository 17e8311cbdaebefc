"""What each setting is called and what it is for, in words."""

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
    "min-gap": _("The least time between two posts of one account, such as 2h; off for none."),
    "daily-cap": _("Posts of one account on one day (1 to 100); off for as many as TikTok takes."),
    "stagger": _(
        "The least time between the same video on two accounts, such as 2h; off for none."
    ),
    "recurring-ahead": _("For how many days ahead recurring posts are planned (1 to 366)."),
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
LABELS = {
    "client-key": _("Client key"),
    "client-secret": _("Client secret"),
    "scopes": _("Permissions to ask for"),
    "timezone": _("Time zone"),
    "late": _("A post whose time has passed"),
    "late-within": _("How late is still fine"),
    "late-spacing": _("Pause between late posts"),
    "min-gap": _("Least time between two posts"),
    "daily-cap": _("Posts on one day"),
    "stagger": _("Least time between accounts with the same video"),
    "recurring-ahead": _("Days that recurring posts are made ahead"),
    "publishing": _("Publish planned posts"),
    "direct-posts-per-day": _("Direct posts in 24 hours"),
    "uploads-at-once": _("Uploads at the same time"),
    "theme": _("Appearance"),
    "close-to-tray": _("Keep publishing when the window is closed"),
    "freeze-log-ms": _("What counts as a freeze"),
}
# What the window says below the label where that is not `SETTINGS`: there, nothing is typed.
_HELP = {
    "client-key": "",
    "client-secret": _("Encrypted on this computer and sent to TikTok only."),
    "scopes": _(
        "Tick only what your TikTok app has: one more fails TikTok’s whole page. Numbers need the "
        "Display API, which new apps cannot have. Accounts already connected keep what they "
        "allowed."
    ),
    "timezone": _("Times are planned and shown in this zone."),
    "late": _("When this computer was off or asleep at that time."),
    "late-within": _("Later than this, a post is never sent by itself. Write 30m, 2h or 1d."),
    "min-gap": _("Of one account. Planning warns below it. Write 30m, 2h or off."),
    "daily-cap": _("Of one account. Planning warns beyond it. Write 1 to 100, or off."),
    "stagger": _("Planning warns below it. Write 30m, 2h or off."),
    "recurring-ahead": _("1 to 366. Only these days can be seen in the calendar and changed."),
    "uploads-at-once": _("1 to 16. Fewer is kinder to a slow connection."),
    "theme": "",
    "close-to-tray": _("The app stays in the tray. Off: closing the window quits it."),
    "freeze-log-ms": _(
        "Milliseconds without an answer, 20 to 60000, after which the window logs what holds it up."
    ),
}
_VALUES = {
    "publish": _("Publish it if it is not too late"),
    "ask": _("Ask me"),
    "next-slot": _("Move it to the next slot"),
    "system": _("As the system"),
    "light": _("Light"),
    "dark": _("Dark"),
}
_SECTIONS = {
    "TikTok app": _("TikTok app"),
    "Planning": _("Planning"),
    "Publishing": _("Publishing"),
    "Window": _("Window"),
}


def setting_words(name: str, speech: NullTranslations | None = None) -> str:
    """Say what a setting is for."""
    return (speech or users_language()).gettext(SETTINGS[name])


def setting_label(name: str) -> str:
    """Say what a setting is called."""
    return users_language().gettext(LABELS[name])


def setting_help(name: str) -> str:
    """Say below its label what a setting is for; empty where the label says it all."""
    told = _HELP.get(name, SETTINGS[name])
    return users_language().gettext(told) if told else ""


def value_words(value: str) -> str:
    """Say one of the values a setting is chosen from; another as it is."""
    return users_language().gettext(_VALUES[value]) if value in _VALUES else value


def section_words(section: str) -> str:
    """Say the heading of a section of settings."""
    return users_language().gettext(_SECTIONS[section])
