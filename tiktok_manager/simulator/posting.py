"""Content Posting: creator info, init, status and cancel (TikTok: Content Posting API)."""

from typing import Any

import msgspec

from .chunks import checked_plan
from .pulls import checked_url
from .state import ONLY_ME, Account, ChunkPlan, PostSettings, Publish, Status
from .wire import Call, Refused, Reply, client_bug, decode_body, envelope, require_json
from .world import World

MAX_CAPTION_UNITS = 2_200
POST_SCOPE = "video.publish"
DRAFT_SCOPE = "video.upload"

BAD_POST_INFO = "The request post info is empty or incorrect"


class PostInfo(msgspec.Struct):
    """Fields TikTok does not know are ignored; its own samples leave the brand toggles out."""

    privacy_level: str = ""
    title: str = ""
    disable_duet: bool = False
    disable_stitch: bool = False
    disable_comment: bool = False
    video_cover_timestamp_ms: Any = 0
    brand_content_toggle: bool = False
    brand_organic_toggle: bool = False
    is_aigc: bool = False


class FileSource(msgspec.Struct, tag_field="source", tag="FILE_UPLOAD"):
    video_size: int
    chunk_size: int
    total_chunk_count: int


class UrlSource(msgspec.Struct, tag_field="source", tag="PULL_FROM_URL"):
    video_url: str


class DirectInit(msgspec.Struct):
    source_info: FileSource | UrlSource
    post_info: PostInfo | None = None


class InboxInit(msgspec.Struct):
    """A draft has no post_info; what is sent is silently discarded."""

    source_info: FileSource | UrlSource


class PublishRef(msgspec.Struct):
    publish_id: str


def creator_info(world: World, call: Call) -> Reply:
    """POST creator_info/query: what this creator may do right now."""
    grant = world.bearer(call, POST_SCOPE)
    require_json(call)
    if call.body.strip() not in (b"", b"{}"):
        raise client_bug("malformed_body", "creator_info/query takes no body.")
    world.admit("creator_info", call, world.config.creator_info_per_minute)
    account = world.accounts[grant.handle]
    check_may_post(world, account, status=200)
    return envelope(
        call,
        {
            "creator_avatar_url": world.avatar_url(account, 100, ttl_s=7_200),
            "creator_username": account.handle,
            "creator_nickname": account.display_name,
            "privacy_level_options": account.privacy_options,
            "comment_disabled": account.comment_disabled,
            "duet_disabled": account.duet_disabled or account.private,
            "stitch_disabled": account.stitch_disabled or account.private,
            "max_video_post_duration_sec": account.max_video_post_duration_s,
        },
    )


def check_may_post(world: World, account: Account, status: int) -> None:
    """Raise Refused if bans or daily caps forbid a direct post now."""
    world.settle_all()
    config = world.config
    if account.banned:
        text = "The user is banned from making new posts."
        raise Refused(status, "spam_risk_user_banned_from_posting", text)
    if world.direct_posts(account.handle) >= config.direct_posts_per_day:
        text = "The daily post cap from the API is reached for the current user."
        raise Refused(status, "spam_risk_too_many_posts", text)
    cap = (
        config.active_users_per_day if config.audited else min(config.active_users_per_day or 5, 5)
    )
    if cap is not None:
        posters = world.posters()
        if account.handle not in posters and len(posters) >= cap:
            text = "The daily quota for active publishing users from your client is reached."
            raise Refused(status, "reached_active_user_cap", text)


def video_init(world: World, call: Call) -> Reply:
    """POST video/init: a direct post."""
    grant = world.bearer(call, POST_SCOPE)
    require_json(call)
    request = decode_body(call, DirectInit)
    world.admit("init", call, world.config.init_per_minute)
    account = world.accounts[grant.handle]
    if request.post_info is None:
        raise client_bug("post_info", "A direct post needs post_info.", BAD_POST_INFO)
    settings = _settings(request.post_info)
    plan, urls = _source(world, call, request.source_info)
    check_may_post(world, account, status=403)
    check_privacy(world, account, settings)
    return _opened(world, call, world.open_publish(grant.handle, settings, plan, urls=urls))


def inbox_init(world: World, call: Call) -> Reply:
    """POST inbox/video/init: a draft for the creator's inbox."""
    grant = world.bearer(call, DRAFT_SCOPE)
    require_json(call)
    plan, urls = _source(world, call, decode_body(call, InboxInit).source_info)
    world.admit("init", call, world.config.init_per_minute)
    check_drafts(world, world.accounts[grant.handle])
    return _opened(world, call, world.open_publish(grant.handle, None, plan, urls=urls))


def check_drafts(world: World, account: Account) -> None:
    """Raise Refused if a ban or the drafts already waiting forbid one more."""
    if account.banned:
        text = "The user is banned from making new posts."
        raise Refused(403, "spam_risk_user_banned_from_posting", text)
    if world.pending_shares(account.handle) >= world.config.pending_shares_per_day:
        text = "There may be at most 5 pending shares within any 24-hour period."
        raise Refused(403, "spam_risk_too_many_pending_share", text)


def status(world: World, call: Call) -> Reply:
    """POST status/fetch: how far a publish is. The misspelt field is TikTok's."""
    publish = _named_publish(world, call)
    data: dict[str, object] = {
        "status": world.settle(publish).status,
        "publicaly_available_post_id": world.public_ids(publish),
        "downloaded_bytes" if publish.urls else "uploaded_bytes": publish.uploaded_bytes,
    }
    if publish.status is Status.FAILED:
        data["fail_reason"] = publish.fail_reason
    call.note = publish.status.value
    return envelope(call, data)


def cancel(world: World, call: Call) -> Reply:
    """POST cancel: only running pulls can be cancelled."""
    publish = _named_publish(world, call, limited=False)
    with world.lock:
        running = publish.status is Status.PROCESSING_DOWNLOAD and not publish.complete
        if not running:
            text = "Only a running pull can be cancelled."
            raise Refused(400, "publish_not_cancellable", text)
        world.fail(publish, "publish_cancelled")
    return envelope(call, {})


def _named_publish(world: World, call: Call, *, limited: bool = True) -> Publish:
    grant = world.bearer(call, POST_SCOPE, DRAFT_SCOPE)
    require_json(call)
    publish_id = decode_body(call, PublishRef).publish_id
    if limited:
        world.admit("status", call, world.config.status_per_minute)
    publish = world.publishes.get(publish_id)
    if publish is None:
        raise client_bug("publish_id", "No such publish_id.", code="invalid_publish_id")
    if publish.handle != grant.handle:
        raise client_bug(
            "publish_id",
            "This publish belongs to another account.",
            code="token_not_authorized_for_specified_publish_id",
        )
    call.publish_id = publish_id
    return publish


def _opened(world: World, call: Call, publish: Publish) -> Reply:
    call.publish_id = publish.publish_id
    data: dict[str, object] = {"publish_id": publish.publish_id}
    if not publish.urls:
        data["upload_url"] = world.upload_url(publish)
    return envelope(call, data)


def utf16(text: str) -> int:
    """Return the length as TikTok counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _settings(info: PostInfo) -> PostSettings:
    units = utf16(info.title)
    if units > MAX_CAPTION_UNITS:
        raise client_bug("caption_length", f"title has {units} UTF-16 units, at most 2200 fit.")
    cover = info.video_cover_timestamp_ms
    return PostSettings(
        caption=info.title,
        privacy=info.privacy_level,
        disable_comment=info.disable_comment,
        disable_duet=info.disable_duet,
        disable_stitch=info.disable_stitch,
        branded_content=info.brand_content_toggle,
        your_brand=info.brand_organic_toggle,
        is_aigc=info.is_aigc,
        # One that is invalid means the first frame.
        cover_ms=cover if type(cover) is int and 0 <= cover < 2**31 else 0,
    )


def _source(
    world: World, call: Call, source: FileSource | UrlSource
) -> tuple[ChunkPlan, tuple[str, ...]]:
    if isinstance(source, UrlSource):
        return ChunkPlan(0, 0, 1), (checked_url(source.video_url, world.config.url_properties),)
    rules = call.chunk_rules or world.config.chunk_rules
    plan = checked_plan(source.video_size, source.chunk_size, source.total_chunk_count, rules)
    return plan, ()


def check_privacy(world: World, account: Account, settings: PostSettings) -> None:
    """Raise Refused for a privacy level this creator, or an unaudited app, may not use."""
    if not world.config.audited and not (account.private and settings.privacy == ONLY_ME):
        text = "An unaudited app may only post SELF_ONLY to private accounts."
        code = "unaudited_client_can_only_post_to_private_accounts"
        raise Refused(403, code, text)
    if settings.privacy not in account.privacy_options:
        why = f"privacy_level {settings.privacy!r} is not one of {account.privacy_options}."
        kind = "privacy_level_option_mismatch"
        if world.config.privacy_mismatch_as_400:
            raise client_bug(kind, why, BAD_POST_INFO)
        raise Refused(403, kind, why, violation=kind)
    if settings.branded_content and settings.privacy == ONLY_ME:
        raise client_bug("branded_content_private", "Branded content cannot be SELF_ONLY.")
