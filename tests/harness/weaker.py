"""The program with weaker promises from its disk: what the power-loss proof must be able to see.

Run as `python -m tests.harness.weaker NORMAL <arguments of the program>`; `FULL` changes nothing.
"""

import sys

from sqlalchemy import event
from sqlalchemy.pool import Pool

from tiktok_manager.__main__ import main


def weaken(synchronous: str) -> None:
    """Set SQLite's `synchronous` on every connection that is handed out in this process."""

    def on_checkout(connection: object, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA synchronous={synchronous}")  # type: ignore[attr-defined]

    event.listen(Pool, "checkout", on_checkout)


if __name__ == "__main__":
    weaken(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
