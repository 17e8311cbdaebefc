"""Which revision of the schema a database has, and which ones this version can use."""

from sqlalchemy import Connection

from tiktok_manager.domain.errors import DatabaseTooNew, DatabaseTooOld

HEAD_REVISION = "r0001"
KNOWN_REVISIONS = (HEAD_REVISION,)
BEFORE_RELEASE = ("0001",)
"""Schemas of no released version. Nothing leads on from them."""


def check_revision(revision: str, *, newer: str = DatabaseTooNew.code) -> None:
    """Raise DatabaseTooOld or DatabaseTooNew, under the code `newer`, for an unknown schema."""
    if revision in BEFORE_RELEASE:
        raise DatabaseTooOld(revision=revision, known=HEAD_REVISION)
    if revision not in KNOWN_REVISIONS:
        raise DatabaseTooNew(newer, revision=revision, known=HEAD_REVISION)


def revision_of(connection: Connection) -> str | None:
    """Return the revision of an SQLite database; None for one without tables of ours."""
    has_table = connection.exec_driver_sql(
        "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    ).first()
    if has_table is None:
        return None
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return None if row is None else str(row[0])
