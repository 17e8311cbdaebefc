"""What can be set about the local TikTok; its defaults are TikTok's documented rules."""

from dataclasses import dataclass
from pathlib import Path

ALL_SCOPES = (
    "user.info.basic",
    "user.info.profile",
    "user.info.stats",
    "video.list",
    "video.publish",
    "video.upload",
)

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorConfig:
    """One local TikTok.

    `media_dir` keeps what arrives; without it a temporary folder is used and removed at the end.
    `history_posts` public videos are spread over the last `history_days` of every account; with
    `history_until_s` they end then instead of now, and those yet to come appear in their time.
    `start_s` (seconds since 1970) and `speed` set the clock; `audience_speed` hurries only the
    growth of views and followers. `scenario` names a JSON or TOML file of faults.
    """

    accounts: int = 3
    auto_approve: bool = False
    port: int = 0
    media_dir: Path | None = None
    seed: int = 1

    client_key: str = "sim-key"
    client_secret: str = "sim-secret"  # noqa: S105 - everybody's key to a toy
    redirect_uris: tuple[str, ...] = (
        "http://127.0.0.1:*/callback/",
        "http://localhost:*/callback/",
    )
    app_scopes: tuple[str, ...] = ALL_SCOPES
    audited: bool = True

    code_s: float = 600.0
    access_token_s: float = 7_200.0
    refresh_token_s: float = 180 * DAY_S
    upload_url_s: float = 3_600.0
    picture_url_s: float = 6 * 3_600.0

    processing_s: float = 1.0
    moderation_s: float = 1.0
    check_media: bool = False
    short_pages: bool = False

    direct_posts_per_day: int = 15
    pending_shares_per_day: int = 5
    active_users_per_day: int | None = None
    init_per_minute: int = 6
    creator_info_per_minute: int = 20
    status_per_minute: int = 30
    display_per_minute: int = 600
    max_video_post_duration_s: int = 600

    history_days: int = 60
    history_posts: int = 0
    history_until_s: float | None = None
    start_s: float | None = None
    speed: float = 1.0
    audience_speed: float = 1.0
    scenario: Path | None = None
