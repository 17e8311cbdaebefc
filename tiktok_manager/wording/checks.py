"""What `doctor` found, in words."""

from tiktok_manager.wording.catalogue import Catalogue, Entry, Plural
from tiktok_manager.wording.translation import _

CHECKS: Catalogue = {
    "check_version": Entry(_("TikTok Manager {version} on Python {python}.")),
    "check_data_folder": Entry(_("{folder} ({kind:word}, {free_bytes:gb} free).")),
    "check_time_zone": Entry(_("Times are read and shown in {zone}.")),
    "check_storage": Entry(_("It can be written, and room is kept for a full disk.")),
    "check_home": Entry(_("This data folder may publish.")),
    "check_journal": Entry(
        Plural("{count} step is written down.", "{count} steps are written down.", "count")
    ),
    "check_journal_empty": Entry(_("Nothing was published yet.")),
    "journal_line_altered": Entry(
        _("Line {line} of the publish journal was altered or written with another key.")
    ),
    "journal_lines_missing": Entry(_("Lines before line {line} of the publish journal are gone.")),
    "check_backups": Entry(
        Plural(
            "{count} backup; the newest is of {newest_at:at}.",
            "{count} backups; the newest is of {newest_at:at}.",
            "count",
        )
    ),
    "no_backup_yet": Entry(_("There is no backup yet.")),
    "check_database": Entry(_("SQLite {version}; the database is whole.")),
    "check_database_alone": Entry(_("Only one program at a time may use it.")),
    "check_database_damaged": Entry(
        _("The database is damaged."), _("SQLite {version} says: {verdict}.")
    ),
    "not_looked_through": Entry(
        _("SQLite {version}; the database is large and was not looked through now."),
        _("It was with the last backup, of {last_at:at}."),
        typed=_("`doctor --thorough` does it now."),
    ),
    "check_no_counters": Entry(_("Nothing was counted yet.")),
    "check_counters": Entry(_("The counters in {file} are whole.")),
    "check_counters_open": Entry(
        _("The counters can be read; `doctor --thorough` looks through their whole file.")
    ),
    "check_no_vault": Entry(_("It is not made yet; the keyring is ready for it.")),
    "check_vault": Entry(_("Secrets can be read.")),
    "check_app_keys": Entry(_("Both are set.")),
    "check_accounts": Entry(
        Plural("{count} account is known.", "{count} accounts are known.", "count")
    ),
    "accounts_to_reconnect": Entry(
        _("To be connected again: {handles}."),
        typed=_("`accounts connect --reconnect HANDLE` connects one again."),
    ),
    "check_nothing_held": Entry(_("Nothing is held.")),
    "held_until": Entry(_("Until {until:at}.")),
    "check_posts": Entry(_("Under way: {under_way}. Waiting for you: {needs_user}.")),
    "adopted": Entry(
        _("This data folder publishes from now on; use no other copy of it."),
        _(
            "Posts that the other copy may have sent meanwhile are set aside as unconfirmed when "
            "the publisher starts."
        ),
    ),
    "not_a_copy": Entry(_("It is no copy: there is nothing to do.")),
}
