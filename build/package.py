"""Build the program for this system into `dist/` and let it test itself.

`python3 build/dev.py package` runs it in the project's environment. PyInstaller cannot build for
another system than the one it runs on, so each of the three builds its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "packaging.spec"
NAME = "tiktok-manager"


def build(dist_dir: Path, work_dir: Path) -> Path:
    """Build into `dist_dir`, which is cleared of an earlier build; returns the program.

    Raises CalledProcessError; PyInstaller has said why by then.
    """
    command = (sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level=WARN")
    folders = (f"--distpath={dist_dir}", f"--workpath={work_dir}")
    subprocess.run([*command, *folders, str(SPEC)], cwd=ROOT, check=True)
    return program_in(dist_dir, sys.platform)


def program_in(dist_dir: Path, platform: str) -> Path:
    """Return the path of the built program."""
    return dist_dir / NAME / (f"{NAME}.exe" if platform == "win32" else NAME)


def self_test(program: Path, environ: Mapping[str, str]) -> int:
    """Run the program's own test, without a display where there is none; returns its exit code."""
    environment = {**environ, "QT_QPA_PLATFORM": environ.get("QT_QPA_PLATFORM", "offscreen")}
    return subprocess.call([str(program), "--self-test"], env=environment)


def folder_size_bytes(folder: Path) -> int:
    """Return the bytes of all files below a folder; links count once."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dist", type=Path, default=ROOT / "dist")
    parser.add_argument("--work", type=Path, default=ROOT / ".work" / "package")
    options = parser.parse_args(argv)
    program = build(options.dist, options.work)
    print(f"Built {program}: {folder_size_bytes(program.parent) / 1e6:.0f} MB", flush=True)
    return self_test(program, os.environ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
