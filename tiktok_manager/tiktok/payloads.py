"""TikTok's answers as they come over the wire, read leniently and typed strictly.

Unknown fields are ignored and optional ones may be missing or null. One odd part does not spoil
an answer: it is left out, and the log says which. Ids of 19 digits arrive as JSON numbers; they
are decoded as integers, never as doubles, and handed on as text.
"""

import logging
import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec

T = TypeVar("T")
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=86400)]

logger = logging.getLogger(__name__)


class BadAnswer(ValueError):
    """The answer is not what TikTok documents. Its text never quotes the answer."""

    def __init__(self, problem: str, said: str = "") -> None:
        super().__init__(said)
        self.problem = problem


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
    expires_in: int
    open_id: str | None = None
    refresh_expires_in: int | None = None
    scope: str | None = None


class User(msgspec.Struct):
    """`data.user` of user/info."""

    open_id: str
    display_name: str | None = None
    avatar_url: str | None = None
    username: str | None = None
    bio_description: str | None = None
    is_verified: bool | None = None
    follower_count: Count | None = None
    following_count: Count | None = None
    likes_count: Count | None = None
    video_count: Count | None = None


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
    duration: Seconds | None = None
    like_count: Count | None = None
    comment_count: Count | None = None
    share_count: Count | None = None
    view_count: Count | None = None


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


# Parts that are read one by one where the whole is odd, and what each of them is.
_ELEMENTS: Mapping[str, Any] = {
    "videos": Video,
    "publicaly_available_post_id": int | str,
    "privacy_level_options": str,
}
_MAY_BE_MENDED = (TokenAnswer, User, UserData, Video, VideosData, CreatorData, StatusData)
# Left out, these would say something: that there is no more, or that something is allowed.
_TELLING = frozenset({"has_more", "videos", "comment_disabled", "duet_disabled", "stitch_disabled"})

# msgspec works a type out when it is first used, and breaks down when two threads do so at once.
_DECODERS: Mapping[Any, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind, strict=False)
    for kind in (
        *(Head, InitData, *_MAY_BE_MENDED),
        *(int | str, str, list[msgspec.Raw], dict[str, msgspec.Raw]),
    )
}
_FIELDS: Mapping[Any, Mapping[str, tuple[bool, msgspec.json.Decoder[Any]]]] = {
    kind: {
        field.name: (field.required, msgspec.json.Decoder(field.type, strict=False))
        for field in msgspec.structs.fields(kind)
    }
    for kind in _MAY_BE_MENDED
}
# One escape of a JSON string: a whole surrogate pair, half of one (the group), or any other.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def decode(body: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Read one answer; raises BadAnswer if a needed field is missing or of a wrong type."""
    problem, said = "not_json", ""
    for form in (bytes, _without_halves):
        try:
            return _read(form(body), kind)
        except msgspec.ValidationError as exc:
            problem, said = "other_fields", str(exc)  # names fields and types, never values
            break
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    raise BadAnswer(problem, said)


def _read(body: bytes | msgspec.Raw, kind: type[T]) -> T:
    try:
        answer: T = _DECODERS[kind].decode(body)
    except msgspec.ValidationError:
        if kind not in _MAY_BE_MENDED:
            raise
        return _mended(body, kind)
    return answer


def _mended(body: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Read what can be read; raises ValidationError if a needed part cannot."""
    kept: dict[str, object] = {}
    for name, raw in _DECODERS[dict[str, msgspec.Raw]].decode(body).items():
        if name not in _FIELDS[kind]:
            continue
        required, decoder = _FIELDS[kind][name]
        try:
            kept[name] = _part(name, raw, decoder)
        except msgspec.ValidationError as exc:
            if required or name in _TELLING:
                raise
            logger.warning("Left out of TikTok's answer: %s (%s)", name, exc)
    answer: T = msgspec.convert(kept, kind)
    return answer


def _part(name: str, raw: msgspec.Raw, decoder: msgspec.json.Decoder[Any]) -> object:
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError:
        if name == "user":
            return _read(raw, User)
        if name not in _ELEMENTS:
            raise
    found = []
    for element in _DECODERS[list[msgspec.Raw]].decode(raw):
        try:
            found.append(_read(element, _ELEMENTS[name]))
        except msgspec.ValidationError as exc:
            logger.warning("Left out of TikTok's answer: one of %s (%s)", name, exc)
    return found


def _without_halves(body: bytes | msgspec.Raw) -> bytes:
    """Put U+FFFD for half an emoji: TikTok cuts texts by UTF-16 units."""
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], bytes(body))
