"""Finds that an account is to get a video that looks like one it has, though its bytes differ.

Looking into files takes a while, so it is done aside, a few at a time, and kept; what is asked for
a plan is only compared.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.near_copies import Likeness, near_copies
from tiktok_manager.domain.posts import Post, PostFilter, PostStatus
from tiktok_manager.storage import media_facts
from tiktok_manager.storage import posts as queries
from tiktok_manager.storage.database import Database
from tiktok_manager.system.media import pictures_of, stamp_of

logger = logging.getLogger(__name__)

_AHEAD = timedelta(days=14)
_AT_ONCE = 20


class NearCopies:
    """Of one data folder. Safe from any thread."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def look_into_some(self) -> None:
        """Look into a few files of the next two weeks that were not looked into yet."""
        now = self._clock.now()
        soon = PostFilter(statuses=frozenset({PostStatus.SCHEDULED}), due_to=now + _AHEAD)
        with self._database.read() as session:
            paths = {post.media.path for post in queries.list_posts(session, soon)}
            facts = media_facts.known_media(session, paths)
        new = [each for each in facts.values() if each.pictures is None and each.info is not None]
        for each in new[:_AT_ONCE]:
            if stamp_of(each.media.path) != media_facts.stamp(each.media):
                continue
            length_s = each.info.duration_s if each.info is not None else None
            pictures = () if not length_s else pictures_of(each.media.path, length_s)
            with self._database.write() as session:
                media_facts.keep_pictures(session, each.media, pictures)

    def of(self, posts: Sequence[Post]) -> Mapping[str, tuple[Finding, ...]]:
        """Return by the id of a post that its account has, or is to get, one that looks the same.

        The first of two planned ones is not told of: it is the later that is one too many.
        """
        with self._database.read() as session:
            prints = media_facts.video_prints(session)
        alike = near_copies({post.media.sha256 for post in posts}, prints)
        if not alike:
            return {}
        wanted: dict[str, set[str]] = defaultdict(set)
        for post in posts:
            for sha256 in alike.get(post.media.sha256, {}):
                wanted[sha256].add(post.account_id)
        with self._database.read() as session:
            others = queries.same_files(session, wanted)
        had: dict[str, list[Post]] = defaultdict(list)
        for other in others:
            had[other.account_id].append(other)
        return {
            post.id: (_near_copy(post, other, how),)
            for post in posts
            for other in had[post.account_id]
            if (how := alike.get(post.media.sha256, {}).get(other.media.sha256)) is not None
            and other.due_at <= post.due_at
        }


def _near_copy(post: Post, other: Post, how: Likeness) -> Finding:
    return Finding(
        code="near_copy",
        params={
            "account": post.handle,
            "file": post.media.path.name,
            "other": other.media.path.name,
            "status": other.status.value,
            "at": f"{other.schedule.shown:%Y-%m-%d %H:%M}",
            "timezone": other.schedule.timezone,
            "same": how.same,
        },
    )
