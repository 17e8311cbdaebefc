"""Runs a command and strikes at exactly one of its system calls, counted over all its threads.

`python -m tests.harness.strike --calls write,pwrite64 --at 7 --how EIO --report FILE -- COMMAND`.
strace can inject faults too, but counts each thread and each call for itself: what a thread calls
first could never be struck while another has called as often before. So this is a small tracer of
its own: a seccomp filter stops the command at the named calls only, all else runs at full speed.
Linux on x86-64. SIGTERM is passed on, and sent `--rest-s` after the strike if that is not 0. How
the command ended is in the report.
"""

import argparse
import ctypes
import errno
import json
import os
import platform
import signal
import struct
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn

NUMBERS = {
    "write": 1,
    "pwrite64": 18,
    "writev": 20,
    "sendto": 44,
    "sendmsg": 46,
    "fsync": 74,
    "fdatasync": 75,
    "ftruncate": 77,
}

_TRACEME, _CONT, _GETREGS, _SETREGS, _SETOPTIONS = 0, 7, 12, 13, 0x4200
_FORK, _VFORK, _CLONE, _EXEC, _SECCOMP, _EXITKILL = 0x2, 0x4, 0x8, 0x10, 0x80, 0x100000
_SECCOMP_STOP = 7
_WAIT_FOR_ALL = 0x40000000
_REGISTERS = struct.Struct("27Q")
_RAX, _RDI, _CALL_NUMBER = 10, 14, 15
_SKIP = (1 << 64) - 1
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 38, 22, 2
_X86_64, _ALLOW, _STOP = 0xC000003E, 0x7FFF0000, 0x7FF00000
_LOAD, _IS_EQUAL, _RETURN = 0x20, 0x15, 0x06

_libc = ctypes.CDLL(None, use_errno=True)


class How(StrEnum):
    """What happens at the call that is struck; with FULL to all that come after it too."""

    ENOSPC = "ENOSPC"
    EIO = "EIO"
    KILL = "KILL"
    FULL = "FULL"


@dataclass(slots=True, kw_only=True)
class Report:
    """How it went. `call` and `path` name what was struck; empty if nothing was."""

    count: int = 0
    call: str = ""
    path: str = ""
    code: int = 0


class NotAllowed(RuntimeError):
    """This machine does not let one process trace another."""


class Tracer:
    """Traces one command to its end."""

    def __init__(self, calls: list[str], at: int, how: How, rest_s: float = 0.0) -> None:
        self.report = Report()
        self._rest_s = rest_s
        self._numbers = {NUMBERS[name]: name for name in calls}
        self._at = at
        self._how = how
        self._main = 0

    def run(self, command: list[str]) -> None:
        """Run the command until it and all its threads have ended."""
        self._main = os.fork()
        if self._main == 0:
            _become(command, list(self._numbers))
        os.waitpid(self._main, 0)
        options = _FORK | _VFORK | _CLONE | _EXEC | _SECCOMP | _EXITKILL
        _ptrace(_SETOPTIONS, self._main, options)
        for number in (signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, self._end)
        _ptrace(_CONT, self._main, 0)
        known = {self._main}
        while True:
            try:
                tid, status = os.waitpid(-1, _WAIT_FOR_ALL)
            except ChildProcessError:
                return
            if os.WIFSTOPPED(status):
                self._go_on(tid, status, known)
            elif tid == self._main:
                self.report.code = os.waitstatus_to_exitcode(status)

    def _end(self, *_signal: object) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._main, signal.SIGTERM)

    def _go_on(self, tid: int, status: int, known: set[int]) -> None:
        event, number = status >> 16, os.WSTOPSIG(status)
        if event == _SECCOMP_STOP:
            self._pass(tid)
        is_born = tid not in known and number == signal.SIGSTOP
        known.add(tid)
        _ptrace(_CONT, tid, 0 if event or is_born else number)

    def _pass(self, tid: int) -> None:
        self.report.count += 1
        is_due = self.report.count == self._at
        stays_full = self._how is How.FULL and 0 < self._at < self.report.count
        if not is_due and not stays_full:
            return
        data = ctypes.create_string_buffer(_REGISTERS.size)
        if _ptrace(_GETREGS, tid, ctypes.addressof(data)):
            return
        registers = list(_REGISTERS.unpack(data.raw))
        if is_due:
            signal.setitimer(signal.ITIMER_REAL, self._rest_s)
            self.report.call = self._numbers[registers[_CALL_NUMBER]]
            self.report.path = _path(tid, registers[_RDI])
        if self._how is How.KILL:
            os.kill(self._main, signal.SIGKILL)
            return
        code = errno.EIO if self._how is How.EIO else errno.ENOSPC
        registers[_CALL_NUMBER] = _SKIP
        registers[_RAX] = (1 << 64) - code
        data.raw = _REGISTERS.pack(*registers)
        _ptrace(_SETREGS, tid, ctypes.addressof(data))


def is_possible() -> bool:
    """Say whether a strike works on this machine."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return False
    pid = os.fork()
    if pid == 0:
        os._exit(_try_it())
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _try_it() -> int:
    tracer = Tracer(["write"], 1, How.ENOSPC)
    try:
        tracer.run(["sh", "-c", "echo tried >/dev/null 2>&1"])
    except BaseException:  # noqa: BLE001 - a forked process must end here
        return 1
    return 0 if tracer.report.call == "write" and tracer.report.code else 1


def _become(command: list[str], numbers: list[int]) -> NoReturn:
    try:
        if _ptrace(_TRACEME, 0, 0):
            os._exit(127)
        os.kill(os.getpid(), signal.SIGSTOP)
        _filter(numbers)
        os.execvp(command[0], command)
    finally:
        os._exit(127)


def _filter(numbers: list[int]) -> None:
    """Let the kernel stop this process, and all it starts, at these calls."""
    lines = [(_LOAD, 0, 0, 4), (_IS_EQUAL, 0, len(numbers) + 1, _X86_64), (_LOAD, 0, 0, 0)]
    lines += [(_IS_EQUAL, len(numbers) - index, 0, number) for index, number in enumerate(numbers)]
    lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _STOP)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
    head = struct.pack("HxxxxxxQ", len(lines), ctypes.addressof(program))
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        os._exit(127)
    if _libc.prctl(_PR_SET_SECCOMP, _FILTER, head, 0, 0):
        os._exit(127)


def _ptrace(request: int, pid: int, data: int) -> int:
    """Return 0, or -1 for a process that is gone or not ours."""
    call: Any = _libc.ptrace
    call.restype = ctypes.c_long
    return int(call(ctypes.c_long(request), ctypes.c_long(pid), None, ctypes.c_void_p(data)))


def _path(tid: int, descriptor: int) -> str:
    try:
        return str(Path(f"/proc/{tid}/fd/{descriptor}").readlink())
    except OSError:
        return "?"


def main() -> int:
    """Run the command; returns 0 however it ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.strike", description=__doc__)
    parser.add_argument("--calls", required=True)
    parser.add_argument("--at", type=int, default=0)
    parser.add_argument("--how", type=How, default=How.EIO)
    parser.add_argument("--rest-s", type=float, default=0.0)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("command", nargs="+")
    wanted = parser.parse_args()
    tracer = Tracer(wanted.calls.split(","), wanted.at, wanted.how, wanted.rest_s)
    tracer.run(wanted.command)
    wanted.report.write_text(json.dumps(asdict(tracer.report)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
