"""Errors of ours in words."""

from tiktok_manager.wording.catalogue import Catalogue, Entry
from tiktok_manager.wording.translation import _

ERRORS: Catalogue = {
    "cancelled": Entry(_("Cancelled.")),
}
