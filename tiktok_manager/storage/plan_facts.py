"""What a plan is judged by, read at one moment: accounts, their times, and who has which video."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.posts import Post, PostMode
from tiktok_manager.storage.accounts import get_account
from tiktok_manager.storage.posts import same_file
from tiktok_manager.storage.quota import post_times

Place = tuple[str, PostMode]
"""An account's id and a mode: each has a cap of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """`times` are those of sent and planned posts; `same_video` holds posts by due time."""

    accounts: Mapping[str, Account]
    times: Mapping[Place, list[datetime]]
    same_video: tuple[Post, ...]


def read_plan_facts(
    session: Session,
    *,
    places: Collection[Place],
    videos: Mapping[str, Iterable[str]],
    since: datetime,
    without: frozenset[str] = frozenset(),
) -> PlanFacts:
    """Read each account and its times since then once, but not the planned posts `without`.

    `videos` names the accounts that are to get each video, by its SHA-256.
    """
    found = {account_id: get_account(session, account_id) for account_id, _mode in places}
    return PlanFacts(
        accounts={account_id: account for account_id, account in found.items() if account},
        times={place: post_times(session, *place, since, without) for place in places},
        same_video=tuple(
            post
            for sha256, account_ids in videos.items()
            for post in same_file(session, sorted(account_ids), sha256)
            if post.id not in without
        ),
    )
