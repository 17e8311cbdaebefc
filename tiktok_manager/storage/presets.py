"""What the user chose to be kept, by kind and name."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tiktok_manager.storage.plan_schema import PresetRow


def get_preset(session: Session, kind: str, name: str) -> str | None:
    """Return what is kept under a name."""
    row = session.get(PresetRow, (kind, name))
    return None if row is None else row.body


def put_preset(session: Session, kind: str, name: str, body: str, now: datetime) -> None:
    """Keep this in place of what was kept under the name."""
    row = session.get(PresetRow, (kind, name))
    if row is None:
        session.add(PresetRow(kind=kind, name=name, body=body, saved_at=now))
    elif row.body != body:
        row.body, row.saved_at, row.version = body, now, row.version + 1


def list_presets(session: Session, kind: str) -> dict[str, str]:
    """Return what is kept of a kind, by its names in order."""
    query = select(PresetRow.name, PresetRow.body).where(PresetRow.kind == kind)
    return dict(session.execute(query.order_by(PresetRow.name)).all())


def remove_preset(session: Session, kind: str, name: str) -> None:
    """Keep nothing under the name any more."""
    session.execute(delete(PresetRow).where(PresetRow.kind == kind, PresetRow.name == name))
