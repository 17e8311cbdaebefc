"""A disk that forgets what nobody synced: the states a power cut may leave behind.

POSIX promises no more than this: what a completed fsync of a file covered is there; of all later
writes any sectors may be there, in any order; a name that was made, changed or removed since the
last fsync of its folder may be the old or the new one. A sector of 512 bytes is written whole or
not at all, as SQLite assumes. Space added to a file without its content holds zeros or garbage.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tests.harness.recorder import Event, Kind, NotUnderstood

SECTOR_BYTES = 512
GARBAGE_SHARE = 0.15

State = Mapping[str, bytes | None]
"""Path to content; None stands for a folder."""


class Luck(StrEnum):
    """Which of the writes that nobody synced are there after the cut."""

    NOTHING = "none of them"
    EVERYTHING = "all of them"
    IN_ORDER = "those before some instant, the last one torn"
    ANY_WRITES = "any of them, each whole or torn"
    ANY_SECTORS = "any sectors of any of them"


@dataclass(slots=True)
class _Inode:
    """A file under whatever names, with the calls that changed it in order of their beginning."""

    calls: list[Event] = field(default_factory=list)
    synced: list[tuple[int, int]] = field(default_factory=list)
    at_end: list[int] = field(default_factory=list)
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Naming:
    """A change to a folder: `path` means this inode from now on, or nothing."""

    event: Event
    inode: int | None


class Disk:
    """Everything a recording did to the files and folders that `keeps` names."""

    def __init__(self, events: Sequence[Event], keeps: Callable[[str], bool]) -> None:
        self._inodes: list[_Inode] = []
        self._namings: dict[str, list[_Naming]] = defaultdict(list)
        self._folder_syncs: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._names: dict[str, int] = {}
        for event in events:
            if event.kind is Kind.SYNC and event.path not in self._names:
                self._folder_syncs[event.path].append((event.began, event.ended))
            elif keeps(event.path) or (event.to and keeps(event.to)):
                self._take(event)

    def instants(self) -> list[int]:
        """Return one instant right after each call that changed or synced something."""
        began = {call.began for inode in self._inodes for call in inode.calls}
        began |= {naming.event.began for changes in self._namings.values() for naming in changes}
        ended = {sync[1] for inode in self._inodes for sync in inode.synced}
        ended |= {sync[1] for syncs in self._folder_syncs.values() for sync in syncs}
        return sorted(at + 1 for at in began | ended)

    def after_cut(self, at: int, luck: Luck, rng: random.Random) -> State:
        """Return what is there after the power failed before line `at` of the recording."""
        stop = rng.randint(0, at) if luck is Luck.IN_ORDER else at
        share = rng.choice((0.1, 0.5, 0.9))
        names = self._names_after(at, luck, rng, stop, share)
        chooser = _Chooser(luck, rng, stop, share)
        return {
            path: None if inode is None else self._content(self._inodes[inode], at, chooser)
            for path, inode in names.items()
        }

    def _take(self, event: Event) -> None:
        if event.kind is Kind.FOLDER:
            self._name(event.path, event, None)
        elif event.kind is Kind.CREATE:
            if event.path not in self._names:
                self._inodes.append(_Inode())
                self._names[event.path] = len(self._inodes) - 1
                self._name(event.path, event, self._names[event.path])
        elif event.kind is Kind.UNLINK:
            self._names.pop(event.path)
            self._name(event.path, event, None)
        elif event.kind is Kind.RENAME:
            self._names[event.to] = self._names.pop(event.path)
            self._name(event.path, event, self._names[event.to])
        elif event.path in self._names:
            self._change(self._inodes[self._names[event.path]], event)
        else:
            raise NotUnderstood("a file that was never made", event)

    def _name(self, path: str, event: Event, inode: int | None) -> None:
        self._namings[str(Path(path).parent)].append(_Naming(event, inode))

    @staticmethod
    def _change(inode: _Inode, event: Event) -> None:
        if event.kind is Kind.SYNC:
            inode.synced.append((event.began, event.ended))
            return
        inode.calls.append(event)
        if event.kind is Kind.TRUNCATE:
            inode.at_end.append(0)
            inode.size = event.size
        else:
            offset = inode.size if event.offset is None else event.offset
            inode.at_end.append(offset)
            inode.size = max(inode.size, offset + len(event.data))

    def _names_after(
        self, at: int, luck: Luck, rng: random.Random, stop: int, share: float
    ) -> dict[str, int | None]:
        names: dict[str, int | None] = {}
        for folder in sorted(self._namings, key=len):
            covered = _covered(self._folder_syncs[folder], at)
            for naming in self._namings[folder]:
                if naming.event.began >= at:
                    break
                if naming.event.ended > covered and not _is_lucky(
                    luck, rng, naming.event.began, stop, share
                ):
                    continue
                _apply(names, naming)
        made = {
            naming.event.path
            for changes in self._namings.values()
            for naming in changes
            if naming.event.kind is Kind.FOLDER
        }
        gone = made - names.keys()
        return {path: inode for path, inode in names.items() if str(Path(path).parent) not in gone}

    def _content(self, inode: _Inode, at: int, chooser: "_Chooser") -> bytes:
        covered = _covered(inode.synced, at)
        disk = _File()
        pending: list[tuple[Event, int]] = []
        for call, offset in zip(inode.calls, inode.at_end, strict=True):
            if call.began >= at:
                break
            if call.ended <= covered:
                disk.do(call, offset)
            else:
                pending.append((call, offset))
        return chooser.choose(disk, pending)


class _File:
    """Content that grows and shrinks."""

    def __init__(self) -> None:
        self.content = bytearray()

    def sector(self, number: int) -> bytes:
        """Return what a sector holds now."""
        return bytes(self.content[number * SECTOR_BYTES : (number + 1) * SECTOR_BYTES])

    def do(self, call: Event, offset: int) -> range:
        """Apply a call; returns the sectors it touched."""
        if call.kind is Kind.TRUNCATE:
            before = len(self.content)
            del self.content[call.size :]
            self.content.extend(bytes(call.size - len(self.content)))
            return _sectors(min(before, call.size), max(before, call.size))
        end = offset + len(call.data)
        self.content.extend(bytes(max(0, end - len(self.content))))
        self.content[offset:end] = call.data
        return _sectors(offset, end)


class _Chooser:
    """Decides which sectors of what was not synced are there."""

    def __init__(self, luck: Luck, rng: random.Random, stop: int, share: float) -> None:
        self._luck = luck
        self._rng = rng
        self._stop = stop
        self._share = share
        self._has_garbage = luck is not Luck.EVERYTHING and rng.random() < GARBAGE_SHARE

    def choose(self, disk: _File, pending: Sequence[tuple[Event, int]]) -> bytes:
        """Return one content a file may have; `disk` has what is surely there."""
        sure = bytes(disk.content)
        sizes = [len(sure)]
        chosen: dict[int, bytes] = {}
        last = max((call.began for call, _at in pending if call.began < self._stop), default=-1)
        for call, offset in pending:
            sectors = disk.do(call, offset)
            present = self._present(call, sectors, is_last=call.began == last)
            for sector in present:
                chosen[sector] = disk.sector(sector)
            if present or not sectors:
                sizes.append(len(disk.content))
        in_any_order = self._luck in {Luck.ANY_WRITES, Luck.ANY_SECTORS}
        size = self._rng.choice(sizes) if in_any_order else sizes[-1]
        return self._assemble(sure, chosen, size)

    def _present(self, call: Event, sectors: range, *, is_last: bool) -> Sequence[int]:
        rng = self._rng
        if self._luck is Luck.ANY_SECTORS:
            return [sector for sector in sectors if rng.random() < self._share]
        if not _is_lucky(self._luck, rng, call.began, self._stop, self._share):
            return ()
        in_any_order = self._luck is Luck.ANY_WRITES and rng.random() < 0.3
        if in_any_order or (self._luck is Luck.IN_ORDER and is_last):
            return sectors[: rng.randint(1, max(1, len(sectors)))]
        return sectors

    def _assemble(self, sure: bytes, chosen: Mapping[int, bytes], size: int) -> bytes:
        content = bytearray(sure[:size])
        if self._has_garbage:
            content.extend(self._rng.randbytes(size - len(content)))
        else:
            content.extend(bytes(size - len(content)))
        for sector, data in chosen.items():
            first = sector * SECTOR_BYTES
            if first < size:
                content[first : first + len(data)] = data
        return bytes(content[:size])


def write_state(state: State, root: Path, folder: Path) -> None:
    """Lay a state's files into an empty folder; paths below `root` go below `folder`."""
    for path in sorted(state, key=len):
        content = state[path]
        place = folder / Path(path).relative_to(root)
        if content is None:
            place.mkdir(mode=0o700)
        else:
            place.write_bytes(content)


def _apply(names: dict[str, int | None], naming: _Naming) -> None:
    event = naming.event
    if event.kind is Kind.UNLINK:
        names.pop(event.path, None)
    elif event.kind is Kind.RENAME:
        names.pop(event.path, None)
        names[event.to] = naming.inode
    else:
        names[event.path] = naming.inode


def _covered(syncs: Iterable[tuple[int, int]], at: int) -> int:
    """Return up to which line everything that had ended was synced at an instant."""
    return max((began for began, ended in syncs if ended < at), default=-1)


def _is_lucky(luck: Luck, rng: random.Random, began: int, stop: int, share: float) -> bool:
    if luck is Luck.IN_ORDER:
        return began < stop
    if luck in {Luck.ANY_WRITES, Luck.ANY_SECTORS}:
        return rng.random() < share
    return luck is Luck.EVERYTHING


def _sectors(first: int, end: int) -> range:
    return range(first // SECTOR_BYTES, -(-end // SECTOR_BYTES))
