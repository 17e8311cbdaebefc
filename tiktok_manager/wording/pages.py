"""The pages a browser shows at the end of a sign-in, in words."""

from tiktok_manager.wording.catalogue import Catalogue, Choice, Entry
from tiktok_manager.wording.translation import _

PAGES: Catalogue = {
    "page_signed_in": Entry(_("You are signed in"), _("TikTok Manager has added the account.")),
    "page_not_signed_in": Entry(
        _("The sign-in did not work"),
        _("Nothing was kept. TikTok Manager says what went wrong."),
    ),
    "page_refused": Choice(
        "why",
        {
            "": Entry(_("No permission given"), _("Nothing changed.")),
            "said": Entry(_("No permission given"), "{said}"),
        },
    ),
    "page_under_way": Entry(
        _("Almost done"),
        _("TikTok Manager is still finishing the sign-in. This page looks again by itself."),
    ),
    "page_too_much": Entry(_("Too much"), _("This request is too large.")),
    "page_not_understood": Entry(_("Not understood"), _("This is not a request for this address.")),
    "page_not_allowed": Entry(_("Not allowed"), _("Only GET is answered here.")),
    "page_wrong_host": Entry(_("Wrong address"), _("This request is for another host.")),
    "page_nothing_here": Entry(_("Nothing here"), _("There is nothing at this address.")),
    "page_not_this_sign_in": Entry(
        _("Not this sign-in"), _("This answer does not belong to the sign-in under way.")
    ),
    "page_incomplete": Entry(
        _("Not understood"), _("This answer holds neither a code nor an error.")
    ),
    "page_close_tab": Entry(_("You can close this tab and return to TikTok Manager.")),
}
