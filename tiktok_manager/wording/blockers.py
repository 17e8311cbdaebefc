"""Why nothing is published, in words."""

from tiktok_manager.wording.catalogue import Catalogue, Entry, Plural
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.translation import _

BLOCKERS: Catalogue = {
    "no_publisher": Entry(
        _("No publisher is running."),
        shown=_("Open TikTok Manager's window, or leave it in the tray."),
        typed=_("Start one with `publisher run`, or open the window."),
    ),
    "accounts_paused": Entry(
        _("Paused accounts: {handles}."),
        shown=_("Resume them when their posts may go out."),
        typed=_("`accounts resume` lets their posts go out."),
        step=Step.RESUME_ACCOUNT,
    ),
    "campaigns_paused": Entry(
        _("Paused campaigns: {names}."),
        shown=_("Resume them when their posts may go out."),
        typed=_("`campaigns resume` lets their posts go out."),
    ),
    "campaigns_cancelled": Entry(
        _("Cancelled campaigns with posts that TikTok gave back: {names}."),
        _("They are not sent any more."),
        shown=_("Cancel these posts, too."),
        typed=_("`campaigns cancel` cancels these, too."),
    ),
    "accounts_not_connected": Entry(
        _("Not connected: {handles}."),
        shown=_("Connect them; their posts are kept."),
        typed=_("`accounts connect` connects them; their posts are kept."),
        step=Step.CONNECT,
    ),
    "restored_posts_wait": Entry(
        Plural(
            "{count} post of a restored database may have gone out already.",
            "{count} posts of a restored database may have gone out already.",
            "count",
        ),
        shown=_("Look at the accounts on TikTok, then say which videos are there."),
        typed=_("Look at the accounts on TikTok, then use `posts resolve`."),
        step=Step.LOOK_ON_TIKTOK,
    ),
}
