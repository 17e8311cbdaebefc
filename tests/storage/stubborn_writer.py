"""Writes steps into a database whatever the disk says; prints which were acknowledged, as JSON.

Run by the tests under strace: `python -m tests.storage.stubborn_writer DATABASE POST ROUNDS`.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.errors import StorageError
from tiktok_manager.storage import posts
from tiktok_manager.storage.database import Database, load_driver

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def main(path: str, post_id: str, rounds: str) -> None:
    """Write one step a round."""
    database = Database(Path(path), load_driver(), SystemClock())
    acknowledged, errors = [], []
    for number in range(int(rounds)):
        try:
            with database.write() as session:
                text = f"step {number} " + "x" * 3_000
                posts.add_step(
                    session, post_id, at=NOW, epoch=1, kind="test", params={"text": text}
                )
            acknowledged.append(number)
            if number % 5 == 4:
                database.checkpoint()
        except StorageError as exc:
            errors.append(str(exc))
    trouble = str(database.trouble or "")
    database.close()
    print(json.dumps({"acknowledged": acknowledged, "errors": errors, "trouble": trouble}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
