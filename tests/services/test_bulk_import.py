"""A table becomes posts as its rows say, all or none, and comes back by one undo."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import time, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.fakes.world import World
from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import Cancelled, InputError, NotFound
from tiktok_manager.domain.posts import LatePolicy, Post, PostMode, PostStatus, Privacy
from tiktok_manager.services.bulk_import import (
    BulkImport,
    ImportProposal,
    ImportRow,
    Sheet,
    Verdict,
)
from tiktok_manager.services.bulk_rows import DateOrder, ImportOptions

SOON = "2026-12-24 18:30"


def table(world: World, *lines: str, name: str = "plan.csv") -> Sheet:
    path = world.folder / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return world.workspace.imports.read(path)


def options(**parts: object) -> ImportOptions:
    known: dict[str, object] = {"timezone": "Europe/Berlin", "consent": True}
    return ImportOptions(**(known | parts))  # type: ignore[arg-type]


def look(world: World, *lines: str, **parts: object) -> ImportProposal:
    return world.workspace.imports.propose(table(world, *lines), options(**parts))


def plan(world: World, *lines: str, **parts: object) -> tuple[Post, ...]:
    return world.workspace.imports.commit(look(world, *lines, **parts)).posts


def wrong(row: ImportRow) -> dict[str, str]:
    return {each.column: each.error.code for each in row.errors}


@pytest.fixture
def video(world: World) -> str:
    world.connect()
    return world.file(name="a.mp4").name


@pytest.fixture
def imports(world: World) -> BulkImport:
    return world.workspace.imports


# -- what a row says --------------------------------------------------------------------------


def test_a_row_becomes_a_post_as_it_says(world: World, video: str) -> None:
    (post,) = plan(
        world,
        "file;account;publish_at;timezone;caption;hashtags;privacy;comments;duet;stitch;your_brand;"
        "branded_content;ai_generated;cover_ms;mode;tags;late",
        f'{video};@sim01;{SOON};Asia/Tokyo;"Hello\nworld";"fun, #sun";friends;yes;0;x;'
        'TRUE;no;1;500;direct;"a, b";ask 3h',
    )
    assert post.media.path == world.folder / video
    assert (post.handle, post.status, post.mode) == ("sim01", PostStatus.SCHEDULED, PostMode.DIRECT)
    assert (f"{post.schedule.wall}", post.schedule.timezone) == (f"{SOON}:00", "Asia/Tokyo")
    assert post.caption == "Hello\nworld #fun #sun"
    choices = post.choices
    assert (choices.privacy, choices.cover_ms) == (Privacy.FRIENDS, 500)
    assert (choices.allow_comment, choices.allow_duet, choices.allow_stitch) == (True, False, True)
    assert (choices.your_brand, choices.branded_content, choices.ai_generated) == (
        True,
        False,
        True,
    )
    assert post.tags == ("a", "b")
    assert (post.lateness.policy, post.lateness.within) == (LatePolicy.ASK, timedelta(hours=3))
    assert post.consent is not None


def test_several_accounts_of_a_row_are_one_batch(world: World, video: str) -> None:
    world.connect("sim02")
    posts = plan(world, "file,account,publish_at,privacy", f"{video},sim01; @sim02,{SOON},public")
    assert {post.handle for post in posts} == {"sim01", "sim02"}
    (batch,) = {post.origin.batch for post in posts}
    assert batch


def test_options_stand_in_for_blank_cells(world: World, video: str) -> None:
    (post,) = plan(
        world, "file,account", f"{video},", accounts=("sim01",), when=SOON, mode=PostMode.INBOX
    )
    assert (post.mode, post.schedule.timezone) == (PostMode.INBOX, "Europe/Berlin")


def test_without_consent_direct_posts_are_drafts_and_inbox_posts_are_planned(
    world: World, video: str
) -> None:
    posts = plan(
        world,
        "file,account,publish_at,mode",
        f"{video},sim01,{SOON},direct",
        f"{video},sim01,tomorrow 9am,inbox",
        consent=False,
    )
    assert [post.status for post in posts] == [PostStatus.DRAFT, PostStatus.SCHEDULED]


def test_every_wrong_cell_of_every_row_is_named_and_nothing_is_changed(
    world: World, imports: BulkImport, video: str
) -> None:
    proposed = look(
        world,
        "file,account,publish_at,timezone,caption,privacy,comments,cover_ms,mode,campaign,tags,late",
        f"{video},nobody,2020-01-01 10:00,Nowhere,{'x' * 2201},secret,maybe,soon,email,Gone,,never",
        f"{video},sim01,{SOON},,,public,,,,,,",
        f",sim01,{SOON},,,,,,,,,",
        f"gone.mp4,sim01,{SOON},,,public,,,,,,",
    )
    first, second, third, fourth = proposed.rows
    assert wrong(first) == {
        "account": "not_found",
        "timezone": "bad_zone",
        "publish_at": "time_is_past",
        "caption": "caption_too_long",
        "privacy": "not_a_choice",
        "comments": "bad_switch",
        "cover_ms": "no_whole_number",
        "mode": "not_a_choice",
        "campaign": "campaign_unknown",
        "late": "not_a_choice",
    }
    assert second.verdict is Verdict.OK or second.findings
    assert wrong(third) == {"file": "cell_missing", "privacy": "privacy_missing"}
    assert wrong(fourth) == {"file": "not_found"}
    with pytest.raises(InputError) as met:
        imports.commit(proposed)
    assert (met.value.exit_code, met.value.params["rows"]) == (2, ("2", "4", "5"))
    assert world.posts() == []


def test_good_rows_are_planned_and_the_others_named(
    world: World, imports: BulkImport, video: str
) -> None:
    proposed = look(
        world, "file,account,privacy,publish_at", f"{video},sim01,public,{SOON}", "x,,,"
    )
    result = imports.commit(proposed, good_rows=True)
    assert len(world.posts()) == len(result.posts) == 1
    assert [row.number for row in result.left_out] == [3]


def test_a_table_without_a_good_row_plans_nothing(
    world: World, imports: BulkImport, video: str
) -> None:
    with pytest.raises(InputError) as met:
        imports.commit(look(world, "file,account", "x.mp4,sim01"), good_rows=True)
    assert met.value.code == "no_good_rows"


def test_findings_of_planning_warn_by_row_and_strict_refuses_them(
    world: World, imports: BulkImport, video: str
) -> None:
    again = f"{video},sim01,public,{SOON}"
    proposed = look(world, "file,account,privacy,publish_at", again, again)
    assert [row.verdict for row in proposed.rows] == [Verdict.WARNING, Verdict.WARNING]
    assert "same_video_twice" in {finding.code for finding in proposed.rows[1].findings}
    with pytest.raises(InputError):
        imports.commit(proposed, strict=True)
    assert len(imports.commit(proposed).posts) == 2


# -- paths ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("../a.mp4", "file_outside"),
        ("b/../../a.mp4", "file_outside"),
        ("..\\a.mp4", "file_outside"),
        ("\\\\server\\share\\a.mp4", "file_elsewhere"),
        ("//server/share/a.mp4", "file_elsewhere"),
        ("\\\\?\\C:\\a.mp4", "file_elsewhere"),
        ("\\\\.\\pipe\\a.mp4", "file_elsewhere"),
        ("/dev/video0.mp4", "file_elsewhere"),
        ("/proc/self/a.mp4", "file_elsewhere"),
        ("folder.mp4", "not_a_file"),
        ("=cmd|'/c calc'!A0", "bad_video_format"),
        ("a\0.mp4", "cell_with_nul"),
    ],
)
def test_a_path_that_leads_away_is_refused(world: World, video: str, path: str, code: str) -> None:
    (world.folder / "folder.mp4").mkdir()
    proposed = look(world, "file,account,privacy,publish_at", f'"{path}",sim01,public,{SOON}')
    assert set(wrong(proposed.rows[0]).values()) == {code}


def test_an_absolute_path_and_one_within_the_folder_may_be_anywhere_there(
    world: World, video: str
) -> None:
    inner = world.folder / "inner"
    inner.mkdir()
    (inner / "b.mp4").write_bytes(b"b")
    (inner / "plan.csv").write_text(
        f"file,account,privacy,publish_at\n{world.folder / video},sim01,public,{SOON}\n"
        f"x/../b.mp4,sim01,public,{SOON}\n"
    )
    proposed = world.workspace.imports.propose(
        world.workspace.imports.read(inner / "plan.csv"), options()
    )
    assert [row.errors for row in proposed.rows] == [(), ()]


# -- times ------------------------------------------------------------------------------------

TIMES: list[tuple[str, str]] = [
    ("2026-12-24T18:30", "2026-12-24 18:30:00"),
    ("24.12.2026 18:30", "2026-12-24 18:30:00"),
    ("12/24/2026 6:30 PM", "2026-12-24 18:30:00"),
    ("2026-12-24T18:30:00+09:00", "2026-12-24 10:30:00"),
    ("tomorrow 9am", "2026-11-22 09:00:00"),
]


@pytest.mark.parametrize(("written", "wall"), TIMES)
def test_times_are_read_in_the_forms_people_write(
    world: World, video: str, written: str, wall: str
) -> None:
    (post,) = plan(world, "file,account,privacy,publish_at", f"{video},sim01,public,{written}")
    assert f"{post.schedule.wall}" == wall


@pytest.mark.parametrize(
    ("proof", "day"), [("24.12.2026 10:00", "2027-04-03"), ("12/24/2026 10:00", "2027-03-04")]
)
def test_the_whole_column_proves_the_order_of_dates(
    world: World, video: str, proof: str, day: str
) -> None:
    rows = [f"{video},sim01,public,{when}" for when in ("03/04/2027 10:00", proof)]
    first, _second = plan(world, "file,account,privacy,publish_at", *rows)
    assert f"{first.schedule.wall:%Y-%m-%d}" == day


@pytest.mark.parametrize("others", [[], ["24.12.2026 10:00", "12/24/2026 10:00"]])
def test_an_order_that_nothing_proves_is_asked_and_never_guessed(
    world: World, imports: BulkImport, video: str, others: list[str]
) -> None:
    rows = [f"{video},sim01,public,{when}" for when in ("03/04/2027 10:00", *others)]
    sheet = table(world, "file,account,privacy,publish_at", *rows)
    assert sheet.asks_dates
    proposed = imports.propose(sheet, options())
    assert [each.column for each in proposed.rows[0].errors] == ["publish_at"]
    assert not any(row.errors for row in proposed.rows[1:])
    with pytest.raises(InputError) as met:
        imports.commit(proposed)
    assert (met.value.code, met.value.exit_code) == ("dates_in_doubt", 2)
    told = imports.understand(sheet.table, dates=DateOrder.MONTH_FIRST)
    row = imports.propose(told, options()).rows[0]
    assert f"{row.posts[0].post.schedule.wall:%Y-%m-%d}" == "2027-03-04"


def test_blank_times_take_the_next_slots_and_a_named_time_wins(world: World, video: str) -> None:
    world.workspace.slots.add(["sim01"], range(7), [time(9), time(18)], "UTC")
    rows = [f"{video},sim01,public,{when}" for when in ("", "2026-11-21 18:00", "next-slot", "")]
    posts = plan(world, "file,account,privacy,publish_at", *rows, timezone="UTC")
    assert [f"{post.schedule.due_at:%d %H:%M}" for post in posts] == [
        "22 09:00",
        "21 18:00",
        "22 18:00",
        "23 09:00",
    ]


def test_a_blank_time_of_an_account_without_slots_is_told(world: World, video: str) -> None:
    (row,) = look(world, "file,account,privacy", f"{video},sim01,public").rows
    assert wrong(row) == {"publish_at": "no_slots"}


def test_dates_of_a_workbook_need_no_question(
    world: World, imports: BulkImport, video: str
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    at = world.clock.now().replace(tzinfo=None, year=2027, month=4, day=3)
    for row in (["file", "account", "privacy", "publish_at"], [video, "sim01", "public", at]):
        sheet.append(row)
    book.save(world.folder / "plan.xlsx")
    read = imports.read(world.folder / "plan.xlsx")
    assert not read.asks_dates
    (found,) = imports.propose(read, options()).rows
    assert f"{found.posts[0].post.schedule.wall:%Y-%m-%d %H:%M}" == "2027-04-03 12:00"


# -- columns ----------------------------------------------------------------------------------


def test_columns_go_by_their_names_and_the_rest_is_told(world: World) -> None:
    sheet = table(world, "Video,Publish At,Budget,account", "a,b,c,d")
    assert sheet.mapping == {"file": "Video", "publish_at": "Publish At", "account": "account"}
    assert (sheet.unknown, sheet.missing) == (("Budget",), ())
    assert table(world, "file,caption,caption", "a,b,c").unknown == ("caption",)


def test_a_table_without_videos_is_refused(world: World, imports: BulkImport) -> None:
    sheet = table(world, "clip,account", "a,b")
    assert sheet.missing == ("file",)
    with pytest.raises(InputError) as met:
        imports.propose(sheet, options())
    assert met.value.code == "columns_missing"


def test_what_a_person_said_of_the_columns_is_remembered_for_such_files(
    world: World, imports: BulkImport, video: str
) -> None:
    sheet = table(world, "clip,who,when", f"{video},sim01,{SOON}")
    told = imports.understand(sheet.table, {"file": "clip", "account": "who"})
    chosen = options(mode=PostMode.INBOX)
    imports.commit(imports.propose(told, chosen))
    again = table(world, "Clip,WHO,when", f"{video},sim01,{SOON}", name="other.csv")
    assert again.missing == ("file",) or again.mapping["file"] == "Clip"
    same = table(world, "clip,who,when", f"{video},sim01,{SOON}", name="other.csv")
    assert same.mapping == {"file": "clip", "account": "who", "publish_at": "when"}


@pytest.mark.parametrize(
    ("mapping", "code"),
    [({"fiel": "clip"}, "column_unknown"), ({"file": "clips"}, "header_missing")],
)
def test_a_wrong_mapping_is_told(
    world: World, imports: BulkImport, mapping: dict[str, str], code: str
) -> None:
    with pytest.raises(InputError) as met:
        imports.understand(table(world, "clip,who", "a,b").table, mapping)
    assert met.value.code == code


# -- undo, cancel -----------------------------------------------------------------------------


def imported(world: World, video: str, times: list[str]) -> tuple[Post, ...]:
    rows = [f"{video},sim01,public,{when}" for when in times]
    return plan(world, "file,account,privacy,publish_at", *rows)


def test_an_import_is_taken_back_by_one_undo(world: World, imports: BulkImport, video: str) -> None:
    posts = imported(world, video, [SOON, "2026-12-25 18:30"])
    alone = world.plan(after=timedelta(days=1))
    undone = imports.undo(posts[0].origin.import_id or "")
    assert {post.id for post in undone.taken_back} == {post.id for post in posts}
    statuses = {post.id: post.status for post in world.posts()}
    assert statuses[alone.id] is PostStatus.SCHEDULED
    assert {statuses[post.id] for post in posts} == {PostStatus.CANCELLED}
    world.run()
    assert len(world.arrived()) == 1


def test_an_undo_that_a_publisher_got_ahead_of_takes_back_the_rest(
    world: World, imports: BulkImport, video: str
) -> None:
    first, second = imported(world, video, ["in 1 minute", SOON])
    world.clock.advance(timedelta(minutes=1))
    world.claim(uploads=1, checks=0)
    undone = imports.undo(first.origin.import_id or "")
    assert [post.id for post in undone.taken_back] == [second.id]
    assert world.post(first).status is PostStatus.PUBLISHING


def test_what_is_out_already_stays_and_is_named(
    world: World, imports: BulkImport, video: str
) -> None:
    first, second = imported(world, video, ["in 1 minute", SOON])
    world.clock.advance(timedelta(minutes=1))
    world.work_off()
    undone = imports.undo(first.origin.import_id or "")
    assert [post.id for post in undone.taken_back] == [second.id]
    assert [post.id for post in undone.left] == [first.id]


@pytest.mark.parametrize("name", ["", "nothing"])
def test_an_unknown_import_cannot_be_undone(imports: BulkImport, name: str) -> None:
    with pytest.raises(NotFound):
        imports.undo(name)


def test_a_look_can_be_cancelled_and_writes_nothing(
    world: World, imports: BulkImport, video: str
) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        imports.propose(table(world, "file,account", f"{video},sim01"), options(), cancel=cancel)


# -- a folder of videos -----------------------------------------------------------------------


def test_a_folder_of_videos_is_planned_from_a_time_on(world: World, imports: BulkImport) -> None:
    world.connect()
    folder = world.folder / "clips"
    folder.mkdir()
    for number in (1, 2, 3):
        (folder / f"clip_{number}.mp4").write_bytes(bytes([number]))
    sheet = imports.read_folder(folder, at=SOON, every=timedelta(days=1))
    chosen = options(accounts=("sim01",), mode=PostMode.INBOX)
    posts = imports.commit(imports.propose(sheet, chosen)).posts
    assert [(post.caption, f"{post.schedule.wall:%d %H:%M}") for post in posts] == [
        ("clip 1", "24 18:30"),
        ("clip 2", "25 18:30"),
        ("clip 3", "26 18:30"),
    ]


def test_a_step_needs_a_first_time(imports: BulkImport, tmp_path: Path) -> None:
    with pytest.raises(InputError) as met:
        imports.read_folder(tmp_path, every=timedelta(days=1))
    assert met.value.code == "every_without_at"


# -- hostile ----------------------------------------------------------------------------------


def test_thousands_of_bad_rows_are_each_named_and_change_nothing(world: World, video: str) -> None:
    rows = [f"{video},nobody{n},maybe,=1+1,../../x" for n in range(2000)]
    proposed = look(world, "file,account,comments,publish_at,timezone", *rows)
    assert len(proposed.refused) == 2000
    assert all(len(row.errors) >= 4 for row in proposed.refused)
    assert world.posts() == []


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.97])
def test_a_table_that_was_cut_ends_in_rows_or_one_error(
    world: World, video: str, kept: float
) -> None:
    text = "file,account,publish_at\n" + f'{video},sim01,"{SOON}"\n' * 20
    path = world.folder / "wreck.csv"
    path.write_text(text[: int(len(text) * kept)])
    with suppress(InputError):
        world.workspace.imports.propose(world.workspace.imports.read(path), options())
    assert world.posts() == []


def test_what_many_rows_name_wrongly_is_looked_up_once_and_told_of_each(
    world: World, imports: BulkImport
) -> None:
    sheet = table(world, "file,account,privacy", *["gone.mp4,ghost,public"] * 3)
    asked: list[Sequence[str]] = []
    reader = imports.reader(sheet, options())
    find = reader.select

    def select(names: Sequence[str]) -> Sequence[Account]:
        asked.append(names)
        return find(names)

    reader.select = select
    rows = [reader.read(row) for row in sheet.table.rows]
    assert len(asked) == 1
    assert [{each.column for each in row.errors} for row in rows] == [{"file", "account"}] * 3
