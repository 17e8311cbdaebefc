"""What publishing needs to speak to TikTok."""

from dataclasses import dataclass

from tiktok_manager.services.tokens import TokenKeeper
from tiktok_manager.tiktok.client import TikTokClient
from tiktok_manager.tiktok.limits import Buckets
from tiktok_manager.tiktok.upload import ChunkUploader


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """The way to TikTok."""

    client: TikTokClient
    tokens: TokenKeeper
    uploader: ChunkUploader
    buckets: Buckets
