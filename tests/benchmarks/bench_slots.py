"""Free slots of 300 accounts among 100,000 posts of two years, and 10,000 posts changed as one.

Yardstick: what the bare SQLite driver takes for the whole range of rows to come, and to write the
same times. Some slots are taken.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import time as clock_time
from datetime import timedelta
from pathlib import Path

from tests.benchmarks.measure import Row, median, report, spread
from tests.benchmarks.workspaces import add_posts, filled, invent_posts
from tiktok_manager.domain.plans import PlanRequest, PostEdit
from tiktok_manager.domain.posts import Choices, Post, PostFilter, PostStatus, Privacy
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage.columns import to_stored
from tiktok_manager.storage.database import load_driver

ACCOUNTS, POSTS, MANY = 300, 100_000, 10_000
YEARS = timedelta(days=730)
REPEATS = 5
FILE_BYTES = 40_000
_RANGE = (
    "SELECT id, account_id, due_at, wall FROM posts WHERE account_id IN (SELECT id FROM accounts)"
    " AND due_at >= ? AND status NOT IN ('cancelled', 'failed', 'missed')"
)
_MOVE = "UPDATE posts SET due_at = ?, wall = ?, version = version + 1 WHERE id = ? AND version = ?"

Work = Callable[[], object]


def main() -> None:
    """Print what slots and bulk edits cost by the bare SQLite driver."""
    with tempfile.TemporaryDirectory(prefix="bench-slots-") as name:
        folder = Path(name)
        with filled(folder / "data", accounts=ACCOUNTS) as workspace:
            _fill(workspace)
            _warm(workspace)
            report("Slots; yardstick: SQLite's range. Result: ours through it", _slots(workspace))
            report("Many posts; yardstick: executemany. Result: ours through it", _bulk(workspace))


def _fill(workspace: Workspace) -> None:
    start = workspace.clock.now() - YEARS / 2
    posts = invent_posts(workspace.accounts.list(), POSTS, start, YEARS / POSTS)
    add_posts(workspace, posts)
    with workspace.database.write() as session:
        cursor = session.connection().connection.cursor()
        now = to_stored(workspace.clock.now())
        cursor.execute(
            "UPDATE posts SET status = 'published', wake_at = NULL WHERE due_at < ?", (now,)
        )
    times = [clock_time(hour) for hour in (9, 13, 18)]
    workspace.slots.add(["all"], range(7), times, "Europe/Berlin")


def _warm(workspace: Workspace) -> None:
    workspace.slots.next_free(["creator01"])
    workspace.planning.page(PostFilter(), limit=1)


def _slots(workspace: Workspace) -> list[Row]:
    since = to_stored(workspace.clock.now() - timedelta(days=2))
    month = workspace.clock.now() + timedelta(days=30)
    return [
        _row(
            f"the next slot of {ACCOUNTS} accounts",
            lambda: workspace.slots.next_free(["all"]),
            lambda: _read(workspace, since),
        ),
        _row(
            "the next 10 slots of one account",
            lambda: workspace.slots.next_free(["creator01"], 10),
            lambda: _read(workspace, since),
        ),
        _row(
            f"all free slots of a month of {ACCOUNTS} accounts",
            lambda: workspace.slots.free_between(["all"], workspace.clock.now(), month),
            lambda: _read(workspace, since),
        ),
    ]


def _bulk(workspace: Workspace) -> list[Row]:
    planning = workspace.planning
    some = PostFilter(statuses=frozenset({PostStatus.SCHEDULED}))
    posts = planning.page(some, limit=MANY)

    def shift(hours: int) -> None:
        edit = PostEdit(shift=timedelta(hours=hours), consent=True)
        current = planning.page(some, limit=MANY)
        planning.commit(planning.propose_edits([(post, edit) for post in current]))

    return [
        _row(
            f"shift {MANY:,} posts by an hour: read, propose, commit",
            lambda: shift(1),
            lambda: _write(workspace, posts),
        ),
        _row(
            f"propose {MANY:,} posts, each in the next slot of one of {ACCOUNTS} accounts",
            lambda: planning.propose(_requests(workspace, "next-slot")),
            lambda: _write(workspace, posts),
        ),
        _row(
            f"propose {MANY:,} posts at a time each",
            lambda: planning.propose(_requests(workspace, "")),
            lambda: _write(workspace, posts),
        ),
    ]


def _requests(workspace: Workspace, when: str) -> list[PlanRequest]:
    file = workspace.paths.root / "video.mp4"
    if not file.exists():
        file.write_bytes(bytes(FILE_BYTES))
    handles = [account.handle for account in workspace.accounts.list()]
    later = workspace.clock.now() + timedelta(days=60)
    return [
        PlanRequest(
            file=file,
            accounts=(handles[number % len(handles)],),
            when=when or (later + timedelta(minutes=number)).isoformat(),
            choices=Choices(privacy=Privacy.PUBLIC),
            consent=True,
        )
        for number in range(MANY)
    ]


def _read(workspace: Workspace, since: int) -> None:
    with closing(load_driver().connect(workspace.database.path)) as bare:
        bare.execute(_RANGE, (since,)).fetchall()


def _write(workspace: Workspace, posts: list[Post]) -> None:
    """Write as many times as an edit does, and take them back."""
    rows = [
        (to_stored(post.schedule.due_at), post.schedule.wall.isoformat(), post.id, post.version)
        for post in posts
    ]
    with closing(load_driver().connect(workspace.database.path, isolation_level=None)) as bare:
        bare.execute("PRAGMA synchronous=FULL")
        bare.execute("BEGIN IMMEDIATE")
        bare.executemany(_MOVE, rows)
        bare.execute("ROLLBACK")


def _row(what: str, ours: Work, yardstick: Work) -> Row:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(REPEATS):
        for work, seconds in zip((ours, yardstick), times, strict=True):
            started_s = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - started_s)
    return Row(
        what=what,
        ours=spread(times[0], digits=3),
        yardstick=spread(times[1], digits=3),
        value=f"{median(times[0]) / median(times[1]):.1f}",
    )


if __name__ == "__main__":
    main()
