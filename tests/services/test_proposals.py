"""A plan is looked at first and written whole, or not at all; nothing changed meanwhile is lost."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.world import World
from tiktok_manager.domain.errors import ChangedMeanwhile, InputError, OutcomeUnknown
from tiktok_manager.domain.events import PostsChanged
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.plans import Proposal
from tiktok_manager.domain.posts import Choices, Post, PostStatus, Privacy
from tiktok_manager.domain.quota import WINDOW
from tiktok_manager.services.planning import Planning, PlanRequest, PostEdit

HOUR = timedelta(hours=1)
LATER = timedelta(days=2)


def request(
    world: World, file: Path, *accounts: str, after: timedelta = HOUR, consent: bool = True
) -> PlanRequest:
    return PlanRequest(
        file=file,
        accounts=accounts or ("sim01",),
        when=(world.clock.now() + after).isoformat(),
        choices=Choices(privacy=Privacy.PUBLIC),
        consent=consent,
    )


def codes(findings: Sequence[Finding]) -> list[str]:
    return [finding.code for finding in findings if finding.code != "not_a_video"]


def by_row(proposal: Proposal) -> list[list[str]]:
    return [codes(row.findings) for row in proposal.rows]


# -- looking ----------------------------------------------------------------------------------


def test_a_proposal_writes_nothing_and_its_commit_writes_it_all(world: World) -> None:
    world.connect("sim01")
    world.connect("sim02")
    planning = world.workspace.planning
    told: list[PostsChanged] = []
    world.workspace.events.subscribe(PostsChanged, told.append)
    proposal = planning.propose([request(world, world.file(), "sim01", "sim02")])
    assert (world.posts(), told) == ([], [])
    result = planning.commit(proposal)
    assert [row.post for row in proposal.rows] == list(result.posts)
    assert {post.id for post in world.posts()} == {post.id for post in result.posts}
    assert len(told) == 1


def test_a_row_sees_the_rows_before_it(world: World) -> None:
    world.connect()
    world.workspace.settings.set("direct-posts-per-day", "2")
    requests = [request(world, world.file(), after=HOUR * number) for number in (1, 2, 3, 4)]
    proposal = world.workspace.planning.propose(requests)
    assert by_row(proposal) == [[], [], ["day_is_full"], ["day_is_full"]]
    assert [row.quota.used for row in proposal.rows] == [1, 2, 3, 4]
    first = world.clock.now() + HOUR
    assert proposal.rows[2].free.due_at == first + WINDOW
    assert proposal.rows[2].post.schedule.due_at == first + 2 * HOUR


def test_spread_rows_share_out_the_free_times(world: World) -> None:
    world.connect()
    world.workspace.settings.set("direct-posts-per-day", "2")
    requests = [request(world, world.file()) for _ in range(5)]
    planning = world.workspace.planning
    posts = planning.commit(planning.propose(requests, spread=True)).posts
    first = world.clock.now() + HOUR
    days = [(post.schedule.due_at - first) / WINDOW for post in posts]
    assert days == [0, 0, 1, 1, 2]


def test_a_file_in_many_requests_is_read_once_and_is_a_twin_of_itself(world: World) -> None:
    world.connect("sim01")
    world.connect("sim02")
    file, read = world.file(3_000_000), []
    proposal = world.workspace.planning.propose(
        [
            request(world, file, account, after=HOUR * hours)
            for hours, account in ((1, "sim01"), (1, "sim02"), (2, "sim01"))
        ],
        progress=lambda done, size: read.append((done, size)),
    )
    assert read[-1] == (3_000_000, 3_000_000)
    assert [done for done, _size in read] == sorted(done for done, _size in read)
    assert by_row(proposal) == [[], [], ["same_video_twice"]]


def test_progress_runs_over_all_files(world: World) -> None:
    world.connect()
    read: list[tuple[int, int]] = []
    requests = [request(world, world.file(size)) for size in (1_000_000, 2_000_000)]
    world.workspace.planning.propose(requests, progress=lambda *each: read.append(each))
    assert read[-1] == (3_000_000, 3_000_000)
    assert [done for done, _size in read] == sorted(done for done, _size in read)


def test_what_is_wrong_with_a_request_stands_beside_the_good_ones(
    world: World, tmp_path: Path
) -> None:
    world.connect()
    proposal = world.workspace.planning.propose(
        [
            request(world, world.file(), "nobody"),
            request(world, world.file()),
            request(world, tmp_path / "gone.mp4"),
            request(world, world.file(), consent=False),
            request(world, world.file(), after=-HOUR),
        ]
    )
    assert [row.wish.request for row in proposal.rows] == [1]
    assert sorted(proposal.refused) == [0, 2, 3, 4]
    with pytest.raises(InputError):
        world.workspace.planning.commit(proposal)
    assert world.posts() == []


# -- what changed meanwhile -------------------------------------------------------------------


def test_a_plan_for_an_account_disconnected_since_is_not_written(world: World) -> None:
    account = world.connect()
    planning = world.workspace.planning
    proposal = planning.propose([request(world, world.file())])
    world.workspace.accounts.disconnect(account.id)
    with pytest.raises(ChangedMeanwhile) as met:
        planning.commit(proposal)
    assert codes(met.value.findings) == ["account_not_connected"]
    assert world.posts() == []


def test_a_plan_for_a_day_that_filled_up_since_is_not_written(world: World) -> None:
    world.connect()
    world.workspace.settings.set("direct-posts-per-day", "1")
    planning = world.workspace.planning
    proposal = planning.propose([request(world, world.file())])
    world.plan(after=2 * HOUR)
    with pytest.raises(ChangedMeanwhile) as met:
        planning.commit(proposal)
    assert codes(met.value.findings) == ["day_is_full"]
    assert len(world.posts()) == 1


def test_a_plan_for_a_video_planned_meanwhile_is_not_written(world: World) -> None:
    world.connect()
    planning, file = world.workspace.planning, world.file()
    proposals = [planning.propose([request(world, file)]) for _ in range(2)]
    planning.commit(proposals[0])
    with pytest.raises(ChangedMeanwhile):
        planning.commit(proposals[1])
    assert len(world.posts()) == 1


def test_a_free_time_taken_meanwhile_is_not_given_twice(world: World) -> None:
    world.connect()
    world.workspace.settings.set("direct-posts-per-day", "1")
    planning = world.workspace.planning
    world.plan(after=HOUR)
    proposals = [planning.propose([request(world, world.file())], spread=True) for _ in range(2)]
    planning.commit(proposals[0])
    with pytest.raises(ChangedMeanwhile):
        planning.commit(proposals[1])


def test_what_was_told_before_is_no_news(world: World) -> None:
    world.connect()
    world.workspace.settings.set("direct-posts-per-day", "1")
    planning = world.workspace.planning
    world.plan(after=2 * HOUR)
    proposal = planning.propose([request(world, world.file())])
    assert codes(proposal.findings) == ["day_is_full"]
    world.plan(after=2 * HOUR)
    assert len(planning.commit(proposal).posts) == 1


def test_a_time_that_passed_between_look_and_commit_is_refused(world: World) -> None:
    world.connect()
    planning = world.workspace.planning
    proposal = planning.propose([request(world, world.file())])
    world.clock.advance(2 * HOUR)
    with pytest.raises(InputError):
        planning.commit(proposal)
    assert world.posts() == []


def while_read(change: Callable[[], object]) -> Callable[[int, int], None]:
    """Return a listener for the reading of a file that makes a change in the midst of it."""
    left = [change]

    def progress(_read_bytes: int, _size_bytes: int) -> None:
        if left:
            left.pop()()

    return progress


def test_a_caption_changed_while_an_edit_reads_a_file_is_kept_and_told(world: World) -> None:
    world.connect()
    planning, post = world.workspace.planning, world.plan(after=LATER)
    theirs = PostEdit(caption="Theirs")
    with pytest.raises(ChangedMeanwhile) as met:
        planning.edit(
            post.id,
            PostEdit(file=world.file(name="other.mp4")),
            progress=while_read(lambda: planning.edit(post.id, theirs)),
        )
    (change,) = met.value.changes
    assert (change.field, change.yours, change.theirs) == ("caption", "A caption", "Theirs")
    assert (met.value.exit_code, met.value.code) == (2, "changed_meanwhile")
    after = world.post(post)
    assert (after.caption, after.media) == ("Theirs", post.media)


def test_two_edits_of_one_field_tell_both_values(world: World) -> None:
    world.connect()
    planning, post = world.workspace.planning, world.plan(after=LATER)
    mine = planning.propose_edit(post.id, PostEdit(caption="Mine"))
    planning.edit(post.id, PostEdit(caption="Theirs"))
    with pytest.raises(ChangedMeanwhile) as met:
        planning.commit(mine)
    (change,) = met.value.changes
    assert (change.field, change.yours, change.theirs) == ("caption", "Mine", "Theirs")
    assert world.post(post).caption == "Theirs"


def test_a_post_cancelled_while_an_edit_reads_a_file_stays_cancelled(world: World) -> None:
    world.connect()
    planning, post = world.workspace.planning, world.plan(after=LATER)
    with pytest.raises(ChangedMeanwhile) as met:
        planning.edit(
            post.id,
            PostEdit(file=world.file(name="other.mp4")),
            progress=while_read(lambda: planning.cancel(post.id)),
        )
    (change,) = met.value.changes
    assert (change.field, change.theirs) == ("status", "cancelled")
    assert world.post(post).status is PostStatus.CANCELLED


def stale(world: World, stop: bool) -> tuple[Post, Post]:
    """Return a post as somebody saw it, and as another hand left it."""
    seen = world.failed_post() if stop else None
    if seen is None:
        world.connect()
        seen = world.plan(after=LATER)
    soon = (world.clock.now() + LATER).isoformat()
    now = world.workspace.planning.edit(seen.id, PostEdit(caption="Theirs", when=soon))
    return seen, now


@pytest.mark.parametrize(
    "change",
    [
        lambda planning, seen: planning.edit(seen.id, PostEdit(caption="Mine"), seen=seen),
        lambda planning, seen: planning.cancel(seen.id, seen=seen),
        lambda planning, seen: planning.retry(seen.id, seen=seen),
        lambda planning, seen: planning.restore(seen.id, seen=seen),
        lambda planning, seen: planning.resolve(seen.id, posted=True, seen=seen),
    ],
    ids=["edit", "cancel", "retry", "restore", "resolve"],
)
@pytest.mark.parametrize("stop", [False, True])
def test_a_change_of_an_older_version_changes_nothing(
    world: World, change: Callable[[Planning, Post], Post], stop: bool
) -> None:
    seen, now = stale(world, stop)
    assert seen.version != now.version
    with pytest.raises(ChangedMeanwhile) as met:
        change(world.workspace.planning, seen)
    assert "caption" in {each.field for each in met.value.changes}
    assert world.post(seen) == now


def test_an_edit_of_an_older_version_tells_what_was_wanted_and_what_stands(world: World) -> None:
    seen, _now = stale(world, stop=False)
    with pytest.raises(ChangedMeanwhile) as met:
        world.workspace.planning.propose_edit(seen.id, PostEdit(caption="Mine"), seen=seen)
    captions = {each.field: (each.yours, each.theirs) for each in met.value.changes}
    assert captions["caption"] == ("Mine", "Theirs")


def held_by_its_cap(world: World) -> Post:
    """Return a post that a publisher claims when it is due and gives back at once, to wait."""
    world.connect()
    world.workspace.settings.set("direct-posts-per-day", "1")
    world.plan()
    world.settle()
    return world.plan(after=HOUR)


def test_a_claim_that_was_given_back_makes_no_edit_stale(world: World) -> None:
    seen = held_by_its_cap(world)
    planning = world.workspace.planning
    edit = planning.propose_edit(seen.id, PostEdit(caption="Mine"), seen=seen)
    world.clock.advance(HOUR)
    world.work_off()
    waits = world.post(seen)
    assert (waits.status, waits.epoch > seen.epoch) == (PostStatus.SCHEDULED, True)
    assert waits.version == seen.version
    assert planning.commit(edit).posts[0].caption == "Mine"


def test_an_edit_of_a_post_that_is_on_its_way_by_now_is_too_late(world: World) -> None:
    world.connect()
    planning, post = world.workspace.planning, world.plan()
    edit = planning.propose_edit(post.id, PostEdit(caption="Mine"), seen=post)
    world.claim(uploads=1, checks=0)
    assert world.post(post).status is PostStatus.PUBLISHING
    with pytest.raises(OutcomeUnknown):
        planning.commit(edit)
    assert world.post(post).caption == post.caption


def test_a_post_on_its_way_is_cancelled_by_who_saw_it_planned(world: World) -> None:
    world.connect()
    seen = world.plan()
    world.claim(uploads=1, checks=0)
    assert world.post(seen).status is PostStatus.PUBLISHING
    cancelled = world.workspace.planning.cancel(seen.id, seen=seen)
    assert cancelled.status is PostStatus.CANCELLED


# -- an edit is checked as a new plan is ------------------------------------------------------


def test_an_edit_tells_of_a_twin_but_not_of_itself(world: World) -> None:
    world.connect()
    planning, file = world.workspace.planning, world.file()
    world.plan(file=file, after=LATER)
    other = world.plan(after=LATER + HOUR)
    again = planning.propose_edit(other.id, PostEdit(file=file))
    assert codes(again.findings) == ["same_video"]
    same = planning.propose_edit(other.id, PostEdit(file=other.media.path))
    assert codes(same.findings) == []


def test_an_edit_tells_what_may_be_wrong_with_a_new_file(world: World) -> None:
    world.connect()
    post = world.plan(after=LATER)
    edit = PostEdit(file=world.file(name="noise.mp4"))
    proposal = world.workspace.planning.propose_edit(post.id, edit)
    assert [finding.code for finding in proposal.findings] == ["not_a_video"]
    with pytest.raises(InputError):
        world.workspace.planning.commit(proposal, strict=True)
    assert world.post(post) == post


def test_an_edit_tells_of_a_full_day_and_takes_no_room_from_itself(world: World) -> None:
    world.connect()
    world.workspace.settings.set("direct-posts-per-day", "1")
    planning = world.workspace.planning
    first, second = world.plan(after=HOUR), world.plan(after=10 * WINDOW)
    moved = planning.propose_edit(
        second.id, PostEdit(when=(world.clock.now() + 2 * HOUR).isoformat())
    )
    assert codes(moved.findings) == ["day_is_full"]
    own = planning.propose_edit(first.id, PostEdit(when=(world.clock.now() + 2 * HOUR).isoformat()))
    assert codes(own.findings) == []


def test_an_edit_tells_of_an_account_that_cannot_post(world: World) -> None:
    account = world.connect()
    post = world.plan(after=LATER)
    world.workspace.accounts.set_paused(account.id, True)
    proposal = world.workspace.planning.propose_edit(post.id, PostEdit(caption="New"))
    assert codes(proposal.findings) == ["account_is_paused"]
