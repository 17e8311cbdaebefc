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
    "too_large": _("The answer is too large."),
    "unknown_compression": _("The answer is compressed in an unknown way."),
    "damaged": _("The answer is damaged."),
    "not_json": _("It is not JSON."),
    "other_fields": _("Its fields are not the documented ones."),
    "neither_yes_nor_no": _("It says neither yes nor no."),
    "token_of_nobody": _("It does not say whose the token is, or how long it lasts."),
    "no_picture": _("It is not a picture."),
    "no_publish_id": _("It has no publish id."),
    "no_token": _("It holds no token."),
    "local_disk": _("a local disk"),
    "comments": _("comments"),
    "duets": _("duets"),
    "stitches": _("stitches"),
}
