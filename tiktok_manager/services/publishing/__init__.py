"""Publishing without doubles or losses.

Rules that hold everywhere here: nothing remote happens before the step that names it is committed;
a publish id and its upload URL are committed together before any byte leaves; once the last byte
may have left (FINAL_INTENT) a post is never initialised again unless TikTok says FAILED.
"""

from tiktok_manager.services.publishing.restoring import Restoring
from tiktok_manager.services.publishing.service import Publishing

__all__ = ["Publishing", "Restoring"]
