"""What `plan tonight` and Home say of the next 24 hours, without asking TikTok."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.benchmarks.workspaces import add_posts, filled, invent_posts
from tests.fakes.world import World
from tests.services.test_campaigns import a_spec
from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.campaigns import Campaign, Stage
from tiktok_manager.domain.plans import PlanRequest
from tiktok_manager.domain.posts import (
    PLANNED_ALONE,
    Choices,
    Lateness,
    LatePolicy,
    PostMode,
    Privacy,
)
from tiktok_manager.domain.tonight import Verdict, of_all
from tiktok_manager.services.tonight import Tonight
from tiktok_manager.storage.campaigns import add_campaign
from tiktok_manager.storage.schema import AccountRow, TokenRow
from tiktok_manager.system.file_looks import FileLook, FileLooks, look_at
from tiktok_manager.system.locks import PublisherLock
from tiktok_manager.wording import english

HOUR = timedelta(hours=1)
ASKED = Choices(privacy=Privacy.PUBLIC)


@pytest.fixture
def account(world: World) -> Account:
    """Return an account of which TikTok said what it may post."""
    found = world.connect()
    world.workspace.accounts.creator_info(found.id)
    return found


@pytest.fixture
def publishing(world: World) -> Iterator[None]:
    """Hold the lock as a publisher does."""
    lock = PublisherLock(world.workspace.paths.publisher_lock)
    assert lock.acquire()
    yield
    lock.release()


def tonight(world: World, **parts: Any) -> Tonight:
    workspace = world.workspace
    return Tonight(
        workspace.database,
        workspace.planning,
        workspace.blockers,
        workspace.settings,
        world.clock,
        **{"battery": lambda: None, **parts},
    )


def found(world: World, **parts: Any) -> dict[str, list[str]]:
    """Return the codes of each post by its verdict; each must have words and a remedy."""
    told: dict[str, list[str]] = {}
    for run in tonight(world, **parts).look():
        told.setdefault(run.verdict.value, []).extend(each.code for each in run.findings)
        for finding in run.findings:
            said = english(finding)
            assert finding.code not in said.title, "it has no words"
            assert said.command_hint, f"{finding.code} has no remedy"
    return told


@pytest.mark.usefixtures("account", "publishing")
def test_a_post_that_nothing_speaks_against_is_ok_and_those_later_are_left_out(
    world: World,
) -> None:
    post = world.plan(after=HOUR)
    world.plan(after=timedelta(hours=25))
    (run,) = tonight(world).look()
    assert (run.post.id, run.verdict, run.findings) == (post.id, Verdict.OK, ())
    assert run.at == post.schedule.due_at


def test_nobody_publishes_while_the_app_is_closed(world: World, account: Account) -> None:
    world.plan(after=HOUR)
    assert found(world) == {"warning": ["no_publisher"]}


@pytest.mark.usefixtures("account", "publishing")
def test_what_became_of_the_file_is_told_without_reading_it(world: World) -> None:
    post = world.plan(after=HOUR)
    file = post.media.path
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    assert found(world) == {"problem": ["file_changed"]}
    file.write_bytes(whole + b"x")
    assert found(world) == {"problem": ["file_changed"]}
    file.unlink()
    assert found(world) == {"problem": ["file_changed"]}
    file.write_bytes(whole)
    os.utime(file, ns=(1, 1))
    assert found(world) == {"warning": ["file_saved_again"]}
    os.utime(file, ns=(post.media.mtime_ns, post.media.mtime_ns))
    assert found(world) == {"ok": []}, "a drive mounted anew gives other identities"


@pytest.mark.usefixtures("account", "publishing")
def test_a_drive_that_is_gone_and_one_that_does_not_answer_are_told_apart(world: World) -> None:
    folder = world.folder / "drive"
    folder.mkdir()
    world.plan(file=world.file(name="drive/one.mp4"), after=HOUR)
    assert found(world, files=FileLooks(lambda path: look_at(Path("/no/such") / path.name))) == {
        "problem": ["file_folder_missing"]
    }
    assert found(world, files=SilentDrive()) == {"warning": ["file_silent"]}
    unreadable = FileLooks(lambda path: replace(look_at(path), reason="Permission denied"))
    assert found(world, files=unreadable) == {"problem": ["file_not_readable"]}


class SilentDrive(FileLooks):
    """Never hears of a file."""

    def of(self, _paths: Any) -> dict[Path, FileLook]:
        return {}


@pytest.mark.usefixtures("publishing")
def test_what_keeps_an_account_from_posting_is_a_problem(world: World, account: Account) -> None:
    world.plan(after=HOUR)
    world.workspace.accounts.set_paused(account.id, paused=True)
    assert found(world) == {"problem": ["account_is_paused"]}
    world.workspace.accounts.set_paused(account.id, paused=False)
    with world.workspace.database.write() as session:
        session.get_one(AccountRow, account.id).status = "needs_reconnect"
    assert found(world) == {"problem": ["account_needs_reconnect"]}


@pytest.mark.usefixtures("publishing")
def test_a_sign_in_that_ends_before_the_post_is_a_problem(world: World, account: Account) -> None:
    world.plan(after=timedelta(hours=2))
    with world.workspace.database.write() as session:
        session.get_one(TokenRow, account.id).refresh_expires_at = world.clock.now() + HOUR
    assert found(world) == {"problem": ["sign_in_ends_before"]}


@pytest.mark.usefixtures("account", "publishing")
def test_a_post_of_a_paused_campaign_does_not_go_out(world: World) -> None:
    campaign = Campaign(
        id="c",
        spec=a_spec(world),
        stage=Stage.PAUSED,
        consent=None,
        version=1,
        created_at=world.clock.now(),
    )
    with world.workspace.database.write() as session:
        add_campaign(session, campaign, world.clock.now())
    request = PlanRequest(
        file=world.file(),
        accounts=("sim01",),
        when=(world.clock.now() + HOUR).isoformat(),
        choices=ASKED,
        consent=True,
        origin=replace(PLANNED_ALONE, campaign_id=campaign.id),
    )
    world.workspace.planning.plan(request)
    assert found(world) == {"problem": ["campaign_paused"]}


@pytest.mark.usefixtures("account", "publishing")
def test_publishing_that_is_off_stops_every_post_and_is_told_once(world: World) -> None:
    world.plan(after=HOUR)
    world.plan(after=2 * HOUR)
    world.workspace.settings.hold_publishing(hold=True)
    runs = tonight(world).look()
    assert {run.verdict for run in runs} == {Verdict.PROBLEM}
    assert [each.code for each in of_all(runs)] == ["publishing_off"]
    assert of_all(runs[:1]) == ()


@pytest.mark.usefixtures("account", "publishing")
def test_a_day_over_the_cap_and_a_clash_are_told_of_the_later_post(world: World) -> None:
    world.workspace.settings.set("direct-posts-per-day", "1")
    world.plan(after=HOUR)
    world.plan(after=HOUR)
    assert found(world) == {"ok": [], "warning": ["day_is_full", "clash"]}


@pytest.mark.usefixtures("publishing")
def test_what_tiktok_said_last_of_the_account_is_held_against_the_post(
    world: World, account: Account
) -> None:
    world.plan(after=HOUR)
    world.plan(after=2 * HOUR, mode=PostMode.INBOX)
    with world.workspace.database.write() as session:
        session.get_one(AccountRow, account.id).privacy_options = "SELF_ONLY"
    assert found(world) == {"problem": ["privacy_level_option_mismatch"], "ok": []}
    with world.workspace.database.write() as session:
        session.get_one(AccountRow, account.id).privacy_options = None
    assert found(world) == {"ok": ["creator_not_asked"]}, "unknown is said, and stops nothing"


@pytest.mark.usefixtures("account", "publishing")
def test_a_machine_on_battery_may_sleep_then(world: World) -> None:
    world.plan(after=HOUR)
    assert found(world, battery=lambda: 43) == {"warning": ["on_battery"]}


@pytest.mark.usefixtures("account", "publishing")
def test_a_draft_due_tonight_and_a_post_that_is_late_are_not_passed_over(world: World) -> None:
    request = PlanRequest(
        file=world.file(),
        accounts=("sim01",),
        when=(world.clock.now() + 8 * HOUR).isoformat(),
        choices=ASKED,
        or_draft=True,
    )
    world.workspace.planning.plan(request)
    assert found(world) == {"warning": ["draft_not_agreed"]}
    world.plan(after=HOUR)
    world.clock.advance(2 * HOUR)
    assert found(world) == {"warning": ["late_by_now", "draft_not_agreed"]}
    world.clock.advance(2 * HOUR)
    assert found(world)["problem"] == ["too_late_by_now"]


@pytest.mark.usefixtures("account", "publishing")
def test_a_post_whose_owner_wants_to_be_asked_is_lost_once_late(world: World) -> None:
    world.plan(after=HOUR, lateness=Lateness(policy=LatePolicy.ASK))
    world.clock.advance(HOUR + timedelta(minutes=20))
    assert found(world) == {"problem": ["too_late_by_now"]}


def test_300_accounts_and_500_posts_cost_as_few_statements_as_one(tmp_path: Path) -> None:
    with filled(tmp_path / "data", accounts=300) as workspace:
        accounts = workspace.accounts.list()
        soon = workspace.clock.now() + HOUR
        posts = invent_posts(accounts, 501, soon, timedelta(seconds=90))
        add_posts(workspace, posts[:1])
        few = cost(workspace.database, workspace.tonight.look)
        add_posts(workspace, posts[1:])
        assert cost(workspace.database, workspace.tonight.look) == few <= 40


def cost(database: Any, work: Any) -> int:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    with listening(database._engine, note):
        work()
    return len(asked)


@contextmanager
def listening(engine: Any, note: Any) -> Iterator[None]:
    event.listen(engine, "before_cursor_execute", note)
    yield
    event.remove(engine, "before_cursor_execute", note)
