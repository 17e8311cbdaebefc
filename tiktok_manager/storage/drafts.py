"""Queries for what was entered and not sent yet: one draft of a new post, one for each edited."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from tiktok_manager.domain.drafts import LASTS, Draft
from tiktok_manager.domain.posts import EDITABLE
from tiktok_manager.storage.schema import DraftRow, PostRow


def all_drafts(session: Session) -> dict[str, Draft]:
    """Return every draft by the id of its post; that of a new post has none."""
    return {row.post_id: _draft(row) for row in session.scalars(select(DraftRow))}


def put_drafts(session: Session, drafts: Mapping[str, Draft | None], now: datetime) -> None:
    """Keep drafts in place of older ones; None forgets one."""
    for post_id, draft in drafts.items():
        if draft is None:
            session.execute(delete(DraftRow).where(DraftRow.post_id == post_id))
        else:
            session.merge(
                DraftRow(
                    post_id=post_id,
                    form=draft.form,
                    shown=draft.shown,
                    shown_version=draft.shown_version,
                    saved_at=now,
                )
            )


def clear_orphans(session: Session, now: datetime) -> None:
    """Forget drafts over posts that are gone, and old ones over what cannot be changed any more."""
    post = select(PostRow.id).where(PostRow.id == DraftRow.post_id)
    lies_idle = ~post.where(PostRow.status.in_(EDITABLE)).exists()
    is_old = DraftRow.saved_at < now - LASTS
    session.execute(
        delete(DraftRow).where(DraftRow.post_id != "", or_(~post.exists(), is_old & lies_idle))
    )


def _draft(row: DraftRow) -> Draft:
    return Draft(
        form=row.form, post_id=row.post_id, shown=row.shown, shown_version=row.shown_version
    )
