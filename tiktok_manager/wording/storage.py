"""The data folder, its database and backups in words."""

from tiktok_manager.wording.catalogue import Catalogue, Choice, Entry, Plural
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.translation import _

_SYSTEM_SAYS = _("The system says: {reason}.")
_SQLITE_SAYS = _("SQLite says: {reason}.")
_SHOWS_BACKUPS = _("`backup list` shows the backups.")
_CHOOSE_ANOTHER = _("Choose another: `backup list` shows them.")
_CHOOSE_ANOTHER_HERE = _("Choose another backup.")
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
                    "SQLite says: {reason:word}. Nothing is written or published; what can be read "
                    "is shown."
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
                    "SQLite says: {reason:word}. Nothing is written or published; what can be read "
                    "is shown."
                ),
                _("There is no backup. Move the data folder aside to start anew, and keep it."),
            ),
            "backup": Entry(
                _("The database is damaged."),
                _(
                    "SQLite says: {reason:word}. Nothing is written or published; what can be read "
                    "is shown."
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
    "metrics_lost": Entry(
        _("The counters' file was gone, and begins anew."),
        _("Posts are not concerned."),
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
            "{rows} row would lose what it belongs to; nothing was changed.",
            "{rows} rows would lose what they belong to; nothing was changed.",
            "rows",
        ),
        _("Keep the data folder as it is and report this."),
    ),
    "journal_not_written": Entry(
        _("The publish journal cannot be written, so nothing is sent to the end."),
        _SYSTEM_SAYS,
        _("Free space on the data folder's disk and make it writable; posts wait until then."),
    ),
    "folder_not_marked": Entry(
        _("The data folder cannot be marked anew, so nothing is sent to the end."),
        _(
            "The mark tells the folder from a copy of it that is put back: without it, a post "
            "could go out twice."
        ),
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
    "lock_holder": Entry(_("process {pid} on {host}, running since {since}")),
    "another_process": Entry(_("another process")),
    "publisher_busy": Entry(
        _("Another publisher works on this data folder."),
        _("It is {holder:title}."),
        typed=_("Stop it first, or use `--standby` to take over when it ends."),
        shown=_("Stop it first."),
    ),
    "publisher_busy_for_restore": Entry(
        _("A publisher works on this data folder."),
        _("It is {holder:title}."),
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
            "dangling_rows": Entry(
                _("{file} cannot be restored."),
                _("It holds rows that belong to nothing."),
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

STORAGE: Catalogue = {**_DATABASE, **_FOLDER, **_BACKUPS}
