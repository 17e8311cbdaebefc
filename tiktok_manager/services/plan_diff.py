"""A row of a file beside the post it is about: which one that is, and what differs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.captions import normalize_handle
from tiktok_manager.domain.errors import Change, ChangedMeanwhile, InputError
from tiktok_manager.domain.plans import PlanRow, PostEdit
from tiktok_manager.domain.posts import Choices, Lateness, Post
from tiktok_manager.domain.schedule import Schedule, resolve, zone
from tiktok_manager.domain.when import is_next_slot
from tiktok_manager.services.bulk_import import Sheet
from tiktok_manager.services.bulk_reading import SheetRow
from tiktok_manager.services.bulk_rows import SWITCHES, CellError, RowReader, RowValues

_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
_FIXED = frozenset({"account", "campaign", "status"})
"""What a post keeps for its life, or has by what happens to it."""

_CHOICES = frozenset({*SWITCHES, "privacy", "cover_ms"})


class DiffKind(StrEnum):
    """What a row of a file is to the plan."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRow:
    """A row of a file beside the post it is about; `changes` hold the new value as `yours`."""

    number: int
    values: RowValues
    post: Post | None = None
    changes: tuple[Change, ...] = ()
    errors: tuple[CellError, ...] = ()
    planned: tuple[PlanRow, ...] = ()

    @property
    def kind(self) -> DiffKind:
        """What the row is to the plan."""
        if self.errors:
            return DiffKind.REFUSED
        if self.post is None:
            return DiffKind.ADDED
        return DiffKind.CHANGED if self.changes else DiffKind.UNCHANGED


class Comparing:
    """Compares the rows of a file, in order, with the posts of the plan.

    `get` finds a post by its id, whether it is in that part of the plan or not.
    """

    def __init__(
        self,
        sheet: Sheet,
        reader: RowReader,
        posts: Sequence[Post],
        select: Callable[[Sequence[str]], Sequence[Account]],
        get: Callable[[str], Post],
    ) -> None:
        self._sheet = sheet
        self._columns = frozenset(sheet.mapping)
        self._reader = reader
        self._names = reader.campaigns
        self._select = select
        self._get = get
        self._posts = {post.id: post for post in posts}
        self._places = {(p.account_id, p.schedule.due_at): p.id for p in reversed(posts)}
        self._met: set[str] = set()

    def rows(self, row: SheetRow) -> list[DiffRow]:
        """Return what a row is to the plan: once for each account that it is about."""
        post_id = self._cell(row, "id")
        if post_id:
            return [self._by_id(row, post_id)]
        values = self._reader.read(row)
        if values.errors or is_next_slot(values.when):
            return [DiffRow(number=row.number, values=values, errors=values.errors)]
        due_at = due_of(values)
        known, others = [], []
        for account in self._select(values.accounts):
            found = self._places.get((account.id, due_at))
            if found is None or found in self._met:
                others.append(account.id)
            else:
                known.append(self._beside(row, self._posts[found], values, account_is=True))
        if others or not known:
            new = replace(values, accounts=tuple(others))
            known.append(DiffRow(number=row.number, values=new))
        return known

    def missing(self) -> tuple[Post, ...]:
        """Return the posts of the plan that no row was about."""
        return tuple(post for id_, post in self._posts.items() if id_ not in self._met)

    def _by_id(self, row: SheetRow, post_id: str) -> DiffRow:
        try:
            post = self._posts.get(post_id) or self._get(post_id)
            if post.id in self._met:
                raise InputError("post_named_twice", id=post.id)
        except InputError as error:
            wrong = CellError(column="id", error=error)
            return DiffRow(number=row.number, values=self._reader.read(row), errors=(wrong,))
        values = self._reader.read(self._with_own_time(row, post), post.schedule.timezone)
        told = tuple(each for each in values.errors if self._is_told(row, each.column))
        return self._beside(row, post, replace(values, errors=told))

    def _is_told(self, row: SheetRow, column: str) -> bool:
        """Say whether what is wrong is of this row: not of what a post has without being named."""
        return not column or (column in self._columns and bool(self._cell(row, column)))

    def _beside(
        self, row: SheetRow, post: Post, values: RowValues, *, account_is: bool = False
    ) -> DiffRow:
        self._met.add(post.id)
        stands = record(post, self._names)
        changes = [] if values.errors else self._changes(row, post, values, stands)
        changes = [each for each in changes if not (account_is and each.field == "account")]
        errors = [*values.errors, *(_fixed(each) for each in changes if each.field in _FIXED)]
        version = self._cell(row, "version")
        if changes and version and version != str(post.version):
            stale = ChangedMeanwhile("post", post.id, changes)
            errors = [CellError(column="version", error=stale)]
        return DiffRow(
            number=row.number,
            values=values,
            post=post,
            changes=tuple(changes),
            errors=tuple(errors),
        )

    def _changes(
        self, row: SheetRow, post: Post, values: RowValues, stands: Mapping[str, object]
    ) -> list[Change]:
        """Return what differs in the columns of the file."""
        wanted = self._wanted(row, post, values)
        return [
            Change(field=column, yours=_shown(wanted[column]), theirs=_shown(stands[column]))
            for column in stands
            if column in wanted and _shown(wanted[column]) != _shown(stands[column])
        ]

    def _wanted(self, row: SheetRow, post: Post, values: RowValues) -> dict[str, object]:
        """Return what the row wants in the columns that the file has, as a post is written."""
        choices = values.choices
        wanted: dict[str, object] = {
            "status": self._cell(row, "status") or post.status.value,
            "file": str(values.file) if self._cell(row, "file") else str(post.media.path),
            "account": self._account(row, post),
            "publish_at": values.when if is_next_slot(values.when) else self._time(post, values),
            "timezone": values.timezone,
            "caption": values.caption,
            **{column: "yes" if getattr(choices, n) else "no" for column, n in SWITCHES.items()},
            "privacy": choices.privacy,
            "cover_ms": choices.cover_ms,
            "mode": values.mode.value,
            "campaign": self._names.get(values.campaign_id or ""),
            "tags": ";".join(values.tags),
            "late": None if values.lateness is None else late_of(values.lateness),
        }
        kept = self._columns | ({"caption"} if "hashtags" in self._columns else set())
        return {
            c: value for c, value in wanted.items() if c in kept and (c, value) != ("late", None)
        }

    def _time(self, post: Post, values: RowValues) -> str:
        """Return the time as the post's is written where it is the same, else as it was entered."""
        if due_of(values) == post.schedule.due_at:
            return wall_of(post.schedule)
        return datetime.fromisoformat(values.when).isoformat(" ")

    def _account(self, row: SheetRow, post: Post) -> str:
        name = self._cell(row, "account")
        if not name or normalize_handle(name).casefold() == post.handle.casefold():
            return post.handle
        found = self._select([each.strip() for each in name.split(";")])
        return post.handle if [each.id for each in found] == [post.account_id] else name

    def _with_own_time(self, row: SheetRow, post: Post) -> SheetRow:
        """Return a row about a post with that post's time where it has none."""
        header = self._sheet.mapping.get("publish_at")
        if header is None:
            return row
        place = self._sheet.table.columns.index(header)
        if row.cells[place]:
            return row
        cells = (*row.cells[:place], wall_of(post.schedule), *row.cells[place + 1 :])
        return replace(row, cells=cells)

    def _cell(self, row: SheetRow, column: str) -> str:
        header = self._sheet.mapping.get(column)
        if header is None:
            return ""
        return str(row.cells[self._sheet.table.columns.index(header)]).strip()


def edit_of(row: DiffRow, *, consent: bool) -> PostEdit:
    """Return the edit that makes a post what its row says."""
    changed, values = {change.field for change in row.changes}, row.values
    is_moved = not changed.isdisjoint({"publish_at", "timezone"})
    return PostEdit(
        file=values.file if "file" in changed else None,
        when=values.when if is_moved else None,
        timezone=values.timezone if is_moved else None,
        caption=values.caption if "caption" in changed else None,
        mode=values.mode if "mode" in changed else None,
        choices=_choices(row, changed) if changed & _CHOICES else None,
        consent=consent,
        lateness=values.lateness if "late" in changed else None,
        tags=values.tags if "tags" in changed else None,
    )


def _choices(row: DiffRow, changed: set[str]) -> Choices | None:
    """Return the choices of a post with those that its row changes."""
    if row.post is None:
        return None
    names = [SWITCHES.get(column, column) for column in changed & _CHOICES]
    return replace(row.post.choices, **{name: getattr(row.values.choices, name) for name in names})


def due_of(values: RowValues) -> datetime:
    """Return the instant that a row names."""
    at = datetime.fromisoformat(values.when)
    return resolve(at, values.timezone).due_at if at.tzinfo is None else at


def _fixed(change: Change) -> CellError:
    error = InputError("field_is_fixed", was=change.theirs, wanted=change.yours)
    return CellError(column=change.field, error=error)


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def record(post: Post, campaigns: Mapping[str, str]) -> dict[str, object]:
    """Return a post as a row of the plan; `campaigns` are names by id."""
    choices = post.choices
    switches = {column: getattr(choices, name) for column, name in SWITCHES.items()}
    return {
        "id": post.id,
        "status": post.status.value,
        "version": post.version,
        "file": str(post.media.path),
        "account": post.handle,
        "publish_at": wall_of(post.schedule),
        "timezone": post.schedule.timezone,
        "caption": post.caption,
        **{column: "yes" if is_on else "no" for column, is_on in switches.items()},
        "privacy": choices.privacy,
        "cover_ms": choices.cover_ms,
        "mode": post.mode.value,
        "campaign": campaigns.get(post.origin.campaign_id or ""),
        "tags": ";".join(post.tags),
        "late": late_of(post.lateness),
    }


def wall_of(schedule: Schedule) -> str:
    """Return a local time that reads as this schedule; with its offset where clocks are set."""
    wall = schedule.wall.replace(microsecond=0)
    if resolve(wall, schedule.timezone).due_at == schedule.due_at:
        return wall.isoformat(" ")
    return schedule.due_at.astimezone(zone(schedule.timezone)).isoformat()


def late_of(lateness: Lateness) -> str:
    """Return how late a post may be as a row says it, such as `publish 2h`."""
    seconds = int(lateness.within.total_seconds())
    size, unit = next(each for each in _UNITS if seconds % each[0] == 0)
    return f"{lateness.policy.value} {seconds // size}{unit}"
