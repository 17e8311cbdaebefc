"""The power fails at any write: what was told is true, and a weaker disk would be noticed."""

import random
from collections.abc import Iterator

import pytest

from tests.harness.disk import Disk, Luck
from tests.harness.powerloss import Recording, judge, record
from tests.harness.recorder import Event, Kind, is_possible


@pytest.fixture(scope="module", autouse=True)
def _watched(tmp_path_factory: pytest.TempPathFactory) -> None:
    if not is_possible(tmp_path_factory.mktemp("probe")):
        pytest.skip("strace is missing or not allowed to watch")


@pytest.fixture(scope="module")
def recording() -> Iterator[Recording]:
    with record(accounts=1) as recorded:
        yield recorded


def test_a_power_cut_at_any_write_loses_nothing_that_was_told(recording: Recording) -> None:
    told = " ".join(promise.text for promise in recording.promises)
    for what in ("is connected", "is planned", "was opened", "the journal must", "as published"):
        assert what in told
    assert judge(recording, states=250, seed=31).found == []


def test_it_would_be_seen_if_commits_were_not_synced() -> None:
    with record(accounts=1, synchronous="NORMAL", short=True) as weak:
        kinds = {finding.kind for finding in judge(weak, states=60, seed=32).found}
    assert "lost" in kinds


FOLDER, OLD, NEW = "/d", "/d/old", "/d/new"


def outcomes(*events: Event) -> set[tuple[bytes | None, bytes | None]]:
    """Return all contents that the two names may have after a cut at the end."""
    disk = Disk(events, {OLD, NEW}.__contains__)
    rng = random.Random(33)
    found = set()
    for _ in range(60):
        for luck in Luck:
            state = disk.after_cut(disk.instants()[-1], luck, rng)
            found.add((state.get(OLD), state.get(NEW)))
    return found


def event(line: int, kind: Kind, path: str, data: bytes = b"", to: str = "") -> Event:
    return Event(kind=kind, began=line, ended=line, path=path, to=to, data=data)


def a_synced_file() -> list[Event]:
    return [
        event(1, Kind.CREATE, OLD),
        event(2, Kind.WRITE, OLD, b"a" * 600),
        event(3, Kind.SYNC, OLD),
        event(4, Kind.SYNC, FOLDER),
    ]


def test_what_was_synced_is_there() -> None:
    assert outcomes(*a_synced_file()) == {(b"a" * 600, None)}


def test_a_name_that_was_not_synced_may_be_gone() -> None:
    assert outcomes(*a_synced_file()[:3]) == {(b"a" * 600, None), (None, None)}


def test_a_rename_that_was_not_synced_may_not_have_happened() -> None:
    renamed = event(5, Kind.RENAME, OLD, to=NEW)
    assert outcomes(*a_synced_file(), renamed) == {(b"a" * 600, None), (None, b"a" * 600)}


def test_a_later_write_may_be_torn_at_a_sector_and_nowhere_else() -> None:
    written = {old for old, _new in outcomes(*a_synced_file(), event(5, Kind.WRITE, OLD, b"b" * 9))}
    assert {len(old or b"") for old in written} == {600, 609}
    torn = outcomes(*a_synced_file()[:2], a_synced_file()[3])
    assert {len(old or b"") for old, _new in torn} == {0, 600}
    firsts = {(old or b"")[:512] for old, _new in torn} - {b""}
    assert b"a" * 512 in firsts
    assert bytes(512) in firsts
    assert not any(0 < first.count(b"a") < 400 for first in firsts)
