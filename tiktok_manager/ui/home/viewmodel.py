"""What the home pane says: decided here, without a widget."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.posts import GREEN, NEEDS_USER, PostFilter
from tiktok_manager.domain.tonight import DryRun, Verdict, of_all
from tiktok_manager.ui.formats import status_words, zoned_time
from tiktok_manager.ui.home.lines import HomeLine
from tiktok_manager.ui.home.problems import MOST_STOPPED, Board, problem_lines
from tiktok_manager.ui.kit.reading import Reading, Stage
from tiktok_manager.ui.link_gate import tiktok_url
from tiktok_manager.ui.post_look import CHANGES_POSTS, changes_posts, status_look
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.findings import Finding
    from tiktok_manager.domain.post_briefs import ChangedPost
    from tiktok_manager.ui.frame import Core, Frame
    from tiktok_manager.ui.home.ways import Ways

_LOOKED_AT = "home-looked-at"
_AWAY_FROM = timedelta(minutes=5)
TONIGHT_EVERY_MS = 2000  # each look goes to every file's drive
_MOST_AWAY, _MOST_TONIGHT = 6, 40
_MOST_CHANGED = 200
_RESULTS = GREEN | NEEDS_USER
SIGNS = {
    Verdict.OK: ("check", "good"),
    Verdict.WARNING: ("status-unconfirmed", "warning"),
    Verdict.PROBLEM: ("status-needs_attention", "attention"),
}


class HomeViewModel(QObject):
    """Reads what the pane shows.

    Attributes:
        board: Problems, results and accounts.
        tonight: The dry run of the next 24 hours.
        since: When the pane was looked at before this time; None if it never was.

    Signals:
        changed: Lines or headline may read differently.
    """

    changed = Signal()

    def __init__(self, core: Core, frame: Frame, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._memory = frame.memory
        self._away_from: datetime | None = None
        self.since: datetime | None = None
        self.board: Reading[Board] = Reading(
            core.tasks,
            core.bridge,
            self._read_board,
            parent=self,
            stale_on=CHANGES_POSTS,
            is_empty=lambda board: board.is_new,
        )
        self.tonight: Reading[tuple[DryRun, ...]] = Reading(
            core.tasks,
            core.bridge,
            lambda _token: core.workspace.tonight.look(),
            parent=self,
            stale_on=CHANGES_POSTS,
            concerns=changes_posts,
            every_ms=TONIGHT_EVERY_MS,
        )
        for reading in (self.board, self.tonight):
            reading.changed.connect(self.changed)

    # -- looking --------------------------------------------------------------------------

    def begin_look(self) -> None:
        """The user looks at the pane: after some time, tell what happened since the last look."""
        now, kept = self._core.now(), self._memory.word(_LOOKED_AT)
        last = _instant(kept)
        if last is not None and (self.since is None or now - last >= _AWAY_FROM):
            self.since = last
        self.keep_looking()
        self.board.request()
        self.tonight.request()

    def keep_looking(self) -> None:
        """The pane is still in front: what happens now was seen."""
        self._memory.set_word(_LOOKED_AT, self._core.now().isoformat())

    def minute_passed(self) -> None:
        """Look ahead anew: the next 24 hours are others by now, and drives come and go."""
        self.keep_looking()
        self.tonight.request()

    def _read_board(self, _token: CancelToken) -> Board:
        workspace = self._core.workspace
        stopped = PostFilter(statuses=NEEDS_USER)
        results = PostFilter(statuses=_RESULTS)
        since, changed = self.since, []
        if since is not None:
            found = workspace.planning.changed(results, limit=_MOST_CHANGED)
            changed = [each for each in found if each.changed_at > since]
        return Board(
            blockers=workspace.blockers.all(),
            stopped=tuple(workspace.planning.page(stopped, limit=MOST_STOPPED + 1)),
            accounts=tuple(workspace.accounts.overview()),
            has_keys=workspace.settings.app_keys_ready(),
            has_post=bool(workspace.planning.page(PostFilter(), limit=1)),
            changed=tuple(changed),
        )

    # -- what is said ---------------------------------------------------------------------

    @property
    def runs(self) -> Sequence[DryRun]:
        """The dry run as it was read last."""
        return self.tonight.value or ()

    @property
    def headline(self) -> tuple[Verdict, str]:
        """How tonight stands, in a sentence."""
        if self.tonight.stage is Stage.LOADING:
            return Verdict.OK, tr("Looking at the next 24 hours…")
        runs = self.runs
        if not runs:
            return Verdict.OK, tr("Nothing goes out in the next 24 hours")
        numbers = Counter(run.verdict for run in runs)
        if count := numbers[Verdict.PROBLEM]:
            text = ntr(
                "Tonight: {count} of {all} posts will not go out as things are",
                "Tonight: {count} of {all} posts will not go out as things are",
                count,
                all=len(runs),
            )
            return Verdict.PROBLEM, text
        if count := numbers[Verdict.WARNING]:
            text = ntr(
                "Tonight: {count} of {all} posts is in doubt",
                "Tonight: {count} of {all} posts are in doubt",
                count,
                all=len(runs),
            )
            return Verdict.WARNING, text
        following = tr("{time} @{handle}", time=self._time(runs[0].at), handle=runs[0].post.handle)
        return Verdict.OK, ntr(
            "Tonight is safe: {count} post, {next}",
            "Tonight is safe: {count} posts, the next {next}",
            len(runs),
            next=following,
        )

    @property
    def general(self) -> Sequence[Finding]:
        """What is said of every post of tonight, and is told once."""
        return of_all(self.runs)

    def problems(self, ways: Ways) -> Sequence[HomeLine]:
        """Return what is wrong, what stops everything first, each with its one button."""
        board = self.board.value
        return () if board is None else problem_lines(board, self._core, ways)

    def tonight_lines(self, ways: Ways) -> Sequence[HomeLine]:
        """Return the posts of the next 24 hours; those of a batch are one line."""
        together: dict[str, list[DryRun]] = {}
        for run in self.runs:
            together.setdefault(_together(run), []).append(run)
        groups, general = list(together.values()), self.general
        lines = [self._tonight_line(group, general, ways) for group in groups[:_MOST_TONIGHT]]
        if left := sum(map(len, groups[_MOST_TONIGHT:])):
            lines.append(
                HomeLine(
                    key="more-tonight",
                    icon="calendar",
                    tint="soft_ink",
                    title=ntr("{count} more post", "{count} more posts", left),
                    open=ways.go("calendar"),
                )
            )
        return lines

    @property
    def away(self) -> str:
        """What happened since the last look, in a sentence; empty for nothing."""
        board = self.board.value
        if board is None or self.since is None or not board.changed:
            return ""
        numbers = Counter(each.post.status for each in board.changed)
        parts = [
            tr("{status}: {count}", status=status_words(status), count=count)
            for status, count in numbers.most_common()
        ]
        return tr("Since {time} · {what}", time=self._time(self.since), what=" · ".join(parts))

    def away_lines(self, ways: Ways) -> Sequence[HomeLine]:
        """Return the newest results since the last look, with the way to the videos."""
        board = self.board.value
        if board is None:
            return ()
        lines = [_away_line(each, self._time(each.changed_at), ways) for each in board.changed]
        if left := len(lines[_MOST_AWAY:]):
            lines[_MOST_AWAY:] = [
                HomeLine(
                    key="more-away",
                    icon="activity",
                    tint="soft_ink",
                    title=ntr("{count} more result", "{count} more results", left),
                    open=ways.go("activity"),
                )
            ]
        return lines

    # -- inside ---------------------------------------------------------------------------

    def _time(self, at: datetime) -> str:
        return zoned_time(at, self._core.timezone, self._core.now())

    def _tonight_line(
        self, runs: Sequence[DryRun], general: Sequence[Finding], ways: Ways
    ) -> HomeLine:
        worst = min(runs, key=lambda run: list(SIGNS)[::-1].index(run.verdict))
        told = [each for each in worst.findings if each not in general]
        post, several = worst.post, len(runs) > 1
        icon, tint = SIGNS[worst.verdict]
        who = ntr("@{handle}", "{count} accounts", len(runs), handle=post.handle)
        caption = " ".join(post.caption.split())
        first = told[0] if told and worst.verdict is not Verdict.OK else None
        more = "" if first is None else joined(words(first).title, words(first).hint)
        is_other = several and first is not None
        return HomeLine(
            key=_together(worst),
            icon=icon,
            tint=tint,
            lead=self._time(worst.at),
            title=tr("{who} · {caption}", who=who, caption=caption) if caption else who,
            more=tr("@{handle}: {why}", handle=post.handle, why=more) if is_other else more,
            open=ways.go("calendar", post.id) if several else ways.open_post(post),
            mends=None if first is None else ways.of_finding(first, post),
        )


def _away_line(changed: ChangedPost, when: str, ways: Ways) -> HomeLine:
    post = changed.post
    look, url = status_look(post.status), tiktok_url(post.url)
    caption = " ".join(post.caption.split())
    said = tr("@{handle} · {status}", handle=post.handle, status=look.words)
    return HomeLine(
        key=post.id,
        icon=look.icon,
        tint="good" if post.status in GREEN else "attention",
        lead=when,
        title=tr("{who} · {caption}", who=said, caption=caption) if caption else said,
        open=ways.open_post(post),
        mends=None if url is None else ways.page(url),
    )


def _together(run: DryRun) -> str:
    """Posts of a batch that go out at the same time are one line."""
    batch = run.post.origin.batch
    return run.post.id if batch is None else f"{batch} {run.at.isoformat()}"


def _instant(kept: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(kept)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
