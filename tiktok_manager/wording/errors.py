"""Errors of ours in words: accounts, posts, settings, and what a command was asked."""

from tiktok_manager.wording.catalogue import Catalogue, Choice, Entry, Plural
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.translation import _

_SHOWS_ACCOUNTS = _("`accounts list` shows the accounts there are.")
_SHOWS_POSTS = _("`posts list` shows the posts.")
_SHOWS_BACKUPS = _("`backup list` shows the backups.")
_SYSTEM_SAYS = _("The system says: {reason}.")


_NOT_FOUND: Catalogue = {
    "not_found": Choice(
        "what",
        {
            "account": Entry(_("There is no account @{handle}."), typed=_SHOWS_ACCOUNTS),
            "all": Entry(_("There is no account yet."), hint=_("Connect one first.")),
            "group": Entry(_("No account is in a group “{name}”."), typed=_SHOWS_ACCOUNTS),
            "tag": Entry(_("No account has the tag “{name}”."), typed=_SHOWS_ACCOUNTS),
            "status": Entry(_("No account is {name:word}."), typed=_SHOWS_ACCOUNTS),
            "backup": Entry(_("There is no backup {name}."), typed=_SHOWS_BACKUPS),
            "campaign": Entry(
                _("There is no campaign {id}."),
                typed=_("`campaigns list` shows the campaigns there are."),
            ),
            "file": Entry(_("There is no file {file}."), hint=_("Check its name and folder.")),
            "post": Entry(_("There is no post {id}."), typed=_SHOWS_POSTS),
            "batch": Entry(_("There is no batch {id}."), typed=_SHOWS_POSTS),
            "slot": Entry(
                _("There is no slot {id}."), typed=_("`slots list` shows the slots there are.")
            ),
            "rule": Entry(
                _("There is no recurring post {id}."),
                typed=_("`recurring list` shows those there are."),
            ),
            "blackout": Entry(
                _("There are no blackout days {id}."),
                typed=_("`slots blackout list` shows those there are."),
            ),
            "setting": Entry(
                _("There is no setting “{name}”."), hint=_("The settings are: {names}.")
            ),
        },
    ),
}

_ACCOUNTS: Catalogue = {
    "handle_not_unique": Entry(
        _("More than one account is called @{handle}."), hint=_("Use its id: {ids}.")
    ),
    "added_and_removed": Entry(_("“{name}” cannot be added and removed at once.")),
    "account_not_added": Entry(_("The account was not added."), _("You chose not to add it.")),
    "video_on_its_way": Entry(
        _("@{handle} has a video on its way to TikTok."),
        hint=_("Wait until it is published, or cancel it first."),
    ),
    "another_account": Entry(
        _("TikTok answered for another account than @{handle}."),
        _("The browser is signed in as {found}."),
        _("Sign out of TikTok in the browser, or use a private window, and try again."),
        Step.RETRY,
    ),
    "reconnect_needed": Entry(
        _("TikTok no longer accepts this account's permission."),
        hint=_("Reconnect the account; its posts are kept."),
        step=Step.RECONNECT,
        typed=_("`accounts connect --reconnect {handle}` does it."),
    ),
    "account_never_connected": Entry(
        _("This account is not connected."), hint=_("Connect it first."), step=Step.CONNECT
    ),
    "list_cut_short": Entry(
        Plural("Only {count} video could be read.", "Only {count} videos could be read.", "count"),
        _("TikTok says there are more, but does not go on with them."),
        _("Their numbers are kept. Sync the account again later."),
        Step.SYNC,
    ),
    "consent_timeout": Entry(
        _("Nobody answered on TikTok's page."),
        _("The sign-in waits five minutes."),
        _(
            "Start it again. If TikTok's page showed an error, check the app keys, the permissions "
            "asked for and the redirect address in TikTok's developer portal."
        ),
        Step.RETRY,
    ),
    "consent_refused": Choice(
        "why",
        {
            "": Entry(
                _("TikTok gave no permission for this account."),
                _("Permission was refused on TikTok's page."),
                _("Start the sign-in again and agree on TikTok's page."),
                Step.RETRY,
            ),
            "said": Entry(
                _("TikTok gave no permission for this account."),
                _("It said: “{said}”."),
                _("Start the sign-in again and agree on TikTok's page."),
                Step.RETRY,
            ),
        },
    ),
    "call_not_made": Entry(_("The call was not made.")),
    "no_loopback_port": Entry(
        _("The sign-in cannot be received on this computer."),
        _("No local port could be opened."),
        _("Check whether security software blocks local connections, then try again."),
        Step.RETRY,
    ),
    "app_keys_missing": Entry(
        _("There are no TikTok app keys yet."),
        _("TikTok Manager works with your own TikTok app."),
        step=Step.SET_CLIENT_KEY,
        typed=_("Set them with `settings set client-key` and `settings set client-secret`."),
        shown=_("Enter them in Settings."),
    ),
}

_SETTINGS: Catalogue = {
    "setting_is_secret": Entry(_("{name} is a secret."), _("Secrets are never shown.")),
    "bad_app_key": Entry(
        _("That is not a TikTok app key."),
        _("A key is one word without spaces."),
        _("Copy it from your app's page in TikTok's developer portal."),
    ),
    "bad_choice": Entry(_("“{value}” is not possible here."), hint=_("Choose one of: {choices}.")),
    "bad_number": Entry(_("“{value}” is not a number from {low} to {high}.")),
    "duration_out_of_range": Entry(_("“{value}” is out of range."), _("It may be 1m to 30d.")),
    "bad_simulator": Entry(_("The local TikTok cannot be set up like this."), _("{why}")),
    "bad_scopes": Entry(
        _("“{value}” is not a list of TikTok scopes."),
        _("{needed} is always needed."),
        _("Write posting, all, or a list of: {scopes}."),
    ),
    "bad_address": Entry(
        _("{variable} is not an address."),
        _("It must be a plain address without user name, query or fragment."),
        _("Write it like https://open.tiktokapis.com."),
    ),
    "address_without_https": Entry(
        _("{variable} must start with https."),
        _("Plain http is accepted only for 127.0.0.1, localhost and ::1."),
        _("Write it like https://open.tiktokapis.com."),
    ),
    "variable_not_supported": Entry(
        _("{variable} is not supported yet."),
        _("This version keeps its data in the data folder only."),
        _("Unset it and start again."),
    ),
}

_COMMANDS: Catalogue = {
    "argument_not_text": Entry(
        _("The argument “{argument}” after {before} is not text."),
        _("It holds bytes that are not UTF-8."),
        _("Type it again. If it names a file, rename the file."),
    ),
    "bad_usage": Entry(_("{told}"), hint=_("See `{place} --help`.")),
    "name_posts": Entry(_("Name posts by their ids, or a batch with `--batch`.")),
    "version_of_one": Entry(_("`--version` goes with one post only.")),
    "time_or_shift": Entry(_("Name either a time, `--at`, or a shift, `--shift`.")),
    "one_post_or_all": Entry(_("Name one post, or use `--all-failed`.")),
    "posted_or_not": Entry(
        _("Say either `--posted`, or `--not-posted` (with `--post-again` or not).")
    ),
    "not_a_choice": Entry(
        _("“{value}” is not possible for {option}."), hint=_("Choose: {choices}.")
    ),
    "nothing_on_stdin": Entry(_("No value for {name} came on stdin.")),
    "bad_simulator": Entry(_("The local TikTok cannot be set up like this."), _("{reason}")),
    "demo_failed": Entry(_("The demo did not end as it should."), _("See the table above.")),
    "unknown_report": Entry(_("There is no report “{kind}”."), hint=_("The reports are: {kinds}.")),
    "flight_record_not_written": Entry(
        _("{file} cannot be written."), _SYSTEM_SAYS, _("Choose another folder.")
    ),
    "two_documents": Entry(
        _("Standard output cannot hold both the file and the JSON document."),
        hint=_("Leave out `--json`, or name a file."),
    ),
    "bad_format": Entry(
        _("{suffix} files are not written here."),
        _("A table is CSV, or XLSX if the file's name ends so."),
        _("Name it {name}.csv or {name}.xlsx."),
    ),
    "bad_delimiter": Entry(_("“{delimiter}” cannot delimit fields."), hint=_("Use , or ; or tab.")),
    "too_many_rows": Entry(
        _("There are more rows than a spreadsheet holds."),
        _("An XLSX sheet ends at {rows} rows."),
        _("Export CSV instead."),
    ),
    "is_folder": Entry(_("{file} is a folder."), hint=_("Name a file, such as export.csv in it.")),
    "file_not_written": Entry(
        _("{file} could not be written."), _SYSTEM_SAYS, _("Choose another place.")
    ),
    "folder_missing": Entry(
        _("The folder {folder} does not exist."),
        _("{file} cannot be written there."),
        _("Make the folder first, or choose another."),
    ),
    "no_display": Entry(
        _("There is no screen to show the window on."),
        _("Neither DISPLAY nor WAYLAND_DISPLAY is set."),
        typed=_("Use `tiktok-manager publisher run` to publish without a window."),
    ),
    "display_not_open": Entry(
        _("The screen {display} cannot be used."),
        _("No X server answers there, or it does not let you in."),
        typed=_("Use `tiktok-manager publisher run` to publish without a window."),
    ),
    "library_missing": Entry(
        _("The window needs {library}, which this system does not have."),
        _SYSTEM_SAYS,
        _("Install it with the system's package manager."),
        typed=_("Or use `tiktok-manager publisher run` to publish without a window."),
    ),
    "cancelled": Entry(_("Cancelled.")),
    "unforeseen": Entry(
        _("Something went wrong that should not have."),
        _("Your posts are safe."),
        _("Try again; if it stays so, send us the details."),
        Step.RETRY,
    ),
    "workspace_not_opened": Entry(
        _("Your workspace could not be opened."),
        _("Something went wrong that should not have. Your posts are safe."),
        _("Try again; if it stays so, send us the details."),
        Step.RETRY,
    ),
    "error": Entry(_("Something went wrong.")),
}

ERRORS: Catalogue = {**_NOT_FOUND, **_ACCOUNTS, **_SETTINGS, **_COMMANDS}
