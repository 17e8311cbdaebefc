"""What can be set about the local TikTok; its defaults are TikTok's documented rules."""

import re
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
PULL_POLICIES = ("never", "loopback", "anywhere")
MAX_URI_LENGTH = 512
_REGISTRABLE = re.compile(r"https?://(localhost|127\.0\.0\.1):(\d{1,5}|\*)(/[^?#\s]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorConfig:
    """One local TikTok.

    `media_dir` keeps what arrives; without it a temporary folder is used and removed at the end.
    `history_posts` public videos are spread over the last `history_days` of every account; with
    `history_until_s` they end then instead of now, and those yet to come appear in their time.
    `start_s` (seconds since 1970) and `speed` set the clock; `audience_speed` hurries only the
    growth of views and followers. `scenario` names a JSON or TOML file of faults.

    `redirect_uris` and `app_scopes` are what the app has registered; ValueError where TikTok's
    portal would not take them. `pull` says from where media are fetched: `never`, from this machine
    (`loopback`), or `anywhere`, then by TikTok's own rules; `url_properties` are the app's verified
    domains and URL prefixes. `chunk_rules` names those of `chunks.CHUNK_RULES` in force. A wrong
    privacy level is answered as documented, or with 400 as several clients report it. The answer
    to a last chunk has no body, or an empty document, which some clients read.
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
    pull: str = "loopback"
    url_properties: tuple[str, ...] = ("127.0.0.1", "localhost")
    chunk_rules: str = "documented"
    privacy_mismatch_as_400: bool = False
    upload_ends_with_json: bool = False

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

    def __post_init__(self) -> None:
        unknown = [scope for scope in self.app_scopes if scope not in ALL_SCOPES]
        if unknown or not self.app_scopes:
            raise ValueError(f"No scopes of TikTok's: {', '.join(unknown) or 'none given'}.")
        for uri in self.redirect_uris:
            if not _REGISTRABLE.fullmatch(uri) or len(uri) >= MAX_URI_LENGTH:
                raise ValueError(
                    f"{uri} cannot be registered: TikTok wants http or https, localhost or "
                    "127.0.0.1, a port or *, and neither query nor fragment."
                )
        if self.pull not in PULL_POLICIES:
            raise ValueError(f"Media are pulled {', '.join(PULL_POLICIES)}, not {self.pull!r}.")
