"""TikTok's answers, and the way to it, in words.

Codes and fail reasons are those of TikTok's error handling, Content Posting and OAuth pages.
"""

from tiktok_manager.wording.catalogue import Catalogue, Choice, Entry
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.translation import _

_AGAIN = _("TikTok Manager tries again by itself.")
_SAID = _("It said: “{said}”.")
_LOGIN = _("If this network asks for a login, do that first.")

_ANSWERS: Catalogue = {
    "access_token_invalid": Entry(
        _("TikTok no longer accepts this account's permission."),
        hint=_("Reconnect the account; its posts are kept."),
        step=Step.RECONNECT,
    ),
    "scope_not_authorized": Entry(
        _("This account did not allow TikTok Manager to do that."),
        hint=_("Reconnect the account and leave every permission ticked."),
        step=Step.RECONNECT,
    ),
    "scope_permission_missed": Entry(
        _("This account's permission does not cover all that was asked for."),
        hint=_("Reconnect the account and leave every permission ticked."),
        step=Step.RECONNECT,
    ),
    "invalid_params": Entry(
        _("TikTok did not accept the details of this post."),
        _SAID,
        hint=_("Check the post, then retry."),
        step=Step.EDIT_POST,
    ),
    "invalid_file_upload": Entry(
        _("TikTok did not accept the video file."),
        hint=_("Export the video again as MP4 (H.264)."),
        step=Step.CHOOSE_FILE,
    ),
    "rate_limit_exceeded": Entry(
        _("TikTok asked us to slow down."), promise=_("TikTok Manager goes on by itself.")
    ),
    "internal_error": Entry(
        _("TikTok has a problem of its own."), promise=_("TikTok Manager tries again by itself.")
    ),
    "app_version_check_failed": Entry(
        _("The TikTok app on the creator's phone is too old for this."),
        hint=_("Update the TikTok app there, then retry."),
        step=Step.EDIT_POST,
    ),
    "spam_risk_too_many_posts": Entry(
        _("This account reached TikTok's limit of posts for 24 hours."),
        hint=_("The post goes out when the limit allows; other accounts go on."),
    ),
    "spam_risk_too_many_pending_share": Entry(
        _("Five drafts already wait in this account's TikTok inbox."),
        hint=_("Post or delete drafts in the TikTok app; TikTok Manager tries again by itself."),
    ),
    "spam_risk_user_banned_from_posting": Entry(
        _("TikTok banned this account from posting."),
        hint=_("Open the TikTok app to see why and to appeal."),
    ),
    "spam_risk_text": Entry(
        _("TikTok took the caption for spam."),
        hint=_("Change the caption, then retry."),
        step=Step.EDIT_POST,
    ),
    "spam_risk": Entry(
        _("TikTok judged this post risky and did not publish it."),
        hint=_("Change the caption or the video, then retry."),
        step=Step.EDIT_POST,
    ),
    "reached_active_user_cap": Entry(
        _("Your TikTok app reached its limit of posting accounts for 24 hours."),
        hint=_("Posts go out when the limit allows. Ask TikTok for a higher limit if this recurs."),
    ),
    "unaudited_client_can_only_post_to_private_accounts": Entry(
        _("TikTok has not audited your TikTok app, so it may post to private accounts only."),
        hint=_("Make the account itself private in the TikTok app, or apply for the audit."),
        step=Step.EDIT_POST,
    ),
    "url_ownership_unverified": Entry(
        _("TikTok does not know that the video's web address is yours."),
        hint=_("Verify the domain in TikTok's developer portal."),
        step=Step.EDIT_POST,
    ),
    "privacy_level_option_mismatch": Entry(
        _("The account no longer offers the privacy that was chosen for this post."),
        _("It offers: {offered}."),
        _("Choose who can watch the post again."),
        Step.CHOOSE_PRIVACY,
    ),
    "invalid_chunks": Entry(
        _("TikTok did not accept the way the video was cut for the upload."),
        _SAID,
        hint=_("Your posts stay queued. Look for an update of TikTok Manager."),
        step=Step.UPDATE,
    ),
    "invalid_post_info": Entry(
        _("TikTok found the details of the post empty or incorrect."),
        _SAID,
        _("Choose who can watch the post again, then retry."),
        Step.CHOOSE_PRIVACY,
    ),
    "invalid_publish_id": Entry(
        _("TikTok does not know this upload (any more)."),
        hint=_("Look in TikTok for the post."),
        step=Step.LOOK_ON_TIKTOK,
    ),
    "token_not_authorized_for_specified_publish_id": Entry(
        _("TikTok says this upload belongs to another account or app."),
        hint=_("Look in TikTok for the post."),
        step=Step.LOOK_ON_TIKTOK,
    ),
    "publish_not_cancellable": Entry(
        _("TikTok can no longer cancel this upload."),
        hint=_("Look in TikTok for the post."),
        step=Step.LOOK_ON_TIKTOK,
    ),
    "file_format_check_failed": Entry(
        _("TikTok cannot read this video format."),
        hint=_("Export the video as MP4 with H.264, then choose the new file."),
        step=Step.CHOOSE_FILE,
    ),
    "duration_check_failed": Choice(
        "why",
        {
            "": Entry(
                _("The video's length is not one TikTok takes from this account."),
                hint=_("Shorten the video, then choose the new file."),
                step=Step.CHOOSE_FILE,
            ),
            "too_long": Entry(
                _("{file}: It lasts {duration_s:length} s; @{account} may post {limit_s:.0f} s."),
                hint=_("Choose a shorter video."),
                step=Step.CHOOSE_FILE,
            ),
        },
    ),
    "frame_rate_check_failed": Entry(
        _("TikTok takes 23 to 60 frames a second; this video has another rate."),
        hint=_("Export the video with 30 frames a second, then choose the new file."),
        step=Step.CHOOSE_FILE,
    ),
    "picture_size_check_failed": Entry(
        _("TikTok takes pictures of 360 to 4096 pixels on each side; this video has others."),
        hint=_("Export the video in 1080×1920, then choose the new file."),
        step=Step.CHOOSE_FILE,
    ),
    "internal": Entry(
        _("TikTok failed while it processed the video."),
        promise=_("TikTok Manager tries again by itself."),
    ),
    "video_pull_failed": Entry(
        _("TikTok could not fetch the video."), promise=_("TikTok Manager tries again by itself.")
    ),
    "photo_pull_failed": Entry(
        _("TikTok could not fetch the pictures."),
        promise=_("TikTok Manager tries again by itself."),
    ),
    "publish_cancelled": Entry(
        _("The upload was cancelled at TikTok."),
        hint=_("Retry the post if you still want it."),
        step=Step.EDIT_POST,
    ),
    "auth_removed": Entry(
        _("The account's owner removed TikTok Manager in TikTok."),
        hint=_("Reconnect the account; its posts are kept."),
        step=Step.RECONNECT,
    ),
    "access_denied": Entry(
        _("Permission was refused on TikTok's page."),
        hint=_("Connect again and agree."),
        step=Step.CONNECT,
    ),
    "invalid_grant": Entry(
        _("The sign-in has expired or was already used."),
        hint=_("Connect the account again."),
        step=Step.CONNECT,
    ),
    "invalid_client": Entry(
        _("TikTok does not know these app keys."),
        hint=_("Check the client key and secret in Settings. Your posts stay queued."),
        step=Step.SET_CLIENT_KEY,
    ),
    "unauthorized_client": Entry(
        _("Your TikTok app is not allowed to do this yet."),
        hint=_(
            "Check in TikTok's developer portal that the app is live and its products are approved."
        ),
    ),
    "invalid_scope": Entry(
        _("Your TikTok app lacks a permission that was asked for."),
        hint=_("Add the missing product in TikTok's developer portal, or connect for drafts only."),
    ),
    "invalid_request": Entry(
        _("TikTok did not accept the sign-in request."),
        _SAID,
        hint=_(
            "Check that the redirect address http://127.0.0.1:*/callback/ is registered in "
            "TikTok's developer portal."
        ),
    ),
    "unsupported_grant_type": Entry(
        _("TikTok did not accept the sign-in request."),
        hint=_("Your posts stay queued. Look for an update of TikTok Manager."),
        step=Step.UPDATE,
    ),
    "unsupported_response_type": Entry(
        _("TikTok did not accept the sign-in request."),
        hint=_("Your posts stay queued. Look for an update of TikTok Manager."),
        step=Step.UPDATE,
    ),
    "server_error": Entry(
        _("TikTok has a problem of its own."), promise=_("TikTok Manager tries again by itself.")
    ),
    "temporarily_unavailable": Entry(
        _("TikTok is busy."), promise=_("TikTok Manager tries again by itself.")
    ),
    "failed": Entry(
        _("TikTok did not publish this video and gave no reason."),
        hint=_("Retry the post. If that fails too, export the video again."),
        step=Step.RETRY,
    ),
    "failed_without_reason": Entry(
        _("TikTok says the post failed and gives no reason."),
        hint=_("Retry it later."),
        step=Step.RETRY,
    ),
    "unknown_tiktok_code": Choice(
        "why",
        {
            "": Entry(
                _("TikTok answered with an error TikTok Manager does not know ({raw_code})."),
                _SAID,
                _("Look in TikTok for the post, then decide."),
                Step.LOOK_ON_TIKTOK,
            ),
            "slow_down": Entry(
                _("TikTok asked us to slow down ({raw_code})."), _SAID, promise=_AGAIN
            ),
            "server": Entry(
                _("TikTok has a problem of its own ({raw_code})."), _SAID, promise=_AGAIN
            ),
            "verdict": Entry(
                _("TikTok did not publish this video: “{raw_code}”."),
                hint=_("Retry the post. If that fails too, export the video again."),
                step=Step.RETRY,
            ),
        },
    ),
    "publish_id_reused": Entry(
        _("TikTok gave this upload the id of another one."),
        hint=_("Nothing was sent."),
        promise=_("TikTok Manager tries a few times by itself."),
    ),
}

_PROBLEM = _("{problem:word}")

_WIRE: Catalogue = {
    "network_dns": Entry(
        _("This computer cannot find TikTok on the network."),
        hint=_("Check the connection."),
        promise=_AGAIN,
    ),
    "network_connect": Entry(
        _("TikTok cannot be reached."), hint=_("Check the connection."), promise=_AGAIN
    ),
    "network_tls": Entry(
        _("The connection to TikTok is not secure, so nothing was sent."),
        hint=_("Check the computer's date and time, and whether this network asks for a login."),
        step=Step.RETRY,
    ),
    "network_proxy": Entry(
        _("The account's proxy does not answer, so nothing was sent."),
        hint=_("Check the proxy."),
        promise=_("TikTok Manager tries again and never goes around it."),
    ),
    "network_timeout": Entry(
        _("TikTok did not answer in time."), hint=_("Check the connection."), promise=_AGAIN
    ),
    "network_interrupted": Entry(
        _("The connection to TikTok broke off."), hint=_("Check the connection."), promise=_AGAIN
    ),
    "route_missing": Entry(
        _("The connection this account is to use is not there, so nothing was sent."),
        hint=_("Give the account a connection that works; its posts wait until then."),
    ),
    "tiktok_resting": Entry(
        _("TikTok could not be reached several times."),
        _("{cause:title}"),
        promise=_("It is left alone for a moment. TikTok Manager goes on by itself."),
    ),
    "http_error": Entry(_("It answered with error {http_status}.")),
    "bad_answer": Choice(
        "why",
        {
            "": Entry(
                _("TikTok's answer could not be understood."),
                _("{problem:word}"),
                _LOGIN,
                promise=_AGAIN,
            ),
            "status": Entry(
                _("TikTok's answer could not be understood (HTTP {http_status})."),
                _("{problem:word}"),
                _LOGIN,
                promise=_AGAIN,
            ),
            "server": Entry(
                _("TikTok has a problem of its own (HTTP {http_status})."),
                _("{problem:word}"),
                promise=_AGAIN,
            ),
        },
    ),
    "untrusted_address": Choice(
        "purpose",
        {
            "": Entry(
                _("TikTok named an upload address that is not its own."),
                _("TikTok Manager sends nothing to unknown hosts."),
                _("Your posts stay queued. Look for an update of TikTok Manager."),
                Step.UPDATE,
            ),
            "picture": Entry(
                _("TikTok named a picture address that is not its own."),
                _("TikTok Manager sends nothing to unknown hosts."),
                _("Look for an update of TikTok Manager."),
                Step.UPDATE,
            ),
        },
    ),
}

TIKTOK: Catalogue = {**_ANSWERS, **_WIRE}
