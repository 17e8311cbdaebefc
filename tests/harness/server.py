"""A PostgreSQL of one's own, on a socket in a temporary folder; Debian's version 15."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

BIN = Path("/usr/lib/postgresql/15/bin")


@contextmanager
def server() -> Iterator[str]:
    """Run it, and give its address."""
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
