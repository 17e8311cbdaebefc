"""A campaign by the command line, from its draft to its report."""

import csv
from pathlib import Path

import pytest

from tests.cli.conftest import Tell
from tests.cli.test_posts import HANDLE


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        (folder / name).write_bytes(name.encode() * 100)
    return folder


def create(clips: Path, *more: str) -> tuple[str, ...]:
    window = ("--from", "2026-12-01", "--to", "2026-12-03", "--tz", "UTC")
    who = ("--video", str(clips), "--account", "status:connected", "--privacy", "SELF_ONLY")
    return ("campaigns", "create", "Winter", *who, *window, "--times", "18:00,9am", *more)


def test_a_campaign_is_made_shown_started_held_and_reported(tell: Tell, clips: Path) -> None:
    made = tell(*create(clips, "--caption", "{n}/{video} {{x}}", "--consent"))[1]
    assert (made["status"], made["ends_at"]) == ("draft", "2026-12-04T00:00:00Z")
    assert made["times"] == ["09:00", "18:00"]
    rows = tell("campaigns", "preview", "winter")[1]
    assert [(row["account"], row["publish_at"], row["caption"]) for row in rows] == [
        (HANDLE, "2026-12-01T09:00:00Z", "1/a {x}"),
        (HANDLE, "2026-12-01T18:00:00Z", "2/b {x}"),
        (HANDLE, "2026-12-02T09:00:00Z", "3/c {x}"),
    ]
    assert {finding["code"] for row in rows for finding in row["findings"]} == {"not_a_video"}
    code, started, _said = tell("campaigns", "start", "winter", "--version", rows[0]["version"])
    assert (code, started["status"], started["counts"]["scheduled"]) == (0, "scheduled", 3)
    assert tell("campaigns", "pause", made["id"])[1]["status"] == "paused"
    assert tell("campaigns", "resume", made["id"][:8])[1]["status"] == "scheduled"
    code, cancelled, said = tell("campaigns", "cancel", made["id"])
    assert (code, cancelled["counts"]["cancelled"], said) == (0, 3, "")
    shown = tell("campaigns", "show", "winter", "--posts")[1]
    assert [job["campaign"] for job in shown["jobs"]] == [made["id"]] * 3
    assert [each["status"] for each in tell("campaigns", "list")[1]] == ["cancelled"]
    out = clips / "report.csv"
    assert tell("campaigns", "report", "winter", "--out", str(out))[1]["rows"] == 3
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["cancelled"] * 3


def test_a_draft_is_edited_and_a_started_one_is_not(tell: Tell, clips: Path) -> None:
    made = tell(*create(clips))[1]
    change = ("campaigns", "edit", "winter", "--per-day", "1", "--to", "2026-12-10", "--times", "")
    edited = tell(*change, "--stagger", "2h", "--version", str(made["version"]))[1]
    assert (edited["per_day"], edited["times"], edited["stagger_s"]) == (1, [], 7200)
    assert edited["ends_at"] == "2026-12-11T00:00:00Z"
    assert {name for name in made if made[name] != edited[name]} == {
        "per_day",
        "times",
        "stagger_s",
        "ends_at",
        "version",
    }
    code, refused, _said = tell(*change, "--version", str(made["version"]))
    assert (code, refused["error"]["code"]) == (2, "changed_meanwhile")
    code, started, said = tell("campaigns", "start", "winter")
    assert (code, started["counts"]["draft"]) == (0, 3)
    assert "drafts" in said
    code, refused, _said = tell(*change)
    assert (code, refused["error"]["code"]) == (2, "campaign_wrong_status")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--caption", "{handle}"), "bad_template"),
        (("--strategy", "best"), "not_a_choice"),
        (("--account-caption", "creator01"), "bad_account_caption"),
        (("--slots",), "campaign_slots_alone"),
        (("--times", "25:00"), "bad_clock"),
    ],
)
def test_what_makes_no_campaign_is_refused(
    tell: Tell, clips: Path, more: tuple[str, ...], code: str
) -> None:
    exit_code, refused, _said = tell(*create(clips, *more))
    assert (exit_code, refused["error"]["code"]) == (2, code)
    assert tell("campaigns", "list")[1] == []


def test_a_start_as_another_preview_showed_it_is_refused(tell: Tell, clips: Path) -> None:
    tell(*create(clips))
    code, refused, _said = tell("campaigns", "start", "winter", "--version", "1-00000000")
    assert (code, refused["error"]["code"]) == (2, "changed_meanwhile")
    assert tell("campaigns", "show", "winter")[1]["status"] == "draft"
