"""TikTok's addresses, and what stands behind each. Every path ends with a slash."""

from collections.abc import Callable
from dataclasses import dataclass

from . import display, oauth, photos, posting, qrcode
from .wire import Call, Refused, Reply, envelope_refusal, flat_refusal
from .world import World

Handler = Callable[[World, Call], Reply]
Refusal = Callable[[Call, Refused], Reply]


@dataclass(frozen=True, slots=True)
class Endpoint:
    name: str
    method: str
    path: str
    handle: Handler
    refuse: Refusal


ENDPOINTS = (
    Endpoint("authorize", "GET", "/v2/auth/authorize/", oauth.authorize, oauth.authorize_refusal),
    Endpoint(
        "decide", "POST", "/v2/auth/authorize/decision/", oauth.decide, oauth.authorize_refusal
    ),
    Endpoint("token", "POST", "/v2/oauth/token/", oauth.token, flat_refusal),
    Endpoint("revoke", "POST", "/v2/oauth/revoke/", oauth.revoke, flat_refusal),
    Endpoint("qrcode", "POST", "/v2/oauth/get_qrcode/", qrcode.get_qrcode, flat_refusal),
    Endpoint("qrcode.check", "POST", "/v2/oauth/check_qrcode/", qrcode.check_qrcode, flat_refusal),
    Endpoint("qrcode.scan", "GET", qrcode.SCAN_PATH, qrcode.scan, oauth.authorize_refusal),
    Endpoint("user_info", "GET", "/v2/user/info/", display.user_info, envelope_refusal),
    Endpoint("video_list", "POST", "/v2/video/list/", display.video_list, envelope_refusal),
    Endpoint("video_query", "POST", "/v2/video/query/", display.video_query, envelope_refusal),
    Endpoint(
        "creator_info",
        "POST",
        "/v2/post/publish/creator_info/query/",
        posting.creator_info,
        envelope_refusal,
    ),
    Endpoint(
        "video_init",
        "POST",
        "/v2/post/publish/video/init/",
        posting.video_init,
        envelope_refusal,
    ),
    Endpoint(
        "inbox_init",
        "POST",
        "/v2/post/publish/inbox/video/init/",
        posting.inbox_init,
        envelope_refusal,
    ),
    Endpoint(
        "content_init",
        "POST",
        "/v2/post/publish/content/init/",
        photos.content_init,
        envelope_refusal,
    ),
    Endpoint("status", "POST", "/v2/post/publish/status/fetch/", posting.status, envelope_refusal),
    Endpoint("cancel", "POST", "/v2/post/publish/cancel/", posting.cancel, envelope_refusal),
)
UPLOAD_PATH = "/upload/video"
_GRANT_NAMES = {
    b"grant_type=refresh_token": "token.refresh",
    b"grant_type=client_credentials": "token.client",
}


def names_of(endpoint: Endpoint, call: Call) -> tuple[str, ...]:
    """Names a fault can be aimed at."""
    if endpoint.name != "token":
        return (endpoint.name,)
    for kind, name in _GRANT_NAMES.items():
        if kind in call.body:
            return ("token", name)
    return ("token", "token.exchange")


def answer(world: World, endpoint: Endpoint, call: Call) -> Reply:
    """Handle a call; a refusal becomes an answer, and a client bug a record."""
    try:
        return endpoint.handle(world, call)
    except Refused as refused:
        note_violation(world, call, refused)
        return endpoint.refuse(call, refused)


def note_violation(world: World, call: Call, refused: Refused) -> None:
    if refused.violation is not None:
        world.records.violation(
            refused.violation,
            refused.why,
            endpoint=call.endpoint,
            account=call.account,
            publish_id=call.publish_id,
        )
