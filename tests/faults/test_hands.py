"""The user's hands in the middle of things, a window that hangs, tokens that were exchanged."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.fakes.world import Browser, World, environment, make_world
from tiktok_manager.app import make_runner, open_workspace
from tiktok_manager.domain.accounts import ALL_SCOPES, AccountStatus
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.errors import InputError, OutcomeUnknown
from tiktok_manager.domain.events import PostStatusChanged
from tiktok_manager.domain.posts import Choices, PostStatus, Privacy
from tiktok_manager.services.planning import PlanRequest, PostEdit
from tiktok_manager.simulator import Simulator, SimulatorConfig
from tiktok_manager.ui.bridge import QtEventBridge


def test_a_post_on_its_way_cannot_be_edited(world: World) -> None:
    post = world.plan(caption="As planned")
    (claim,), _ = world.claim(uploads=1, checks=0)
    with pytest.raises(InputError):
        world.workspace.planning.edit(post.id, PostEdit(caption="Too late"))
    world.workspace.publishing.send(claim, CancelToken())
    with pytest.raises(InputError):
        world.workspace.planning.edit(post.id, PostEdit(caption="Too late"))
    world.settle()
    (publish,) = world.sim.world.publishes.values()
    assert publish.settings is not None
    assert publish.settings.caption == "As planned"


@pytest.mark.usefixtures("small_chunks")
def test_cancelling_works_at_every_moment_before_the_last_part_and_says_so_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tiktok_manager.tiktok.upload import ChunkUploader

    with make_world(tmp_path) as world:
        world.connect()
        original = ChunkUploader.put
        for stop_at in range(1, 6):
            post = world.plan(size_bytes=80_000)
            sent = 0
            refused: list[Exception] = []

            def put(*args: object, **kwargs: object) -> object:
                nonlocal sent
                sent += 1
                if sent == stop_at:  # noqa: B023 - called within this round only
                    try:
                        world.workspace.planning.cancel(post.id)  # noqa: B023
                    except OutcomeUnknown as exc:
                        refused.append(exc)  # noqa: B023
                return original(*args, **kwargs)  # type: ignore[arg-type]

            with monkeypatch.context() as patch:
                patch.setattr(ChunkUploader, "put", put)
                world.run(timedelta(minutes=30))
            arrived = post.media.sha256 in world.arrived()
            assert arrived is (stop_at == 5), stop_at
            assert arrived is bool(refused), stop_at
            expected = PostStatus.PUBLISHED if arrived else PostStatus.CANCELLED
            assert world.post(post).status is expected, stop_at


def test_a_paused_account_finishes_what_is_on_its_way_and_starts_nothing(world: World) -> None:
    first, second = world.plan(), world.plan(after=timedelta(seconds=1))
    (claim,), _ = world.claim(uploads=1, checks=0)
    world.workspace.accounts.set_paused(claim.post.account_id, paused=True)
    world.workspace.publishing.send(claim, CancelToken())
    world.run(timedelta(hours=1))
    assert world.post(first).status is PostStatus.PUBLISHED
    assert world.post(second).status is PostStatus.SCHEDULED
    world.workspace.accounts.set_paused(claim.post.account_id, paused=False)
    world.run(timedelta(hours=1))
    assert world.post(second).status is PostStatus.PUBLISHED


@pytest.mark.parametrize(
    ("field", "after"),
    [("access_sealed", timedelta(minutes=1)), ("refresh_sealed", timedelta(hours=3))],
)
def test_tokens_exchanged_between_accounts_are_never_used(
    tmp_path: Path, field: str, after: timedelta
) -> None:
    with make_world(tmp_path) as world:
        mine, other = world.connect("sim01"), world.connect("sim02")
        post = world.plan("sim01", after=after)
        with world.workspace.database.write() as session:
            rows = session.execute(text(f"SELECT account_id, {field} FROM tokens")).all()
            sealed = {row[0]: row[1] for row in rows}
            for account, value in ((mine.id, sealed[other.id]), (other.id, sealed[mine.id])):
                session.execute(
                    text(f"UPDATE tokens SET {field} = :value WHERE account_id = :id"),
                    {"value": value, "id": account},
                )
        asked = len(world.sim.world.records.ledger)
        world.run(timedelta(hours=4))
        assert world.post(post).status is PostStatus.NEEDS_ATTENTION
        assert world.workspace.accounts.get(mine.id).status is AccountStatus.NEEDS_RECONNECT
        assert len(world.sim.world.records.ledger) == asked
        world.connect("sim01")
        world.run(timedelta(hours=1))
        assert world.arrived() == [post.media.sha256]


# --- the window --------------------------------------------------------------------------------


@pytest.mark.usefixtures("qapp")
def test_a_window_that_hangs_does_not_hold_up_the_publisher(tmp_path: Path) -> None:
    config = SimulatorConfig(auto_approve=True, media_dir=tmp_path / "tiktok", processing_s=0.1)
    with (
        Simulator(config) as sim,
        open_workspace(environment(sim.base_url, tmp_path / "data"), SystemClock()) as workspace,
    ):
        with Browser("sim01") as browser:
            workspace.accounts.connect(
                open_url=browser.open, cancel=CancelToken(), scopes=ALL_SCOPES
            )
        published = threading.Event()
        workspace.events.subscribe(
            PostStatusChanged,
            lambda event: published.set() if event.status is PostStatus.PUBLISHED else None,
        )
        bridge = QtEventBridge(workspace.events)
        runner = make_runner(workspace)
        runner.start()
        try:
            file = tmp_path / "clip.mp4"
            file.write_bytes(b"x" * 50_000)
            workspace.planning.plan(
                PlanRequest(
                    file=file,
                    accounts=("sim01",),
                    when="now",
                    choices=Choices(privacy=Privacy.PUBLIC),
                    consent=True,
                )
            )
            assert published.wait(30), "this is the GUI thread, and it hears nothing meanwhile"
        finally:
            runner.stop()
            bridge.close()
