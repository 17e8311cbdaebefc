"""Recurring posts, in words: what a rule may not say, and what stands in its way."""

from tiktok_manager.wording.catalogue import Catalogue, Choice, Entry, Plural
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.translation import _

_HOURS = _("Only days come from the rule: name the hours with `--time`, up to fifteen a day.")

_RULES: Catalogue = {
    "bad_rule": Entry(
        _("“{text}” is no recurrence rule."),
        _("A rule is written as in RFC 5545: names and values, parted by semicolons."),
        _("Write it like `FREQ=WEEKLY;BYDAY=MO,TH` or `FREQ=MONTHLY;BYDAY=-1FR`."),
    ),
    "rule_part": Choice(
        "part",
        {
            "": Entry(
                _("A rule cannot say {part}."),
                hint=_(
                    "It may say FREQ, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH, "
                    "BYYEARDAY, BYWEEKNO, BYSETPOS, WKST, BYHOUR and BYMINUTE."
                ),
            ),
            "BYSECOND": Entry(_("A rule cannot say BYSECOND: posts go out by the minute.")),
            "SECONDLY": Entry(_("A rule cannot repeat by the second."), hint=_HOURS),
            "MINUTELY": Entry(_("A rule cannot repeat by the minute."), hint=_HOURS),
            "HOURLY": Entry(
                _("A rule cannot repeat by these hours."),
                _("Every 2, 3, 4, 6, 8 or 12 hours falls on the same times of each day."),
                _HOURS,
            ),
            "DTSTART": Entry(
                _("A rule cannot say DTSTART."),
                hint=_("It begins today; `--from` names another day, `--time` its hours."),
            ),
            "BYHOUR": Entry(
                _("The hours are said in two ways, or cannot be told."),
                hint=_("Name them either with BYHOUR or with `--time`."),
            ),
            "BYMINUTE": Entry(
                _("The rule says BYMINUTE without BYHOUR."), hint=_("Name the time with `--time`.")
            ),
        },
    ),
    "rule_value": Entry(_("{value} is no value of {part} in such a rule.")),
    "rule_too_often": Entry(
        _("{count} posts a day are too many."),
        _("TikTok takes about {most} of an account."),
        _("Name fewer times."),
    ),
    "rule_never": Entry(
        _("This rule names no time to come."), hint=_("Check its days, its end and its start.")
    ),
    "rule_until_past": Entry(
        _("The rule ends on {until}, before it begins on {start}."), hint=_("Choose a later end.")
    ),
    "rule_count_and_until": Entry(
        _("The end of the rule is said twice."),
        hint=_("Name its last day or how many times, and that once."),
    ),
    "rule_day_past": Entry(_("{day} has passed."), hint=_("Name today or a day to come.")),
    "rule_not_then": Entry(_("The rule has no post to come on {day}.")),
    "rule_without_video": Entry(
        _("The rule has no video."),
        typed=_("Name files, or a folder with `--pool`."),
        shown=_("Choose at least one."),
        step=Step.CHOOSE_FILE,
    ),
    "cooldown_too_long": Entry(
        _("That cooldown is too long."), hint=_("Choose at most {most_days} days.")
    ),
    "one_day_or_all": Entry(
        _("Say which posts to change."),
        hint=_("Either `--from DAY` for that day and those that follow, or `--all`."),
    ),
}

_FOUND: Catalogue = {
    "rule_paused": Entry(
        _("Its rule is paused."), hint=_("It is planned again when the rule is resumed.")
    ),
    "rule_changed": Entry(_("Its rule does not ask for it any more.")),
    "rule_for_nobody": Entry(
        _("“{name}” names no account now."), hint=_("Whoever joins gets the next posts.")
    ),
    "rule_video_left_out": Entry(
        _("{file} cannot be posted: {cause:title}"),
        hint=_("Put the file back, or give the rule another."),
        step=Step.CHOOSE_FILE,
    ),
    "rule_video_changed": Entry(
        _("{file} is another video than the one its posts were planned with."),
        _("Those posts will not go out so."),
        typed=_("`recurring edit {rule} --file …` plans them with what it is now."),
        shown=_("Give the rule the file anew."),
        step=Step.CHOOSE_FILE,
    ),
    "pool_rests": Entry(
        Plural(
            _("{count} post from {day} on is left out: every video of the pool rests then."),
            _("{count} posts from {day} on are left out: every video of the pool rests then."),
            "count",
        ),
        _("For {accounts}: within the cooldown, or with no other caption than the last time."),
        _("Add videos or captions, or shorten the cooldown."),
    ),
    "rule_repeats_video": Entry(
        _("{file} goes out again and again with the same words."),
        _("TikTok and viewers may take that for spam."),
        _("Add videos or captions to it."),
    ),
    "rule_dates_passed": Entry(
        Plural(
            _("{count} time passed from {since:at} on while no posts were made ahead."),
            _("{count} times passed from {since:at} on while no posts were made ahead."),
            "count",
        ),
        hint=_("Nothing was posted then. Keep the app running, or make more days ahead."),
    ),
    "rule_dates_left_out": Entry(
        Plural(
            _("{count} post was left out: its time passed during the pause."),
            _("{count} posts were left out: their time passed during the pause."),
            "count",
        )
    ),
    "rule_posts_kept": Entry(
        Plural(
            _("{count} post that was changed by hand stays as it is."),
            _("{count} posts that were changed by hand stay as they are."),
            "count",
        )
    ),
}

_SAID: Catalogue = {
    "rule_added": Entry(
        _("Added {rule}: next on {next}."),
        Plural(_("{count} post is planned."), _("{count} posts are planned."), "count"),
    ),
    "rule_now": Entry(
        _("{rule} is {status:word}."),
        Plural(_("{count} post changed."), _("{count} posts changed."), "count"),
    ),
    "rule_gone": Entry(
        _("Removed {rule}."),
        Plural(_("{count} post was cancelled."), _("{count} posts were cancelled."), "count"),
    ),
    "no_rules": Entry(
        _("No recurring posts."),
        typed=_(
            "Add some with `recurring add FILE --account HANDLE --rrule FREQ=DAILY --time 18:00`."
        ),
    ),
    "check_rules": Entry(
        Plural(_("{count} recurring post."), _("{count} recurring posts."), "count")
    ),
}

RECURRING: Catalogue = {**_RULES, **_FOUND, **_SAID}
