"""The one next step after a failure: a button in the window, a command in a terminal."""

from enum import StrEnum

from tiktok_manager.wording.translation import _


class Step(StrEnum):
    """What leads on; the window knows how to do each, an entry's `typed` how to type it."""

    NONE = ""
    ADOPT = "adopt"
    CHOOSE_ACCOUNT = "choose_account"
    CHOOSE_FILE = "choose_file"
    CHOOSE_PRIVACY = "choose_privacy"
    CHOOSE_TIME = "choose_time"
    CONNECT = "connect"
    CONSENT = "consent"
    EDIT_POST = "edit_post"
    LOOK_AGAIN = "look_again"
    LOOK_ON_TIKTOK = "look_on_tiktok"
    OPEN_BACKUPS = "open_backups"
    OPEN_SETTINGS = "open_settings"
    RECONNECT = "reconnect"
    RESTART = "restart"
    RESUME_ACCOUNT = "resume_account"
    RESUME_PUBLISHING = "resume_publishing"
    RETRY = "retry"
    SET_CLIENT_KEY = "set_client_key"
    SYNC = "sync"
    UNLOCK = "unlock"
    UPDATE = "update"


LABELS = {
    Step.ADOPT: _("Publish from this computer…"),
    Step.CHOOSE_ACCOUNT: _("Choose accounts"),
    Step.CHOOSE_FILE: _("Choose the file"),
    Step.CHOOSE_PRIVACY: _("Choose who can see it"),
    Step.CHOOSE_TIME: _("Choose a time"),
    Step.CONNECT: _("Connect"),
    Step.CONSENT: _("Agree"),
    Step.EDIT_POST: _("Edit post"),
    Step.LOOK_AGAIN: _("Look again"),
    Step.LOOK_ON_TIKTOK: _("Look on TikTok"),
    Step.OPEN_BACKUPS: _("Open backups"),
    Step.OPEN_SETTINGS: _("Open settings"),
    Step.RECONNECT: _("Reconnect"),
    Step.RESTART: _("Close and open again"),
    Step.RESUME_ACCOUNT: _("Resume account"),
    Step.RESUME_PUBLISHING: _("Resume publishing"),
    Step.RETRY: _("Retry"),
    Step.SET_CLIENT_KEY: _("Enter app keys"),
    Step.SYNC: _("Sync again"),
    Step.UNLOCK: _("Unlock"),
    Step.UPDATE: _("Look for an update"),
}
"""What the button of a step says; `NONE` has none."""
