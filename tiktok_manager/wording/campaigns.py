"""Campaigns, in words: what is wrong with one, what it would make, and what became of it."""

from tiktok_manager.wording.catalogue import Catalogue, Choice, Entry, Plural
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.translation import _

_ALLOWED = _("Possible for campaigns that are: {allowed:words}.")


def _not_so(title: str) -> Entry:
    return Entry(title, hint=_ALLOWED)


_ERRORS: Catalogue = {
    "campaign_not_unique": Entry(
        _("More than one campaign goes by {id}."), hint=_("Use its whole id.")
    ),
    "campaign_wrong_status": Choice(
        "change",
        {
            "": _not_so(_("A campaign that is {status:word} cannot be changed so.")),
            "edited": _not_so(_("A campaign that is {status:word} cannot be edited.")),
            "started": _not_so(_("A campaign that is {status:word} cannot be started.")),
            "paused": _not_so(_("A campaign that is {status:word} cannot be paused.")),
            "resumed": _not_so(_("A campaign that is {status:word} cannot be resumed.")),
            "cancelled": _not_so(_("A campaign that is {status:word} cannot be cancelled.")),
            "retried": _not_so(_("A campaign that is {status:word} cannot be retried.")),
        },
    ),
    "bad_campaign_name": Entry(_("A campaign needs a name."), _("It has 1 to {most} characters.")),
    "campaign_window_reversed": Entry(
        _("The campaign ends before it begins."), hint=_("Choose a later end.")
    ),
    "campaign_window_over": Entry(
        _("The campaign's time is over: it ended on {end}."),
        typed=_("Give it a later end with `campaigns edit ID --to DAY`."),
        shown=_("Choose a later end."),
        step=Step.CHOOSE_TIME,
    ),
    "campaign_slots_alone": Entry(
        _("Posts in slots have the times of the slots."),
        typed=_("Leave `--times` and `--jitter` off, or `--slots`."),
        shown=_("Choose either slots or times of your own."),
    ),
    "no_video_chosen": Entry(
        _("No video was chosen."),
        _("MP4, MOV and WebM files are planned; of a folder, those that lie in it itself."),
        _("Choose at least one video."),
        Step.CHOOSE_FILE,
    ),
    "lonely_brace": Entry(
        _("A “{brace}” stands alone in a caption's template."),
        hint=_("Write “{{{{” or “}}}}” for the sign itself."),
    ),
    "bad_account_caption": Entry(
        _("“{text}” is no caption of an account."),
        hint=_("Write it like creator01=New from {{campaign}}."),
    ),
    "campaign_does_not_fit": Entry(
        Plural(
            "{left} of {all} posts has no room in the campaign's window.",
            "{left} of {all} posts have no room in the campaign's window.",
            "left",
        ),
        _("Without room: {accounts}."),
        _("Nothing was planned. Give it more days, more posts a day, or fewer videos."),
        Step.CHOOSE_TIME,
    ),
    "campaign_posts_refused": Entry(
        Plural(
            "{count} post of the campaign cannot be planned: nothing was.",
            "{count} posts of the campaign cannot be planned: nothing was.",
            "count",
        ),
        _("{findings}"),
        typed=_("`campaigns preview` shows which."),
        shown=_("Look at the preview, and mend them."),
    ),
}

_FOUND: Catalogue = {
    "campaign_no_room": Entry(
        _("@{account} has no room for {file} from {start} to {end}."),
        hint=_("Give the campaign more days or more posts a day."),
    ),
}

_RESULTS: Catalogue = {
    "campaign_made": Entry(
        _("Made {name} ({id})."), typed=_("`campaigns preview {id}` shows what it would post.")
    ),
    "campaign_would": Entry(
        Plural("Would plan {count} post.", "Would plan {count} posts.", "count"),
        typed=_("`campaigns start {id} --version {version}` plans just these."),
    ),
    "campaign_started": Entry(
        Plural("Planned {count} post of {name}.", "Planned {count} posts of {name}.", "count")
    ),
    "campaign_drafts": Entry(
        _("They are drafts: it was not agreed that they are posted."),
        typed=_("`posts edit ID --consent` plans one; `campaigns start --consent` plans all."),
    ),
    "campaign_is": Entry(_("{name} is {status:word}.")),
    "campaign_cancelled_posts": Entry(
        Plural("Cancelled {count} post.", "Cancelled {count} posts.", "count")
    ),
    "campaign_runs_on": Entry(
        Plural(
            "{count} post is on its way and runs on to its end.",
            "{count} posts are on their way and run on to their end.",
            "count",
        )
    ),
    "no_campaigns": Entry(_("No campaigns."), typed=_("Make one with `campaigns create`.")),
}

CAMPAIGNS: Catalogue = {**_ERRORS, **_FOUND, **_RESULTS}
