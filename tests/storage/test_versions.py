"""Nothing is written over what another hand or another publisher wrote meanwhile."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.storage.conftest import NOW, MakePost
from tiktok_manager.domain.attempts import Claim, Fenced
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.errors import ChangedMeanwhile, DatabaseTooOld
from tiktok_manager.domain.posts import ON_TIME, Post, PostStatus
from tiktok_manager.storage import accounts, attempts, claims, downtime, posts, publishers
from tiktok_manager.storage.database import Database, open_database
from tiktok_manager.storage.schema import PostRow

LEASE = timedelta(seconds=90)


def read(database: Database, post_id: str = "p1") -> Post:
    with database.read() as session:
        post = posts.get_post(session, post_id)
    assert post is not None
    return post


def write(database: Database, seen: Post, caption: str) -> None:
    with database.write() as session:
        posts.update_posts(session, [(seen, replace(seen, caption=caption))], NOW)


def claim(database: Database, owner: str = "dead") -> Claim:
    with database.write() as session:
        (found,) = claims.claim_uploads(
            session, now=NOW, owner=owner, lease=LEASE, limit=1, only_finish=False
        )
    return found


def start(database: Database, owner: str, folder: str = "here") -> frozenset[str]:
    with database.write() as session:
        return publishers.start(session, owner, machine="m", folder=folder, pid=1, now=NOW)


def test_a_change_of_what_was_changed_since_writes_nothing_and_says_what(
    database: Database, make_post: MakePost
) -> None:
    make_post("p1")
    seen = read(database)
    write(database, seen, "theirs")
    with pytest.raises(ChangedMeanwhile) as met:
        write(database, seen, "mine")
    (change,) = met.value.changes
    assert (change.field, change.yours, change.theirs) == ("caption", "mine", "theirs")
    assert (met.value.code, met.value.exit_code) == ("changed_meanwhile", 2)
    assert read(database).caption == "theirs"


def test_a_post_that_was_tried_meanwhile_is_another_version(
    database: Database, make_post: MakePost
) -> None:
    make_post("p1")
    seen = read(database)
    claim(database)
    with pytest.raises(ChangedMeanwhile) as met:
        write(database, seen, "mine")
    assert [change.field for change in met.value.changes] == ["status"]
    assert read(database).status is PostStatus.PUBLISHING


def test_of_two_publishers_that_saw_the_same_post_one_gets_it(
    database: Database, make_post: MakePost, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_post("p1")
    get = claims._claim

    def overtaken(session: Session, row: PostRow, *args: Any) -> Claim | None:
        taken = update(PostRow).values(epoch=PostRow.epoch + 1, lease_owner="the other")
        session.execute(taken.execution_options(synchronize_session=False))
        return get(session, row, *args)

    monkeypatch.setattr(claims, "_claim", overtaken)
    with database.write() as session:
        assert not claims.claim_uploads(
            session, now=NOW, owner="me", lease=LEASE, limit=1, only_finish=False
        )
    assert read(database).epoch == 1


def test_who_was_taken_for_dead_writes_nothing_more(
    database: Database, make_post: MakePost
) -> None:
    make_post("p1")
    mine = claim(database, owner="frozen")
    with database.write() as session:
        attempt = attempts.open_attempt(
            session, mine, size_bytes=1, chunk_bytes=1, count=1, now=NOW
        )
        downtime.adopt_orphans(session, NOW, ON_TIME, LEASE, ["frozen"])
    with pytest.raises(Fenced), database.write() as session:
        attempts.record_final_intent(session, mine, attempt, now=NOW, lease=LEASE)


@pytest.mark.parametrize(
    ("folder", "later", "freed"),
    [
        ("here", timedelta(), 1),
        ("elsewhere", timedelta(), 0),
        ("elsewhere", LEASE, 1),
    ],
    ids=["of this folder", "of another", "of another, its lease over"],
)
def test_a_start_frees_only_the_claims_of_those_proven_dead_or_run_out(
    database: Database, make_post: MakePost, folder: str, later: timedelta, freed: int
) -> None:
    make_post("p1")
    start(database, "other", folder)
    claim(database, "other")
    dead = start(database, "me")
    with database.write() as session:
        assert downtime.adopt_orphans(session, NOW + later, ON_TIME, LEASE, dead) == freed


def test_a_start_is_of_one_folder_and_leaves_the_publishers_of_others(database: Database) -> None:
    assert start(database, "first") == frozenset()
    assert start(database, "afar", "elsewhere") == frozenset()
    assert start(database, "second") == {"first"}
    assert start(database, "third") == {"second"}


@pytest.mark.parametrize(
    "change",
    [
        lambda session, seen: accounts.set_paused(session, seen, paused=True),
        accounts.disconnect,
    ],
    ids=["pause", "disconnect"],
)
def test_an_account_connected_anew_meanwhile_is_not_changed(
    database: Database, change: Callable[..., object]
) -> None:
    with database.write() as session:
        seen = accounts.get_account(session, "alice")
        assert seen is not None
        accounts.set_paused(session, seen, paused=False)
    with pytest.raises(ChangedMeanwhile), database.write() as session:
        change(session, seen)


def test_a_database_of_before_the_first_release_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "data.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseTooOld) as met:
        open_database(path, tmp_path / "backups", SystemClock())
    assert (met.value.code, met.value.exit_code) == ("database_too_old", 1)
    assert path.read_bytes()[100:] == before[100:]
