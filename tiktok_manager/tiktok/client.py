"""TikTok's API, one method a call (TikTok: OAuth, Display API v2, Content Posting API).

Every method raises NetworkDown if there is no trustworthy answer and TikTokRefused if TikTok
answered with an error code, and nothing else. Nothing is repeated here: whether a call may be
made again is for the services to know. Safe from any thread.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from tiktok_manager.domain.accounts import CreatorInfo, Profile, Scope, TokenPair
from tiktok_manager.domain.captions import check_whole
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import InputError, NetworkDown
from tiktok_manager.domain.metrics import VideoCounters
from tiktok_manager.domain.posts import Choices, PostMode, Privacy
from tiktok_manager.tiktok.answers import PublishState, PublishStatus, Upload, VideoPage
from tiktok_manager.tiktok.calls import CALL_LIMIT_S, Calls
from tiktok_manager.tiktok.chunk_plans import ChunkPlan
from tiktok_manager.tiktok.endpoints import AppKeys, Endpoints
from tiktok_manager.tiktok.errors import clean, untrusted, untrusted_address, verdict_failure
from tiktok_manager.tiktok.payloads import (
    CreatorData,
    Head,
    InitData,
    StatusData,
    TokenAnswer,
    UserData,
    Video,
    VideosData,
)
from tiktok_manager.tiktok.transport import Http

PAGE_SIZE = 20
USER_FIELDS = {
    Scope.BASIC: ("open_id", "avatar_url", "display_name"),
    Scope.PROFILE: ("username", "bio_description", "is_verified"),
    Scope.STATS: ("follower_count", "following_count", "likes_count", "video_count"),
}
VIDEO_FIELDS = (
    "id",
    "create_time",
    "cover_image_url",
    "share_url",
    "video_description",
    "title",
    "duration",
    "like_count",
    "comment_count",
    "share_count",
    "view_count",
)
INIT_PATH = {
    PostMode.DIRECT: "/v2/post/publish/video/init/",
    PostMode.INBOX: "/v2/post/publish/inbox/video/init/",
}
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


class TikTokClient:
    """Speaks with TikTok over the connections of one route; tokens are arguments, never kept."""

    def __init__(self, http: Http, endpoints: Endpoints, clock: Clock) -> None:
        self._http = http
        self._endpoints = endpoints
        self._clock = clock
        self._calls = Calls(http, endpoints, clock)

    def exchange_code(
        self, keys: AppKeys, code: str, redirect_uri: str, verifier: str
    ) -> TokenPair:
        """Trade the code of a finished consent for tokens."""
        pair = self._tokens(
            keys,
            {
                "code": code,
                "grant_type": "authorization_code",
                "redirect_uri": redirect_uri,
                "code_verifier": verifier,
            },
            urgent=True,
        )
        if not pair.open_id or pair.refresh_expires_at is None:
            raise NetworkDown(untrusted("token_of_nobody"))
        return pair

    def refresh(self, keys: AppKeys, refresh_token: str) -> TokenPair:
        """Get new tokens; the old refresh token is dead as soon as TikTok has answered.

        So an answer counts that holds new tokens, even if it says nothing else again.
        """
        return self._tokens(keys, {"grant_type": "refresh_token", "refresh_token": refresh_token})

    def revoke(self, keys: AppKeys, access_token: str) -> None:
        """Take the app's permission back at TikTok; an expired token is refused."""
        self._calls.with_keys("/v2/oauth/revoke/", keys, {"token": access_token}, Head, urgent=True)

    def profile(self, access_token: str, scopes: Iterable[str], *, urgent: bool = False) -> Profile:
        """Return what the granted `scopes` let us see of the account.

        One field outside the grant would fail the whole call, so only granted ones are asked.
        """
        granted = set(scopes) | {Scope.BASIC}
        fields = [
            name for scope, names in USER_FIELDS.items() if scope in granted for name in names
        ]
        data, _ = self._calls.with_token(
            "GET",
            "/v2/user/info/",
            access_token,
            UserData,
            query={"fields": ",".join(fields)},
            urgent=urgent,
        )
        user = data.user
        return Profile(
            open_id=user.open_id,
            display_name=user.display_name or "",
            avatar_url=user.avatar_url or "",
            handle=user.username or None,
            bio=user.bio_description,
            verified=user.is_verified,
            followers=user.follower_count,
            following=user.following_count,
            likes=user.likes_count,
            videos=user.video_count,
        )

    def creator_info(self, access_token: str) -> CreatorInfo:
        """Return what the creator may post at this moment."""
        asked_at = self._clock.now()
        data, _ = self._calls.with_token(
            "POST", "/v2/post/publish/creator_info/query/", access_token, CreatorData
        )
        known = {level.value for level in Privacy}
        return CreatorInfo(
            username=data.creator_username or "",
            nickname=data.creator_nickname or "",
            avatar_url=data.creator_avatar_url or "",
            privacy_options=tuple(
                Privacy(level) for level in data.privacy_level_options if level in known
            ),
            comment_disabled=bool(data.comment_disabled),
            duet_disabled=bool(data.duet_disabled),
            stitch_disabled=bool(data.stitch_disabled),
            max_duration_s=_positive(data.max_video_post_duration_sec),
            asked_at=asked_at,
        )

    def video_page(self, access_token: str, cursor_ms: int | None = None) -> VideoPage:
        """Return up to 20 public videos posted before `cursor_ms` (UTC milliseconds)."""
        seen_at = self._clock.now()
        body: dict[str, object] = {"max_count": PAGE_SIZE}
        if cursor_ms is not None:
            body["cursor"] = cursor_ms
        data, _ = self._calls.with_token(
            "POST", "/v2/video/list/", access_token, VideosData, query=_video_query(), body=body
        )
        return VideoPage(
            videos=self._videos(data, seen_at),
            cursor_ms=data.cursor,
            has_more=bool(data.has_more),
        )

    def query_videos(self, access_token: str, ids: Iterable[str]) -> tuple[VideoCounters, ...]:
        """Return up to 20 videos by id; those the account does not own are left out."""
        wanted = list(ids)
        if len(wanted) > PAGE_SIZE:
            raise ValueError(f"at most {PAGE_SIZE} ids a call")
        seen_at = self._clock.now()
        data, _ = self._calls.with_token(
            "POST",
            "/v2/video/query/",
            access_token,
            VideosData,
            query=_video_query(),
            body={"filters": {"video_ids": wanted}},
        )
        return self._videos(data, seen_at)

    def init_direct(
        self, access_token: str, caption: str, choices: Choices, plan: ChunkPlan
    ) -> Upload:
        """Begin a post from this machine; nothing is published before its last byte.

        Raises InputError without a privacy choice. Every call begins another publish.
        """
        body = {"post_info": _post_info(caption, choices), "source_info": _source_info(plan)}
        return self._init(INIT_PATH[PostMode.DIRECT], access_token, body)

    def init_inbox(self, access_token: str, plan: ChunkPlan) -> Upload:
        """Begin a draft for the creator's TikTok inbox; TikTok takes no caption for it."""
        body = {"source_info": _source_info(plan)}
        return self._init(INIT_PATH[PostMode.INBOX], access_token, body)

    def publish_status(self, access_token: str, publish_id: str) -> PublishStatus:
        """Ask where a publish stands. A refusal here says nothing about the post itself."""
        data, log_id = self._calls.with_token(
            "POST",
            "/v2/post/publish/status/fetch/",
            access_token,
            StatusData,
            body={"publish_id": publish_id},
        )
        known = {state.value for state in PublishState}
        state = PublishState(data.status) if data.status in known else PublishState.OTHER
        reason = data.fail_reason or ""
        failed = state is PublishState.FAILED
        return PublishStatus(
            state=state,
            fail_reason=clean(reason),
            failure=verdict_failure(reason, log_id) if failed else None,
            post_ids=data.post_ids,
            uploaded_bytes=data.uploaded_bytes,
            log_id=log_id,
        )

    def fetch_image(self, url: str, max_bytes: int) -> bytes:
        """Load an avatar or cover from TikTok's picture hosts, without any token.

        Raises NetworkDown for another host, a type that is no picture, or too many bytes.
        """
        try:
            self._endpoints.check_image_url(url)
        except InputError as exc:
            raise NetworkDown(untrusted_address(exc)) from None
        request = self._http.request("GET", url, headers={})
        reply = self._http.fetch(request, limit_s=CALL_LIMIT_S, max_bytes=max_bytes)
        kind = reply.headers.get("content-type", "").split(";")[0].strip().lower()
        if reply.status != 200 or kind not in IMAGE_TYPES:
            raise NetworkDown(untrusted("no_picture", http_status=reply.status))
        return reply.body

    def _init(self, path: str, access_token: str, body: Mapping[str, object]) -> Upload:
        data, log_id = self._calls.with_token("POST", path, access_token, InitData, body=body)
        try:
            self._endpoints.check_upload_url(data.upload_url)
        except InputError as exc:
            raise NetworkDown(untrusted_address(exc)) from None
        if not data.publish_id:
            raise NetworkDown(untrusted("no_publish_id", log_id=log_id))
        return Upload(publish_id=data.publish_id, upload_url=data.upload_url)

    def _videos(self, data: VideosData, seen_at: datetime) -> tuple[VideoCounters, ...]:
        return tuple(_counters(video, seen_at) for video in data.videos or [])

    def _tokens(self, keys: AppKeys, fields: dict[str, str], *, urgent: bool = False) -> TokenPair:
        asked_at = self._clock.now()
        path = "/v2/oauth/token/"
        answer = self._calls.with_keys(path, keys, fields, TokenAnswer, urgent=urgent)
        if not (answer and answer.access_token and answer.refresh_token):
            raise NetworkDown(untrusted("no_token"))
        renewable_s = answer.refresh_expires_in
        return TokenPair(
            access_token=answer.access_token,
            refresh_token=answer.refresh_token,
            access_expires_at=asked_at + _lifetime(answer.expires_in),
            refresh_expires_at=asked_at + _lifetime(renewable_s) if renewable_s else None,
            scopes=tuple((answer.scope or "").replace(",", " ").split()),
            open_id=answer.open_id or "",
        )


def _post_info(caption: str, choices: Choices) -> dict[str, object]:
    if choices.privacy is None:
        raise InputError("post_without_privacy")
    info: dict[str, object] = {
        "privacy_level": choices.privacy.value,
        "disable_comment": not choices.allow_comment,
        "disable_duet": not choices.allow_duet,
        "disable_stitch": not choices.allow_stitch,
        "brand_organic_toggle": choices.your_brand,
        "brand_content_toggle": choices.branded_content,
        "is_aigc": choices.ai_generated,
    }
    if caption:
        check_whole(caption)
        info["title"] = caption
    if choices.cover_ms is not None:
        info["video_cover_timestamp_ms"] = choices.cover_ms
    return info


def _source_info(plan: ChunkPlan) -> dict[str, object]:
    return {
        "source": "FILE_UPLOAD",
        "video_size": plan.size_bytes,
        "chunk_size": plan.chunk_bytes,
        "total_chunk_count": plan.count,
    }


def _video_query() -> dict[str, str]:
    return {"fields": ",".join(VIDEO_FIELDS)}


def _counters(video: Video, seen_at: datetime) -> VideoCounters:
    return VideoCounters(
        tiktok_id=str(video.id),
        posted_at=_instant(video.create_time),
        caption=video.video_description or video.title or "",
        share_url=video.share_url or "",
        cover_url=video.cover_image_url or "",
        duration_s=None if video.duration is None else int(video.duration),
        views=video.view_count,
        likes=video.like_count,
        comments=video.comment_count,
        shares=video.share_count,
        seen_at=seen_at,
    )


def _positive(number: int | None) -> int | None:
    return number if number is not None and number > 0 else None


def _instant(seconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=min(max(seconds, 0), 2**33))


def _lifetime(seconds: int) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0), 10 * 365 * 86400))
