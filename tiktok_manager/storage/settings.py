"""Queries for settings, sealed secrets and the vault's record."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tiktok_manager.storage.schema import SecretRow, SettingRow, VaultRow

# Asked for all day, so built once.
_ALL = select(SettingRow.name, SettingRow.value)


def all_settings(session: Session) -> dict[str, str]:
    """Return every setting that differs from its default."""
    return dict(session.execute(_ALL).all())


def put_setting(session: Session, name: str, value: str | None) -> None:
    """Keep a value; None goes back to the default."""
    row = session.get(SettingRow, name)
    if row is not None and value is None:
        session.delete(row)
    elif row is not None and value is not None:
        row.value = value
    elif value is not None:
        session.add(SettingRow(name=name, value=value))


def get_secret(session: Session, name: str) -> bytes | None:
    """Return a sealed secret."""
    row = session.get(SecretRow, name)
    return None if row is None else row.sealed


def put_secret(session: Session, name: str, sealed: bytes, now: datetime) -> None:
    """Keep a sealed secret in place of the old one."""
    session.merge(SecretRow(name=name, sealed=sealed, updated_at=now))


def has_secret(session: Session, name: str) -> bool:
    """Say whether a secret is kept, without opening it."""
    return session.scalar(select(SecretRow.name).where(SecretRow.name == name)) is not None


def get_vault_record(session: Session) -> str | None:
    """Return how the master key is found, as the vault wrote it."""
    row = session.get(VaultRow, 1)
    return None if row is None else row.record


def add_vault_record(session: Session, record: str) -> bool:
    """Keep a new vault's record; False if another process has made one meanwhile."""
    if session.get(VaultRow, 1) is not None:
        return False
    session.add(VaultRow(id=1, record=record))
    return True
