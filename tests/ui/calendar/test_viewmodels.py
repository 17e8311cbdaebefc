"""What the calendar decides, without a window."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.ui.calendar.fakes import Desk, at, entry, many_posts
from tests.ui.fakes import a_post, refused
from tiktok_manager.domain.errors import AppError, Failure
from tiktok_manager.domain.events import PostProgressed, PostsChanged, PostStatusChanged
from tiktok_manager.domain.post_briefs import PostBrief
from tiktok_manager.domain.posts import Origin, Post, PostMode, PostStatus
from tiktok_manager.services.hold_reasons import ACCOUNT_PAUSED, PUBLISHING_OFF
from tiktok_manager.ui.calendar.agenda import AgendaViewModel
from tiktok_manager.ui.calendar.filters import Filter, Show
from tiktok_manager.ui.calendar.viewmodel import MORE, CalendarViewModel, Cursor
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.reading import Stage
from tiktok_manager.ui.post.changes import PostChanges
from tiktok_manager.ui.post.viewmodel import PostDetailsViewModel
from tiktok_manager.wording import step_words, words

TODAY = date(2026, 11, 21)
THIS_WEEK = date(2026, 11, 16)
CROWD = date(2026, 11, 24)


def opened(plan: Desk) -> CalendarViewModel:
    model = CalendarViewModel(plan.core, 1, plan.home)
    model.refresh()
    plan.settle()
    return model


def made(plan: Desk) -> PostChanges:
    return PostChanges(plan.core, plan.home)


def ids(model: CalendarViewModel, day: date) -> list[str]:
    return [tile.post.id for tile in model.tiles(day)]


def test_it_opens_on_this_week_and_reads_only_the_days_shown(plan: Desk) -> None:
    model = opened(plan)
    assert (model.span.first, model.cursor) == (THIS_WEEK, Cursor(day=TODAY))
    assert ids(model, TODAY) == ["first", "second"]
    # 16 November to 20 December in Berlin, which is an hour ahead of UTC.
    start = at(16) - timedelta(hours=13)
    (asked,) = plan.workspace.planning.pages
    assert (asked.due_from, asked.due_to) == (start, start + timedelta(days=35))


def test_leafing_reads_the_other_month(plan: Desk) -> None:
    model = opened(plan)
    model.turn(1)
    plan.settle()
    assert model.span.first == date(2026, 11, 30)
    assert model.cursor.day == date(2026, 12, 1)
    assert len(plan.workspace.planning.pages) == 2
    model.show_today()
    assert (model.span.first, model.cursor) == (THIS_WEEK, Cursor(day=TODAY))
    plan.settle()
    assert ids(model, TODAY) == ["first", "second"]


def test_weeks_that_were_not_read_yet_are_not_called_empty(plan: Desk) -> None:
    model = opened(plan)
    model.scroll(-10)
    assert not model.is_known(model.span.first)
    assert not model.is_empty
    plan.settle()
    assert model.is_known(model.span.first)
    assert model.is_empty


def test_scrolling_keeps_the_cursor_on_its_day_as_long_as_that_is_shown(plan: Desk) -> None:
    model = opened(plan)
    model.select(TODAY, 1)
    model.scroll(-1)
    assert model.cursor == Cursor(day=TODAY, place=1)
    model.scroll(2)
    assert model.cursor == Cursor(day=date(2026, 11, 23))
    plan.settle()


def test_arrows_walk_through_the_tiles_and_on_to_the_next_week(plan: Desk) -> None:
    model = opened(plan)
    seen = []
    for _key in range(4):
        model.move_tiles(1, visible=5)
        seen.append((model.cursor.day.day, model.cursor.place))
    assert seen == [(21, 0), (21, 1), (28, None), (5, None)]
    plan.settle()


def test_the_more_line_is_a_stop_of_its_own(plan: Desk) -> None:
    model = opened(plan)
    model.show_day(CROWD)
    places = []
    for step in (1, 1, 1, -1, -1, -1):
        model.move_tiles(step, visible=2)
        places.append(model.cursor.place)
    assert places == [0, 1, MORE, 1, 0, None]
    model.move_tiles(-1, visible=2)
    assert model.cursor.day == CROWD - timedelta(days=7)


def test_a_hidden_selection_moves_on_from_the_more_line(plan: Desk) -> None:
    model = opened(plan)
    model.select(CROWD, 4)
    model.move_tiles(-1, visible=2)
    assert model.cursor.place == 1


def test_leaving_the_grid_scrolls_by_a_week(plan: Desk) -> None:
    model = opened(plan)
    model.show_day(date(2026, 12, 20))
    assert model.span.first == THIS_WEEK
    model.move_days(1)
    assert (model.span.first, model.cursor.day) == (date(2026, 11, 23), date(2026, 12, 21))
    plan.settle()


def test_cancel_can_be_undone(plan: Desk) -> None:
    model, changes = opened(plan), made(plan)
    changes.changed.connect(model.replace_post)
    told: list[Notice] = []
    changes.said.connect(told.append)
    changes.cancel(plan.workspace.planning.get(model.tiles(TODAY)[0].post.id))
    plan.settle()
    assert [each.text for each in told] == ["Cancelled: Sat 16:00 (Berlin) @alice."]
    step = plan.core.undo.next_undo
    assert step is not None
    assert step.name == "Cancel the post of @alice"
    assert plan.workspace.planning.get("first").status is PostStatus.CANCELLED
    assert model.tiles(TODAY)[0].post.status is PostStatus.CANCELLED
    plan.core.undo.undo()
    plan.settle()
    assert plan.workspace.planning.get("first").status is PostStatus.SCHEDULED


@pytest.mark.parametrize(
    "status", [PostStatus.FAILED, PostStatus.MISSED, PostStatus.NEEDS_ATTENTION]
)
def test_a_stopped_post_that_was_cancelled_comes_back_stopped(
    plan: Desk, status: PostStatus
) -> None:
    planning = plan.workspace.planning
    why = Failure(code="x", params={"title": "Refused.", "hint": "Change it."})
    before = planning.put(replace(planning.get("second"), status=status, error=why))
    made(plan).cancel(before)
    plan.settle()
    assert planning.get("second").status is PostStatus.CANCELLED
    plan.core.undo.undo()
    plan.settle()
    assert planning.get("second") == before
    plan.core.undo.redo()
    plan.settle()
    assert planning.get("second").status is PostStatus.CANCELLED


def test_a_missed_post_that_was_moved_comes_back_missed(plan: Desk) -> None:
    planning = plan.workspace.planning
    missed = replace(planning.get("first"), status=PostStatus.MISSED)
    before = planning.put(replace(missed, schedule=replace(missed.schedule, due_at=at(20))))
    made(plan).move_to_next_day(before)
    plan.settle()
    assert planning.get("first").status is PostStatus.SCHEDULED
    plan.core.undo.undo()
    plan.settle()
    assert planning.get("first") == before


def test_what_is_undone_is_the_post_as_it_was_not_as_it_was_shown(plan: Desk) -> None:
    planning = plan.workspace.planning
    shown = planning.get("first")
    newer = planning.put(replace(shown, caption="Changed elsewhere"))
    made(plan).cancel(shown)
    plan.settle()
    plan.core.undo.undo()
    plan.settle()
    assert planning.get("first") == newer


def test_a_published_post_cannot_be_cancelled(plan: Desk) -> None:
    made(plan).cancel(plan.workspace.planning.get("old"))
    plan.settle()
    assert plan.workspace.planning.get("old").status is PostStatus.PUBLISHED


def test_selection_stays_on_its_post_when_others_come_before_it(plan: Desk) -> None:
    model = opened(plan)
    model.select(TODAY, 1)
    plan.workspace.planning.posts.append(a_post("earlier", due_at=at(21, 6)))
    model.reading.ask_anew()
    plan.settle()
    assert model.selected is not None
    assert (model.selected.post.id, model.cursor.place) == ("second", 2)


def test_a_changed_status_shows_at_once(plan: Desk) -> None:
    model = opened(plan)
    event = PostStatusChanged(post_id="first", account_id="acc-alice", status=PostStatus.PUBLISHING)
    plan.workspace.events.publish(event)
    assert model.tiles(TODAY)[0].post.status is PostStatus.PUBLISHING
    plan.settle()


def test_a_storm_of_events_costs_two_readings_at_most(plan: Desk) -> None:
    opened(plan)
    before = len(plan.workspace.planning.pages)
    for _event in range(200):
        plan.workspace.events.publish(PostsChanged())
    plan.settle()
    assert len(plan.workspace.planning.pages) - before <= 2


def test_a_post_that_changed_is_read_alone(plan: Desk) -> None:
    model = opened(plan)
    planning = plan.workspace.planning
    before = len(planning.pages)
    planning.put(replace(planning.get("first"), caption="Changed"))
    plan.qtbot.waitUntil(lambda: model.tiles(TODAY)[0].words == "Changed")
    moved = replace(planning.get("first"), schedule=a_post(due_at=at(23)).schedule)
    planning.put(moved)
    plan.qtbot.waitUntil(lambda: ids(model, date(2026, 11, 23)) == ["first"])
    assert ids(model, TODAY) == ["second"]
    planning.posts.append(a_post("new", due_at=at(21, 9)))
    planning.put(planning.get("new"))
    plan.qtbot.waitUntil(lambda: ids(model, TODAY) == ["new", "second"])
    assert len(planning.pages) == before


def test_while_nobody_looks_nothing_is_read_and_nothing_missed(plan: Desk) -> None:
    model = opened(plan)
    for reading in (model.reading, model.news):
        reading.set_shown(False)
    plan.settle()
    before = len(plan.workspace.planning.pages)
    for number in range(150):
        new = a_post(f"new-{number:03}", due_at=at(23, 9, number % 60))
        plan.workspace.planning.posts.append(new)
        plan.workspace.planning.put(new)
    plan.settle()
    assert (ids(model, date(2026, 11, 23)), len(plan.workspace.planning.pages)) == ([], before)
    for reading in (model.reading, model.news):
        reading.set_shown(True)
    plan.qtbot.waitUntil(lambda: len(model.posts(date(2026, 11, 23))) == 150)


def test_accounts_are_read_anew_all_day_and_posts_only_when_it_concerns_them(plan: Desk) -> None:
    model = opened(plan)
    accounts, planning = plan.workspace.accounts, plan.workspace.planning
    plan.qtbot.waitUntil(lambda: bool(plan.core.accounts.rows))
    before = len(planning.pages)
    accounts._change("acc-alice", followers=7)
    plan.qtbot.waitUntil(lambda: plan.core.accounts.rows[0].account.followers == 7)
    plan.settle()
    assert len(planning.pages) == before
    accounts.set_paused("acc-alice", True)
    plan.qtbot.waitUntil(lambda: len(planning.pages) == before + 1)
    plan.settle()
    assert ids(model, TODAY) == ["first", "second"]


def test_progress_is_known_while_a_post_is_sent_and_forgotten_after(plan: Desk) -> None:
    model = opened(plan)
    bus = plan.workspace.events
    bus.publish(PostProgressed(post_id="first", sent_bytes=3, size_bytes=12))
    assert model.progress("first") == 0.25
    bus.publish(PostStatusChanged(post_id="first", account_id="a", status=PostStatus.PROCESSING))
    assert model.progress("first") is None
    plan.settle()


def test_jumping_to_a_post_selects_it_in_its_month(plan: Desk) -> None:
    far = a_post("far", due_at=at(21, 9) + timedelta(days=90))
    plan.workspace.planning.posts.append(far)
    model = opened(plan)
    model.found.connect(model.show_post)
    model.find("far")
    plan.settle()
    assert date(2027, 2, 19) in model.span
    assert model.selected is not None
    assert model.selected.post.id == "far"


def test_another_zone_moves_posts_to_their_days_there(plan: Desk) -> None:
    model = opened(plan)
    plan.core.publishing.timezone = "Pacific/Kiritimati"
    plan.core.publishing.changed.emit()
    model.reading.ask_anew()
    plan.settle()
    assert ids(model, TODAY) == []
    assert ids(model, date(2026, 11, 22)) == ["first", "second"]


def test_a_first_read_that_failed_can_be_tried_again(plan: Desk) -> None:
    plan.workspace.planning.error = refused()
    model = opened(plan)
    assert (model.reading.stage, model.is_empty) == (Stage.FAILED, False)
    plan.workspace.planning.error = None
    model.reading.retry()
    plan.settle()
    assert ids(model, TODAY) == ["first", "second"]


def test_failures_are_told(plan: Desk) -> None:
    changes = made(plan)
    errors: list[AppError] = []
    changes.failed.connect(errors.append)
    post = plan.workspace.planning.get("second")
    plan.workspace.planning.error = refused()
    changes.retry(post)
    plan.settle()
    assert [words(error).title for error in errors] == ["TikTok said no."]


def test_retry_and_plan_again_reach_the_planner(plan: Desk) -> None:
    changes = made(plan)
    changes.retry(plan.workspace.planning.get("second"))
    plan.settle()
    assert plan.workspace.planning.get("second").status is PostStatus.SCHEDULED
    plan.workspace.planning.cancel("first")
    changes.restore(plan.workspace.planning.get("first"))
    plan.settle()
    assert plan.workspace.planning.get("first").status is PostStatus.SCHEDULED


@pytest.mark.parametrize(
    "change",
    [
        lambda made, post: made.cancel(post),
        lambda made, post: made.retry(post),
        lambda made, post: made.restore(post),
        lambda made, post: made.move_to_next_day(post),
        lambda made, post: made.resolve(post, posted=True, post_again=False),
    ],
    ids=["cancel", "retry", "restore", "move", "resolve"],
)
def test_what_is_done_to_a_post_that_another_hand_changed_is_not_done(
    plan: Desk, change: Callable[[PostChanges, Post], None]
) -> None:
    changes = made(plan)
    seen = plan.workspace.planning.get("first")
    theirs = plan.workspace.planning.change("first", caption="Theirs")
    errors: list[AppError] = []
    changes.failed.connect(errors.append)
    change(changes, seen)
    plan.settle()
    assert [error.code for error in errors] == ["changed_meanwhile"]
    assert plan.workspace.planning.get("first") == theirs
    assert plan.core.undo.next_undo is None


def test_undoing_what_another_hand_changed_since_is_refused_and_forgotten(plan: Desk) -> None:
    made(plan).cancel(plan.workspace.planning.get("first"))
    plan.settle()
    theirs = plan.workspace.planning.change("first", caption="Theirs")
    errors: list[AppError] = []
    plan.core.undo.failed.connect(errors.append)
    plan.core.undo.undo()
    plan.settle()
    assert [error.code for error in errors] == ["changed_meanwhile"]
    assert plan.workspace.planning.get("first") == theirs
    assert plan.core.undo.next_undo is None


def test_a_filter_asks_only_for_what_it_shows_and_a_jump_leads_out_of_it(plan: Desk) -> None:
    model = opened(plan)
    changed: list[Filter] = []
    model.filter_changed.connect(lambda: changed.append(model.filter))
    model.set_filter(Filter(account_ids=frozenset({"acc-bob"}), show=Show.NEEDS_YOU))
    plan.settle()
    assert ids(model, TODAY) == ["second"]
    asked = plan.workspace.planning.pages[-1]
    assert asked.account_ids == {"acc-bob"}
    assert asked.or_unconnected
    model.show_post(plan.workspace.planning.get("second"))
    assert model.filter.show is Show.NEEDS_YOU
    model.show_post(plan.workspace.planning.get("first"))
    plan.settle()
    assert changed[-1] == Filter()
    assert model.selected is not None
    assert model.selected.post.id == "first"


def test_a_wait_that_is_over_is_read_anew_within_a_minute(plan: Desk) -> None:
    model = opened(plan)
    until = at(21, 15, 30)
    full = Failure(code="daily_cap", params={"cap": 15})
    plan.workspace.blockers.full = {("acc-alice", PostMode.DIRECT): (until, full)}
    model.reading.retry()
    plan.settle()
    assert model.look(model.tiles(TODAY)[0].post).words == "Cap until 16:30"
    model.minute_passed()
    plan.settle()
    plan.workspace.blockers.full = {}
    plan.workspace.clock.time = until
    model.minute_passed()
    plan.qtbot.waitUntil(lambda: model.look(model.tiles(TODAY)[0].post).words == "Scheduled")


# -- one post -------------------------------------------------------------------------------


def test_details_bring_the_flight_record(plan: Desk) -> None:
    plan.workspace.planning.trails["first"] = [entry("Planned.")]
    model = PostDetailsViewModel(plan.core, plan.workspace.planning.get("first"), plan.home)
    plan.settle()
    assert [step_words(step) for step in model.trail] == ["Planned."]


def test_details_follow_their_post(plan: Desk) -> None:
    model = PostDetailsViewModel(plan.core, plan.workspace.planning.get("second"), plan.home)
    plan.workspace.planning.retry("second")
    plan.settle()
    assert model.post.status is PostStatus.SCHEDULED


def test_details_show_progress_only_while_sending(plan: Desk) -> None:
    post = plan.workspace.planning.get("first")
    model = PostDetailsViewModel(plan.core, replace(post, status=PostStatus.PUBLISHING), plan.home)
    event = PostProgressed(post_id="first", sent_bytes=21_000_000, size_bytes=52_500_000)
    plan.workspace.events.publish(event)
    assert model.progress == (0.4, "21.0 MB of 52.5 MB sent")
    sent = PostDetailsViewModel(plan.core, replace(post, status=PostStatus.PUBLISHED), plan.home)
    plan.workspace.events.publish(event)
    assert sent.progress is None
    plan.settle()


def hold(plan: Desk, held_by: Failure | None) -> None:
    """Let every planned post be read with this reason to wait."""
    planning = plan.workspace.planning
    planning.posts = [replace(post, error=held_by) for post in planning.posts]


def test_an_open_post_sees_publishing_paused_and_resumes_it(plan: Desk) -> None:
    plan.core.publishing.attach(plan.workspace.runner)
    model = PostDetailsViewModel(plan.core, plan.workspace.planning.get("first"), plan.home)
    hold(plan, PUBLISHING_OFF)
    plan.workspace.settings.set("publishing", "off")
    plan.qtbot.waitUntil(lambda: model.post.error == PUBLISHING_OFF)
    hold(plan, None)
    made(plan).resume(model.post)
    plan.qtbot.waitUntil(lambda: model.post.error is None)
    assert plan.workspace.settings.publishing_on()
    plan.settle()


def test_an_open_post_sees_its_account_paused_and_resumes_it(plan: Desk) -> None:
    accounts = plan.workspace.accounts
    model = PostDetailsViewModel(plan.core, plan.workspace.planning.get("first"), plan.home)
    hold(plan, ACCOUNT_PAUSED)
    accounts.set_paused("acc-alice", True)
    plan.qtbot.waitUntil(lambda: model.post.error == ACCOUNT_PAUSED)
    hold(plan, None)
    made(plan).resume(model.post)
    plan.qtbot.waitUntil(lambda: model.post.error is None)
    assert not accounts.get("acc-alice").paused
    plan.settle()


def test_resuming_an_account_can_be_undone(plan: Desk) -> None:
    world = plan.workspace
    world.accounts.set_paused("acc-alice", True)
    post = replace(world.planning.get("first"), error=ACCOUNT_PAUSED)
    made(plan).resume(post)
    plan.qtbot.waitUntil(lambda: plan.core.undo.next_undo is not None)
    plan.core.undo.undo()
    plan.settle()
    assert world.accounts.get("acc-alice").paused


def test_answers_for_a_post_no_longer_shown_are_dropped(plan: Desk) -> None:
    planning = plan.workspace.planning
    model = PostDetailsViewModel(plan.core, planning.get("first"), plan.home)
    model.show(planning.get("second"))
    plan.settle()
    assert model.post.id == "second"


# -- agenda ---------------------------------------------------------------------------------


def agenda(plan: Desk) -> AgendaViewModel:
    return AgendaViewModel(plan.core, plan.home)


def rows(model: AgendaViewModel) -> list[PostBrief]:
    return [tile.post for tile in model.model.rows]


def test_agenda_lists_from_today_on(plan: Desk) -> None:
    model = agenda(plan)
    model.set_filter(Filter())
    plan.settle()
    assert [post.id for post in rows(model)][:3] == ["first", "second", "crowd-8"]
    assert "old" not in {post.id for post in rows(model)}


def test_agenda_lists_what_needs_the_user_whenever_it_was(plan: Desk) -> None:
    lost = a_post("lost", due_at=at(2), status=PostStatus.UNCONFIRMED)
    plan.workspace.planning.posts.append(lost)
    model = agenda(plan)
    model.set_filter(Filter(show=Show.NEEDS_YOU))
    plan.settle()
    assert [post.id for post in rows(model)] == ["lost", "second"]


def test_agenda_shows_a_batch_as_one_row_that_no_page_cuts(plan: Desk) -> None:
    origin = Origin(batch="b1")
    before = [a_post(f"before-{n:03}", due_at=at(22, 6, n)) for n in range(50)]
    batch = [a_post(f"b-{n:03}", f"user{n}", at(23, 9), origin=origin) for n in range(130)]
    after = [a_post(f"after-{n:03}", due_at=at(24, 6, n % 60)) for n in range(20)]
    plan.workspace.planning.posts = [*before, *batch, *after]
    model = agenda(plan)
    model.set_filter(Filter())
    plan.settle()
    stacks = [tile for tile in model.model.rows if tile.is_stack]
    assert [len(tile.posts) for tile in stacks] == [130]
    assert len(model.model.rows) == 71
    assert model.model.index(50, 1).data() == "130 accounts"


def test_agenda_says_when_it_is_empty(plan: Desk) -> None:
    plan.workspace.planning.posts = []
    model = agenda(plan)
    model.set_filter(Filter())
    plan.settle()
    assert model.pages.reading.stage is Stage.EMPTY


def test_agenda_keeps_its_last_post_when_it_grows_past_a_page(plan: Desk) -> None:
    posts = [a_post(f"post-{n:03}", "alice", at(28, 6, n % 60)) for n in range(101)]
    plan.workspace.planning.posts = posts[:-1]
    model = agenda(plan)
    model.set_filter(Filter())
    plan.settle()
    model.model.fetchMore(model.model.index(-1, -1))
    plan.settle()
    plan.workspace.planning.posts = posts
    plan.workspace.planning.put(replace(posts[0], caption="Changed"))
    everything = {post.id for post in posts}
    plan.qtbot.waitUntil(lambda: {post.id for post in rows(model)} == everything)


def test_agenda_reads_page_by_page_and_keeps_its_place_when_something_changes(plan: Desk) -> None:
    plan.workspace.planning.posts = many_posts(900)
    model = agenda(plan)
    model.set_filter(Filter())
    plan.settle()
    assert len(rows(model)) == 100
    model.model.fetchMore(model.model.index(-1, -1))
    plan.settle()
    assert len(rows(model)) == 200
    post = plan.workspace.planning.get(rows(model)[150].id)
    plan.workspace.planning.put(replace(post, status=PostStatus.CANCELLED))
    plan.qtbot.waitUntil(lambda: rows(model)[150].status is PostStatus.CANCELLED)
    assert len(rows(model)) == 200
