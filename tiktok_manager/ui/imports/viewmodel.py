"""An import on its way: what was chosen, how it is understood, what its rows come to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.errors import AppError, Cancelled, InputError
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.domain.slots import read_weekly
from tiktok_manager.services.bulk_import import Verdict
from tiktok_manager.services.bulk_videos import VideoPlan
from tiktok_manager.services.planning import Planning
from tiktok_manager.ui.dropping import is_table
from tiktok_manager.ui.kit.reading import Job
from tiktok_manager.ui.post.settings import PostSettings
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.services.bulk_import import (
        ImportProposal,
        ImportResult,
        ImportRow,
        Sheet,
    )
    from tiktok_manager.services.bulk_rows import DateOrder, ImportOptions
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.kit.reading import JobProgress
    from tiktok_manager.ui.undo import UndoStep

_ORDER = (Verdict.REFUSED, Verdict.WARNING, Verdict.OK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import planned; `step` takes all of it back."""

    posts: tuple[Post, ...]
    left_out: int
    step: UndoStep


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWays:
    """How videos become posts, and what goes for the rows of a table that do not say.

    `daily` are times as they are typed; without them it is the next free slots. With `shared`
    every account gets some of the videos, else all of them.
    """

    daily: bool = True
    times: str = "18:30"
    shared: bool = True
    template: str = "{name}"


class ImportViewModel(QObject):
    """One import, from what was chosen to the posts; nothing is written before its end.

    `on_left` is told, also long afterwards, how many posts an undo could not take back.

    Attributes:
        sheet: What was chosen, as it is understood; None before.
        settings: For whom the posts are, and what TikTok wants decided.
        proposal: What the rows come to, None while that is not known.
        consents: Whether the user agreed to TikTok's line, once for all of them.
        good_rows: Whether rows that cannot be planned are left out.
        job: The reading, looking or planning under way.

    Signals:
        changed: Something of it reads differently.
        read: What was chosen is read, or read anew.
        planned: An Imported.
        failed: An AppError.
    """

    changed = Signal()
    read = Signal()
    planned = Signal(object)
    failed = Signal(object)

    def __init__(self, core: Core, parent: QObject, on_left: Callable[[int], None]) -> None:
        super().__init__(parent)
        self._core = core
        self._on_left = on_left
        self._imports = core.workspace.imports
        self._paths: tuple[Path, ...] = ()
        self.sheet: Sheet | None = None
        self.settings = PostSettings(core, self)
        self.ways = ImportWays()
        self.proposal: ImportProposal | None = None
        self.consents = False
        self.good_rows = False
        self.job = Job(core.tasks, self)
        self.job.changed.connect(self.changed)
        self.settings.changed.connect(self._on_settings)

    # -- what is chosen -------------------------------------------------------------------

    @property
    def is_table(self) -> bool:
        """Whether a table was chosen, not videos."""
        return self.sheet is not None and self.sheet.table.form.kind != "folder"

    def choose(self, paths: Sequence[Path]) -> None:
        """Take a table, or videos and folders of them."""
        self._paths = tuple(paths)
        self.sheet = self.proposal = None
        tables = [path for path in paths if is_table(path)]
        if tables:
            self._paths = (tables[0],)
        work = partial(self._imports.read, tables[0]) if tables else self._read_videos
        self.job.start(
            lambda _job: work(), done=self._on_read, failed=self._on_failed, words=tr("Reading")
        )

    def understand(self, header: str, column: str) -> None:
        """Take a column of the table for this, or for nothing."""
        sheet = self.sheet
        if sheet is None:
            return
        mapping = {each: "" for each, taken in sheet.mapping.items() if taken == header}
        if column:
            mapping[column] = header
        self._understand(sheet, {**sheet.mapping, **mapping}, sheet.dates)

    def set_dates(self, order: DateOrder) -> None:
        """Say whether the day or the month comes first."""
        if self.sheet is not None:
            self._understand(self.sheet, self.sheet.mapping, order)

    def set_ways(self, ways: ImportWays) -> None:
        """Say when videos go out, to whom, and with which words."""
        self.ways, self.proposal = ways, None
        self.changed.emit()

    # -- what is in the way ---------------------------------------------------------------

    def why_not_read(self) -> str:
        """What is missing of the first step."""
        return "" if self.sheet is not None else tr("Choose videos or a table.")

    def why_not_understood(self) -> str:
        """What is missing of the columns."""
        if self.sheet is None:
            return ""
        if self.sheet.missing:
            return tr("Say which column holds the video.")
        return tr("Say which comes first in its dates.") if self.sheet.asks_dates else ""

    def why_not_looked(self) -> str:
        """What is missing of the settings."""
        if why_not := self.settings.why_not:
            return why_not
        if not self.is_table and self.ways.daily:
            try:
                self._daily()
            except InputError as error:
                return joined(words(error).title, words(error).hint)
        return ""

    def why_not_planned(self) -> str:
        """What is in the way of planning the rows."""
        if self.proposal is None:
            return "" if self.job.busy else tr("The rows are not looked at yet.")
        try:
            self._imports.check(self.proposal, good_rows=self.good_rows)
        except InputError as error:
            return words(error).title
        return ""

    # -- what the rows come to ------------------------------------------------------------

    @property
    def rows(self) -> Sequence[ImportRow]:
        """The rows, those that cannot be planned first, then those to be looked at."""
        found = self.proposal.rows if self.proposal is not None else ()
        return sorted(found, key=lambda row: (_ORDER.index(row.verdict), row.number))

    @property
    def posts(self) -> Sequence[Post]:
        """The posts that would be made now."""
        found = self.proposal.rows if self.proposal is not None else ()
        return [each.post for row in found if not row.errors for each in row.posts]

    @property
    def consent(self) -> str:
        """TikTok's line for all that is published; empty where nothing is."""
        choices = [post.choices for post in self.posts if post.mode is PostMode.DIRECT]
        texts = {Planning.consent_text(each) for each in choices}
        return max(texts, key=len, default="")

    @property
    def finish_words(self) -> str:
        """What the last button does."""
        count = len(self.posts)
        if self.consent and not self.consents:
            return ntr("Keep {count} draft", "Keep {count} drafts", count)
        return ntr("Plan {count} post", "Plan {count} posts", count)

    def count(self, verdict: Verdict) -> int:
        """Return how many rows are of this verdict."""
        return sum(row.verdict is verdict for row in self.rows)

    def set_consent(self, consents: bool) -> None:
        """Agree to TikTok's line for all posts, or do not; the rows are looked at anew."""
        self.consents = consents
        self.look()

    def set_good_rows(self, good_rows: bool) -> None:
        """Leave out what cannot be planned, or plan nothing then."""
        self.good_rows = good_rows
        self.changed.emit()

    def look(self) -> None:
        """See what the rows come to, with what is chosen now."""
        self.job.cancel()
        if self.sheet is not None:
            said = tr("Looking at the videos")
            work = partial(self._propose, self.sheet, self._options())
            self.job.start(work, done=self._on_proposed, failed=self._on_failed, words=said)

    def plan(self) -> None:
        """Plan the rows as they were looked at, all or none."""
        proposal, good_rows = self.proposal, self.good_rows
        if proposal is None or self.why_not_planned():
            return
        self.job.start(
            lambda _job: self._imports.commit(proposal, good_rows=good_rows),
            done=self._on_planned,
            failed=self._on_failed,
            words=tr("Planning"),
            can_stop=False,
        )

    # -- inside ---------------------------------------------------------------------------

    def _options(self) -> ImportOptions:
        form = self.settings.form
        return replace(
            self._imports.usual(),
            accounts=form.account_ids,
            choices=form.choices,
            mode=form.mode,
            consent=self.consents,
        )

    def _daily(self) -> tuple[time, ...]:
        return read_weekly(self.ways.times)[1]

    def _read_videos(self) -> Sheet:
        ways, accounts = self.ways, self.settings.form.account_ids
        how = VideoPlan(
            template=ways.template,
            share=accounts if ways.shared and len(accounts) > 1 else (),
            daily=self._daily() if ways.daily else (),
        )
        return self._imports.read_videos(self._paths, how)

    def _propose(self, sheet: Sheet, options: ImportOptions, job: JobProgress) -> ImportProposal:
        if not self.is_table:
            sheet = self._read_videos()  # by the settings of now

        def tell(read_bytes: int, size_bytes: int) -> None:
            job.tell(read_bytes, size_bytes, tr("Looking at the videos"), counted=False)

        return self._imports.propose(sheet, options, cancel=job.token, progress=tell)

    def _understand(
        self, sheet: Sheet, mapping: Mapping[str, str], dates: DateOrder | None
    ) -> None:
        self._core.tasks.run(
            lambda _token: self._imports.understand(sheet.table, mapping, dates),
            done=self._on_understood,
            failed=self._on_failed,
            group="import-columns",
        )

    def _on_understood(self, sheet: Sheet) -> None:
        self.sheet, self.proposal = sheet, None
        self.settings.require_accounts("account" not in sheet.mapping)
        self.changed.emit()

    def _on_read(self, sheet: Sheet) -> None:
        self._on_understood(sheet)
        if not self.is_table:
            self.settings.require_accounts(True)
        self.read.emit()

    def _on_settings(self) -> None:
        self.proposal = None
        self.changed.emit()

    def _on_proposed(self, proposal: ImportProposal) -> None:
        self.proposal = proposal
        self.changed.emit()

    def _on_planned(self, result: ImportResult) -> None:
        ids = [post.id for post in result.posts]
        tell, imports = self._core.tasks.relay(self._on_left), self._imports

        def undo(_token: CancelToken) -> None:
            if left := len(imports.undo(result.id).left):
                tell(left)

        count, planning = len(result.posts), self._core.workspace.planning
        step = self._core.undo.did(
            ntr("Import {count} post", "Import {count} posts", count),
            undo=undo,
            redo=lambda _token: planning.restore_many(ids),
            posts=result.posts,
        )
        done = Imported(posts=result.posts, left_out=len(result.left_out), step=step)
        self.planned.emit(done)

    def _on_failed(self, error: AppError) -> None:
        if not isinstance(error, Cancelled):
            self.failed.emit(error)
        self.changed.emit()
