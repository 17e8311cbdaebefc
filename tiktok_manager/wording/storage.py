"""The data folder, its database, backups, secrets and files in words."""

from tiktok_manager.wording.catalogue import Catalogue, Choice, Entry, Plural
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.translation import _

_SYSTEM_SAYS = _("The system says: {reason}.")
_SQLITE_SAYS = _("SQLite says: {reason}.")
_SHOWS_BACKUPS = _("`backup list` shows the backups.")
_CHOOSE_ANOTHER = _("Choose another: `backup list` shows them.")
_CHOOSE_ANOTHER_HERE = _("Choose another backup.")
_OR_PASSPHRASE = _("Or set {variable} to protect secrets with a passphrase instead.")
_CHECK_DISK = _("Check that the disk has space and the data folder is writable.")

_DATABASE: Catalogue = {
    "disk_full": Entry(
        _("The data folder's disk is full."),
        _("Nothing new is started; posts wait and keep their place."),
        _("Free some space: publishing goes on by itself."),
    ),
    "database_busy": Choice(
        "why",
        {
            "": Entry(
                _("The database is busy."),
                _("Another program has held its lock for some time."),
                _("Close other programs that use the data folder and try again."),
                Step.RETRY,
            ),
            "open": Entry(
                _("The database is in use."),
                _("A window or another command of TikTok Manager has it open."),
                _("Close it, then restore again."),
            ),
            "single_owner": Entry(
                _("TikTok Manager is in use already."),
                _(
                    "On this machine only one window or command at a time may use a data folder: "
                    "its SQLite ({version}) is not safe to share."
                ),
                _("Close the other one first."),
            ),
            "locked_long": Entry(
                _("Another program keeps the database locked."),
                _("It has held its lock for half a minute; nothing can be written meanwhile."),
                _("Close other programs that use the data folder, or end one that hangs."),
            ),
        },
    ),
    "database_read_only": Choice(
        "why",
        {
            "": Entry(
                _("The database cannot be written."),
                _SQLITE_SAYS,
                _("Make the data folder and the files in it writable; posts wait until then."),
            ),
            "not_ours": Entry(
                _("{file} cannot be written."),
                _("It belongs to {owner}."),
                _(
                    "Give it back to the user who runs TikTok Manager, or choose another data "
                    "folder."
                ),
            ),
            "not_permitted": Entry(
                _("{file} cannot be written."),
                _("Its permissions do not allow it."),
                _(
                    "Give it back to the user who runs TikTok Manager, or choose another data "
                    "folder."
                ),
            ),
        },
    ),
    "database_damaged": Choice(
        "way_out",
        {
            "": Entry(
                _("The database is damaged."),
                _(
                    "SQLite says: {reason}. Nothing is written or published; what can be read is "
                    "shown."
                ),
                step=Step.OPEN_BACKUPS,
                typed=_(
                    "Export what you need, then restore a backup: `tiktok-manager backup list` "
                    "shows them."
                ),
                shown=_("Export what you need, then restore a backup."),
            ),
            "none": Entry(
                _("The database is damaged."),
                _(
                    "SQLite says: {reason}. Nothing is written or published; what can be read is "
                    "shown."
                ),
                _("There is no backup. Move the data folder aside to start anew, and keep it."),
            ),
            "backup": Entry(
                _("The database is damaged."),
                _(
                    "SQLite says: {reason}. Nothing is written or published; what can be read is "
                    "shown."
                ),
                _(
                    "Close TikTok Manager and run `tiktok-manager backup restore {backup}`. Posts "
                    "that may have gone out since that backup are set aside, not sent again."
                ),
            ),
        },
    ),
    "database_gone": Choice(
        "way_out",
        {
            "": Entry(
                _("The database is gone."),
                _("{file} is missing or empty, but this data folder was in use."),
            ),
            "none": Entry(
                _("The database is gone."),
                _("{file} is missing or empty, but this data folder was in use."),
                _("There is no backup. Move the data folder aside to start anew, and keep it."),
            ),
            "backup": Entry(
                _("The database is gone."),
                _("{file} is missing or empty, but this data folder was in use."),
                _(
                    "Close TikTok Manager and run `tiktok-manager backup restore {backup}`. Posts "
                    "that may have gone out since that backup are set aside, not sent again."
                ),
            ),
        },
    ),
    "database_unusable": Entry(_("The database cannot be used."), _SQLITE_SAYS, _CHECK_DISK),
    "database_too_new": Entry(
        _("This data folder was used by a newer version."),
        _("Its database has schema {revision}; this version knows {known}."),
        _("Update TikTok Manager, or choose another data folder."),
        Step.UPDATE,
    ),
    "metrics_too_new": Entry(
        _("The counters were written by a newer version."),
        _("Their file has schema {revision}; this version knows {known}. Posts are not concerned."),
        _("Update TikTok Manager, or move metrics.db away to begin anew."),
        Step.UPDATE,
    ),
    "metrics_damaged": Entry(
        _("The counters were damaged, and begin anew."),
        _("Posts are not concerned. The damaged file lies in {folder}."),
        _("Restore a backup of the counters to have the past ones back, or sync again."),
    ),
    "database_too_old": Entry(
        _("This database was made before the first release."),
        _("It has schema {revision}, and nothing leads from that to {known}."),
        _(
            "Keep the old data folder as it is, and begin with a new one: set "
            "`TIKTOK_MANAGER_DATA_DIR` to another folder and connect your accounts there."
        ),
    ),
    "database_replaced": Entry(
        _("A backup was restored while this was open."),
        _("What is shown here is the former database; nothing is published from it."),
        _("Close TikTok Manager and open it again."),
        Step.RESTART,
    ),
    "no_write_ahead_log": Entry(
        _("The database cannot be opened safely."),
        _("Its folder does not support write-ahead logging (mode “{mode}”)."),
        _("Move the data folder to a local disk."),
    ),
    "damaged_not_upgraded": Entry(
        _("The database is damaged, so it was not upgraded."),
        _SQLITE_SAYS,
        _("Restore a backup from the data folder's `backups`."),
    ),
    "upgrade_refused": Entry(
        _("The database could not be upgraded."),
        Plural(
            _("{rows} row would lose what it belongs to; nothing was changed."),
            _("{rows} rows would lose what they belong to; nothing was changed."),
            "rows",
        ),
        _("Keep the data folder as it is and report this."),
    ),
    "journal_not_written": Entry(
        _("The publish journal cannot be written, so nothing is sent to the end."),
        _SYSTEM_SAYS,
        _("Free space on the data folder's disk and make it writable; posts wait until then."),
    ),
    "journal_not_read": Entry(
        _("The publish journal cannot be read, so nothing is published."),
        _SYSTEM_SAYS,
        _("Check the data folder's disk and permissions."),
    ),
    "fenced": Entry(_("Another worker has taken this post over.")),
}

_LIES_ON = {
    "network_drive": _(
        "It lies on a network drive. Two computers, or a synchronisation, would damage its "
        "database."
    ),
    "network_disk": _(
        "It lies on a network disk ({name}). Two computers, or a synchronisation, would damage its "
        "database."
    ),
    "synchronised": _(
        "It lies on a synchronised folder ({name}). Two computers, or a synchronisation, would "
        "damage its database."
    ),
}

_FOLDER: Catalogue = {
    "data_folder_shared": Choice(
        "kind",
        {
            kind: Entry(
                _("The data folder {folder} is not on a disk of this computer alone."),
                told,
                _("Set {variable} to a folder on a local disk; copy backups elsewhere."),
            )
            for kind, told in _LIES_ON.items()
        },
    ),
    "data_folder_not_writable": Entry(
        _("The data folder {folder} cannot be written."),
        _SYSTEM_SAYS,
        _("Free space or mend its permissions, or set {variable} to another folder."),
    ),
    "copied_data_folder": Choice(
        "elsewhere",
        {
            "": Entry(
                _("This data folder is a copy, so it does not publish."),
                _("It was made at {place}. If both copies published, posts would go out twice."),
                step=Step.ADOPT,
                typed=_(
                    "If this is the only copy in use from now on, run `tiktok-manager doctor "
                    "--adopt`."
                ),
                shown=_("If this is the only copy in use from now on, let it publish."),
            ),
            "True": Entry(
                _("This data folder is a copy, so it does not publish."),
                _(
                    "It was made at {place} on another machine. If both copies published, posts "
                    "would go out twice."
                ),
                step=Step.ADOPT,
                typed=_(
                    "If this is the only copy in use from now on, run `tiktok-manager doctor "
                    "--adopt`."
                ),
                shown=_("If this is the only copy in use from now on, let it publish."),
            ),
        },
    ),
    "lock_file_unusable": Entry(
        _("The lock file {file} cannot be used."),
        _SYSTEM_SAYS,
        _("The data folder must lie on a local drive that this user may write to."),
    ),
    "publisher_busy": Entry(
        _("Another publisher works on this data folder."),
        _("It is {holder}."),
        typed=_("Stop it first, or use `--standby` to take over when it ends."),
        shown=_("Stop it first."),
    ),
    "publisher_busy_for_restore": Entry(
        _("A publisher works on this data folder."),
        _("It is {holder}."),
        _("Stop it, and close the window, before you restore a backup."),
    ),
    "publisher_stopping": Entry(_("The publisher is stopping.")),
    "lease_lost": Entry(_("The claim on this post could not be prolonged in time.")),
}

_BACKUPS: Catalogue = {
    "not_a_backup_name": Entry(
        _("“{name}” is not the name of a backup."),
        typed=_("Give a name from `backup list`, or the path of a file on this machine."),
        shown=_("Choose a backup of the list, or a file on this machine."),
    ),
    "backup_is_a_link": Entry(
        _("{file} is not a file of its own."), hint=_("Give the file itself.")
    ),
    "no_backup": Entry(_("There is no backup {name}."), typed=_SHOWS_BACKUPS),
    "no_room_for_backup": Entry(
        _("There is no room for a backup."),
        _("{free_bytes:mb} are free; {needed_bytes:mb} are needed."),
        _("Free space on the data folder's disk."),
    ),
    "backup_changed": Entry(
        _("{file} cannot be restored."),
        _("It was changed since it was made: its SHA-256 is not the recorded one."),
        typed=_CHOOSE_ANOTHER,
        shown=_CHOOSE_ANOTHER_HERE,
    ),
    "backup_unusable": Choice(
        "why",
        {
            "": Entry(
                _("{file} cannot be restored."),
                _SYSTEM_SAYS,
                typed=_CHOOSE_ANOTHER,
                shown=_CHOOSE_ANOTHER_HERE,
            ),
            "damaged": Entry(
                _("{file} cannot be restored."),
                _("It is damaged. SQLite says: {reason}."),
                typed=_CHOOSE_ANOTHER,
                shown=_CHOOSE_ANOTHER_HERE,
            ),
            "not_a_database": Entry(
                _("{file} cannot be restored."),
                _("It is not a database."),
                typed=_CHOOSE_ANOTHER,
                shown=_CHOOSE_ANOTHER_HERE,
            ),
            "too_large": Entry(
                _("{file} cannot be restored."),
                _("It is far larger than a database of this app."),
                typed=_CHOOSE_ANOTHER,
                shown=_CHOOSE_ANOTHER_HERE,
            ),
            "foreign_objects": Entry(
                _("{file} cannot be restored."),
                _("It holds tables, triggers or views that this app does not make."),
                typed=_CHOOSE_ANOTHER,
                shown=_CHOOSE_ANOTHER_HERE,
            ),
        },
    ),
    "backup_is_foreign": Entry(
        _("This file was not made by TikTok Manager."), typed=_SHOWS_BACKUPS
    ),
    "backup_too_new": Entry(
        _("This backup was made by a newer version."),
        _("Its database has schema {revision}; this version knows {known}."),
        _("Update TikTok Manager, then restore it."),
        Step.UPDATE,
    ),
    "damaged_not_backed_up": Entry(
        _("The database is damaged, so no backup was made of it."),
        _SQLITE_SAYS,
        step=Step.OPEN_BACKUPS,
        typed=_("Restore an earlier backup: `backup list` shows them."),
        shown=_("Restore an earlier backup."),
    ),
    "backup_not_written": Entry(
        _("The backup could not be written."),
        _SYSTEM_SAYS,
        _("Check that the data folder's disk has space and can be written."),
    ),
    "backup_not_prepared": Entry(_("The backup could not be prepared."), _SYSTEM_SAYS, _CHECK_DISK),
}

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
            _("It has {length} character; at least {least} are needed."),
            _("It has {length} characters; at least {least} are needed."),
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
    "no_file": Entry(_("There is no file {file}."), hint=_("Check its name and folder.")),
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

STORAGE: Catalogue = {**_DATABASE, **_FOLDER, **_BACKUPS, **_SECRETS, **_FILES}
