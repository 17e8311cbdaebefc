"""`recurring` by the command line: added, shown, changed, skipped, paused and removed."""

from pathlib import Path

from tests.cli.conftest import Tell
from tests.cli.test_posts import HANDLE


def rule(clip: Path, *more: str) -> tuple[str, ...]:
    daily = ("--rrule", "FREQ=DAILY", "--time", "18:30", "--tz", "Europe/Berlin")
    privacy = ("--privacy", "SELF_ONLY")
    return ("recurring", "add", str(clip), "--account", HANDLE, *daily, *privacy, *more)


def test_a_rule_is_told_with_its_next_dates_and_its_posts(tell: Tell, clip: Path) -> None:
    code, told, said = tell(*rule(clip, "--consent", "--until", "2026-11-25"))
    assert code == 0
    assert (told["file"], told["accounts"], told["rrule"]) == (str(clip), [HANDLE], "FREQ=DAILY")
    assert (told["time"], told["timezone"], told["status"]) == ("18:30", "Europe/Berlin", "active")
    assert told["next"] == [f"2026-11-{day}" for day in range(21, 26)]
    assert told["next_at"][0] == "2026-11-21T17:30:00Z"
    assert (told["posts"], told["pool"], told["until"]) == ({"scheduled": 5}, False, "2026-11-25")
    assert told["made_until"] is not None
    assert "again and again" in said
    assert tell("recurring", "list")[1] == [{**tell("recurring", "show", told["id"])[1]}]
    posts = tell("posts", "list")[1]
    assert {each["rule"] for each in posts} == {None, told["id"]}


def test_a_rule_is_edited_skipped_paused_resumed_and_removed(tell: Tell, clip: Path) -> None:
    _code, told, said = tell(*rule(clip, "--count", "4"))
    id_ = told["id"]
    assert "4 of them are drafts" in said
    assert tell("recurring", "show", id_[:8])[1]["posts"] == {"draft": 4}
    code, told, _said = tell("recurring", "edit", id_, "--consent", "--time", "09:00")
    assert (code, told["time"], told["posts"]) == (0, "09:00", {"cancelled": 1, "scheduled": 4})
    assert tell("recurring", "edit", id_, "--all", "--from", "2026-11-24")[0] == 2
    _code, told, _said = tell("recurring", "edit", id_, "--from", "2026-11-24", "--caption", "New")
    assert told["id"] != id_
    assert told["next"] == ["2026-11-24", "2026-11-25"]
    _code, told, _said = tell("recurring", "skip", id_, "2026-11-23")
    assert told["skipped"] == ["2026-11-23"]
    assert tell("recurring", "pause", id_)[1]["status"] == "paused"
    assert tell("recurring", "resume", id_)[1]["status"] == "active"
    code, told, _said = tell("recurring", "remove", id_)
    assert (code, told["status"], told["cancelled"]) == (0, "ended", 1)
    assert len(tell("recurring", "list")[1]) == 1
    assert tell("recurring", "show", id_)[0] == 2


def test_what_a_rule_may_not_say_is_refused_and_nothing_is_kept(tell: Tell, clip: Path) -> None:
    code, told, _said = tell(*rule(clip, "--consent")[:-9], "--rrule", "FREQ=MINUTELY")
    assert (code, told["error"]["code"]) == (2, "rule_part")
    assert tell(*rule(clip.with_name("gone.mp4"), "--consent"))[0] == 2
    assert tell(*rule(clip, "--account", "group:none", "--consent"))[0] == 2
    assert tell("recurring", "list")[1] == []


def test_a_folder_is_a_pool_with_the_captions_beside_its_videos(tell: Tell, clip: Path) -> None:
    folder = clip.with_name("pool")
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.mp4").write_bytes(name.encode())
    (folder / "a.txt").write_text("One\n---\nTwo\n")
    code, told, said = tell(
        *("recurring", "add", "--pool", str(folder), "--account", HANDLE, "--inbox"),
        *("--rrule", "FREQ=DAILY;COUNT=3", "--time", "18:30", "--cooldown", "60d"),
    )
    assert (code, told["captions"], told["pool"]) == (0, [["One", "Two"], [""]], True)
    assert (told["posts"], told["cooldown_s"]) == ({"scheduled": 2}, 60 * 86400)
    assert "rests then" in said
    doctor = {each["name"]: each for each in tell("doctor")[1]["checks"]}
    assert (doctor["recurring"]["ok"], doctor["recurring"]["code"]) == (False, "pool_rests")
