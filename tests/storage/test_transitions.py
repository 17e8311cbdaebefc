"""Every writer of a post's status keeps to the one table of what may follow what."""

import ast
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.storage.conftest import NOW, MakePost
from tiktok_manager import storage
from tiktok_manager.domain.attempts import Claim, Outcome
from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.posts import (
    ALLOWED,
    ALLOWED_BY_RESTORE,
    CLAIM,
    ON_TIME,
    IllegalTransition,
    Post,
    PostStatus,
)
from tiktok_manager.storage import (
    account_posts,
    attempts,
    claims,
    downtime,
    holds,
    posts,
    restoring,
)
from tiktok_manager.storage.database import Database
from tiktok_manager.storage.post_rows import error_values
from tiktok_manager.storage.schema import AttemptRow, PostRow

LEASE = timedelta(seconds=90)
LONG_AGO = NOW - timedelta(hours=9)
WHY = Failure(code="why", kind=FailureClass.NEEDS_RECONNECT)
STATUSES = list(PostStatus)
Writer = Callable[[Session, Post], object]


def claim_of(post: Post) -> Claim:
    return Claim(
        post=post, epoch=0, owner="dead", attempt=None, first_tried_at=NOW, worker_losses=0
    )


def settle_as(status: PostStatus) -> Writer:
    def settle(session: Session, post: Post) -> object:
        return attempts.settle(session, claim_of(post), Outcome(status=status), NOW)

    return settle


def plan_as(status: PostStatus) -> Writer:
    def plan(session: Session, post: Post) -> None:
        posts.update_posts(session, [(post, replace(post, status=status))], NOW)

    return plan


def judge_as(status: PostStatus) -> Writer:
    def judge(session: Session, post: Post) -> object:
        return claims.write_lateness(session, replace(post, status=status), None, "", {}, NOW)

    return judge


def uploaded(session: Session, post: Post) -> object:
    upload = restoring.SentUpload(
        publish_id="v_pub~9", size_bytes=1, final_intent_at=NOW, ended_at=None
    )
    return restoring.add_uploads(session, post.id, [upload], WHY, NOW)


def claimed(session: Session, _post: Post) -> object:
    return claims.claim_uploads(
        session, now=NOW, owner="me", lease=LEASE, limit=9, only_finish=False
    )


def asked(session: Session, _post: Post) -> object:
    return claims.claim_checks(session, now=NOW, owner="me", lease=LEASE, limit=9)


def orphaned(session: Session, _post: Post) -> object:
    return downtime.adopt_orphans(session, NOW, ON_TIME, LEASE, ["dead"])


WRITERS: dict[str, Writer] = {
    "claim uploads": claimed,
    "claim checks": asked,
    "adopt orphans": orphaned,
    "forget tries": lambda s, _post: downtime.forget_tries(s, NOW, ON_TIME),
    "shorten waits": lambda s, _post: downtime.shorten_waits(s, NOW),
    "stop scheduled": lambda s, post: account_posts.stop_scheduled(s, post.account_id, WHY, NOW),
    "resume reconnected": lambda s, post: account_posts.resume_reconnected(s, post.account_id, NOW),
    "hold what is due": lambda s, _post: holds.hold_due(s, NOW, NOW + LEASE, WHY),
    "release what is held": lambda s, _post: holds.release_held(s, WHY.code, NOW),
    **{f"settle as {status}": settle_as(status) for status in STATUSES},
    **{f"plan as {status}": plan_as(status) for status in STATUSES},
    **{f"judge as {status}": judge_as(status) for status in STATUSES},
}
REPAIRS: dict[str, Writer] = {
    "add uploads": uploaded,
    "quarantine": lambda s, _post: restoring.quarantine(s, LONG_AGO, NOW, WHY, NOW),
}


def put(session: Session, post_id: str, status: PostStatus, *, sent: bool) -> None:
    """Put a post into a status, claimed long ago, with an upload whose last byte may have left."""
    session.execute(
        update(PostRow)
        .where(PostRow.id == post_id)
        .values(
            status=status.value,
            lease_owner="dead",
            lease_until=LONG_AGO,
            wake_at=LONG_AGO,
            due_at=LONG_AGO,
            **error_values(WHY),
        )
    )
    session.add(
        AttemptRow(
            post_id=post_id,
            account_id="alice",
            number=1,
            epoch=0,
            mode="direct",
            step="final_intent",
            open=True,
            holds_slot=False,
            size_bytes=1,
            chunk_bytes=1,
            chunk_count=1,
            publish_id="v_pub~1",
            final_intent_at=LONG_AGO if sent else None,
            opened_at=LONG_AGO,
        )
    )


class _Undo(Exception):
    """Takes back what a writer did."""


def written(
    database: Database, status: PostStatus, write: Writer, *, sent: bool
) -> PostStatus | None:
    """Return the status a writer made of one, taken back again; None if it refused to change it."""
    after = None
    with suppress(_Undo, IllegalTransition), database.write() as session:
        put(session, "p1", status, sent=sent)
        before = _reread(session)
        write(session, before)
        found = _reread(session)
        moved = found.status is not before.status and {found.status, before.status} != CLAIM
        assert found.version > before.version or not moved, "no other hand would notice"
        after = found.status
        raise _Undo
    return after


def _reread(session: Session) -> Post:
    session.flush()
    session.expire_all()
    post = posts.get_post(session, "p1")
    assert post is not None
    return post


@pytest.mark.parametrize("write", WRITERS.values(), ids=list(WRITERS))
def test_every_writer_keeps_to_the_table(
    database: Database, make_post: MakePost, write: Writer
) -> None:
    make_post("p1")
    for status in STATUSES:
        for sent in (False, True):
            after = written(database, status, write, sent=sent)
            assert after is None or after in {status, *ALLOWED[status]}, (status, sent)


@pytest.mark.parametrize("write", REPAIRS.values(), ids=list(REPAIRS))
def test_a_repair_sets_in_doubt_but_nothing_that_is_there(
    database: Database, make_post: MakePost, write: Writer
) -> None:
    make_post("p1")
    for status in STATUSES:
        after = written(database, status, write, sent=False)
        assert after in {status, *ALLOWED_BY_RESTORE[status]}, status


def test_one_function_alone_writes_the_status_of_a_post() -> None:
    found = set()
    for path in sorted(Path(storage.__file__).parent.glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef) and any(map(_sets_status, ast.walk(function))):
                found.add((path.stem, function.name))
    of_accounts = {
        ("accounts", "put_connected"),
        ("accounts", "disconnect"),
        ("accounts", "lose_permission"),
    }
    assert found - of_accounts == {("post_rows", "move")}


def _sets_status(node: ast.AST) -> bool:
    """Whether this assigns `….status`, or names it in the values of an update."""
    if isinstance(node, ast.Assign):
        targets = node.targets
        return any(isinstance(each, ast.Attribute) and each.attr == "status" for each in targets)
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "values"
        and any(keyword.arg == "status" for keyword in node.keywords)
    )
