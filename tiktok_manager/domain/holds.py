"""What holds every post at once."""

from dataclasses import dataclass
from datetime import datetime

from tiktok_manager.domain.posts import PostError


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why all posts wait, since when and until when; `times` counts how often in a row."""

    error: PostError
    at: datetime
    until: datetime
    times: int = 1
