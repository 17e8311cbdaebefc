"""Photo posts (TikTok: Content Posting API, photo): pulled only, JPEG or WebP, up to 35 of them."""

from typing import Annotated

import msgspec

from .posting import DRAFT_SCOPE, POST_SCOPE, check_drafts, check_may_post, check_privacy, utf16
from .pulls import checked_url
from .state import ChunkPlan, PostSettings
from .wire import Call, Reply, client_bug, decode_body, envelope, require_json
from .world import World

MAX_TITLE_UNITS = 90
MAX_DESCRIPTION_UNITS = 4_000
MAX_PHOTOS = 35
MODE_SCOPES = {"DIRECT_POST": POST_SCOPE, "MEDIA_UPLOAD": DRAFT_SCOPE}


class PhotoInfo(msgspec.Struct):
    title: str = ""
    description: str = ""
    privacy_level: str = ""
    disable_comment: bool = False
    auto_add_music: bool = False
    brand_content_toggle: bool = False
    brand_organic_toggle: bool = False


class PhotoSource(msgspec.Struct):
    source: str
    photo_images: Annotated[list[str], msgspec.Meta(min_length=1, max_length=MAX_PHOTOS)]
    photo_cover_index: Annotated[int, msgspec.Meta(ge=0)]


class PhotoInit(msgspec.Struct):
    media_type: str
    post_mode: str
    source_info: PhotoSource
    post_info: PhotoInfo = msgspec.field(default_factory=PhotoInfo)


def content_init(world: World, call: Call) -> Reply:
    """POST content/init: a photo post, or a photo draft for the creator's inbox."""
    grant = world.bearer(call, *MODE_SCOPES.values())
    require_json(call)
    request = decode_body(call, PhotoInit)
    if request.media_type != "PHOTO" or request.post_mode not in MODE_SCOPES:
        raise client_bug(
            "photo_mode", "media_type is PHOTO, post_mode DIRECT_POST or MEDIA_UPLOAD."
        )
    if MODE_SCOPES[request.post_mode] not in grant.scopes:
        world.refuse_scope(MODE_SCOPES[request.post_mode])
    world.admit("init", call, world.config.init_per_minute)
    settings = _settings(request.post_info)
    urls = _urls(world, request.source_info)
    account = world.accounts[grant.handle]
    direct = request.post_mode == "DIRECT_POST"
    if direct:
        check_may_post(world, account, status=403)
        check_privacy(world, account, settings)
    else:
        check_drafts(world, account)
    publish = world.open_publish(
        grant.handle, settings if direct else None, ChunkPlan(0, 0, 1), urls=urls, is_photo=True
    )
    call.publish_id = publish.publish_id
    return envelope(call, {"publish_id": publish.publish_id})


def _settings(info: PhotoInfo) -> PostSettings:
    for name, text, most in (
        ("title", info.title, MAX_TITLE_UNITS),
        ("description", info.description, MAX_DESCRIPTION_UNITS),
    ):
        if utf16(text) > most:
            raise client_bug("caption_length", f"{name} has more than {most} UTF-16 units.")
    return PostSettings(
        caption="\n".join(part for part in (info.title, info.description) if part),
        privacy=info.privacy_level,
        disable_comment=info.disable_comment,
        branded_content=info.brand_content_toggle,
        your_brand=info.brand_organic_toggle,
    )


def _urls(world: World, source: PhotoSource) -> tuple[str, ...]:
    if source.source != "PULL_FROM_URL":
        raise client_bug("photo_source", "Photos are pulled: source is PULL_FROM_URL.")
    if source.photo_cover_index >= len(source.photo_images):
        raise client_bug("photo_cover", "photo_cover_index names no photo.")
    return tuple(checked_url(url, world.config.url_properties) for url in source.photo_images)
