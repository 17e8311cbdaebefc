"""Planning 10,000 posts, listing a month of them, and how the cost of a plan grows.

Yardstick: the same rows written and read with the bare SQLite driver, into a copy of the same
database with the same durability (WAL, synchronous=FULL, foreign keys), in the same transactions.
A plan in two steps of many posts is measured against one of few: the time per post is to be equal.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.benchmarks.measure import Row, median, report, spread
from tests.benchmarks.workspaces import add_posts, filled, invent_posts
from tiktok_manager.domain.posts import Choices, Post, Privacy
from tiktok_manager.services.planning import PlanRequest
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage.database import load_driver

POSTS = 10_000
BATCH = 500
PLANNED_ONE_BY_ONE = 300
ACCOUNTS = 20
REPEATS = 5
FEW, MANY = 200, 2_000
MINUTES_OF_A_MONTH = 30 * 24 * 60
FILE_BYTES = 40_000

Rows = Sequence[Sequence[Any]]


def main() -> None:
    """Print how much slower than bare SQLite planning and listing are."""
    with tempfile.TemporaryDirectory(prefix="bench-planning-") as name:
        report(
            "Planning; yardstick: the bare SQLite driver. Result: our time through its",
            _rows(Path(name)),
        )
        report(
            f"A plan of {MANY:,} posts; yardstick: one of {FEW}. Result: time per post by that",
            _growth(Path(name)),
        )


def _rows(folder: Path) -> list[Row]:
    times: dict[str, tuple[list[float], list[float]]] = {
        f"add {POSTS:,} posts, {BATCH} a transaction": ([], []),
        f"plan {PLANNED_ONE_BY_ONE} posts one by one, from a file": ([], []),
        f"list a month of {POSTS:,} posts": ([], []),
    }
    for number in range(REPEATS):
        measured = _measure(folder / str(number))
        for (ours, bare), (our_s, bare_s) in zip(times.values(), measured, strict=True):
            ours.append(our_s)
            bare.append(bare_s)
    return [
        Row(
            what=what,
            ours=spread(ours, digits=3),
            yardstick=spread(bare, digits=3),
            value=f"{median(ours) / median(bare):.1f}",
        )
        for what, (ours, bare) in times.items()
    ]


def _growth(folder: Path) -> list[Row]:
    """Return what a post of a large plan costs by one of a small plan: alone, and spread."""
    return [
        _growth_row(folder / "alone", accounts=ACCOUNTS, spread_over_days=False),
        _growth_row(folder / "spread", accounts=1, spread_over_days=True),
    ]


def _growth_row(folder: Path, *, accounts: int, spread_over_days: bool) -> Row:
    per_post_s: dict[int, list[float]] = {FEW: [], MANY: []}
    for number in range(REPEATS):
        for count, times in per_post_s.items():
            with filled(folder / f"{number}-{count}", accounts=accounts) as workspace:
                taken_s = _seconds(lambda: _plan_at_once(workspace, count, spread_over_days))  # noqa: B023
            times.append(taken_s / count)
    how = "all at one time, spread over its days" if spread_over_days else "each at its time"
    return Row(
        what=f"propose and commit for {accounts} accounts, {how}",
        ours=f"{spread(per_post_s[MANY], digits=5)}",
        yardstick=f"{spread(per_post_s[FEW], digits=5)}",
        value=f"{median(per_post_s[MANY]) / median(per_post_s[FEW]):.2f}",
    )


def _plan_at_once(workspace: Workspace, count: int, spread_over_days: bool) -> None:
    file = workspace.paths.root / "video.mp4"
    file.write_bytes(bytes(FILE_BYTES))
    handles = [account.handle for account in workspace.accounts.list()]
    later = workspace.clock.now() + timedelta(days=60)
    requests = [
        PlanRequest(
            file=file,
            accounts=(handles[number % len(handles)],),
            when=(later + timedelta(minutes=0 if spread_over_days else number)).isoformat(),
            choices=Choices(privacy=Privacy.PUBLIC),
            consent=True,
        )
        for number in range(count)
    ]
    planning = workspace.planning
    planning.commit(planning.propose(requests, spread=spread_over_days))


def _measure(folder: Path) -> Iterator[tuple[float, float]]:
    """Yield our seconds and the yardstick's for each line of the table."""
    with filled(folder / "ours", accounts=ACCOUNTS) as workspace:
        bare_file = _copy(workspace, folder)
        with _bare(bare_file) as bare:
            posts = _month(workspace)
            our_s = _seconds(lambda: _add(workspace, posts))
            columns, rows = _stored(workspace)
            yield our_s, _seconds(lambda: _insert(bare, columns, rows, BATCH))
            start, end = posts[0].schedule.due_at, posts[-1].schedule.due_at + timedelta(minutes=1)
            our_list_s = _seconds(lambda: workspace.planning.between(start, end))
            bare_list_s = _seconds(lambda: _select(bare))
            yield _plan_one_by_one(workspace, bare, folder, columns, rows)
            yield our_list_s, bare_list_s


def _plan_one_by_one(
    workspace: Workspace, bare: Any, folder: Path, columns: str, rows: Rows
) -> tuple[float, float]:
    file = folder / "video.mp4"
    file.write_bytes(bytes(FILE_BYTES))
    handles = [account.handle for account in workspace.accounts.list()]
    later = workspace.clock.now() + timedelta(days=60)

    def plan() -> None:
        for number in range(PLANNED_ONE_BY_ONE):
            workspace.planning.plan(
                PlanRequest(
                    file=file,
                    accounts=(handles[number % len(handles)],),
                    when=(later + timedelta(minutes=number)).isoformat(),
                    choices=Choices(privacy=Privacy.PUBLIC),
                    consent=True,
                )
            )

    def insert() -> None:
        bare.execute("DELETE FROM posts")
        _insert(bare, columns, rows[:PLANNED_ONE_BY_ONE], 1)

    return _seconds(plan), _seconds(insert)


def _month(workspace: Workspace) -> list[Post]:
    start = workspace.clock.now() + timedelta(days=1)
    step = timedelta(minutes=MINUTES_OF_A_MONTH / POSTS)
    return invent_posts(workspace.accounts.list(), POSTS, start, step)


def _add(workspace: Workspace, posts: Sequence[Post]) -> None:
    for first in range(0, len(posts), BATCH):
        add_posts(workspace, posts[first : first + BATCH])


def _copy(workspace: Workspace, folder: Path) -> Path:
    workspace.database.checkpoint()
    return Path(shutil.copy(workspace.database.path, folder / "bare.sqlite"))


@contextmanager
def _bare(file: Path) -> Iterator[Any]:
    driver: ModuleType = load_driver()
    with closing(driver.connect(file, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        yield connection


def _stored(workspace: Workspace) -> tuple[str, Rows]:
    """Return the rows as they were written: the yardstick writes equal ones."""
    with _bare(workspace.database.path) as connection:
        cursor = connection.execute("SELECT * FROM posts")
        return ", ".join(column[0] for column in cursor.description), cursor.fetchall()


def _insert(connection: Any, columns: str, rows: Rows, batch: int) -> None:
    marks = ", ".join("?" for _ in rows[0])
    for first in range(0, len(rows), batch):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            f"INSERT INTO posts ({columns}) VALUES ({marks})", rows[first : first + batch]
        )
        connection.execute("COMMIT")


def _select(connection: Any) -> Rows:
    found: Rows = connection.execute(
        "SELECT posts.*, accounts.handle FROM posts JOIN accounts"
        " ON accounts.id = posts.account_id WHERE due_at > 0 ORDER BY due_at, posts.id"
    ).fetchall()
    return found


def _seconds(work: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    work()
    return time.perf_counter() - started_s


if __name__ == "__main__":
    main()
