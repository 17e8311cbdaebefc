"""What findings about a plan say to people."""

from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.media import VIDEO_CODES, sentence

_SENTENCES = {
    "account_is_paused": "@{account} is paused.",
    "account_needs_reconnect": "@{account} must be connected again before it can post.",
    "account_not_connected": "@{account} is not connected.",
    "day_is_full": "@{account} has its {what} of 24 hours then; "
    "the next free time is {at} ({timezone}).",
    "moved_to_free_time": "@{account} has its {what} of 24 hours: moved to {at} ({timezone}).",
    "permission_not_granted": "@{account} did not grant {scope}: "
    "a {mode} post will be refused until it is connected with it.",
    "same_video": "@{account} has this very video already: "
    "{post} is {status} ({at} in {timezone}).",
    "same_video_twice": "@{account} gets {file} more than once in this plan.",
}


def finding_text(finding: Finding) -> str:
    """Return a finding as a sentence."""
    if finding.code in VIDEO_CODES:
        return sentence(finding)
    what = "pending drafts" if finding.params.get("mode") == "inbox" else "direct posts"
    params = {**finding.params, "what": what}
    params["status"] = str(params.get("status", "")).replace("_", " ")
    return _SENTENCES[finding.code].format_map(params)
