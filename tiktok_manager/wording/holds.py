"""Why posts wait or stopped, in words: what the publisher and the planner found themselves."""

from tiktok_manager.wording.catalogue import Advice, Catalogue, Choice, Entry, Plural
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.translation import _

ADVICE = {
    "given_up": Advice(
        _("Nothing was posted. Look for an update of TikTok Manager, or retry later."), Step.RETRY
    ),
    "tried_long": Advice(
        _("Nothing was posted. TikTok Manager has stopped trying: retry it when it is over."),
        Step.RETRY,
    ),
    "nothing_posted": Advice(
        _(
            "Nothing was posted. TikTok Manager tries a few times by itself; if it stays so, retry "
            "later."
        ),
    ),
    "file_back": Advice(
        _("TikTok is asked what it has. Put the file back as it was; do not post it again yet."),
    ),
    "asked": Advice(_("TikTok is asked what it has. Nothing is sent twice.")),
    "left_alone": Advice(_("It is left alone for a moment. TikTok Manager goes on by itself.")),
    "uploaded_anew": Advice(_("Its last part was never sent, so it is safely uploaded anew.")),
    "all_wait": Advice(_("All direct posts wait and go on by themselves.")),
    "sync_soon": Advice(_("Sync the account again in a few minutes."), Step.SYNC, adds=True),
    "sync_in": Advice(
        Plural(
            "Sync the account again in {minutes} minute.",
            "Sync the account again in {minutes} minutes.",
            "minutes",
        ),
        Step.SYNC,
        adds=True,
    ),
    "connect_soon": Advice(
        _("Nothing was kept: connect the account again in a few minutes."),
        Step.CONNECT,
        adds=True,
    ),
    "connect_in": Advice(
        Plural(
            "Nothing was kept: connect the account again in {minutes} minute.",
            "Nothing was kept: connect the account again in {minutes} minutes.",
            "minutes",
        ),
        Step.CONNECT,
        adds=True,
    ),
}
"""What to do by where a failure was met; `adds` keeps what the failure itself advises."""

HOLDS: Catalogue = {
    "no_verdict": Entry(
        _("TikTok has every byte but has said nothing final for {silent_for:span}."),
        hint=_("Look at the account on TikTok; do not post the video again yet."),
        step=Step.LOOK_ON_TIKTOK,
        promise=_("We keep asking."),
    ),
    "missed": Entry(
        _("Nothing could publish it at its time, {late_by:span} ago."),
        _("{cause:title}"),
        _("Retry to post it now, give it a new time, or cancel it."),
        Step.RETRY,
    ),
    "account_disconnected": Entry(
        _("The account was disconnected."),
        hint=_("Connect it again: the post then goes on by itself."),
        step=Step.CONNECT,
    ),
    "permission_altered": Entry(
        _("The permission kept for this account was altered, so it is not used."),
        hint=_("Reconnect the account; its posts are kept."),
        step=Step.RECONNECT,
    ),
    "refresh_under_way": Entry(
        _("Another process is renewing this account's permission."),
        promise=_("It is tried again in a moment."),
    ),
    "restored": Choice(
        "went_out",
        {
            "": Entry(
                _(
                    "The database is a copy or a restored backup; this video may have gone out "
                    "since."
                ),
                hint=_("Look at the account on TikTok, then say whether the video is there."),
                step=Step.LOOK_ON_TIKTOK,
            ),
            "True": Entry(
                _(
                    "The database is a copy or a restored backup; this video was sent after it was "
                    "made."
                ),
                promise=_("TikTok is asked what became of it. It is not sent again."),
            ),
        },
    ),
    "own_rate_limit": Choice(
        "why",
        {
            "": Entry(
                _("This account has several posts at once; TikTok takes a few a minute."),
                promise=_("It goes out in a moment."),
            ),
            "calls": Entry(
                _("There are several calls at once; TikTok takes a few a minute."),
                promise=_("It goes out in a moment."),
            ),
        },
    ),
    "scope_not_granted": Choice(
        "mode",
        {
            "": Entry(
                _("The owner of this account did not allow direct posts."),
                hint=_(
                    "Send it as a draft to the inbox, or reconnect the account and leave every "
                    "permission ticked; then retry."
                ),
                step=Step.RECONNECT,
            ),
            "inbox": Entry(
                _("The owner of this account did not allow drafts to its inbox."),
                hint=_(
                    "Post it directly, or reconnect the account and leave every permission ticked; "
                    "then retry."
                ),
                step=Step.RECONNECT,
            ),
        },
    ),
    "upload_refused": Entry(
        _("TikTok's upload server refused a part of the video ({http_status})."),
        hint=_("Look for an update of TikTok Manager if it stays so."),
        step=Step.UPDATE,
        promise=_("It is tried again later."),
    ),
    "upload_stuck": Entry(
        _("A part of the video did not get through after several tries."),
        promise=_("It is tried again by itself."),
    ),
    "clock_wrong": Choice(
        "why",
        {
            "": Entry(
                _("This computer's clock is {off:span} behind TikTok's."),
                hint=_("Set the date and time of this computer."),
                promise=_("Publishing then goes on by itself."),
            ),
            "ahead": Entry(
                _("This computer's clock is {off:span} ahead of TikTok's."),
                hint=_("Set the date and time of this computer."),
                promise=_("Publishing then goes on by itself."),
            ),
        },
    ),
    "pending_drafts": Entry(
        Plural(
            "{cap} draft of the last 24 hours already waits in this TikTok inbox.",
            "{cap} drafts of the last 24 hours already wait in this TikTok inbox.",
            "cap",
        ),
        hint=_("Finish or delete drafts in the TikTok app, or wait: it goes on by itself."),
    ),
    "daily_cap": Entry(
        Plural(
            "This account reached {cap} direct post in 24 hours.",
            "This account reached {cap} direct posts in 24 hours.",
            "cap",
        ),
        hint=_("It goes out when a place is free."),
        step=Step.OPEN_SETTINGS,
        typed=_("`settings set direct-posts-per-day` changes it."),
        shown=_("The limit is in Settings."),
    ),
    "publishing_off": Entry(
        _("Publishing is switched off."),
        hint=_("Switch it on in the settings; the posts are kept."),
        step=Step.RESUME_PUBLISHING,
    ),
    "account_paused": Entry(
        _("The account is paused."),
        hint=_("Resume it; its posts are kept."),
        step=Step.RESUME_ACCOUNT,
    ),
    "campaign_paused": Entry(
        _("Its campaign is paused."),
        hint=_("Resume the campaign; its posts are kept."),
        typed=_("`campaigns resume` does it."),
    ),
    "campaign_cancelled": Entry(
        _("Its campaign was cancelled."),
        hint=_("It is not sent any more. Cancel it, too, or plan it anew."),
    ),
    "not_posted": Entry(
        _("You said that this video is not on TikTok."),
        hint=_("Retry it to post it, or cancel it."),
        step=Step.RETRY,
    ),
    "too_many_uploads": Entry(
        Plural(
            "The upload was opened {count} time today and never finished.",
            "The upload was opened {count} times today and never finished.",
            "count",
        ),
        _("Each time TikTok did not get the last part, so nothing was posted."),
        _("Check the connection, then retry."),
        Step.RETRY,
    ),
    "worker_lost": Entry(
        Plural(
            "The app stopped working {count} time while sending this video.",
            "The app stopped working {count} times while sending this video.",
            "count",
        ),
        _("The post is set aside so that the others go on."),
        _("Check the video file, then retry."),
        Step.RETRY,
    ),
    "upload_gone": Choice(
        "why",
        {
            "": Entry(_("TikTok no longer takes bytes for this upload.")),
            "ended": Entry(_("TikTok ended the upload and gave no reason.")),
            "failed": Entry(_("TikTok ended the upload: {said}.")),
        },
    ),
}
