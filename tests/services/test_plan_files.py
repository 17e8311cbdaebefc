"""The plan as a file: what is written reads the same, and what others changed is never lost."""

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.world import World
from tiktok_manager.domain.errors import ChangedMeanwhile, InputError
from tiktok_manager.domain.plans import PlanRequest, PostEdit
from tiktok_manager.domain.posts import (
    Choices,
    Lateness,
    LatePolicy,
    Post,
    PostMode,
    PostStatus,
    Privacy,
)
from tiktok_manager.services.plan_diff import DiffKind
from tiktok_manager.services.plan_files import PlanDiff, PlanFiles
from tiktok_manager.storage.plan_schema import CampaignRow

CAPTIONS = [
    "",
    " two spaces around ",
    "line one\nline two\r\nthree\rfour",
    'quotes " and ; and , and \t tab',
    "=SUM(A1:A9)",
    "'=1+1",
    "''+1",
    "'tis",
    "-5",
    "@someone",
    "007",
    "12e4",
    "12345678901234567890",
    "🌅 👩‍👩‍👧 \u202etrap",
    "_x0041_ and _x005F_",
    "\uff1dfull width",
    "\ufeffmark",
]


@pytest.fixture
def files(world: World) -> PlanFiles:
    world.connect()
    world.connect("sim02")
    return world.workspace.plan_files


def plan(world: World, **parts: object) -> Post:
    known: dict[str, object] = {
        "file": world.file(),
        "accounts": ("sim01",),
        "when": "2026-12-24 18:30",
        "timezone": "Europe/Berlin",
        "choices": Choices(privacy=Privacy.PUBLIC),
        "consent": True,
    }
    (post,) = world.workspace.planning.plan(PlanRequest(**(known | parts))).posts  # type: ignore[arg-type]
    return post


def compare(world: World, path: Path) -> PlanDiff:
    return world.workspace.plan_files.diff(world.workspace.imports.read(path))


def kinds(diff: PlanDiff) -> set[DiffKind]:
    return {row.kind for row in diff.rows}


def rewrite(path: Path, change: dict[str, dict[str, str]], *, drop: tuple[str, ...] = ()) -> None:
    """Change cells of the rows with these ids, and drop others, as a person would."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [row | change.get(row["id"], {}) for row in rows if row["id"] not in drop]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(kept)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_was_exported_differs_in_nothing(world: World, files: PlanFiles, suffix: str) -> None:
    for number, caption in enumerate(CAPTIONS):
        plan(world, caption=caption, when=f"2026-12-{number + 1:02} 18:30")
    everything = Choices(
        privacy=Privacy.FRIENDS, allow_comment=True, your_brand=True, cover_ms=1500
    )
    plan(world, choices=everything, timezone="Pacific/Auckland", tags=("a", "b c"))
    plan(world, lateness=Lateness(policy=LatePolicy.ASK, within=timedelta(seconds=5400)))
    plan(world, mode=PostMode.INBOX, consent=False, when="2027-03-28 02:30")  # clocks skip it
    plan(world, when="2027-10-31T02:30:00+01:00")  # the second of two such times
    plan(world, choices=Choices(), consent=False, or_draft=True, when="in 90 minutes")
    out = world.folder / f"plan.{suffix}"
    assert files.export(out) == len(world.posts())
    diff = compare(world, out)
    assert [
        (row.number, row.changes, row.errors) for row in diff.rows if row.changes or row.errors
    ] == []
    assert kinds(diff) == {DiffKind.UNCHANGED}
    assert diff.missing == ()


def test_posts_that_ended_are_no_part_of_the_plan(world: World, files: PlanFiles) -> None:
    world.plan()
    world.settle()
    world.workspace.planning.cancel(plan(world).id)
    assert files.export(world.folder / "plan.csv") == 0


def test_a_diff_tells_what_a_file_would_change_and_changes_nothing(
    world: World, files: PlanFiles
) -> None:
    kept, changed, dropped = (plan(world, when=f"2026-12-0{n} 18:30") for n in (1, 2, 3))
    out = world.folder / "plan.csv"
    files.export(out)
    change = {"caption": "New", "publish_at": "2026-12-05 09:00", "comments": "yes"}
    rewrite(out, {changed.id: change}, drop=(dropped.id,))
    with out.open("a", encoding="utf-8") as file:
        file.write(f",,,{kept.media.path},sim02,2026-12-09 10:00,,Added\n")
    diff = compare(world, out)
    assert [row.kind for row in diff.rows] == [
        DiffKind.UNCHANGED,
        DiffKind.CHANGED,
        DiffKind.ADDED,
    ]
    told = {each.field: (each.theirs, each.yours) for each in diff.rows[1].changes}
    assert told == {
        "caption": ("", "New"),
        "publish_at": ("2026-12-02 18:30:00", "2026-12-05 09:00:00"),
        "comments": ("no", "yes"),
    }
    assert [post.id for post in diff.missing] == [dropped.id]
    assert {world.post(each).version for each in (kept, changed, dropped)} == {1}


def test_a_file_is_applied_whole(world: World, files: PlanFiles) -> None:
    kept, changed, dropped = (plan(world, when=f"2026-12-0{n} 18:30") for n in (1, 2, 3))
    out = world.folder / "plan.csv"
    files.export(out)
    change = {"caption": "New", "publish_at": "2026-12-05 09:00", "comments": "yes", "tags": "x"}
    rewrite(out, {changed.id: change}, drop=(dropped.id,))
    with out.open("a", encoding="utf-8") as file:
        file.write(f",,,{kept.media.path},sim02,2026-12-09 10:00,Asia/Tokyo,Added,,public\n")
    wanted = files.propose(compare(world, out), consent=True, remove_missing=True)
    files.commit(wanted)
    after = world.post(changed)
    assert (after.caption, after.tags, after.choices.allow_comment) == ("New", ("x",), True)
    assert f"{after.schedule.wall}" == "2026-12-05 09:00:00"
    assert after.consent == changed.consent or after.consent is not None
    assert world.post(dropped).status is PostStatus.CANCELLED
    assert world.post(kept) == replace(kept, waiting=world.post(kept).waiting)
    (added,) = [post for post in world.posts() if post.handle == "sim02"]
    assert (added.caption, added.schedule.timezone) == ("Added", "Asia/Tokyo")
    files.export(out)
    assert kinds(compare(world, out)) == {DiffKind.UNCHANGED}


def test_what_the_file_lacks_stays_unless_it_is_to_go(world: World, files: PlanFiles) -> None:
    post, dropped = (plan(world, when=f"2026-12-0{n} 18:30") for n in (1, 2))
    out = world.folder / "plan.csv"
    files.export(out)
    rewrite(out, {post.id: {"caption": "New"}}, drop=(dropped.id,))
    files.commit(files.propose(compare(world, out)))
    assert world.post(dropped).status is PostStatus.SCHEDULED
    assert world.post(post).caption == "New"


def test_a_row_that_another_hand_changed_is_refused_with_both_values(
    world: World, files: PlanFiles
) -> None:
    first, second = (plan(world, when=f"2026-12-0{n} 18:30") for n in (1, 2))
    out = world.folder / "plan.csv"
    files.export(out)
    rewrite(out, {first.id: {"caption": "Mine"}, second.id: {"caption": "Fine"}})
    world.workspace.planning.edit(first.id, PostEdit(caption="Theirs"))
    wanted = files.propose(compare(world, out))
    (row,) = wanted.diff.of(DiffKind.REFUSED)
    (error,) = [each.error for each in row.errors]
    assert isinstance(error, ChangedMeanwhile)
    assert [(each.yours, each.theirs) for each in error.changes] == [("Mine", "Theirs")]
    with pytest.raises(InputError) as met:
        files.commit(wanted)
    assert met.value.code == "plan_file_refused"
    assert (world.post(first).caption, world.post(second).caption) == ("Theirs", "")


def test_a_change_between_look_and_commit_is_refused(world: World, files: PlanFiles) -> None:
    post = plan(world)
    out = world.folder / "plan.csv"
    files.export(out)
    rewrite(out, {post.id: {"caption": "Mine"}})
    wanted = files.propose(compare(world, out))
    world.workspace.planning.edit(post.id, PostEdit(caption="Theirs"))
    with pytest.raises(ChangedMeanwhile):
        files.commit(wanted)
    assert world.post(post).caption == "Theirs"


def test_rows_without_ids_are_known_by_account_and_time(world: World, files: PlanFiles) -> None:
    post = plan(world)
    out = world.folder / "plan.csv"
    out.write_text(
        "account,publish_at,timezone,caption,file\n"
        f"sim01;sim02,2026-12-24 18:30,Europe/Berlin,Words,{post.media.path}\n"
    )
    diff = compare(world, out)
    assert [row.kind for row in diff.rows] == [DiffKind.CHANGED, DiffKind.ADDED]
    assert [each.field for each in diff.rows[0].changes] == ["caption"]


@pytest.mark.parametrize(
    ("column", "value"), [("account", "sim02"), ("status", "published"), ("campaign", "x")]
)
def test_what_a_post_keeps_for_its_life_is_not_changed_by_a_file(
    world: World, files: PlanFiles, column: str, value: str
) -> None:
    post = plan(world)
    out = world.folder / "plan.csv"
    files.export(out)
    rewrite(out, {post.id: {column: value}})
    (row,) = compare(world, out).rows
    assert {each.column for each in row.errors} == {column}


def test_wrong_rows_are_told_and_nothing_is_applied(world: World, files: PlanFiles) -> None:
    post, other = (plan(world, when=f"2026-12-0{n} 18:30") for n in (1, 2))
    out = world.folder / "plan.csv"
    files.export(out)
    rewrite(out, {post.id: {"publish_at": "2020-01-01 10:00"}, other.id: {"caption": "New"}})
    wanted = files.propose(compare(world, out))
    (row,) = wanted.diff.of(DiffKind.REFUSED)
    assert {each.column for each in row.errors} == {"publish_at"}
    with pytest.raises(InputError):
        files.commit(wanted)
    assert world.post(other).caption == ""


def test_a_row_whose_post_is_gone_or_named_twice_is_refused(world: World, files: PlanFiles) -> None:
    post = plan(world)
    out = world.folder / "plan.csv"
    out.write_text(f"id,file\n{post.id},{post.media.path}\n{post.id},x.mp4\nnobody,x.mp4\n")
    codes = [[each.error.code for each in row.errors] for row in compare(world, out).rows]
    assert codes == [[], ["post_named_twice"], ["not_found"]]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_was_exported_can_be_imported(world: World, files: PlanFiles, suffix: str) -> None:
    choices = Choices(privacy=Privacy.FRIENDS, allow_duet=True, ai_generated=True, cover_ms=0)
    first = plan(world, caption="=1+1\n🌅", choices=choices, tags=("a", "b"))
    out = world.folder / f"plan.{suffix}"
    files.export(out)
    world.workspace.planning.cancel(first.id)
    imports = world.workspace.imports
    options = replace(imports.usual(), consent=True)
    (again,) = imports.commit(imports.propose(imports.read(out), options)).posts
    assert again.id != first.id
    for name in ("handle", "media", "schedule", "caption", "choices", "lateness", "tags", "mode"):
        assert getattr(again, name) == getattr(first, name)


def test_campaigns_go_by_their_names_unless_two_bear_one(world: World, files: PlanFiles) -> None:
    now = world.clock.now()
    with world.workspace.database.write() as session:
        for number, name in enumerate(("Spring", "Autumn", "autumn")):
            session.add(
                CampaignRow(
                    id=f"c{number}",
                    name=name,
                    status="draft",
                    spec="{}",
                    starts_at=now,
                    ends_at=now,
                    created_at=now,
                    updated_at=now,
                )
            )
    file = world.file()
    path = world.folder / "import.csv"
    rows = [f"{file},sim01,public,2026-12-2{n} 10:00,{c}" for n, c in enumerate(("spring", "c1"))]
    path.write_text("file,account,privacy,publish_at,campaign\n" + "\n".join(rows))
    imports = world.workspace.imports
    posts = imports.commit(imports.propose(imports.read(path), imports.usual())).posts
    assert [post.origin.campaign_id for post in posts] == ["c0", "c1"]
    out = world.folder / "plan.csv"
    files.export(out)
    with out.open(encoding="utf-8-sig", newline="") as written:
        assert [row["campaign"] for row in csv.DictReader(written)] == ["Spring", "c1"]
    assert kinds(compare(world, out)) == {DiffKind.UNCHANGED}
