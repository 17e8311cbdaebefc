"""What was found out about a video file, in words."""

from tiktok_manager.wording.catalogue import Catalogue, Entry
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.translation import _

_SHORTER = _("Choose a shorter one.")

VIDEOS: Catalogue = {
    "not_a_video": Entry(
        _("{file} could not be read as a video; TikTok may refuse it."), step=Step.CHOOSE_FILE
    ),
    "video_cut": Entry(
        _("{file}: Its end is missing: it was cut short, or is still being copied or exported."),
        step=Step.CHOOSE_FILE,
    ),
    "video_encrypted": Entry(
        _("{file}: It is encrypted; TikTok cannot play it."), step=Step.CHOOSE_FILE
    ),
    "video_elsewhere": Entry(
        _("{file}: Its pictures or its sound lie in another file, which TikTok would not get."),
        step=Step.CHOOSE_FILE,
    ),
    "video_empty": Entry(_("{file}: It has no pictures."), step=Step.CHOOSE_FILE),
    "video_container": Entry(
        _("{file}: It is a {container} file; TikTok takes MP4, MOV and WebM."),
        step=Step.CHOOSE_FILE,
    ),
    "video_ending": Entry(
        _("{file}: It is a {container} file, though its name ends in “{ending}”."),
        step=Step.CHOOSE_FILE,
    ),
    "video_codec": Entry(
        _("{file}: The codec is {codec}; TikTok takes H.264, H.265, VP8 and VP9."),
        step=Step.CHOOSE_FILE,
    ),
    "video_frame_rate": Entry(
        _("{file}: It has {fps:fps} frames a second; TikTok takes 23 to 60."), step=Step.CHOOSE_FILE
    ),
    "video_frame_rate_unknown": Entry(
        _("{file}: How many frames a second it has is not known; TikTok takes 23 to 60."),
        step=Step.CHOOSE_FILE,
    ),
    "video_size": Entry(
        _(
            "{file}: The picture is {width_px}×{height_px} px; TikTok takes 360 to 4096 px on "
            "each side."
        ),
        step=Step.CHOOSE_FILE,
    ),
    "video_size_unknown": Entry(
        _(
            "{file}: The size of its picture is not known; TikTok takes 360 to 4096 px on each "
            "side."
        ),
        step=Step.CHOOSE_FILE,
    ),
    "video_length_unknown": Entry(
        _("{file}: How long it lasts is not known; TikTok limits the length."),
        step=Step.CHOOSE_FILE,
    ),
    "video_too_long": Entry(
        _("{file}: It lasts {duration_s:length} s; @{account} may post {limit_s:.0f} s."),
        hint=_SHORTER,
        step=Step.CHOOSE_FILE,
    ),
    "video_longer_than_usual": Entry(
        _(
            "{file}: It lasts {duration_s:length} s; TikTok lets most creators post "
            "{limit_s:.0f} s at most, and has not said yet what @{account} may."
        ),
        hint=_SHORTER,
        step=Step.CHOOSE_FILE,
    ),
    "cover_beyond_end": Entry(
        _(
            "{file}: The cover at {cover_ms} ms lies beyond its end at {duration_s:length} s: "
            "TikTok would take the first frame."
        ),
        step=Step.CHOOSE_FILE,
    ),
}
