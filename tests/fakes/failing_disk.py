"""A disk that fails: system calls of a real process answered with an error by strace.

Debian's package `strace` has it. Where it is missing or not allowed to trace, tests are skipped.
"""

import functools
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def can_trace() -> bool:
    """Say whether strace is here and may trace."""
    if shutil.which("strace") is None:
        return False
    command = ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=fsync", "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


needs_strace = pytest.mark.skipif(
    "not __import__('tests.fakes.failing_disk', fromlist=['x']).can_trace()",
    reason="needs strace, allowed to trace",
)


def under_faults(
    inject: Sequence[str], command: Sequence[str], *, env: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run Python with `inject` rules of strace, such as `fsync:error=EIO:when=3`."""
    calls = ",".join(sorted({name for rule in inject for name in rule.split(":")[0].split(",")}))
    rules = [part for rule in inject for part in ("-e", f"inject={rule}")]
    strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", f"trace={calls}"]
    return subprocess.run(
        [*strace, *rules, sys.executable, *command],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
