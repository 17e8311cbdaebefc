"""Words that stand inside sentences for a value of ours: what a post is, what was to be done."""

from tiktok_manager.wording.translation import _

TERMS = {
    "draft": _("draft"),
    "scheduled": _("scheduled"),
    "publishing": _("publishing"),
    "processing": _("processing"),
    "published": _("published"),
    "in_inbox": _("in inbox"),
    "unconfirmed": _("unconfirmed"),
    "needs_attention": _("needs attention"),
    "failed": _("failed"),
    "missed": _("missed"),
    "cancelled": _("cancelled"),
}
