"""What happened to a post, line by line, in words."""

from tiktok_manager.wording.catalogue import Catalogue, Entry
from tiktok_manager.wording.translation import _

_ONLY_THE_ACCOUNT = _("Whether a later one went out, only the account shows.")

TRAIL: Catalogue = {
    "init_intent": Entry(_("Asking TikTok to open upload number {number}.")),
    "inited": Entry(_("TikTok opened the upload.")),
    "final_intent": Entry(_("Sending the last part. From here on it is never started anew.")),
    "sent": Entry(_("TikTok has the whole video and is checking it.")),
    "abandoned": Entry(_("Gave up this upload before its last byte."), _("{cause:title}")),
    "answer_lost": Entry(_("The answer that opens it never arrived.")),
    "address_expired": Entry(_("Its address at TikTok has expired.")),
    "published": Entry(_("TikTok published it."), _("It named several posts: {ids}.")),
    "shown_to_all": Entry(
        _("TikTok shows it to everybody now."), _("It named several posts: {ids}.")
    ),
    "in_inbox": Entry(_("The draft is in the creator's TikTok inbox.")),
    "now_failed": Entry(_("TikTok now says it failed: {said}.")),
    "says_failed": Entry(_("TikTok says it failed: {cause:title}")),
    "known_upload_failed": Entry(
        _("The upload known here failed: {cause:title}"), _ONLY_THE_ACCOUNT
    ),
    "known_upload_dead": Entry(_("The upload known here came to nothing."), _ONLY_THE_ACCOUNT),
    "expired_unsent": Entry(
        _("TikTok never got the last part and the upload has expired: nothing was posted.")
    ),
    "last_part_again": Entry(
        _("TikTok misses the last part: sending it again to the same upload.")
    ),
    "looked": Entry(_("Not found among the account's public videos.")),
    "may_not_look": Entry(
        _("The account's videos cannot be looked at: video.list was not granted.")
    ),
    "found": Entry(_("Found among the account's public videos.")),
    "cannot_ask": Entry(_("TikTok cannot be asked what became of it: {cause:title}")),
    "paused_closed": Entry(_("Paused: the app was closed.")),
    "paused_late": Entry(_("Paused: its lease could not be prolonged in time.")),
    "cause": Entry(_("{cause:title}")),
    "asking_tiktok": Entry(_("{cause:title}"), _("Asking TikTok what it has.")),
    "chunk_lost": Entry(_("{cause:title}")),
    "chunk_answer": Entry(_("TikTok answered a part with {http_status}: asking what it has.")),
    "chunk_plan": Entry(
        _("TikTok does not take {count} parts of {chunk_bytes:,} bytes."),
        _("Trying another way of cutting."),
    ),
    "plan_refused": Entry(_("TikTok does not take the way the file was cut.")),
    "same_caption": Entry(
        _(
            "The account has a video with this caption from {posted_at:at} that was not posted "
            "from here."
        ),
        _("If another computer has the same plan, stop one."),
    ),
    "withheld": Entry(_("The account has switched off {features:all} at TikTok: posted without.")),
    "missed": Entry(
        _("Nothing could publish it at its time, {late_by:span} ago."), _("{cause:title}")
    ),
    "goes_out_late": Entry(_("Goes out late.")),
    "kept_local_time": Entry(
        _("The rules of {zone} changed: it keeps its local time, {at}."),
        _("That is {now:at} instead of {was:at}."),
    ),
    "moved": Entry(_("Its time was missed: moved to {at} ({zone}).")),
    "restored": Entry(_("{cause:title}")),
    "edited": Entry(_("Edited.")),
    "cancelled": Entry(_("Cancelled by the user.")),
    "planned_again": Entry(_("Planned again.")),
    "retried": Entry(_("Retried by the user.")),
    "rule_changed": Entry(_("Changed with its rule.")),
    "rule_paused": Entry(_("Waits as a draft: its rule was paused.")),
    "rule_resumed": Entry(_("Its rule was resumed.")),
    "put_back": Entry(_("Put back as it was before: {status:word}.")),
    "said_posted": Entry(_("The user says it is on TikTok.")),
    "said_post_again": Entry(_("The user says it is not on TikTok: it is posted again.")),
    "said_not_posted": Entry(_("The user says it is not on TikTok.")),
}
