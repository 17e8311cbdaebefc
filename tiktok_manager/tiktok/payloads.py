"""TikTok's answers as they come over the wire, read leniently and typed strictly.

Unknown fields are ignored and optional ones may be missing or null. Ids of 19 digits arrive as
JSON numbers; they are decoded as integers, never as doubles, and handed on as text.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class BadAnswer(ValueError):
    """The answer is not what TikTok documents. Its text never quotes the answer."""


class ErrorBody(msgspec.Struct):
    """The `error` part of Display and Content Posting answers."""

    code: str | int = ""
    message: str | None = None
    log_id: str | int | None = None
    logid: str | int | None = None


class Head(msgspec.Struct):
    """What every answer may carry, whichever envelope it came in."""

    data: msgspec.Raw = msgspec.Raw(b"")
    error: ErrorBody | str | None = None
    error_description: str | None = None
    log_id: str | int | None = None
    logid: str | int | None = None

    @property
    def code(self) -> str | None:
        """TikTok's code, `ok` for success; None if the answer has none."""
        if isinstance(self.error, ErrorBody):
            return str(self.error.code) or None
        return self.error or None

    @property
    def message(self) -> str:
        """TikTok's own words."""
        inner = self.error.message if isinstance(self.error, ErrorBody) else None
        return inner or self.error_description or ""

    @property
    def log_reference(self) -> str:
        """The id TikTok's support asks for."""
        inner = self.error if isinstance(self.error, ErrorBody) else self
        return str(inner.log_id or inner.logid or self.log_id or self.logid or "")


class TokenAnswer(msgspec.Struct):
    """A user token (TikTok: manage user access tokens)."""

    access_token: str
    refresh_token: str
    open_id: str
    expires_in: int
    refresh_expires_in: int
    scope: str | None = None


class User(msgspec.Struct):
    """`data.user` of user/info."""

    open_id: str
    display_name: str | None = None
    avatar_url: str | None = None
    username: str | None = None
    bio_description: str | None = None
    is_verified: bool | None = None
    follower_count: int | None = None
    following_count: int | None = None
    likes_count: int | None = None
    video_count: int | None = None


class UserData(msgspec.Struct):
    """`data` of user/info."""

    user: User


class Video(msgspec.Struct):
    """One of `data.videos` of video/list and video/query."""

    id: str | int
    create_time: int
    cover_image_url: str | None = None
    share_url: str | None = None
    video_description: str | None = None
    title: str | None = None
    duration: float | None = None
    like_count: int | None = None
    comment_count: int | None = None
    share_count: int | None = None
    view_count: int | None = None


class VideosData(msgspec.Struct):
    """`data` of video/list and video/query."""

    videos: list[Video] | None = None
    cursor: int | None = None
    has_more: bool | None = None


class CreatorData(msgspec.Struct):
    """`data` of creator_info/query."""

    privacy_level_options: list[str]
    creator_username: str | None = None
    creator_nickname: str | None = None
    creator_avatar_url: str | None = None
    comment_disabled: bool | None = None
    duet_disabled: bool | None = None
    stitch_disabled: bool | None = None
    max_video_post_duration_sec: int | None = None


class InitData(msgspec.Struct):
    """`data` of an init for an upload from this machine."""

    publish_id: str
    upload_url: str


class StatusData(msgspec.Struct):
    """`data` of status/fetch; the misspelt field is TikTok's."""

    status: str
    fail_reason: str | None = None
    publicaly_available_post_id: list[int | str] | int | str | None = None
    uploaded_bytes: int | None = None

    @property
    def post_ids(self) -> tuple[str, ...]:
        """The public posts of this publish, none before moderation is over."""
        found = self.publicaly_available_post_id
        ids = found if isinstance(found, list) else [found]
        return tuple(str(post_id) for post_id in ids if post_id)


# msgspec works a type out when it is first used, and breaks down when two threads do so at once.
_DECODERS: Mapping[type, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind, strict=False)
    for kind in (Head, TokenAnswer, UserData, VideosData, CreatorData, InitData, StatusData)
}


def decode(body: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Read one answer; raises BadAnswer if a needed field is missing or of a wrong type."""
    problem = ""
    try:
        answer: T = _DECODERS[kind].decode(body)
        return answer
    except msgspec.ValidationError as exc:
        problem = str(exc)  # names fields and types, never values
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        problem = "not JSON"
    raise BadAnswer(problem)
