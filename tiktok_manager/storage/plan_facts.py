"""What a plan is judged by, read at one moment: accounts, their times, and who has which video.

It costs a few statements, however many posts are judged.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.posts import Post, PostMode, PostStatus
from tiktok_manager.domain.slots import Blackout, Slot
from tiktok_manager.storage.accounts import get_accounts
from tiktok_manager.storage.posts import batched, same_files
from tiktok_manager.storage.quota import post_times_by_account
from tiktok_manager.storage.schema import STATUS, AccountRow, PostRow
from tiktok_manager.storage.slots import list_blackouts, list_slots

Place = tuple[str, PostMode]
"""An account's id and a mode: each has a cap of its own."""


class Airing(NamedTuple):
    """A video on an account."""

    sha256: str
    at: datetime
    account_id: str
    handle: str


_GONE = sorted({PostStatus.CANCELLED, PostStatus.FAILED, PostStatus.MISSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """`times` are those of sent and planned posts, counted by the caps of TikTok.

    `standing` are the instants and local days of all posts that keep their place; `same_video`
    holds posts by due time.
    """

    accounts: Mapping[str, Account]
    times: Mapping[Place, list[datetime]]
    standing: Mapping[str, list[tuple[datetime, date]]]
    same_video: tuple[Post, ...]
    slots: tuple[Slot, ...]
    blackouts: tuple[Blackout, ...]


def read_plan_facts(
    session: Session,
    *,
    places: Collection[Place],
    videos: Mapping[str, Iterable[str]],
    since: datetime,
    until: datetime | None = None,
    standing_until: datetime | None = None,
    without: frozenset[str] = frozenset(),
) -> PlanFacts:
    """Read each account and its times since then once, but not the planned posts `without`.

    Nor what is due after `until`, or stands after `standing_until`. `videos` names the accounts
    that are to get each video, by its SHA-256.
    """
    account_ids = sorted({account_id for account_id, _mode in places})
    times: dict[Place, list[datetime]] = {}
    for mode in sorted({mode for _account_id, mode in places}):
        found = post_times_by_account(session, account_ids, mode, since, without, until)
        times |= {(account_id, mode): each for account_id, each in found.items()}
    return PlanFacts(
        accounts=get_accounts(session, account_ids),
        times=times,
        standing=standing(session, account_ids, since, standing_until or until, without),
        same_video=tuple(p for p in same_files(session, videos) if p.id not in without),
        slots=tuple(list_slots(session)),
        blackouts=tuple(list_blackouts(session)),
    )


def airings(
    session: Session,
    hashes: Collection[str],
    start: datetime,
    end: datetime,
    without: frozenset[str] = frozenset(),
) -> list[Airing]:
    """Return who has these videos due between two instants, both included, but for `without`."""
    found: list[Airing] = []
    columns = (PostRow.id, PostRow.file_sha256, PostRow.due_at, PostRow.account_id)
    for some in batched(sorted(hashes)):
        query = (
            select(*columns, AccountRow.handle)
            .join(AccountRow, AccountRow.id == PostRow.account_id)
            .where(
                PostRow.file_sha256.in_(some),
                PostRow.due_at.between(start, end),
                STATUS.not_in(_GONE),
            )
        )
        for post_id, sha256, at, account_id, handle in session.execute(query):
            if post_id not in without:
                found.append(Airing(sha256, at, account_id, handle))
    return found


def standing(
    session: Session,
    account_ids: Collection[str],
    since: datetime,
    until: datetime | None = None,
    without: frozenset[str] = frozenset(),
) -> dict[str, list[tuple[datetime, date]]]:
    """Return instant and local day of the posts of accounts due then that keep their place.

    Drafts do; what was cancelled, refused or missed gives it free.
    """
    found: dict[str, list[tuple[datetime, date]]] = {each: [] for each in account_ids}
    query = select(PostRow.id, PostRow.account_id, PostRow.due_at, PostRow.wall).where(
        PostRow.account_id.in_(account_ids), PostRow.due_at >= since, STATUS.not_in(_GONE)
    )
    if until is not None:
        query = query.where(PostRow.due_at < until)
    for post_id, account_id, due_at, wall in session.execute(query):
        if post_id not in without:
            found[account_id].append((due_at, date.fromisoformat(wall[:10])))
    return found
