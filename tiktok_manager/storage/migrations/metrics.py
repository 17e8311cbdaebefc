"""The steps by which the counters' file came to be what it is; each is frozen.

It has no Alembic: it holds numbers only, its application id counts the steps, and no post is
harmed where it cannot be brought up to date. (`PRAGMA user_version` numbers the commits.)
"""

APPLICATION = b"TTM"
"""By this the file is told from others; the fourth byte of its application id counts the steps."""


def application_id(steps: int) -> int:
    """Return the application id of a file that went through so many steps."""
    return int.from_bytes(APPLICATION) << 8 | steps


def steps_of(found: int) -> int:
    """Return how many steps a file of this application id went through."""
    return found & 0xFF if found >> 8 == int.from_bytes(APPLICATION) else 0


STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE videos (
            id INTEGER NOT NULL PRIMARY KEY,
            account_id TEXT NOT NULL,
            tiktok_id TEXT NOT NULL UNIQUE,
            posted_at BIGINT NOT NULL,
            caption TEXT NOT NULL,
            share_url TEXT NOT NULL,
            cover_url TEXT NOT NULL,
            duration_s INTEGER,
            last_seen_at BIGINT NOT NULL,
            views BIGINT,
            likes BIGINT,
            comments BIGINT,
            shares BIGINT
        )""",
        "CREATE INDEX videos_by_account ON videos (account_id, posted_at)",
        """CREATE TABLE video_snapshots (
            video_id INTEGER NOT NULL REFERENCES videos (id),
            minute INTEGER NOT NULL,
            views BIGINT,
            likes BIGINT,
            comments BIGINT,
            shares BIGINT,
            PRIMARY KEY (video_id, minute)
        ) WITHOUT ROWID""",
        """CREATE TABLE account_snapshots (
            account_id TEXT NOT NULL,
            minute INTEGER NOT NULL,
            followers BIGINT,
            following BIGINT,
            likes BIGINT,
            videos BIGINT,
            PRIMARY KEY (account_id, minute)
        ) WITHOUT ROWID""",
    ),
)
