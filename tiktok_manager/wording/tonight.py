"""What a dry run of the next 24 hours says, each with the one thing to do, in words."""

from tiktok_manager.wording.catalogue import Catalogue, Entry
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.translation import _

TONIGHT: Catalogue = {
    "draft_not_agreed": Entry(
        _("It is a draft: nobody agreed yet that it goes out."),
        step=Step.CONSENT,
        typed=_("`posts edit ID --consent` plans it."),
        shown=_("Open it, and plan it."),
    ),
    "too_late_by_now": Entry(
        _("It was due {late_by:span} ago, and may go out so late no more."),
        step=Step.CHOOSE_TIME,
        typed=_("`posts edit ID --at WHEN` gives it a new time."),
        shown=_("Give it a new time."),
    ),
    "late_by_now": Entry(
        _("It was due {late_by:span} ago, and goes out as soon as it can."),
        step=Step.CHOOSE_TIME,
        typed=_("`posts edit ID --at WHEN` gives it another time."),
        shown=_("Give it another time if that is too late."),
    ),
    "sign_in_ends_before": Entry(
        _("The permission of @{account} ends before that, on {ends_at:at}."),
        step=Step.RECONNECT,
        typed=_("`accounts connect --reconnect {account}` renews it."),
        shown=_("Reconnect the account; its posts are kept."),
    ),
    "file_folder_missing": Entry(
        _("{file}: the folder {folder} is not there."),
        _("The drive it lies on may not be connected."),
        _("Connect the drive, or choose the file again."),
        Step.CHOOSE_FILE,
    ),
    "file_not_readable": Entry(
        _("{file} cannot be read."),
        _("The system says: {reason}."),
        _("Check the permissions of {folder}, or choose another file."),
        Step.CHOOSE_FILE,
    ),
    "file_silent": Entry(
        _("{file} could not be looked at: its drive does not answer."),
        hint=_("Check the drive or network that {folder} lies on, then look again."),
        step=Step.LOOK_AGAIN,
    ),
    "file_saved_again": Entry(
        _("{file} was saved again since the post was planned."),
        _("It goes out only if its content is the same as it was."),
        _("Choose the file again if it is another one by now."),
        Step.CHOOSE_FILE,
    ),
    "creator_not_asked": Entry(
        _("TikTok has not said yet what @{account} may post."),
        hint=_("Nothing is to be done: TikTok is asked just before the post goes out."),
    ),
    "on_battery": Entry(
        _("This computer runs on battery ({percent} %)."),
        _("While it sleeps, nothing is published."),
        _("Plug it in, and let it stay awake."),
    ),
}
