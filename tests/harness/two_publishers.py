"""Two publishers' cores against one PostgreSQL: claims, fences and leases over two processes.

Each process claims posts and takes them through every step that is committed before a call of
TikTok. What TikTok would hear is a line in a file, written whole: an init, or a last byte. Either
process is killed at random, again and again, and started anew with its data folder or left dead
until its leases run out. In the end no post may have two uploads whose last byte left, and each
must be published.

Run it as `python -m tests.harness.two_publishers [--posts N] [--seed S]`; returns 1 on a finding.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from signal import SIGKILL
from threading import Event

from tests.storage.conftest import a_post
from tiktok_manager.domain.accounts import Profile
from tiktok_manager.domain.attempts import AttemptEnd, AttemptOutcome, Claim, Fenced, Outcome
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.posts import ON_TIME, PostFilter, PostStatus
from tiktok_manager.storage import accounts, attempts, claims, downtime, posts, publishers
from tiktok_manager.storage.postgres import PostgresDatabase

BIN = Path("/usr/lib/postgresql/15/bin")
LEASE = timedelta(seconds=3)
LOST = AttemptEnd(AttemptOutcome.ABANDONED, "answer_lost")
ACCOUNTS = 40
AT_ONCE = 8
NAMES = ("first", "second")
CALLS_PER_KILL = (1, 60)
AWAY_S = (0.0, 4.0)
LOOK_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a run came to: posts with two uploads, posts not published, and how many kills."""

    doubles: tuple[str, ...]
    lost: tuple[str, ...]
    kills: int


@contextmanager
def server() -> Iterator[str]:
    """Run a PostgreSQL of one's own on a socket in a temporary folder; gives its address."""
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(folder, "postgres")
        data = folder / "data"
        control: list[str | Path] = [BIN / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
        initdb: list[str | Path] = [BIN / "initdb", "-D", data, "-U", "postgres", "-A", "trust"]
        _run([*initdb, "--locale=C.UTF-8"], folder)
        _run([*control, "-o", f"-k {folder} -c listen_addresses='' -c fsync=off", "start"], folder)
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            _run([*control, "-m", "immediate", "stop"], folder)


def _run(command: Sequence[str | Path], folder: Path) -> None:
    subprocess.run(
        command,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        user="postgres" if os.geteuid() == 0 else None,
        check=True,
    )


class TikTok:
    """A file of what TikTok heard, one whole line each, from both processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def hear(self, kind: str, post_id: str, publish_id: str) -> None:
        """Take a call; what is heard stays, whoever dies next."""
        line = json.dumps([kind, post_id, publish_id]) + "\n"
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(file, line.encode())
        os.close(file)

    def count(self) -> int:
        """Return how many calls were heard."""
        return self._path.read_bytes().count(b"\n") if self._path.exists() else 0

    def uploads(self) -> dict[str, set[str]]:
        """Return by post the publish ids whose last byte was heard."""
        heard: dict[str, set[str]] = {}
        for line in self._path.read_text().splitlines():
            kind, post_id, publish_id = json.loads(line)
            if kind == "last":
                heard.setdefault(post_id, set()).add(publish_id)
        return heard


class Core:
    """One publisher's process."""

    def __init__(self, url: str, folder: Path, tiktok: TikTok) -> None:
        self._database = PostgresDatabase(url, SystemClock())
        self._owner = f"{folder.name}-{uuid.uuid4().hex[:8]}"
        self._folder = folder
        self._tiktok = tiktok

    def run(self) -> None:
        """Work until every post is published."""
        with self._database.write() as session:
            now = self._database.now(session)
            dead = publishers.start(
                session,
                self._owner,
                machine="m",
                folder=str(self._folder),
                pid=os.getpid(),
                now=now,
            )
            downtime.adopt_orphans(session, now, ON_TIME, LEASE, dead)
        while self._has_work():
            for claim in self._claims():
                try:
                    self._work(claim)
                except Fenced:
                    continue

    def _has_work(self) -> bool:
        open_ = frozenset({PostStatus.SCHEDULED, PostStatus.PUBLISHING, PostStatus.PROCESSING})
        with self._database.read() as session:
            return bool(posts.list_posts(session, PostFilter(statuses=open_), limit=1))

    def _claims(self) -> Sequence[Claim]:
        with self._database.write() as session:
            now = self._database.now(session)
            sends = claims.claim_uploads(
                session, now=now, owner=self._owner, lease=LEASE, limit=AT_ONCE, only_finish=False
            )
            asks = claims.claim_checks(
                session, now=now, owner=self._owner, lease=LEASE, limit=AT_ONCE
            )
        return [*sends, *asks]

    def _work(self, claim: Claim) -> None:
        attempt, post_id = claim.attempt, claim.post.id
        if claim.post.status is PostStatus.PROCESSING:
            self._settle(
                claim,
                Outcome(
                    status=PostStatus.PUBLISHED, close_attempt=AttemptEnd(AttemptOutcome.PUBLISHED)
                ),
            )
            return
        if attempt is not None and attempt.open and attempt.publish_id is None:
            with self._database.write() as session:
                now = self._database.now(session)
                attempts.close_attempt(session, claim, attempt, LOST, now)
            attempt = None
        if attempt is None or not attempt.open:
            with self._database.write() as session:
                now = self._database.now(session)
                attempt = attempts.open_attempt(
                    session, claim, size_bytes=1, chunk_bytes=1, count=1, now=now
                )
            publish_id = f"v_pub~{uuid.uuid4().hex}"
            self._tiktok.hear("init", post_id, publish_id)
            with self._database.write() as session:
                now = self._database.now(session)
                attempt = attempts.record_init(
                    session, claim, attempt, publish_id=publish_id, sealed=b"", now=now
                )
        with self._database.write() as session:
            now = self._database.now(session)
            attempt = attempts.record_final_intent(session, claim, attempt, now=now, lease=LEASE)
        self._tiktok.hear("last", post_id, attempt.publish_id or "")
        with self._database.write() as session:
            now = self._database.now(session)
            attempts.record_sent(session, claim, attempt, now)
        self._settle(claim, Outcome(status=PostStatus.PROCESSING, release_slot=True))

    def _settle(self, claim: Claim, outcome: Outcome) -> None:
        with self._database.write() as session:
            now = self._database.now(session)
            wake_at = now if outcome.status is PostStatus.PROCESSING else None
            attempts.settle(session, claim, replace(outcome, wake_at=wake_at), now)


def plan(url: str, count: int) -> None:
    """Make the tables, and posts that are due."""
    database = PostgresDatabase(url, SystemClock())
    database.bring_up_to_date()
    with database.write() as session:
        now = database.now(session)
        for number in range(ACCOUNTS):
            profile = Profile(open_id=f"o{number}", display_name="A", handle=f"h{number}")
            accounts.put_connected(session, f"a{number}", profile, ("video.publish",), now)
        made = [a_post(f"p{number}", f"a{number % ACCOUNTS}") for number in range(count)]
        posts.add_posts(session, made, now)
    database.close()


def run(count: int, seed: int) -> Verdict:
    """Let two processes publish so many posts and kill them meanwhile."""
    with server() as url, tempfile.TemporaryDirectory() as name:
        plan(url, count)
        kills = _Killer(url, Path(name), random.Random(seed)).run()
        return _judge(url, TikTok(Path(name) / "tiktok.jsonl"), kills)


class _Killer:
    """Starts both processes, and kills either after every few calls that TikTok heard."""

    def __init__(self, url: str, folder: Path, rng: random.Random) -> None:
        self._url, self._folder, self._rng = url, folder, rng
        self._tiktok = TikTok(folder / "tiktok.jsonl")
        self._alive = {each: _start(url, folder, each) for each in NAMES}
        self._back_at_s = dict.fromkeys(NAMES, 0.0)
        self._kills = 0

    def run(self) -> int:
        """Return, when both ended by themselves, how many kills there were."""
        next_kill = self._rng.randint(*CALLS_PER_KILL)
        while any(process.poll() != 0 for process in self._alive.values()):
            Event().wait(LOOK_S)
            heard = self._tiktok.count()
            if heard >= next_kill and self._kill(self._rng.choice(NAMES)):
                next_kill = heard + self._rng.randint(*CALLS_PER_KILL)
            for each in NAMES:
                self._start_again(each)
        return self._kills

    def _kill(self, name: str) -> bool:
        if self._alive[name].poll() is not None:
            return False
        self._alive[name].kill()
        self._alive[name].wait()
        self._kills += 1
        self._back_at_s[name] = time.monotonic() + self._rng.uniform(*AWAY_S)
        return True

    def _start_again(self, name: str) -> None:
        ended = self._alive[name].poll()
        if ended not in {None, 0, -SIGKILL}:
            raise RuntimeError(f"a publisher ended by itself with {ended}")
        if ended == -SIGKILL and time.monotonic() >= self._back_at_s[name]:
            self._alive[name] = _start(self._url, self._folder, name)


def _start(url: str, folder: Path, name: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.harness.two_publishers", "--core", url, str(folder), name]
    )


def _judge(url: str, tiktok: TikTok, kills: int) -> Verdict:
    database = PostgresDatabase(url, SystemClock())
    with database.read() as session:
        found = posts.list_posts(session, PostFilter())
    database.close()
    uploads = tiktok.uploads()
    return Verdict(
        doubles=tuple(post_id for post_id, ids in uploads.items() if len(ids) > 1),
        lost=tuple(
            post.id
            for post in found
            if post.status is not PostStatus.PUBLISHED or post.id not in uploads
        ),
        kills=kills,
    )


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.two_publishers")
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--core", nargs=3, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.core:
        url, folder, name = wanted.core
        Core(url, Path(folder) / name, TikTok(Path(folder) / "tiktok.jsonl")).run()
        return 0
    verdict = run(wanted.posts, wanted.seed)
    sys.stdout.write(
        f"{wanted.posts} posts, {verdict.kills} kills: {len(verdict.doubles)} doubles,"
        f" {len(verdict.lost)} lost {[*verdict.doubles, *verdict.lost][:5]}\n"
    )
    return 1 if verdict.doubles or verdict.lost else 0


if __name__ == "__main__":
    sys.exit(main())
