"""Many posts at once: how long they take altogether, and how fast a long queue is claimed.

Makespan: 500 posts of 50 accounts fall due at random within a minute, and `publisher run` sends
them in a process of its own, in real time, to a TikTok that takes a while for every answer. The
yardstick is computed from the same due times and from what we allow ourselves: an account's
posts follow each other, five uploads are opened a minute and account, eight videos are sent at
once; the program itself costs nothing there. No schedule can be shorter.

Claims: from a queue of 10,000 due posts, one a transaction, each durable on disk. The yardstick is
the same transaction by hand: BEGIN IMMEDIATE, UPDATE … RETURNING, COMMIT.
"""

import argparse
import random
import tempfile
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from tests.benchmarks.measure import Child, Row, percentile, report
from tests.benchmarks.publishers import Dues, Lags, plan, publisher, wait_for
from tests.benchmarks.workspaces import add_posts, filled, invent_posts
from tests.fakes.world import environment
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.storage import claims
from tiktok_manager.storage.columns import to_stored
from tiktok_manager.storage.database import Database, load_driver
from tiktok_manager.tiktok.limits import PER_TOKEN, Kind

ACCOUNTS = 50
POSTS = 500
WITHIN_S = 60.0
AHEAD = timedelta(seconds=20)
PATIENCE_S = 400.0
ANSWER_S = 0.1
UPLOAD_S = 0.4
AT_ONCE = 8
QUEUE_ACCOUNTS = 1_000
QUEUE = 10_000
CLAIMS = 300
LEASE = timedelta(seconds=90)
CLOCK = SystemClock()

CLAIM = """
UPDATE posts SET status = 'publishing', epoch = epoch + 1, lease_owner = 'bench',
    lease_until = :until, wake_at = :until, first_tried_at = coalesce(first_tried_at, :now)
WHERE id = (
    SELECT p.id FROM posts p JOIN accounts a ON a.id = p.account_id
    WHERE p.wake_at <= :now AND p.status = 'scheduled' AND a.status = 'connected' AND NOT a.paused
        AND p.account_id NOT IN (SELECT account_id FROM posts WHERE status = 'publishing')
        AND p.account_id NOT IN (SELECT account_id FROM attempts WHERE holds_slot)
    ORDER BY coalesce(p.due_at, p.wake_at), p.id LIMIT 1)
RETURNING *
"""


def main() -> None:
    """Print the makespan and the rate of claims."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--posts", type=int, default=POSTS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-queue-") as name:
        rows = [
            *_claims(Path(name) / "queue"),
            *_makespan(Path(name), options.accounts, options.posts),
        ]
    report("A full queue", rows)


def _makespan(folder: Path, accounts: int, posts: int) -> list[Row]:
    arguments = ("--accounts", str(accounts), "--answer-s", str(ANSWER_S))
    chance = random.Random(2)
    offsets_s = sorted(chance.uniform(0, WITHIN_S) for _ in range(posts))
    with Child(
        "tests.benchmarks.publisher_server", *arguments, "--upload-s", str(UPLOAD_S)
    ) as server:
        url = server.hear()["url"]
        dues = plan(url, folder, accounts, offsets_s, AHEAD)
        with publisher(environment(url, folder / "data")):
            arrived = wait_for(server, posts, PATIENCE_S)
    first_s = min(due for planned in dues.values() for due in planned)
    ours_s = max(max(times) for times in arrived.values()) - first_s
    earliest = {handle: _earliest(planned) for handle, planned in dues.items()}
    least_s = max(_by_accounts(earliest), _by_places(dues)) - first_s
    behind = [
        at_s - could_s
        for handle, starts in earliest.items()
        for could_s, at_s in zip(starts, sorted(arrived[handle]), strict=True)
    ]
    return [
        Row(
            what=f"{posts} posts of {accounts} accounts, first due to last upload begun",
            ours=f"{ours_s:.1f} s",
            yardstick=f"{least_s:.1f} s",
            value=f"{ours_s / least_s:.3f}",
            target="≤ 1.1",
        ),
        Row(
            what="each behind the earliest its account allows, p50 and p99",
            ours=f"{percentile(behind, 50):.2f} s, {percentile(behind, 99):.2f} s",
            yardstick="0 s",
            value="–",
        ),
    ]


def _earliest(dues: Sequence[float]) -> Lags:
    """Return when an account's uploads can begin at the earliest, were it alone."""
    rate = PER_TOKEN[Kind.INIT]
    recent: deque[float] = deque(maxlen=rate.calls)
    free_s = float("-inf")
    starts = []
    for due_s in sorted(dues):
        start_s = max(due_s, free_s)
        if len(recent) == rate.calls:
            start_s = max(start_s, recent[0] + rate.window_s)
        recent.append(start_s)
        # The upload, and the question whose answer says that it is published.
        free_s = start_s + ANSWER_S + UPLOAD_S + ANSWER_S
        starts.append(start_s)
    return starts


def _by_accounts(earliest: Mapping[str, Lags]) -> float:
    return max(starts[-1] for starts in earliest.values())


def _by_places(dues: Dues) -> float:
    """Return when the last upload can begin, were there nothing but the places for uploads."""
    places = [float("-inf")] * AT_ONCE
    start_s = 0.0
    for due_s in sorted(due for planned in dues.values() for due in planned):
        place = places.index(min(places))
        start_s = max(due_s, places[place])
        places[place] = start_s + ANSWER_S + UPLOAD_S
    return start_s


def _claims(data_dir: Path) -> list[Row]:
    with filled(data_dir, accounts=QUEUE_ACCOUNTS) as workspace:
        database = workspace.database
        start = workspace.clock.now() - timedelta(minutes=5)
        accounts = workspace.accounts.list()
        step = timedelta(milliseconds=10)
        add_posts(workspace, invent_posts(accounts, QUEUE, start, step))
        # In turn, so that a busy moment of the machine slows both.
        ours_s = bare_s = 0.0
        for _ in range(3):
            ours_s += _claim_ours(database, CLAIMS // 3)
            bare_s += _claim_by_hand(database.path, CLAIMS // 3)
    ours, bare = CLAIMS / ours_s, CLAIMS / bare_s
    return [
        Row(
            what=f"claims of one post from {QUEUE:,} due, each committed",
            ours=f"{ours:.0f}/s",
            yardstick=f"{bare:.0f}/s",
            value=f"{bare / ours:.2f} times as long",
        )
    ]


def _claim_ours(database: Database, count: int) -> float:
    started_s = time.perf_counter()
    for _ in range(count):
        now = CLOCK.now()
        with database.write() as session:
            if not claims.claim_uploads(
                session, now=now, owner="bench", lease=LEASE, limit=1, only_finish=False
            ):
                raise RuntimeError("nothing was left to claim")
    return time.perf_counter() - started_s


def _claim_by_hand(path: Path, count: int) -> float:
    with closing(load_driver().connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        started_s = time.perf_counter()
        for _ in range(count):
            now = CLOCK.now()
            times = {"now": to_stored(now), "until": to_stored(now + LEASE)}
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute(CLAIM, times).fetchone() is None:
                raise RuntimeError("nothing was left to claim")
            connection.execute("COMMIT")
        return time.perf_counter() - started_s


if __name__ == "__main__":
    main()
