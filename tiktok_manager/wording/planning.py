"""What is wrong with a plan, in words: its times, its files, its choices, and what came between."""

from tiktok_manager.wording.catalogue import Catalogue, Choice, Each, Entry
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.translation import _


def _meanwhile(title: str) -> Entry:
    return Entry(
        title,
        Each(_("{fields:word}: {theirs} (yours: {yours})."), "fields"),
        _("Nothing was written. Look at it again, then change it."),
        Step.LOOK_AGAIN,
    )


PLANNING: Catalogue = {
    "id_not_unique": Entry(_("More than one id starts with {id}.")),
    "days_reversed": Entry(_("{last} lies before {first}."), hint=_("Name the first day first.")),
    "note_too_long": Entry(_("The note is too long."), hint=_("It takes {most} characters.")),
    "bad_day": Entry(_("“{text}” is no day."), hint=_("Write it like 2026-12-24.")),
    "post_id_not_unique": Entry(_("More than one post's id starts with {id}.")),
    "changed_meanwhile": Choice(
        "what",
        {
            "": _meanwhile(_("This was changed meanwhile.")),
            "post": _meanwhile(_("This post was changed meanwhile.")),
            "account": _meanwhile(_("This account was changed meanwhile.")),
            "rule": _meanwhile(_("This recurring post was changed meanwhile.")),
            "campaign": Entry(
                _("This campaign was changed meanwhile."),
                hint=_("Nothing was written. Look at it again, then change it."),
                step=Step.LOOK_AGAIN,
            ),
            "plan": Entry(
                _("This plan was changed meanwhile."),
                _("{findings}"),
                _("Nothing was written. Look at it again, then change it."),
                Step.LOOK_AGAIN,
            ),
        },
    ),
    "consent_missing": Entry(
        _("Your consent is missing."),
        _("TikTok asks that you agree to this for every direct post: “{text}”."),
        step=Step.CONSENT,
        typed=_("Add `--consent` to agree."),
        shown=_("Tick the consent to agree."),
    ),
    "time_is_past": Choice(
        "edited",
        {
            "": Entry(
                _("That time is in the past."),
                _("{at} ({zone}) is before now."),
                step=Step.CHOOSE_TIME,
                typed=_("Choose a time to come, or `now`."),
                shown=_("Choose a time to come."),
            ),
            "True": Entry(
                _("That time is in the past."),
                _("{at} ({zone}) is before now."),
                step=Step.CHOOSE_TIME,
                typed=_("Give it a new time: `--at`, or `now`."),
                shown=_("Give it a new time."),
            ),
        },
    ),
    "no_account_chosen": Entry(
        _("No account was chosen."),
        hint=_("Choose at least one account."),
        step=Step.CHOOSE_ACCOUNT,
    ),
    "wrong_status": Choice(
        "change",
        {
            "": Entry(
                _("A post that is {status:word} cannot be changed so."),
                hint=_("Possible for posts that are: {allowed:words}."),
            ),
            "edited": Entry(
                _("A post that is {status:word} cannot be edited."),
                hint=_("Possible for posts that are: {allowed:words}."),
            ),
            "cancelled": Entry(
                _("A post that is {status:word} cannot be cancelled."),
                hint=_("Possible for posts that are: {allowed:words}."),
            ),
            "retried": Entry(
                _("A post that is {status:word} cannot be retried."),
                hint=_("Possible for posts that are: {allowed:words}."),
            ),
            "restored": Entry(
                _("A post that is {status:word} cannot be restored."),
                hint=_("Possible for posts that are: {allowed:words}."),
            ),
            "put_back": Entry(
                _("A post that is {status:word} cannot be put back."),
                hint=_("Possible for posts that are: {allowed:words}."),
            ),
            "resolved": Entry(
                _("A post that is {status:word} cannot be resolved."),
                hint=_("Possible for posts that are: {allowed:words}."),
            ),
        },
    ),
    "too_late": Entry(
        _("It is too late for that."),
        _("The post is {status:word}: TikTok may have the whole video already."),
        _("Wait for TikTok's answer; a published video can be deleted in TikTok."),
    ),
    "outcome_unknown": Entry(
        _("It is not known whether this video is on TikTok."),
        _("Posting it again now might post it twice."),
        _("Look at @{handle} on TikTok first."),
        Step.LOOK_ON_TIKTOK,
    ),
    "privacy_missing": Entry(
        _("Who may see the video was not chosen."),
        _("TikTok asks that you choose it for every direct post."),
        step=Step.CHOOSE_PRIVACY,
        typed=_("Use `--privacy` with one of: {levels}."),
        shown=_("Choose who can see the video."),
    ),
    "post_without_privacy": Entry(
        _("The post has no privacy yet."),
        _("TikTok wants the creator to choose who can watch it."),
        _("Choose who can watch the post."),
        Step.EDIT_POST,
    ),
    "branded_content_private": Entry(
        _("Branded content visibility cannot be set to private."),
        hint=_("Choose another privacy, or leave branded content off."),
        step=Step.CHOOSE_PRIVACY,
    ),
    "cover_negative": Entry(
        _("The cover's time is negative."), hint=_("Count from the first frame.")
    ),
    "cover_too_far": Entry(
        _("The cover's time is too far into the video."),
        _("TikTok takes at most {most_ms} ms."),
        _("Choose a frame of the video."),
    ),
    "plan_has_findings": Entry(_("The plan has findings."), _("{findings}"), _("Mend them first.")),
    "bad_zone": Entry(
        _("“{name}” is not a time zone."),
        _("Time zones are named as in the IANA list."),
        _("Use a name such as Europe/Berlin, America/New_York or UTC."),
    ),
    "bad_time": Entry(
        _("“{text}” is not a time."),
        _("It cannot be read to the minute."),
        _("Write it like 2026-11-28T18:30, `fri 18:00`, `tomorrow 9am`, `in 2 hours` or `now`."),
    ),
    "ambiguous_time": Entry(
        _("“{text}” can mean two things."),
        _("A wrong guess would publish at another time."),
        _("Write the date as year, month, day and the time in 24 hours, like 2026-11-28T18:30."),
    ),
    "time_missing": Entry(
        _("“{text}” has no time."),
        _("A day alone does not say when."),
        _("Add the time, like `{text} 18:30`, or write it like 2026-11-28T18:30."),
    ),
    "no_slots": Entry(
        _("@{account} has no slots."),
        _("A slot is a time of the week at which an account posts."),
        typed=_(
            "Add some with `slots add --account {account} --days mon-fri --time 18:30`, or name "
            "the time."
        ),
        shown=_("Add some, or choose a time."),
        step=Step.CHOOSE_TIME,
    ),
    "no_free_slot": Entry(
        _("@{account} has no free slot in the next two years."),
        typed=_("Add more with `slots add`, or name the time."),
        shown=_("Add more, or choose a time."),
        step=Step.CHOOSE_TIME,
    ),
    "no_slots_by_status": Entry(
        _("Slots cannot be for accounts by their status “{name}”."),
        hint=_("Name an account, a group, a tag, or all."),
    ),
    "slot_not_here": Entry(
        _("“{text}” is no time here."),
        _("Only a post of an account has a next slot."),
        _("Write a time, like 2026-11-28T18:30 or `tomorrow 9am`."),
    ),
    "bad_days": Entry(
        _("“{text}” names no days of the week."),
        hint=_("Write them like `mon,wed`, `mon-fri`, `daily`, `weekdays` or `weekends`."),
    ),
    "bad_clock": Entry(
        _("“{text}” is no time of day."), hint=_("Write it like 18:30 or 6pm, to the minute.")
    ),
    "bad_shift": Entry(
        _("“{text}” is no shift."),
        _("A shift is a whole number and a unit; days keep the local hour."),
        _("Write it like 2d, -1w or -3h."),
    ),
    "shift_too_far": Entry(_("That shift leads beyond the calendar.")),
    "bad_duration": Entry(
        _("“{text}” is not a duration."),
        _("A duration is a whole number and a unit."),
        _("Write it like 30m, 2h or 1d."),
    ),
    "caption_too_long": Entry(
        _("The caption is too long."),
        _("It has {units} UTF-16 units; TikTok takes {most}."),
        _("Shorten it by {excess}."),
    ),
    "bad_tag": Entry(
        _("“{tag}” cannot be a tag."),
        hint=_("A tag has 1 to {most} characters, without comma, semicolon or line end."),
    ),
    "caption_with_nul": Entry(_("The caption holds a NUL character."), hint=_("Remove it.")),
    "caption_half_character": Entry(
        _("The caption holds half of a character."),
        _("An emoji in it was cut in two, or it is not UTF-8."),
        _("Type the caption again."),
    ),
    "illegal_transition": Entry(_("A post that is {old:word} cannot become {new:word}.")),
}
