"""After an older database came back, in whatever way: nothing goes out a second time."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from tests.fakes.words import says
from tests.fakes.world import World, claim_due, environment, make_world, reopened
from tiktok_manager import app
from tiktok_manager.app import make_runner, open_workspace
from tiktok_manager.domain.errors import ActionNeeded, StorageError
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.services import backups
from tiktok_manager.services.planning import PostEdit
from tiktok_manager.services.publishing import restoring
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage import installation
from tiktok_manager.system import journal as journal_module
from tiktok_manager.system.journal import JournalReading, JournalStep
from tiktok_manager.system.locks import PublisherLock
from tiktok_manager.system.machine import FolderMark
from tiktok_manager.tiktok.upload import ChunkUploader
from tiktok_manager.wording import english

Step = Callable[[World], object]
FEW_MARKS = 4


@pytest.fixture(autouse=True)
def _marks_however_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each start keep how far it compared, as starts with more to compare do."""
    monkeypatch.setattr(restoring, "WORTH_A_MARK_BYTES", 0)


@pytest.fixture
def few_marks(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let a database keep fewer marks than it does, so that few posts are more than it keeps."""
    monkeypatch.setattr(installation, "KNOWN_MARKS", FEW_MARKS)
    return FEW_MARKS


@contextmanager
def restored(folder: Path, prepare: Step, meanwhile: Step) -> Iterator[World]:
    """Prepare, back up, let something happen, then restore that backup into a new start."""
    with make_world(folder) as world:
        world.connect()
        prepare(world)
        backup = world.workspace.backups.create()
        world.clock.advance(timedelta(minutes=1))
        meanwhile(world)
        paths = world.workspace.paths
        world.workspace.database.close()
        backups.restore(paths, backup.name, world.clock)
        with reopened(world) as again:
            yield again


def start(world: World) -> None:
    world.workspace.publishing.resume()


def only(world: World) -> Post:
    (post,) = world.posts()
    return post


def test_a_post_that_went_out_after_the_backup_is_not_sent_again(tmp_path: Path) -> None:
    with restored(tmp_path, World.plan, World.settle) as world:
        assert only(world).status is PostStatus.SCHEDULED
        start(world)
        waiting = only(world)
        assert (waiting.status, waiting.error and waiting.error.code) == (
            PostStatus.UNCONFIRMED,
            "restored",
        )
        (publish_id,) = world.sim.world.publishes
        assert waiting.publish_id == publish_id
        world.run(timedelta(hours=1))
        after = only(world)
        assert (after.status, after.publish_id) == (PostStatus.PUBLISHED, publish_id)
        assert after.tiktok_post_id is not None
        assert world.calls("video_init") == 1


def test_it_holds_without_a_word_from_the_runner(tmp_path: Path) -> None:
    with restored(tmp_path, World.plan, World.settle) as world:
        world.settle()
        assert only(world).status is PostStatus.PUBLISHED
        assert world.calls("video_init") == 1


def test_many_posts_and_many_restores_double_nothing(tmp_path: Path) -> None:
    def plan(world: World) -> None:
        for _ in range(4):
            world.plan()

    with restored(tmp_path, plan, World.settle) as world:
        start(world)
        world.settle()
        backup = world.workspace.backups.list()[-1]
        world.workspace.database.close()
        backups.restore(world.workspace.paths, backup.name, world.clock)
        with reopened(world) as again:
            start(again)
            again.settle()
            assert {post.status for post in again.posts()} == {PostStatus.PUBLISHED}
            assert again.calls("video_init") == 4
            assert len(again.arrived()) == 4


def test_a_backup_from_the_middle_of_an_upload_leads_to_the_same_video(tmp_path: Path) -> None:
    def begin(world: World) -> None:
        world.plan()
        world.fault(endpoint="upload.last", drop="before", times=1)
        (claim,), _asks = world.claim(uploads=1, checks=0)
        world.cancel.cancel()
        world.workspace.publishing.send(claim, world.cancel)

    def go_on(world: World) -> None:
        world.sim.world.faults.clear()
        again = World(world.workspace, world.sim, world.clock, world.folder)
        again.settle()

    with restored(tmp_path, begin, go_on) as world:
        start(world)
        world.run(timedelta(hours=3))
        assert only(world).status is PostStatus.PUBLISHED
        assert len(world.arrived()) == 1


def test_a_database_copied_back_by_hand_is_noticed_by_the_journal(world: World) -> None:
    world.connect()
    post = world.plan()
    paths = world.workspace.paths
    world.workspace.database.checkpoint()
    shutil.copyfile(paths.database, world.folder / "older.db")
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    world.workspace.database.checkpoint()
    world.workspace.database.close()
    shutil.copyfile(world.folder / "older.db", paths.database)
    with reopened(world) as again:
        start(again)
        assert again.post(post).status is PostStatus.UNCONFIRMED
        again.settle()
        assert again.post(post).status is PostStatus.PUBLISHED
        assert again.calls("video_init") == 1


def test_what_was_due_since_the_backup_waits_for_the_user(tmp_path: Path) -> None:
    def plan(world: World) -> None:
        world.plan(after=timedelta(minutes=30), caption="due since")
        world.plan(after=timedelta(hours=30), caption="still to come")

    def night(world: World) -> None:
        world.clock.advance_hours(2)

    with restored(tmp_path, plan, night) as world:
        start(world)
        world.run(timedelta(hours=1))
        by_caption = {post.caption: post for post in world.posts()}
        due, coming = by_caption["due since"], by_caption["still to come"]
        assert due.status is PostStatus.UNCONFIRMED
        assert due.error is not None
        assert (due.error.code, due.next_try_at) == ("restored", None)
        assert coming.status is PostStatus.SCHEDULED
        assert world.calls("video_init") == 0
        world.workspace.planning.resolve(due.id, posted=False, post_again=True)
        world.run(timedelta(hours=40))
        assert {post.status for post in world.posts()} == {PostStatus.PUBLISHED}
        assert world.calls("video_init") == 2


def test_what_waited_for_a_retry_at_the_backup_waits_for_the_user(tmp_path: Path) -> None:
    def refuse(world: World) -> None:
        world.plan()
        world.fault(endpoint="video_init", status=503)
        world.tick()
        assert only(world).status is PostStatus.SCHEDULED
        world.sim.world.faults.clear()

    with restored(tmp_path, refuse, lambda world: world.clock.advance_hours(1)) as world:
        calls = world.calls("video_init")
        start(world)
        world.run(timedelta(hours=1))
        assert only(world).status is PostStatus.UNCONFIRMED
        assert world.calls("video_init") == calls


def test_a_restore_is_dealt_with_once(tmp_path: Path) -> None:
    def plan(world: World) -> None:
        world.plan(after=timedelta(minutes=30))

    with restored(tmp_path, plan, lambda world: world.clock.advance_hours(1)) as world:
        start(world)
        resolved = world.workspace.planning.resolve(only(world).id, posted=False)
        assert resolved.status is PostStatus.NEEDS_ATTENTION
        world.workspace.planning.retry(resolved.id)
        with reopened(world) as again:
            start(again)
            again.settle()
            assert only(again).status is PostStatus.PUBLISHED


def test_posts_planned_and_sent_after_the_backup_are_gone_but_alarm_once(tmp_path: Path) -> None:
    def publish_another(world: World) -> None:
        world.plan()
        world.settle()

    with restored(tmp_path, lambda _world: None, publish_another) as world:
        start(world)
        world.plan()
        with reopened(world) as again:
            start(again)
            again.settle()
            assert only(again).status is PostStatus.PUBLISHED


def test_tiktoks_refusal_after_the_backup_is_learned_anew(tmp_path: Path) -> None:
    def refused(world: World) -> None:
        world.fault(endpoint="upload.last", fail_reason="video_format_check_failed", times=1)
        world.settle()

    with restored(tmp_path, World.plan, refused) as world:
        start(world)
        world.settle()
        assert only(world).status is PostStatus.NEEDS_ATTENTION
        assert world.calls("video_init") == 1


def test_a_post_edited_and_sent_early_after_the_backup_is_known(tmp_path: Path) -> None:
    def plan(world: World) -> None:
        world.plan(after=timedelta(days=3))

    def send_now(world: World) -> None:
        when = world.clock.now().isoformat()
        world.workspace.planning.edit(only(world).id, PostEdit(when=when))
        world.settle()
        assert only(world).status is PostStatus.PUBLISHED

    with restored(tmp_path, plan, send_now) as world:
        world.run(timedelta(days=5))
        assert only(world).status is PostStatus.PUBLISHED
        assert world.calls("video_init") == 1


def test_ordinary_starts_set_nothing_aside(world: World) -> None:
    world.connect()
    posts = [world.plan() for _ in range(2)]
    world.settle()
    late = world.plan(after=timedelta(minutes=5))
    with reopened(world) as again:
        start(again)
        again.settle()
        statuses = [again.post(post).status for post in (*posts, late)]
        assert statuses[:2] == [PostStatus.PUBLISHED] * 2
        assert statuses[2] is PostStatus.SCHEDULED


def test_a_locked_vault_claims_nothing_before_the_journal_was_read(tmp_path: Path) -> None:
    with restored(tmp_path, World.plan, World.settle) as world:
        root = world.workspace.paths.root
        env = environment(world.sim.base_url, root)
        del env["TIKTOK_MANAGER_PASSPHRASE"]
        with open_workspace(env, world.clock) as locked:
            locked.publishing.resume()
            locked.vault.unlock("correct horse battery")
            sends, asks = claim_due(locked.publishing, uploads=8, checks=8)
            assert (len(sends), len(asks)) == (0, 1)


def test_a_start_compares_only_what_came_since_the_last_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    read: list[int] = []
    original = journal_module.Journal.read

    def counted(journal: journal_module.Journal, *since: object) -> JournalReading:
        reading = original(journal, *since)  # type: ignore[arg-type]
        read.append(len(reading.entries))
        return reading

    monkeypatch.setattr(journal_module.Journal, "read", counted)
    for _ in range(3):
        world.plan()
        world.settle()
        with reopened(world) as again:
            start(again)
        world.clock.advance(timedelta(hours=1))
    assert read == [0, 3, 3, 3]


def test_what_went_out_after_a_backup_made_between_two_starts_is_not_sent_again(
    tmp_path: Path,
) -> None:
    def prepare(world: World) -> None:
        world.plan()
        world.settle()
        with reopened(world) as again:
            start(again)
        world.plan(caption="Planned, not yet sent", after=timedelta(seconds=30))

    def meanwhile(world: World) -> None:
        world.settle()
        with reopened(world) as again:
            start(again)

    with restored(tmp_path, prepare, meanwhile) as world:
        assert sorted(post.status for post in world.posts()) == [
            PostStatus.PUBLISHED,
            PostStatus.SCHEDULED,
        ]
        start(world)
        world.run(timedelta(hours=1))
        assert {post.status for post in world.posts()} == {PostStatus.PUBLISHED}
        assert world.calls("video_init") == 2
        assert len(set(world.arrived())) == len(world.arrived()) == 2


def test_each_step_is_journaled_and_no_address_or_token_is(world: World) -> None:
    account = world.connect()
    post = world.plan()
    world.settle()
    entries = world.workspace.journal.read().entries
    assert [entry.step for entry in entries] == list(JournalStep)
    assert {(e.post_id, e.open_id, e.sha256) for e in entries} == {
        (post.id, account.open_id, post.media.sha256)
    }
    content = world.workspace.paths.journal.read_text()
    for secret in ("upload_token", "http", "act.", "rft."):
        assert secret not in content


def test_no_journal_no_last_byte_and_it_goes_on_when_the_disk_has_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    post = world.plan()
    append = world.workspace.journal.append

    def full(entry: journal_module.JournalEntry) -> None:
        if entry.step is JournalStep.FINAL_INTENT:
            raise StorageError(title="The disk is full.")
        append(entry)

    with monkeypatch.context() as patch:
        patch.setattr(world.workspace.journal, "append", full)
        world.run(timedelta(minutes=5))
        assert world.calls("upload") == 0
        waiting = world.post(post)
        assert waiting.status is not PostStatus.NEEDS_ATTENTION
        assert waiting.error is not None
        assert waiting.error.code == "storage"
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.calls("video_init") == 1


def test_the_journal_is_on_disk_when_the_last_byte_leaves(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    world.plan()
    seen: list[list[JournalStep]] = []
    put = ChunkUploader.put

    def look(*args: object) -> object:
        reading = world.workspace.journal.read()
        seen.append([entry.step for entry in reading.entries])
        return put(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(ChunkUploader, "put", look)
    world.settle()
    assert seen == [[JournalStep.INITED, JournalStep.FINAL_INTENT]]


def test_an_altered_journal_is_reported_and_publishing_goes_on(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.connect()
    world.plan()
    world.settle()
    path = world.workspace.paths.journal
    path.write_bytes(path.read_bytes().replace(b'"final_intent"', b'"inited"', 1))
    with reopened(world) as again:
        start(again)
        assert "partly not trusted" in caplog.text
        post = again.plan()
        again.settle()
        assert again.post(post).status is PostStatus.PUBLISHED


def copied(world: World) -> Path:
    world.workspace.database.checkpoint()
    target = world.folder / "elsewhere"
    shutil.copytree(world.workspace.paths.root, target)
    return target


def test_a_copied_data_folder_does_not_publish(world: World) -> None:
    world.connect()
    world.plan()
    with reopened(world, copied(world)) as copy:
        runner = make_runner(copy.workspace)
        with says(ActionNeeded, "is a copy") as caught:
            runner.start()
        runner.stop()
        assert "doctor --adopt" in english(caught.value).command_hint
        assert str(world.workspace.paths.root) in english(caught.value).message
    assert world.calls("video_init") == 0


def moved_back(copy: Path, root: Path) -> None:
    shutil.rmtree(root)
    copy.rename(root)


def copied_back(copy: Path, root: Path) -> None:
    shutil.rmtree(root)
    shutil.copytree(copy, root)


def emptied_and_filled(copy: Path, root: Path) -> None:
    for path in root.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(copy, root, dirs_exist_ok=True)


def written_over(copy: Path, root: Path) -> None:
    shutil.copytree(copy, root, dirs_exist_ok=True)


def synchronised(copy: Path, root: Path) -> None:
    """Exchange only what differs in size or time, as rsync does."""
    for path in copy.iterdir():
        old, new = root / path.name, root / f".{path.name}.new"
        if path.is_file() and (
            not old.exists()
            or (path.stat().st_size, path.stat().st_mtime_ns)
            != (old.stat().st_size, old.stat().st_mtime_ns)
        ):
            shutil.copy2(path, new)
            new.replace(old)


def copied_before_it_ran(world: World) -> Path:
    copy = copied(world)
    start(world)
    return copy


def copied_while_it_ran(world: World) -> Path:
    start(world)
    return copied(world)


def with_a_journal(world: World) -> Post:
    """Publish one video, so that a copy brings its own journal; return the next post."""
    world.connect()
    world.plan()
    world.settle()
    return world.plan()


@contextmanager
def started_in_doubt(world: World, post: Post) -> Iterator[World]:
    """Start on the folder that came back: the second post is not sent again, and waits."""
    with reopened(world) as again:
        start(again)
        again.run(timedelta(hours=1))
        assert again.post(post).status is PostStatus.UNCONFIRMED
        assert world.calls("video_init") == 2
        yield again


PUT_BACK = [moved_back, copied_back, emptied_and_filled, written_over, synchronised]


@pytest.mark.parametrize("put_back", PUT_BACK)
@pytest.mark.parametrize("make_copy", [copied_before_it_ran, copied_while_it_ran])
def test_a_folder_put_back_with_its_journal_posts_nothing_again(
    world: World, make_copy: Callable[[World], Path], put_back: Callable[[Path, Path], None]
) -> None:
    post = with_a_journal(world)
    copy, root = make_copy(world), world.workspace.paths.root
    world.clock.advance(timedelta(minutes=1))
    world.settle()
    world.workspace.publishing.retire()
    world.workspace.database.checkpoint()
    world.workspace.database.close()
    put_back(copy, root)
    with started_in_doubt(world, post) as again:
        coming = again.plan()
        again.settle()
        assert again.post(coming).status is PostStatus.PUBLISHED
    with reopened(world) as again:
        later = again.plan()
        start(again)
        again.settle()
        assert again.post(later).status is PostStatus.PUBLISHED


@pytest.mark.parametrize("put_back", PUT_BACK)
def test_a_crash_before_the_folder_came_back_changes_nothing(
    world: World, put_back: Callable[[Path, Path], None]
) -> None:
    post = with_a_journal(world)
    copy, root = copied_before_it_ran(world), world.workspace.paths.root
    world.settle()
    world.workspace.database.close()
    put_back(copy, root)
    with started_in_doubt(world, post):
        pass


@pytest.mark.parametrize("put_back", PUT_BACK)
def test_a_copy_made_while_it_ran_is_noticed_after_a_crash(
    world: World, put_back: Callable[[Path, Path], None]
) -> None:
    post = with_a_journal(world)
    copy, root = copied_while_it_ran(world), world.workspace.paths.root
    world.settle()
    world.workspace.database.close()
    put_back(copy, root)
    with started_in_doubt(world, post):
        pass


@pytest.mark.parametrize("put_back", PUT_BACK)
def test_a_copy_made_between_any_two_posts_is_noticed_after_a_crash(
    world: World, few_marks: int, put_back: Callable[[Path, Path], None]
) -> None:
    start(world)
    post = with_a_journal(world)
    for _ in range(few_marks):  # more marks than a database keeps
        world.settle()
        post = world.plan()
    sent = world.calls("video_init")
    copy, root = copied(world), world.workspace.paths.root
    world.settle()
    world.workspace.database.close()
    put_back(copy, root)
    with reopened(world) as again:
        start(again)
        again.run(timedelta(hours=1))
        assert again.post(post).status is PostStatus.UNCONFIRMED
        assert world.calls("video_init") == sent + 1


@pytest.mark.parametrize("put_back", PUT_BACK)
def test_a_copy_made_as_the_last_byte_was_to_leave_sends_nothing_again(
    world: World, monkeypatch: pytest.MonkeyPatch, put_back: Callable[[Path, Path], None]
) -> None:
    """The mark is known already and not yet moved; so is, with it, that the byte may leave."""
    start(world)
    post = with_a_journal(world)
    copies: list[Path] = []
    change = FolderMark.change

    def copy_first(mark: FolderMark, following: str) -> None:
        if not copies:
            copies.append(copied(world))
        change(mark, following)

    with monkeypatch.context() as patch:
        patch.setattr(FolderMark, "change", copy_first)
        world.settle()
    world.workspace.database.close()
    put_back(copies[0], world.workspace.paths.root)
    with reopened(world) as again:
        start(again)
        again.run(timedelta(hours=1))
        assert again.post(post).status is PostStatus.PUBLISHED
        assert world.calls("video_init") == 2
        assert len(set(world.arrived())) == len(world.arrived()) == 2


def test_the_mark_has_moved_when_the_last_byte_leaves(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(world)
    world.connect()
    mark = FolderMark(world.workspace.paths.root)
    seen = [mark.here()]
    put = ChunkUploader.put

    def look(*args: object) -> object:
        seen.append(mark.here())
        return put(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(ChunkUploader, "put", look)
    for _ in range(3):
        world.plan()
        world.settle()
    assert len(set(seen)) == len(seen) == 4


def test_a_mark_that_cannot_move_keeps_the_last_byte_here(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(world)
    world.connect()
    post = world.plan()
    with monkeypatch.context() as patch:
        patch.setattr(FolderMark, "change", lambda *_args: None)
        world.run(timedelta(minutes=5))
        assert world.calls("upload") == 0
        waiting = world.post(post)
        assert waiting.error is not None
        assert waiting.error.code == "folder_not_marked"
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.calls("video_init") == 1


def test_marks_moved_by_each_post_are_no_restored_backup(world: World, few_marks: int) -> None:
    start(world)
    post = with_a_journal(world)
    for _ in range(few_marks):
        world.settle()
        post = world.plan()
    world.workspace.database.close()
    with reopened(world) as again:
        start(again)
        again.settle()
        assert again.post(post).status is PostStatus.PUBLISHED


@pytest.mark.parametrize("step", ["make_next", "change"])
def test_a_post_cut_short_at_the_mark_is_no_restored_backup(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    start(world)
    world.connect()
    world.plan()

    def die(*_args: object) -> NoReturn:
        raise Ended

    with monkeypatch.context() as patch:
        patch.setattr(FolderMark, step, die)
        with pytest.raises(Ended):
            world.settle()
    assert world.calls("upload") == 0
    world.workspace.database.close()
    with reopened(world) as again:
        later = again.plan(file=world.file())
        start(again)
        again.run(timedelta(hours=1))
        assert again.post(later).status is PostStatus.PUBLISHED
        assert not any(post.error and post.error.code == "restored" for post in again.posts())


class Ended(Exception):
    """The process ends here."""


@pytest.mark.parametrize("step", ["make_next", "change"])
def test_a_start_cut_short_at_its_mark_is_no_restored_backup(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    world.connect()
    start(world)
    world.plan()

    def die(*_args: object) -> NoReturn:
        raise Ended

    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(FolderMark, step, die)
            with pytest.raises(Ended):
                start(world)
    start(world)
    world.settle()
    assert only(world).status is PostStatus.PUBLISHED


def test_a_folder_that_came_back_while_it_ran_is_not_taken_for_the_old_one(world: World) -> None:
    post = with_a_journal(world)
    copy, root = copied_before_it_ran(world), world.workspace.paths.root
    world.settle()
    moved_back(copy, root)
    world.workspace.publishing.retire()
    world.workspace.database.close()
    with started_in_doubt(world, post):
        pass


def test_a_refused_start_leaves_the_lock_to_others(world: World) -> None:
    with reopened(world, copied(world)) as copy:
        runner = make_runner(copy.workspace)
        for _ in range(2):
            with pytest.raises(ActionNeeded):
                runner.start()
        assert lock_is_free(copy.workspace)
        runner.stop()


def lock_is_free(workspace: Workspace) -> bool:
    lock = PublisherLock(workspace.paths.publisher_lock)
    taken = lock.acquire()
    lock.release()
    return taken


def test_an_adopted_copy_publishes_what_the_other_cannot_have_sent(world: World) -> None:
    world.connect()
    due = world.plan(after=timedelta(minutes=10))
    coming = world.plan(after=timedelta(hours=30))
    folder = copied(world)
    world.run(timedelta(hours=1))
    assert world.post(due).status is PostStatus.PUBLISHED
    with reopened(world, folder) as copy:
        assert copy.workspace.installation.adopt()
        assert not copy.workspace.installation.adopt()
        start(copy)
        copy.run(timedelta(hours=1))
        assert copy.post(due).status is PostStatus.UNCONFIRMED
        assert copy.post(coming).status is PostStatus.SCHEDULED
        assert world.calls("video_init") == 1


def test_what_the_other_copy_could_send_until_the_adoption_is_in_doubt_too(tmp_path: Path) -> None:
    def plan(world: World) -> None:
        world.plan(after=timedelta(hours=2))

    with (
        restored(tmp_path, plan, lambda _world: None) as world,
        reopened(world, copied(world)) as copy,
    ):
        copy.clock.advance_hours(3)
        copy.workspace.installation.adopt()
        start(copy)
        assert only(copy).status is PostStatus.UNCONFIRMED


def test_another_machine_is_noticed_at_the_same_place(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for machine in ("one", "two"):
        monkeypatch.setattr(app, "machine_id", lambda machine=machine: machine)
        root = world.folder / "shared"
        with open_workspace(environment(world.sim.base_url, root), world.clock) as workspace:
            if machine == "one":
                workspace.publishing.resume()
            else:
                with says(ActionNeeded, "on another machine"):
                    workspace.publishing.resume()
                workspace.installation.adopt()
                workspace.publishing.resume()


def test_a_machine_without_an_id_still_publishes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "machine_id", lambda: "")
    with reopened(world) as again:
        start(again)


def test_a_window_left_open_over_a_restore_does_not_publish(world: World) -> None:
    backup = world.workspace.backups.create()
    replaced = world.folder / "replacement.db"
    shutil.copyfile(backup.path, replaced)
    replaced.replace(world.workspace.paths.database)
    with says(StorageError, "restored while this was open"):
        start(world)
