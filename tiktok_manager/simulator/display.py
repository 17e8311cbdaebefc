"""The Display API: user/info, video/list and video/query (TikTok: Display API reference)."""

from typing import Annotated

import msgspec

from .grants import Grant
from .state import Account, Video
from .wire import (
    Call,
    Reply,
    client_bug,
    decode_body,
    envelope,
    require_json,
    single_values,
)
from .world import World

USER_FIELD_SCOPES = {
    "open_id": "user.info.basic",
    "union_id": "user.info.basic",
    "avatar_url": "user.info.basic",
    "avatar_url_100": "user.info.basic",
    "avatar_large_url": "user.info.basic",
    "display_name": "user.info.basic",
    "username": "user.info.profile",
    "bio_description": "user.info.profile",
    "profile_deep_link": "user.info.profile",
    "profile_web_link": "user.info.profile",
    "is_verified": "user.info.profile",
    "follower_count": "user.info.stats",
    "following_count": "user.info.stats",
    "likes_count": "user.info.stats",
    "video_count": "user.info.stats",
}
VIDEO_FIELDS = frozenset(
    {
        "id",
        "create_time",
        "cover_image_url",
        "share_url",
        "video_description",
        "title",
        "duration",
        "height",
        "width",
        "embed_html",
        "embed_link",
        "like_count",
        "comment_count",
        "share_count",
        "view_count",
        "is_aigc",
    }
)
SHOWN_CAPTION_UNITS = 150
UTM_SOURCE = "awsimulator"


class ListRequest(msgspec.Struct, forbid_unknown_fields=True):
    cursor: int | None = None
    max_count: Annotated[int, msgspec.Meta(ge=1, le=20)] = 10


class Filters(msgspec.Struct, forbid_unknown_fields=True):
    video_ids: Annotated[list[str], msgspec.Meta(min_length=1, max_length=20)]


class QueryRequest(msgspec.Struct, forbid_unknown_fields=True):
    filters: Filters


def user_info(world: World, call: Call) -> Reply:
    """GET user/info; one field outside the granted scopes fails the whole call."""
    grant = world.bearer(call)
    fields = _fields(call, frozenset(USER_FIELD_SCOPES))
    for field in fields:
        if USER_FIELD_SCOPES[field] not in grant.scopes:
            world.refuse_scope(USER_FIELD_SCOPES[field])
    world.admit("user_info", call, world.config.display_per_minute)
    user = _user(world, world.accounts[grant.handle])
    return envelope(call, {"user": {field: user[field] for field in fields}})


def video_list(world: World, call: Call) -> Reply:
    """POST video/list: public videos, newest first; the cursor counts milliseconds.

    Any timestamp is a legal cursor; before the first video the page is empty.
    """
    grant, fields = _video_call(world, call, "video_list")
    request = decode_body(call, ListRequest) if call.body else ListRequest()
    cursor = request.cursor
    older = [
        video
        for video in world.public_videos(grant.handle)
        if not cursor or video_ms(video) < cursor
    ]
    count = request.max_count
    if world.config.short_pages:
        count = max(1, count - len(older) % 3)
    shown = older[:count]
    return envelope(
        call,
        {
            "videos": [_video(world, video, fields) for video in shown],
            "cursor": video_ms(shown[-1]) if shown else int(world.clock.now_s() * 1000),
            "has_more": len(older) > len(shown),
        },
    )


def video_query(world: World, call: Call) -> Reply:
    """POST video/query: the named videos, as far as they are the user's own and public."""
    grant, fields = _video_call(world, call, "video_query")
    wanted = set(decode_body(call, QueryRequest).filters.video_ids)
    shown = [video for video in world.public_videos(grant.handle) if str(video.id) in wanted]
    return envelope(call, {"videos": [_video(world, video, fields) for video in shown]})


def video_ms(video: Video) -> int:
    return int(video.created_s * 1000)


def _video_call(world: World, call: Call, kind: str) -> tuple[Grant, list[str]]:
    grant = world.bearer(call, "video.list")
    require_json(call)
    fields = _fields(call, VIDEO_FIELDS)
    world.admit(kind, call, world.config.display_per_minute)
    return grant, fields


def _fields(call: Call, known: frozenset[str]) -> list[str]:
    values = single_values(call.query, "query")
    if values.keys() != {"fields"} or not values["fields"]:
        raise client_bug("fields", "The query must carry fields=… and nothing else.")
    fields = values["fields"].split(",")
    unknown = [field for field in fields if field not in known]
    if unknown:
        raise client_bug("fields", f"Fields not known: {unknown}.")
    if len(set(fields)) != len(fields):
        raise client_bug("fields", "A field is named twice.")
    return fields


def _user(world: World, account: Account) -> dict[str, object]:
    ttl_s = world.config.picture_url_s
    videos = world.public_videos(account.handle)
    counts = world.audience.account(account, videos, world.clock.now_s())
    return {
        "open_id": account.open_id,
        "union_id": account.union_id,
        "avatar_url": world.avatar_url(account, 168, ttl_s),
        "avatar_url_100": world.avatar_url(account, 100, ttl_s),
        "avatar_large_url": world.avatar_url(account, 720, ttl_s),
        "display_name": account.display_name,
        "username": account.handle,
        "bio_description": account.bio,
        "profile_deep_link": f"{world.base_url}/@{account.handle}",
        "profile_web_link": f"{world.base_url}/@{account.handle}",
        "is_verified": account.verified,
        "follower_count": counts.followers,
        "following_count": account.following,
        "likes_count": counts.likes,
        "video_count": len(videos),
    }


def _video(world: World, video: Video, fields: list[str]) -> dict[str, object]:
    counts = world.audience.video(world.accounts[video.handle], video, world.clock.now_s())
    link = f"{world.base_url}/player/v1/{video.id}"
    shown = _cut(video.caption)
    everything: dict[str, object] = {
        "id": str(video.id),
        "create_time": int(video.created_s),
        "cover_image_url": world.cover_url(video),
        "share_url": f"{world.video_url(video)}?utm_campaign=tt4d_open_api&utm_source={UTM_SOURCE}",
        "video_description": shown,
        "title": shown,
        "duration": round(video.duration_s),
        "height": video.height,
        "width": video.width,
        "embed_html": f'<iframe src="{link}"></iframe>',
        "embed_link": link,
        "like_count": counts.likes,
        "comment_count": counts.comments,
        "share_count": counts.shares,
        "view_count": counts.views,
        "is_aigc": video.is_aigc,
    }
    return {field: everything[field] for field in fields}


def _cut(caption: str) -> str:
    """TikTok gives back at most 150 characters."""
    units = caption.encode("utf-16-le", "surrogatepass")[: 2 * SHOWN_CAPTION_UNITS]
    return units.decode("utf-16-le", "ignore")
