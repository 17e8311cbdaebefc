"""What commands say beside their result: how far they are, and what came of them."""

from tiktok_manager.wording.catalogue import Catalogue, Choice, Entry, Plural
from tiktok_manager.wording.translation import _

COMMANDS: Catalogue = {
    "connect_stage": Choice(
        "stage",
        {
            "waiting_for_consent": Entry(
                _("Waiting for your consent in the browser (5 minutes) …")
            ),
            "exchanging": Entry(_("Consent given. Talking to TikTok …")),
            "reading_profile": Entry(_("Reading the profile …")),
            "storing": Entry(_("Keeping the account …")),
        },
    ),
    "connect_address": Entry(_("If no browser opened, open: {url}")),
    "connect_overdue": Entry(
        _("TikTok has sent nobody back yet."),
        _(
            "If its page shows an error that names “scope”, your TikTok app lacks one of the "
            "permissions asked for: {scopes}."
        ),
        typed=_("Stop with Ctrl+C and ask for fewer: `accounts connect {option}`."),
    ),
    "connect_asked": Entry(_("Add @{handle} ({name})?")),
    "connected": Entry(_("Connected @{handle} ({name}).")),
    "scopes_not_granted": Entry(
        _("Not granted: {scopes}."), _("What needs it will be refused by TikTok.")
    ),
    "no_account_yet": Entry(_("No account yet."), typed=_("Connect one with `accounts connect`.")),
    "disconnected": Entry(_("Disconnected @{handle}.")),
    "account_now_paused": Entry(_("@{handle} is paused.")),
    "account_now_active": Entry(_("@{handle} is active again.")),
    "about_account": Entry(_("@{handle}: {told}")),
    "command_warning": Entry(_("Warning: {told}")),
    "command_error": Entry(_("Error: {told}")),
    "stopped": Entry(_("Stopped.")),
    "broken_off": Entry(_("Error: The command broke off."), _("The system says: {reason}.")),
    "post_told": Entry(_("{time} {post} @{handle} {status}."), "{told}"),
    "post_waits": Entry(_("{post} @{handle} waits."), "{told}"),
    "about_post": Entry(_("{post}: {told}")),
    "batch_left": Entry(
        Plural(
            _("{count} post of the batch can no longer be changed, and stays as it is."),
            _("{count} posts of the batch can no longer be changed, and stay as they are."),
            "count",
        )
    ),
    "slot_means": Entry(_("The next free slot of @{handle} is {at}.")),
    "when_means": Entry(_("“{text}” is {at}.")),
    "post_is": Entry(_("{post} is {status:word}.")),
    "post_cancelled": Entry(_("Cancelled {post}.")),
    "post_again": Entry(_("{post} goes out again.")),
    "posts_again": Entry(
        Plural(_("{count} post goes out again."), _("{count} posts go out again."), "count")
    ),
    "no_posts": Entry(_("No posts.")),
    "slot_added": Entry(_("Added {slot}: {when} for {whose}.")),
    "slots_known": Entry(
        Plural(
            _("{count} slot was there already."), _("{count} slots were there already."), "count"
        )
    ),
    "slots_removed": Entry(
        Plural(_("Removed {count} slot."), _("Removed {count} slots."), "count")
    ),
    "no_slots_yet": Entry(
        _("No slots."),
        typed=_("Add some with `slots add --account HANDLE --days mon-fri --time 18:30`."),
    ),
    "no_slot_free": Entry(
        _("There is no free slot."), typed=_("`slots list` shows the slots there are.")
    ),
    "tonight_nothing": Entry(
        _("Nothing goes out in the next 24 hours."), typed=_("`posts add` plans something.")
    ),
    "tonight_sum": Entry(
        Plural(
            _("{count} post in the next 24 hours: {ok} safe, {warnings} in doubt, {problems} not."),
            _(
                "{count} posts in the next 24 hours: {ok} safe, {warnings} in doubt, "
                "{problems} not."
            ),
            "count",
        )
    ),
    "publishing_goes_on": Entry(_("Publishing goes on.")),
    "publishing_held": Entry(_("Publishing is held."), "{told}"),
    "standing_by": Entry(_("Standing by: {told} publishes now.")),
    "publisher_runs": Entry(_("Publishing.")),
    "backup_made": Entry(_("It lies in {folder}."), _("Secrets in it stay encrypted.")),
    "backup_whole": Entry(_("{file} is whole and unchanged.")),
    "backup_restored": Choice(
        "what",
        {
            "posts": Entry(_("Restored as of {at}.")),
            "metrics": Entry(_("Restored the counters as of {at}.")),
        },
    ),
    "former_database": Entry(_("The former database lies in {path}.")),
    "backup_restored_hold": Entry(
        _("When the publisher starts, it sets aside what may have gone out since.")
    ),
    "record_written": Entry(_("Wrote the flight record of {post} to {file}.")),
    "rows_written": Entry(Plural(_("{rows} row in {file}."), _("{rows} rows in {file}."), "rows")),
    "rows_printed": Entry(
        Plural(_("{rows} row in standard output."), _("{rows} rows in standard output."), "rows")
    ),
    "secret_set": Entry(_("{name} is set.")),
    "setting_is": Entry(_("{name} is {value}.")),
    "environment_first": Entry(
        _("{name} is kept, but the environment variable goes before it while it is set.")
    ),
    "secret_in_history": Entry(
        _("It may stand in your shell's history now."), typed=_("Without VALUE it is asked for.")
    ),
    "demo_prepares": Entry(_("Preparing accounts, their last weeks and some plans …")),
    "demo_day": Entry(_("Living through the last weeks: day {day} of {days} …")),
    "demo_publishes": Entry(
        Plural(
            _("Planned {count} video; publishing …"),
            _("Planned {count} videos; publishing …"),
            "count",
        )
    ),
    "demo_done": Entry(
        Plural(
            _("Synced the counters of {videos} video."),
            _("Synced the counters of {videos} videos."),
            "videos",
        ),
        Plural(_("Wrote {rows} row to {file}."), _("Wrote {rows} rows to {file}."), "rows"),
    ),
    "simulator_runs": Entry(
        _("A local TikTok for trying things; Ctrl+C ends it."),
        _("App keys: sim-key, sim-secret."),
    ),
}
