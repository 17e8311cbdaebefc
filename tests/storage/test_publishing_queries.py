"""Claims, fences and the invariants the database itself holds."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.storage.conftest import NOW, MakePost
from tiktok_manager.domain.attempts import (
    Attempt,
    AttemptEnd,
    AttemptOutcome,
    Claim,
    Fenced,
    Outcome,
    Step,
)
from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.posts import (
    ON_TIME,
    IllegalTransition,
    PostFilter,
    PostMode,
    PostStatus,
)
from tiktok_manager.storage import (
    accounts,
    attempts,
    claims,
    downtime,
    holds,
    past_uploads,
    posts,
    quota,
)
from tiktok_manager.storage.database import Database

LEASE = timedelta(seconds=90)
PUBLISHED = AttemptEnd(AttemptOutcome.PUBLISHED)


def claim_one(database: Database, at: timedelta = timedelta(), owner: str = "me") -> list[Claim]:
    with database.write() as session:
        return claims.claim_uploads(
            session, now=NOW + at, owner=owner, lease=LEASE, limit=8, only_finish=False
        )


def open_attempt(database: Database, claim: Claim) -> Attempt:
    with database.write() as session:
        return attempts.open_attempt(
            session, claim, size_bytes=10, chunk_bytes=10, count=1, now=NOW
        )


def test_a_post_survives_the_database_unchanged(database: Database, make_post: MakePost) -> None:
    post = make_post("p1")
    with database.read() as session:
        assert posts.get_post(session, "p1") == post


def test_a_due_post_is_claimed_once(database: Database, make_post: MakePost) -> None:
    make_post("p1")
    make_post("later", "bob", timedelta(seconds=1))
    assert [claim.post.id for claim in claim_one(database)] == ["p1"]
    assert claim_one(database) == []


AWAY = Failure(code="away", params={"title": "TikTok is away."})
LOOKS: dict[str, Callable[[Session], object]] = {
    "hold": lambda session: holds.hold_due(session, NOW, NOW + LEASE, AWAY),
    "late": lambda session: claims.late_posts(session, NOW, ON_TIME),
    "next": lambda session: claims.next_wake(session, NOW),
    "upcoming": lambda session: claims.upcoming(session, NOW, 8),
    "checks": lambda session: claims.claim_checks(
        session, now=NOW, owner="me", lease=LEASE, limit=8
    ),
    "uploads": lambda session: claims.claim_uploads(
        session, now=NOW, owner="me", lease=LEASE, limit=8, only_finish=False
    ),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=list(LOOKS))
def test_what_the_publisher_asks_all_day_does_not_go_through_the_history(
    database: Database, look: Callable[[Session], object]
) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        asked.append((statement, values))

    with database.write() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", note)
        look(session)
        event.remove(connection, "before_cursor_execute", note)
        steps = [
            row[3]
            for statement, values in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert steps
    assert not [step for step in steps if step == "SCAN posts" or "posts_by_account" in step]


def test_an_account_publishes_one_post_at_a_time_in_order(
    database: Database, make_post: MakePost
) -> None:
    make_post("second", due_in=timedelta(seconds=-1))
    make_post("first", due_in=timedelta(seconds=-2))
    make_post("other", "bob")
    assert [claim.post.id for claim in claim_one(database)] == ["first", "other"]
    assert claim_one(database) == []


def test_posts_of_a_paused_account_wait(database: Database, make_post: MakePost) -> None:
    make_post("p1")
    with database.write() as session:
        alice = accounts.get_account(session, "alice")
        assert alice is not None
        accounts.set_paused(session, alice, paused=True)
    assert claim_one(database) == []
    with database.read() as session:
        assert not claims.is_busy(session, NOW)


def test_a_worker_that_was_overtaken_can_write_nothing(
    database: Database, make_post: MakePost
) -> None:
    make_post("p1")
    (old,) = claim_one(database, owner="frozen")
    attempt = open_attempt(database, old)
    (new,) = claim_one(database, at=LEASE + timedelta(seconds=1), owner="new")
    assert new.epoch == old.epoch + 1
    with pytest.raises(Fenced), database.write() as session:
        attempts.record_final_intent(session, old, attempt, now=NOW, lease=LEASE)
    with pytest.raises(Fenced), database.write() as session:
        attempts.settle(session, old, Outcome(status=PostStatus.PUBLISHED), NOW)


def test_a_post_has_one_open_attempt(database: Database, make_post: MakePost) -> None:
    make_post("p1")
    (claim,) = claim_one(database)
    open_attempt(database, claim)
    with pytest.raises(IntegrityError):
        open_attempt(database, claim)


def test_publish_id_and_address_are_kept_together(database: Database, make_post: MakePost) -> None:
    make_post("p1")
    (claim,) = claim_one(database)
    attempt = open_attempt(database, claim)
    with database.write() as session:
        kept = attempts.record_init(
            session, claim, attempt, publish_id="v_pub_file~1", sealed=b"sealed", now=NOW
        )
    assert (kept.step, kept.publish_id, kept.upload_url_sealed) == (
        Step.INITED,
        "v_pub_file~1",
        b"sealed",
    )


def test_a_dead_publishers_posts_are_taken_over_at_once(
    database: Database, make_post: MakePost
) -> None:
    make_post("p1")
    claim_one(database, owner="dead")
    with database.write() as session:
        assert downtime.adopt_orphans(session, NOW, ON_TIME, LEASE, ["dead"]) == 1
    (claim,) = claim_one(database, owner="heir")
    assert claim.worker_losses == 1


def test_a_settled_post_frees_its_account(database: Database, make_post: MakePost) -> None:
    make_post("p1")
    make_post("p2", due_in=timedelta(seconds=-1))
    (claim,) = claim_one(database)
    open_attempt(database, claim)
    with database.write() as session:
        attempts.settle(
            session, claim, Outcome(status=PostStatus.PUBLISHED, close_attempt=PUBLISHED), NOW
        )
    assert [claim.post.id for claim in claim_one(database)] == ["p1"]


def test_a_verdict_cannot_be_undone(database: Database, make_post: MakePost) -> None:
    make_post("p1")
    (claim,) = claim_one(database)
    with database.write() as session:
        attempts.settle(session, claim, Outcome(status=PostStatus.PUBLISHED, wake_at=NOW), NOW)
    with database.write() as session:
        (later,) = claims.claim_checks(session, now=NOW, owner="me", lease=LEASE, limit=1)
    with pytest.raises(IllegalTransition), database.write() as session:
        attempts.settle(session, later, Outcome(status=PostStatus.SCHEDULED), NOW)


def test_a_post_whose_last_byte_may_have_left_cannot_be_withdrawn(
    database: Database, make_post: MakePost
) -> None:
    make_post("p1")
    (claim,) = claim_one(database)
    attempt = open_attempt(database, claim)
    with database.write() as session:
        attempts.record_final_intent(session, claim, attempt, now=NOW, lease=LEASE)
        assert not attempts.withdraw(
            session, "p1", AttemptEnd(AttemptOutcome.BY_USER, "cancelled"), NOW
        )


def test_next_wake_names_the_next_instant_only(database: Database, make_post: MakePost) -> None:
    make_post("now")
    make_post("soon", due_in=timedelta(minutes=5))
    with database.read() as session:
        assert claims.next_wake(session, NOW) == NOW + timedelta(minutes=5)
        assert claims.has_due(session, NOW)


def test_pages_follow_each_other_without_gap_or_repeat(
    database: Database, make_post: MakePost
) -> None:
    for number in range(7):
        make_post(f"p{number}", due_in=timedelta(minutes=number // 3))
    seen: list[str] = []
    after = None
    with database.read() as session:
        while page := posts.list_posts(session, PostFilter(), after=after, limit=2):
            seen += [post.id for post in page]
            after = (page[-1].schedule.due_at, page[-1].id)
    assert seen == [f"p{number}" for number in range(7)]


def test_a_crowded_account_does_not_hide_the_others(
    database: Database, make_post: MakePost
) -> None:
    for number in range(60):
        make_post(f"a{number}", "alice", timedelta(seconds=-100 + number))
    make_post("b", "bob")
    assert {claim.post.account_id for claim in claim_one(database)} == {"alice", "bob"}


@pytest.mark.parametrize(
    ("outcome", "last_byte_left", "may_be_held_open", "used_a_place"),
    [
        (AttemptOutcome.ABANDONED, False, True, False),
        (AttemptOutcome.REFUSED, False, False, False),
        (AttemptOutcome.PLAN_REFUSED, False, False, False),
        (AttemptOutcome.PROVEN_DEAD, True, True, False),
        (AttemptOutcome.FAILED, True, False, False),
        (AttemptOutcome.PUBLISHED, True, False, True),
        (AttemptOutcome.BY_USER, True, False, True),
    ],
)
def test_how_an_upload_ended_says_what_it_used_up(
    database: Database,
    make_post: MakePost,
    outcome: AttemptOutcome,
    last_byte_left: bool,
    may_be_held_open: bool,
    used_a_place: bool,
) -> None:
    make_post("p1")
    (claim,) = claim_one(database)
    attempt = open_attempt(database, claim)
    with database.write() as session:
        if last_byte_left:
            attempts.record_final_intent(session, claim, attempt, now=NOW, lease=LEASE)
        attempts.close_attempt(session, claim, attempt, AttemptEnd(outcome, "failed"), NOW)
    with database.read() as session:
        assert past_uploads.fruitless_inits(session, "p1", NOW) == may_be_held_open
        sent = quota.sent_times(session, "alice", PostMode.DIRECT, NOW - LEASE)
        assert bool(sent) == used_a_place


def test_a_plan_refused_is_told_apart_from_another_refusal(
    database: Database, make_post: MakePost
) -> None:
    make_post("p1")
    (claim,) = claim_one(database)
    for outcome, plans in (
        (AttemptOutcome.REFUSED, set()),
        (AttemptOutcome.PLAN_REFUSED, {(10, 1)}),
    ):
        attempt = open_attempt(database, claim)
        with database.write() as session:
            attempts.close_attempt(session, claim, attempt, AttemptEnd(outcome), NOW)
            assert past_uploads.refused_plans(session, "p1", NOW) == plans


def test_the_journal_tells_an_end_as_it_always_did() -> None:
    assert str(PUBLISHED) == "published"
    assert str(AttemptEnd(AttemptOutcome.FAILED, "internal")) == "failed: internal"
