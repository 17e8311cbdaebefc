"""What was entered is never lost: not by a kill, not by a second edit, not by a full disk."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.world import VirtualClock
from tests.storage.conftest import NOW, a_post
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.accounts import Profile
from tiktok_manager.domain.drafts import LASTS, Draft
from tiktok_manager.domain.errors import DiskFull
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.services.backups import Backups, restore
from tiktok_manager.services.drafts import Drafts
from tiktok_manager.storage import accounts, posts
from tiktok_manager.storage import drafts as queries
from tiktok_manager.storage.database import Database, Session, open_database
from tiktok_manager.system.paths import DataPaths, open_data_paths

Changes = Mapping[str, Draft | None]

NEW = Draft(form='{"caption": "Frost"}')
EDIT = Draft(form='{"caption": "Winter"}', post_id="p1", shown='{"caption": ""}', shown_version=3)


@pytest.fixture
def paths(tmp_path: Path) -> DataPaths:
    return open_data_paths({"TIKTOK_MANAGER_DATA_DIR": str(tmp_path)})


@contextmanager
def opened(
    paths: DataPaths, clock: VirtualClock | None = None
) -> Iterator[tuple[Drafts, Database]]:
    """Open the folder's database as a program does that starts."""
    clock = clock or VirtualClock(NOW)
    database = open_database(paths.database, paths.backups_dir, clock)
    try:
        yield Drafts(database, clock), database
    finally:
        database.close()


def plan(database: Database, *post_ids: str, status: PostStatus = PostStatus.SCHEDULED) -> None:
    with database.write() as session:
        profile = Profile(open_id="open-alice", display_name="Alice", handle="alice")
        accounts.put_connected(session, "alice", profile, ("video.publish",), NOW)
        made = [replace(a_post(post_id), status=status) for post_id in post_ids]
        posts.add_posts(session, made, NOW)


def kept(paths: DataPaths, *post_ids: str) -> list[Draft | None]:
    with opened(paths) as (drafts, _database):
        drafts.read()
        return [drafts.get(post_id) for post_id in post_ids]


def test_what_was_saved_is_there_for_whoever_opens_the_file_next(paths: DataPaths) -> None:
    with opened(paths) as (drafts, database):
        plan(database, "p1")
        drafts.keep(NEW)
        drafts.keep(EDIT)
        drafts.save()
        assert kept(paths, "", "p1") == [NEW, EDIT]  # nothing was closed before


def test_two_edits_and_a_new_post_have_a_draft_each(paths: DataPaths) -> None:
    other = replace(EDIT, post_id="p2", form='{"caption": "Spring"}')
    with opened(paths) as (drafts, database):
        plan(database, "p1", "p2")
        for draft in (EDIT, NEW, other):
            drafts.keep(draft)
            drafts.save()
    assert kept(paths, "p1", "", "p2") == [EDIT, NEW, other]


KILLED = """
import os, signal, sys
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.drafts import Draft

with open_workspace({"TIKTOK_MANAGER_DATA_DIR": sys.argv[1]}) as workspace:
    workspace.drafts.keep(Draft(form="Frost"))
    workspace.drafts.save()
    workspace.drafts.keep(Draft(form="Frost and"))
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_what_was_saved_outlives_a_kill(paths: DataPaths) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(paths.root)}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(paths.root)], env=env, timeout=60, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert kept(paths, "") == [Draft(form="Frost")]


def test_what_was_not_saved_yet_is_saved_when_the_workspace_closes(paths: DataPaths) -> None:
    with open_workspace({"TIKTOK_MANAGER_DATA_DIR": str(paths.root)}) as workspace:
        workspace.drafts.keep(NEW)
    assert kept(paths, "") == [NEW]


def test_what_was_sent_or_thrown_away_does_not_come_back(paths: DataPaths) -> None:
    with opened(paths) as (drafts, _database):
        drafts.keep(NEW)
        drafts.save()
        drafts.forget()
        assert drafts.get() is None
        drafts.save()
    assert kept(paths, "") == [None]


def test_what_is_entered_before_the_old_drafts_are_read_is_newer(paths: DataPaths) -> None:
    with opened(paths) as (drafts, database):
        plan(database, "p1")
        for draft in (NEW, EDIT):
            drafts.keep(draft)
        drafts.save()
    with opened(paths) as (drafts, _database):
        drafts.keep(replace(NEW, form="later"))
        drafts.forget("p1")
        drafts.read()
        assert drafts.get() == replace(NEW, form="later")
        assert drafts.get("p1") is None


def test_a_full_disk_loses_nothing_and_is_told(
    paths: DataPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_session: Session, _changes: Changes, _now: datetime) -> None:
        raise DiskFull()

    with opened(paths) as (drafts, _database):
        drafts.keep(NEW)
        with monkeypatch.context() as broken:
            broken.setattr(queries, "put_drafts", refuse)
            with pytest.raises(DiskFull):
                drafts.save()
        drafts.save()
    assert kept(paths, "") == [NEW]


def test_a_key_pressed_while_a_draft_is_written_is_still_to_be_saved(
    paths: DataPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    later, put = replace(NEW, form="later"), queries.put_drafts
    with opened(paths) as (drafts, _database):

        def type_meanwhile(session: Session, changes: Changes, now: datetime) -> None:
            put(session, changes, now)
            drafts.keep(later)

        drafts.keep(NEW)
        with monkeypatch.context() as busy:
            busy.setattr(queries, "put_drafts", type_meanwhile)
            drafts.save()
        assert kept(paths, "") == [NEW]
        drafts.save()
    assert kept(paths, "") == [later]


def test_a_draft_is_in_the_backup_and_comes_back_with_it(paths: DataPaths) -> None:
    clock = VirtualClock(NOW)
    with opened(paths, clock) as (drafts, database):
        drafts.keep(NEW)
        drafts.save()
        backup = Backups(database, paths.backups_dir, clock).create()
        drafts.keep(replace(NEW, form="since"))
        drafts.save()
    restore(paths, backup.path.name, clock)
    assert kept(paths, "") == [NEW]


def test_drafts_of_posts_that_are_gone_or_long_done_are_cleaned(paths: DataPaths) -> None:
    clock = VirtualClock(NOW)
    edits = [replace(EDIT, post_id=each) for each in ("waits", "sent", "gone")]
    with opened(paths, clock) as (drafts, database):
        plan(database, "waits")
        plan(database, "sent", status=PostStatus.PUBLISHED)
        for each in (*edits, NEW):
            drafts.keep(each)
        drafts.save()
        assert kept(paths, "waits", "sent", "gone") == [*edits[:2], None]
        clock.advance(LASTS + timedelta(days=1))
        drafts.keep(replace(NEW, form="later"))
        drafts.save()
    assert kept(paths, "waits", "sent", "") == [edits[0], None, replace(NEW, form="later")]
