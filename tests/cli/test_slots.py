"""Slots, days off, groups and tags by the command line."""

from pathlib import Path

import pytest

from tests.cli.conftest import Tell
from tiktok_manager.domain.posts import Post

HANDLE = "creator01"
SLOT = ("slots", "add", "--account", HANDLE, "--days", "mon,wed", "--time", "18:30")


def test_slots_are_added_listed_paused_and_removed(tell: Tell, post: Post) -> None:
    assert post.handle == HANDLE
    code, added, _said = tell(*SLOT, "--time", "9am", "--tz", "Europe/Berlin")
    assert code == 0
    assert [(each["weekday"], each["time"]) for each in added] == [
        (0, "09:00"),
        (0, "18:30"),
        (2, "09:00"),
        (2, "18:30"),
    ]
    listed = tell("slots", "list")[1]
    assert listed == added
    assert set(listed[0]) >= {"id", "account", "weekday", "time", "timezone", "paused"}
    (paused,) = tell("slots", "pause", listed[0]["id"][:10])[1]
    assert paused["paused"]
    (resumed,) = tell("slots", "resume", listed[0]["id"])[1]
    assert not resumed["paused"]
    tell("slots", "remove", *[each["id"] for each in listed[1:]])
    assert [each["id"] for each in tell("slots", "list")[1]] == [listed[0]["id"]]


def test_the_same_slot_is_there_once_and_that_is_said(tell: Tell) -> None:
    (first, second) = tell(*SLOT)[1]
    code, again, said = tell(*SLOT)
    assert (code, [each["id"] for each in again]) == (0, [first["id"], second["id"]])
    assert "2 slots were there already" in said


def test_the_next_free_slots_leave_taken_ones_out(tell: Tell, tmp_path: Path) -> None:
    tell(*SLOT, "--tz", "UTC")
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(bytes(1000))
    choices = ("--privacy", "SELF_ONLY", "--consent")
    (planned,) = tell(
        "posts", "add", str(clip), "--account", HANDLE, "--at", "next-slot", *choices
    )[1]
    assert planned["publish_at"] == "2026-11-23T18:30:00Z"
    shown = tell("slots", "next", "--account", HANDLE, "--count", "2")[1]
    assert [(each["account"], each["at"]) for each in shown] == [
        (HANDLE, "2026-11-25T18:30:00Z"),
        (HANDLE, "2026-11-30T18:30:00Z"),
    ]


def test_blackout_days_are_added_and_removed(tell: Tell) -> None:
    days = ("--from", "2026-12-24", "--to", "2026-12-26", "--note", "Christmas")
    (away,) = tell("slots", "blackout", "add", "--account", "all", *days)[1]
    assert (away["account"], away["from"], away["note"]) == ("all", "2026-12-24", "Christmas")
    assert tell("slots", "blackout", "list")[1] == [away]
    tell("slots", "blackout", "remove", away["id"])
    assert tell("slots", "blackout", "list")[1] == []


def test_a_group_has_slots_of_its_own(tell: Tell) -> None:
    (account,) = tell("accounts", "group", HANDLE, "--add", "Night")[1]
    assert account["groups"] == ["Night"]
    (slot,) = tell("slots", "add", "--account", "group:night", "--days", "sun", "--time", "23:00")[
        1
    ]
    assert slot["account"] == "group:Night"
    assert tell("accounts", "tag", "group:night", "--add", "#late")[1][0]["tags"] == ["late"]
    assert tell("slots", "next", "--account", "tag:late")[1][0]["account"] == HANDLE


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((*SLOT, "--tz", "Mars/Olympus"), "bad_zone"),
        ((*SLOT[:-3], "noday", "--time", "18:30"), "bad_days"),
        ((*SLOT[:-1], "25:00"), "bad_clock"),
        (("slots", "add", "--account", "group:no", "--days", "mon", "--time", "9am"), "not_found"),
        (("slots", "remove", "nothing"), "not_found"),
        (("slots", "next", "--account", "nobody"), "not_found"),
        (
            ("slots", "blackout", "add", "--account", "all", "--from", "soon", "--to", "later"),
            "bad_day",
        ),
        (
            (
                *("slots", "blackout", "add", "--account", "all"),
                *("--from", "2026-12-26", "--to", "2026-12-24"),
            ),
            "days_reversed",
        ),
    ],
)
def test_what_makes_no_slot_is_refused(tell: Tell, words: tuple[str, ...], code: str) -> None:
    exit_code, shown, _said = tell(*words)
    assert (exit_code, shown["error"]["code"]) == (2, code)
    assert tell("slots", "list")[1] == []
