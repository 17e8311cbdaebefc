"""The columns of an import: their names, what people call them, and which of a file's they are."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

COLUMNS = (
    "file",
    "account",
    "publish_at",
    "timezone",
    "caption",
    "hashtags",
    "privacy",
    "comments",
    "duet",
    "stitch",
    "your_brand",
    "branded_content",
    "ai_generated",
    "cover_ms",
    "mode",
    "campaign",
    "tags",
    "late",
)
OWN_COLUMNS = ("id", "status", "version")
"""What a file has beside these that was exported: which post a row is, and as it was seen."""

REQUIRED = ("file",)
EXAMPLE = {
    "file": "videos/example.mp4",
    "account": "@yourhandle",
    "publish_at": "2030-12-24 18:30",
    "timezone": "Europe/Berlin",
    "caption": "An example",
    "hashtags": "#example",
    "privacy": "public",
    "comments": "yes",
    "duet": "no",
    "stitch": "no",
    "your_brand": "no",
    "branded_content": "no",
    "ai_generated": "no",
    "cover_ms": "0",
    "mode": "direct",
    "tags": "example",
    "late": "publish 2h",
}
_ALIASES = {
    "video": "file",
    "path": "file",
    "filename": "file",
    "file_name": "file",
    "accounts": "account",
    "handle": "account",
    "when": "publish_at",
    "date": "publish_at",
    "date_time": "publish_at",
    "datetime": "publish_at",
    "publish_time": "publish_at",
    "scheduled_at": "publish_at",
    "tz": "timezone",
    "time_zone": "timezone",
    "zone": "timezone",
    "text": "caption",
    "description": "caption",
    "hashtag": "hashtags",
    "comment": "comments",
    "allow_comment": "comments",
    "allow_duet": "duet",
    "allow_stitch": "stitch",
    "visibility": "privacy",
    "ai": "ai_generated",
    "tag": "tags",
}
_NAMES = {name: name for name in (*COLUMNS, *OWN_COLUMNS)} | _ALIASES


def column_of(header: str) -> str | None:
    """Return the column that a header names, in whatever letters."""
    return _NAMES.get(_plain(header))


def mapping_of(headers: Sequence[str]) -> dict[str, str]:
    """Return the header of each column that is known by its name; the exact name counts first."""
    found: dict[str, str] = {}
    for header in sorted(headers, key=lambda each: _plain(each) not in COLUMNS):
        column = column_of(header)
        if column is not None:
            found.setdefault(column, header)
    return found


def signature(headers: Sequence[str]) -> str:
    """Return what tells files of the same columns from others."""
    return sha256("\x1f".join(map(_plain, headers)).encode("utf-8", "replace")).hexdigest()


def read_mapping(pairs: Sequence[str]) -> Mapping[str, str]:
    """Return what `column=header` pairs say."""
    parts = [each.partition("=") for each in pairs]
    return {column.strip(): header.strip() for column, _equals, header in parts}


def _plain(header: str) -> str:
    return re.sub(r"[\s_-]+", "_", header.strip().casefold().lstrip("\ufeff"))
