"""Why posts wait or stopped, in words: what the publisher and the planner found themselves."""

from tiktok_manager.wording.catalogue import Catalogue, Choice, Entry, Plural
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.translation import _

HOLDS: Catalogue = {
    "too_many_uploads": Entry(
        Plural(
            _("The upload was opened {count} time today and never finished."),
            _("The upload was opened {count} times today and never finished."),
            "count",
        ),
        _("Each time TikTok did not get the last part, so nothing was posted."),
        _("Check the connection, then retry."),
        Step.RETRY,
    ),
    "worker_lost": Entry(
        Plural(
            _("The app stopped working {count} time while sending this video."),
            _("The app stopped working {count} times while sending this video."),
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
