"""The steps by which the counters' file came to be what it is; each is frozen.

It has no Alembic: it holds numbers only, `PRAGMA user_version` counts the steps, and a file that
cannot be brought up to date is set aside without harm to a post.
"""

APPLICATION_ID = 0x54544D4D
"""`TTMM`, by which the file is told from others."""

STEPS: tuple[tuple[str, ...], ...] = (
    (
        f"PRAGMA application_id={APPLICATION_ID}",
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
