"""Secrets and video files in words."""

from tiktok_manager.wording.catalogue import Catalogue, Choice, Entry, Plural
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.translation import _

_SYSTEM_SAYS = _("The system says: {reason}.")
_OR_PASSPHRASE = _("Or set {variable} to protect secrets with a passphrase instead.")

_SECRETS: Catalogue = {
    "vault_locked": Choice(
        "why",
        {
            "": Entry(_("Secrets are locked."), step=Step.UNLOCK),
            "vanished": Entry(_("The vault vanished."), hint=_("Start the app again.")),
            "keyring_silent": Entry(
                _("The system's keyring does not answer."),
                _("It may be waiting behind another window for you to unlock it."),
                _("Answer its prompt and try again."),
                Step.RETRY,
                _OR_PASSPHRASE,
            ),
            "keyring_locked": Entry(
                _("The system's keyring is locked."),
                _("It did not open, or its prompt was dismissed."),
                _("Unlock it and try again."),
                Step.RETRY,
                _OR_PASSPHRASE,
            ),
            "keyring_unusable": Entry(
                _("The system's keyring cannot be used."),
                _("It says: {reason}."),
                _("Start it, or sign in to the desktop, and try again."),
                Step.RETRY,
                _OR_PASSPHRASE,
            ),
            "key_gone": Entry(
                _("The key for your secrets is no longer in the system's keyring."),
                _("The keyring has no entry “{key_id}”."),
                _("Restore the keyring, or reconnect the accounts in a new data folder."),
            ),
            "key_wrong": Entry(
                _("The key in the system's keyring does not open your secrets."),
                _("The keyring's entry was changed, or belongs to another data folder."),
                _("Restore the keyring, or reconnect the accounts in a new data folder."),
            ),
            "key_not_kept": Entry(
                _("The system's keyring did not keep the key for your secrets."),
                typed=_OR_PASSPHRASE,
            ),
            "passphrase_needed": Entry(
                _("Your secrets are locked with a passphrase."),
                step=Step.UNLOCK,
                typed=_("Enter it, or set TIKTOK_MANAGER_PASSPHRASE."),
                shown=_("Enter it."),
            ),
            "passphrase_wrong": Entry(
                _("The passphrase is wrong."),
                hint=_("Try again; capital letters count."),
                step=Step.UNLOCK,
            ),
            "passphrase_blanks": Entry(
                _("The passphrase is wrong."),
                _("It begins or ends with blanks, or with the end of a line; they count."),
                _("Try it without them."),
                step=Step.UNLOCK,
            ),
            "record_damaged": Entry(
                _("The vault's record in the database is damaged."),
                hint=_("Restore a backup, or reconnect the accounts in a new data folder."),
                step=Step.OPEN_BACKUPS,
            ),
        },
    ),
    "passphrase_too_short": Entry(
        _("The passphrase is too short."),
        Plural(
            "It has {length} character; at least {least} are needed.",
            "It has {length} characters; at least {least} are needed.",
            "length",
        ),
        _("Take a few words."),
    ),
    "secret_damaged": Entry(
        _("A stored secret is damaged."),
        _("It was altered, or does not belong where it lies."),
        _("Reconnect the account, or enter the app keys again."),
        Step.RECONNECT,
    ),
}

_HOW_CHANGED = {
    "no_file_now": _("It was replaced by something that is not a file."),
    "other_file": _("Another file has taken its place."),
    "shorter": _("It is shorter than it was."),
    "cut": _("It was cut from {known_bytes:,} to {found_bytes:,} bytes."),
    "grew": _("It grew from {known_bytes:,} to {found_bytes:,} bytes."),
    "saved_again": _("It was saved again."),
    "other_content": _("Its content is no longer the same."),
}

_FILES: Catalogue = {
    "file_changed": Choice(
        "why",
        {
            "gone": Entry(
                _("{file} is gone."),
                _("It was deleted, moved or renamed since the post was planned ({path})."),
                _("Put it back, or choose the file again."),
                Step.CHOOSE_FILE,
            ),
            "unreadable": Entry(
                _("{file} cannot be read any more."),
                _SYSTEM_SAYS,
                _("Check the drive and the permissions of {folder}, then retry."),
                Step.RETRY,
            ),
            "while_sent": Entry(
                _("The video file changed while it was sent."),
                _("It no longer has the size it had when the post was planned."),
                _("Choose the file again."),
                Step.CHOOSE_FILE,
            ),
            **{
                why: Entry(
                    _("{file} has changed since the post was planned."),
                    told,
                    _("Choose the file again to publish it as it is now."),
                    Step.CHOOSE_FILE,
                )
                for why, told in _HOW_CHANGED.items()
            },
            "": Entry(
                _("{file} has changed since the post was planned."),
                hint=_("Choose the file again to publish it as it is now."),
                step=Step.CHOOSE_FILE,
            ),
        },
    ),
    "not_a_file": Choice(
        "kind",
        {
            "folder": Entry(_("{file} is a folder."), hint=_("Choose a video file.")),
            "": Entry(_("{file} is not a regular file."), hint=_("Choose a video file.")),
        },
    ),
    "file_elsewhere": Entry(
        _("{file} is not a file on this computer."),
        _("Network paths, devices and hidden streams are not read."),
        _("Copy the video to a local folder."),
    ),
    "file_still_written": Entry(
        _("{file} changed while it was read."),
        _("Another program is still writing it."),
        _("Wait until it is finished, then try again."),
        Step.RETRY,
    ),
    "file_name_too_long": Entry(_("The file name is too long."), hint=_("Rename the file.")),
    "file_unreadable": Entry(
        _("{file} cannot be read."),
        _SYSTEM_SAYS,
        _("Check its permissions and the drive it lies on."),
    ),
    "file_gone": Entry(
        _("{file} is not there any more."), hint=_("Choose the video at its new place.")
    ),
    "file_name_not_text": Entry(
        _("The name of {file} holds bytes that are no text."),
        _("It, or that of a folder it is in, is not UTF-8."),
        _("Rename it, then choose it again."),
    ),
    "bad_video_format": Entry(
        _("{file} is not a format TikTok takes."),
        _("TikTok takes MP4, MOV and WebM."),
        _("Export the video as MP4 with H.264."),
    ),
    "file_empty": Entry(_("{file} is empty."), _("The file has 0 bytes."), _("Export it again.")),
    "file_too_large": Entry(
        _("{file} is too large."),
        _("It has {size_bytes:,} bytes; TikTok takes at most {most_bytes:,} (4 GB)."),
        _("Export it with a lower bitrate."),
    ),
    "size_not_taken": Entry(
        _("TikTok cannot take a file of this size."),
        _("It has {size_bytes:,} bytes; TikTok takes 1 to {most_bytes:,}."),
        _("Choose another file."),
        Step.CHOOSE_FILE,
    ),
}

FILES: Catalogue = {**_SECRETS, **_FILES}
