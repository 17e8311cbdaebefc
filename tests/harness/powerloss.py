"""The power fails at any write of a real publishing process; what it told others is still true.

Run it as `python -m tests.harness.powerloss --states N --seed S [--synchronous NORMAL]`. The real
program is recorded under strace while it connects accounts, plans posts and publishes them to the
local TikTok. Then the states a power cut may have left are laid out by the thousand, opened with
the product's own code, and compared with what had been told by then. With a weaker `synchronous`
than the product's the same must fail: else this harness would see nothing.
"""

import argparse
import functools
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.fakes.world import environment
from tests.harness.acknowledged import Attempt, Books, Promise, Tellings, promises
from tests.harness.audit import Finding
from tests.harness.disk import Disk, Luck, State, write_state
from tests.harness.recorder import Event, read_log, watched
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.errors import AppError
from tiktok_manager.services.tokens import _aad
from tiktok_manager.services.vault import VaultService
from tiktok_manager.simulator import Simulator, SimulatorConfig
from tiktok_manager.storage.database import Database, open_database
from tiktok_manager.storage.settings import put_setting
from tiktok_manager.system import vault
from tiktok_manager.system.journal import KEY_PURPOSE, Journal, JournalEntry
from tiktok_manager.system.paths import DataPaths, open_data_paths
from tiktok_manager.system.redaction import Redactor
from tiktok_manager.system.vault import OsKeyring

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120
KEPT = ("", "-wal", "-journal")
SHM_BYTES = 32_768
# So short that tokens are rotated while they are recorded.
TOKEN_LIFE_S = 6.0
PUBLISH = ("publisher", "run", "--until-idle")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a life of the program did to its disk, and what it promised."""

    events: Sequence[Event]
    promises: Sequence[Promise]
    root: Path
    env: Mapping[str, str]

    def disk(self) -> Disk:
        """Return the disk under the data folder; whatever else lies there is not at stake."""
        data_dir = self.root / "data"
        database, journal = data_dir / "tiktok-manager.db", data_dir / "publish-journal"
        kept = {str(data_dir)}
        kept |= {f"{database}{suffix}" for suffix in KEPT}
        kept |= {f"{journal}{suffix}" for suffix in (".jsonl", ".new")}
        return Disk(self.events, kept.__contains__)


class Recorder:
    """Runs the program under strace, one command after the other, and keeps its logs."""

    def __init__(self, folder: Path, sim: Simulator, synchronous: str) -> None:
        self._folder = folder
        self._root = folder / "machine"
        self._root.mkdir()
        self._sim = sim
        self._program = [sys.executable, "-m", "tests.harness.weaker", synchronous]
        self._logs: list[Path] = []
        self._posts = 0
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            **environment(sim.base_url, self._root / "data"),
        }

    def connect(self, handle: str) -> None:
        """Connect an account by opening the printed address as a browser would."""
        command = [*self._program, "accounts", "connect", "--print-url"]
        with self._start(command) as process:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            browser = threading.Thread(target=_visit, args=(f"{url}&sim_user={handle}",))
            browser.start()
            self._wait(process)
            browser.join()

    def add_post(self, handle: str) -> None:
        """Plan a post for now."""
        self._run([*self._program, *self._new_post(handle)])

    def publish(self, while_planning: Sequence[str] = ()) -> None:
        """Publish what is due, while another process plans a post for each handle named."""
        both = [[*self._program, *self._new_post(handle)] for handle in while_planning]
        if not both:
            self._run([*self._program, *PUBLISH])
            return
        beside = "; ".join(shlex.join(command) for command in both)
        main = shlex.join([*self._program, *PUBLISH])
        self._run(["sh", "-c", f"({beside}) & {main}; ended=$?; wait; exit $ended"])

    def recording(self) -> Recording:
        """Return what was recorded so far."""
        events: list[Event] = []
        line = 0
        for log in self._logs:
            more, line = read_log(log, self._root, line)
            events += more
        world = self._sim.world
        tellings = Tellings(
            owners={token: grant.handle for token, grant in world.grants._by_access.items()},
            uploads={publish.upload_id: name for name, publish in world.publishes.items()},
        )
        return Recording(
            events=events,
            promises=promises(events, tellings),
            root=self._root,
            env=self.env,
        )

    def _new_post(self, handle: str) -> list[str]:
        self._posts += 1
        path = self._folder / f"video-{self._posts}.mp4"
        path.write_bytes(random.Random(self._posts).randbytes(20_000))
        texts = ["--caption", f"Post {self._posts}", "--privacy", "PUBLIC_TO_EVERYONE"]
        when = ["--at", "now", "--consent", "--json"]
        return ["posts", "add", str(path), "--account", handle, *texts, *when]

    def _run(self, command: Sequence[str]) -> None:
        with self._start(command) as process:
            self._wait(process)

    def _start(self, command: Sequence[str]) -> "subprocess.Popen[str]":
        log = self._folder / f"{len(self._logs)}.strace"
        self._logs.append(log)
        return subprocess.Popen(
            watched(log, command),
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @staticmethod
    def _wait(process: "subprocess.Popen[str]") -> None:
        out, err = process.communicate(timeout=PATIENCE_S)
        if process.returncode:
            raise AssertionError(f"ended with {process.returncode}: {out} {err}")


@contextmanager
def record(accounts: int, synchronous: str = "FULL", *, short: bool = False) -> Iterator[Recording]:
    """Record a life: connect, plan, publish while more is planned, publish that too.

    A `short` one ends with the first publishing, and nothing is planned meanwhile.
    """
    with _folder() as folder:
        config = SimulatorConfig(
            accounts=accounts,
            auto_approve=True,
            media_dir=folder / "tiktok",
            processing_s=0.2,
            access_token_s=TOKEN_LIFE_S,
        )
        with Simulator(config) as sim:
            recorder = Recorder(folder, sim, synchronous)
            handles = list(sim.world.accounts)
            for handle in handles:
                recorder.connect(handle)
                recorder.add_post(handle)
            recorder.publish(while_planning=() if short else handles)
            if not short:
                recorder.publish()
            recording = recorder.recording()
        yield recording


@dataclass(slots=True)
class Verdict:
    """What became of all states."""

    states: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    by_luck: Counter[str] = field(default_factory=Counter)
    found: list[Finding] = field(default_factory=list)

    def add(self, luck: Luck, at: int, found: Sequence[Finding]) -> None:
        """Count a state."""
        self.states += 1
        for kind in {finding.kind for finding in found}:
            self.broken[kind] += 1
        if found:
            self.by_luck[luck] += 1
        self.found += [
            replace(finding, text=f"line {at}, {luck}: {finding.text}") for finding in found
        ]


def judge(recording: Recording, states: int, seed: int) -> Verdict:
    """Cut the power `states` times, at every instant as often as at any other."""
    disk = recording.disk()
    rng = random.Random(f"{seed}/power")
    verdict = Verdict()
    with _folder() as folder, _remembered_keys():
        for at, luck in _cuts(disk.instants(), states, rng):
            state = disk.after_cut(at, luck, rng)
            verdict.add(luck, at, _after(recording, state, at, rng, folder / "machine"))
    return verdict


def _cuts(instants: Sequence[int], states: int, rng: random.Random) -> Iterator[tuple[int, Luck]]:
    pairs = [(at, luck) for at in instants for luck in Luck]
    for number in range(states):
        # Every pair of instant and luck once, in any order, before one comes again.
        if number % len(pairs) == 0:
            rng.shuffle(pairs)
        yield pairs[number % len(pairs)]


def _after(
    recording: Recording, state: State, at: int, rng: random.Random, folder: Path
) -> list[Finding]:
    """Open what a power cut left, and compare it with what had been promised."""
    folder.mkdir()
    try:
        write_state(state, recording.root, folder)
        env = {**recording.env, "TIKTOK_MANAGER_DATA_DIR": str(folder / "data")}
        index = folder / "data" / "tiktok-manager.db-shm"
        if index.with_name("tiktok-manager.db").exists() and rng.random() < 0.3:
            index.write_bytes(rng.randbytes(SHM_BYTES))  # it is never synced
        due = [promise for promise in recording.promises if promise.at < at]
        return list(_look(env, due))
    finally:
        shutil.rmtree(folder)


def _look(env: Mapping[str, str], due: Sequence[Promise]) -> Iterator[Finding]:
    try:
        paths = open_data_paths(env)
        with closing(open_database(paths.database, paths.backups_dir, SystemClock())) as database:
            integrity = database.integrity()
            if integrity != "ok":
                yield Finding(kind="integrity", text=integrity)
            yield from _compare(env, paths, database, due)
    except AppError as exc:
        yield Finding(kind="does not open", text=str(exc))
    except Exception as exc:  # noqa: BLE001 - whatever it is, the user would see a crash
        yield Finding(kind="crash", text=repr(exc))


def _compare(
    env: Mapping[str, str], paths: DataPaths, database: Database, due: Sequence[Promise]
) -> Iterator[Finding]:
    secrets = VaultService(database, OsKeyring(), env, Redactor())
    journal = Journal(paths.journal, lambda: secrets.derive_key(KEY_PURPOSE))
    with closing(journal):
        reading = journal.read()
        books = _books(database, secrets, reading.entries)
        for promise in due:
            if not promise.is_kept(books):
                yield Finding(kind="lost", text=promise.text)
        for fault in reading.faults:
            yield Finding(kind="journal", text=f"{fault.code} {dict(fault.params)}")
        yield from _goes_on(database, journal, reading.entries)


def _books(database: Database, secrets: VaultService, entries: tuple[JournalEntry, ...]) -> Books:
    with database.read() as session:
        ask = session.connection().exec_driver_sql
        posts = ask("SELECT id, status, caption FROM posts").all()
        tried = ask("SELECT post_id, publish_id, final_intent_at FROM attempts").all()
        tokens = ask(
            "SELECT handle, account_id, access_sealed FROM tokens JOIN accounts ON id = account_id"
        ).all()
    return Books(
        posts={row[0]: row[1] for row in posts},
        captions={row[0]: row[2] for row in posts},
        attempts=tuple(
            Attempt(post_id=row[0], publish_id=row[1], is_final=row[2] is not None) for row in tried
        ),
        tokens={row[0]: secrets.open(row[2], aad=_aad(row[1], "access")) for row in tokens},
        journal=entries,
    )


def _goes_on(
    database: Database, journal: Journal, before: tuple[JournalEntry, ...]
) -> Iterator[Finding]:
    """Write on both: what was cut off must not spoil what comes after it."""
    with database.write() as session:
        put_setting(session, "after_the_cut", "1")
    if before:
        journal.append(before[-1])
        after = journal.read()
        if after.faults or after.entries != (*before, before[-1]):
            yield Finding(kind="journal", text=f"does not go on: {after.faults}")


def _visit(url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=PATIENCE_S) as answer:
        answer.read()


@contextmanager
def _remembered_keys() -> Iterator[None]:
    """Derive each passphrase's key once: every state would pay for it anew."""
    kept = vault._derive
    vault._derive = functools.cache(kept)
    try:
        yield
    finally:
        vault._derive = kept


@contextmanager
def _folder() -> Iterator[Path]:
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="tm-power-", dir=place) as folder:
        yield Path(folder)


def main() -> int:
    """Run the command; returns 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.powerloss", description=__doc__)
    parser.add_argument("--states", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--accounts", type=int, default=3)
    parser.add_argument("--synchronous", default="FULL", choices=("FULL", "NORMAL", "OFF"))
    wanted = parser.parse_args()
    began_s = time.monotonic()
    with record(wanted.accounts, wanted.synchronous) as recording:
        instants = len(recording.disk().instants())
        sys.stdout.write(f"{instants} instants, {len(recording.promises)} promises\n")
        verdict = judge(recording, wanted.states, wanted.seed)
    sys.stdout.write(
        f"{verdict.states} states in {time.monotonic() - began_s:.0f} s,"
        f" synchronous={wanted.synchronous}: {sum(verdict.by_luck.values())} broken\n"
    )
    for name, number in [*verdict.broken.most_common(), *verdict.by_luck.most_common()]:
        sys.stdout.write(f"  {number:6} {name}\n")
    for finding in verdict.found[:20]:
        sys.stdout.write(f"  {finding}\n")
    return 1 if verdict.found else 0


if __name__ == "__main__":
    sys.exit(main())
