"""What the checks of a plan found, in words."""

from tiktok_manager.wording.catalogue import Catalogue, Choice, Each, Entry, Plural
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.translation import _

_ANOTHER_TIME = _("`--at` gives it another time.")
_CHOOSE_TIME = _("Choose another time.")
_ALLOW_ALL = _("Reconnect it, and leave every permission ticked.")

FINDINGS: Catalogue = {
    "account_is_paused": Entry(
        _("@{account} is paused."),
        step=Step.RESUME_ACCOUNT,
        typed=_("`accounts resume {account}` lets its posts go out."),
        shown=_("Resume it; its posts are kept."),
    ),
    "account_needs_reconnect": Entry(
        _("@{account} must be connected again before it can post."),
        step=Step.RECONNECT,
        typed=_("`accounts connect --reconnect {account}` does it."),
        shown=_("Reconnect it; its posts are kept."),
    ),
    "account_not_connected": Choice(
        "of",
        {
            "": Entry(
                _("@{account} is not connected."), hint=_("Connect it first."), step=Step.CONNECT
            ),
            "post": Entry(
                _("The account is not connected."),
                hint=_("Connect it; its posts are kept."),
                step=Step.CONNECT,
            ),
        },
    ),
    "day_is_full": Choice(
        "mode",
        {
            "": Entry(
                _(
                    "@{account} has its direct posts of 24 hours then; the next free time is {at} "
                    "({timezone})."
                ),
                step=Step.CHOOSE_TIME,
                typed=_ANOTHER_TIME,
                shown=_CHOOSE_TIME,
            ),
            "inbox": Entry(
                _(
                    "@{account} has its pending drafts of 24 hours then; the next free time is "
                    "{at} ({timezone})."
                ),
                step=Step.CHOOSE_TIME,
                typed=_ANOTHER_TIME,
                shown=_CHOOSE_TIME,
            ),
        },
    ),
    "moved_to_free_time": Choice(
        "mode",
        {
            "": Entry(
                _("@{account} has its direct posts of 24 hours: moved to {at} ({timezone}).")
            ),
            "inbox": Entry(
                _("@{account} has its pending drafts of 24 hours: moved to {at} ({timezone}).")
            ),
        },
    ),
    "clash": Entry(
        _("@{account} has another post at {at} ({timezone})."),
        step=Step.CHOOSE_TIME,
        typed=_ANOTHER_TIME,
        shown=_CHOOSE_TIME,
    ),
    "gap_too_short": Entry(
        _("@{account} has a post at {at} ({timezone}), less than {gap:span} away."),
        step=Step.CHOOSE_TIME,
        typed=_ANOTHER_TIME,
        shown=_CHOOSE_TIME,
    ),
    "own_cap_reached": Entry(
        Plural(
            _("@{account} has its {cap} post on {day} already."),
            _("@{account} has its {cap} posts on {day} already."),
            "cap",
        ),
        step=Step.CHOOSE_TIME,
        typed=_ANOTHER_TIME,
        shown=_CHOOSE_TIME,
    ),
    "in_blackout": Entry(
        _("@{account} posts nothing on {day} by your blackout days."),
        _("{note}"),
        step=Step.CHOOSE_TIME,
        typed=_ANOTHER_TIME,
        shown=_CHOOSE_TIME,
    ),
    "zone_rules_changed": Entry(
        Plural(
            _("A time zone has new rules: {count} planned post goes out at another instant."),
            _("Time zones have new rules: {count} planned posts go out at another instant."),
            "count",
        ),
        _("They keep their local time. The zones are: {zones}."),
    ),
    "permission_not_granted": Choice(
        "mode",
        {
            "": Entry(
                _(
                    "@{account} did not grant {scope}: a direct post will be refused until it is "
                    "connected with it."
                ),
                hint=_ALLOW_ALL,
                step=Step.RECONNECT,
            ),
            "inbox": Entry(
                _(
                    "@{account} did not grant {scope}: an inbox post will be refused until it is "
                    "connected with it."
                ),
                hint=_ALLOW_ALL,
                step=Step.RECONNECT,
            ),
        },
    ),
    "totals_untold": Entry(
        _("TikTok does not tell the followers and likes of {accounts}: {scope} was not granted."),
        hint=_("That takes a TikTok app with the Display API, which new apps cannot have."),
        typed=_("`settings set scopes all` asks for it; then connect the account again."),
        shown=_("Choose it in the settings, then connect the account again."),
    ),
    "videos_untold": Entry(
        _("TikTok does not list the videos of {accounts}: {scope} was not granted."),
        hint=_("That takes a TikTok app with the Display API, which new apps cannot have."),
        typed=_("`settings set scopes all` asks for it; then connect the account again."),
        shown=_("Choose it in the settings, then connect the account again."),
    ),
    "zone_in_doubt": Entry(
        _(
            "The time zone of this machine cannot be told: {zone} is taken, but its clock is "
            "{offset} from UTC."
        ),
        hint=_("Name the zone in the settings, or with each time."),
        typed=_("`settings set timezone Europe/Berlin` does it, or `--tz`."),
    ),
    "disconnect_unconfirmed": Entry(
        _("TikTok did not confirm the disconnection of @{account}."),
        _("{cause:title}"),
        _("Remove the app in TikTok under Settings › Security › App permissions."),
    ),
    "same_video": Entry(
        _("@{account} has this very video already: {post} is {status:word} ({at} in {timezone}).")
    ),
    "same_video_elsewhere": Entry(
        Plural(
            _(
                "@{account} gets a video that {count} other account has less than {stagger:span} "
                "before or after."
            ),
            _(
                "@{account} gets a video that {count} other accounts have less than "
                "{stagger:span} before or after."
            ),
            "count",
        ),
        Each(_("@{others}: {times}."), "others"),
        step=Step.CHOOSE_TIME,
        typed=_ANOTHER_TIME,
        shown=_CHOOSE_TIME,
    ),
    "near_copy": Entry(
        _(
            "{file} looks like {other}, which @{account} has already: {status:word} ({at} in "
            "{timezone})."
        ),
        _("It lasts as long, and all {same} pictures compared are alike; TikTok may see a repeat."),
        step=Step.CHOOSE_FILE,
        typed=_("`posts edit ID --file FILE` takes another one."),
        shown=_("Choose another one, or leave it if you mean it."),
    ),
    "same_video_twice": Entry(_("@{account} gets {file} more than once in this plan.")),
}
