"""Many posts at once: the bar over what is selected, and the form that asks what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.plans import PostEdit
from tiktok_manager.domain.posts import Privacy
from tiktok_manager.domain.schedule import parse_when, read_shift
from tiktok_manager.ui.formats import privacy_words, zoned_time
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.form import Field
from tiktok_manager.ui.kit.inputs import CalmComboBox
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.kit.menus import BulkBar
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M
from tiktok_manager.wording import words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.post_briefs import AnyPost, PostBrief
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.calendar.span import ShownZone
    from tiktok_manager.ui.kit.action import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkWish:
    """What was entered; empty parts leave posts as they are.

    `move_to` is a day, a time or both, as `parse_when` reads them: the rest of a post's time stays.
    `shift` is what `read_shift` reads.
    """

    move_to: str = ""
    shift: str = ""
    tags: str = ""
    caption: str = ""
    privacy: Privacy | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return self == BulkWish()

    def edit_of(self, post: Post, zone: ShownZone, now: datetime) -> PostEdit:
        """Return what it means for a post; raises InputError for what cannot be read."""
        edit = PostEdit(
            caption=self.caption or None,
            tags=tuple(self.tags.replace("#", "").split(",")) if self.tags else None,
            choices=None if self.privacy is None else replace(post.choices, privacy=self.privacy),
        )
        if self.move_to:
            at = self.landing(post, zone, now)
            return replace(edit, when=at.isoformat(), timezone=post.timezone)
        if self.shift:
            days, by = read_shift(self.shift)
            return replace(edit, shift_days=days, shift=by)
        return edit

    def landing(self, post: AnyPost, zone: ShownZone, now: datetime) -> datetime:
        """Return when a post goes out that is moved there; raises InputError."""
        shown = zone.wall(post)
        return parse_when(self.move_to, zone.of(post), now, shown=shown).due_at


class SelectionBar(BulkBar):
    """Lies over the foot of a page while something is selected: no tile moves when it comes."""

    def __init__(
        self, over: QWidget, actions: Sequence[Action], *, clear: Callable[[], object]
    ) -> None:
        super().__init__(
            actions,
            words=lambda n: ntr("{count} post selected", "{count} posts selected", n),
            clear=clear,
        )
        self.setParent(over)
        self._over = over
        over.installEventFilter(self)

    @override
    def show_count(self, count: int) -> None:
        super().show_count(count)
        self._place()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        width, height = self._over.width(), self.sizeHint().height()
        self.setGeometry(0, self._over.height() - height, width, height)
        self.raise_()


class BulkForm(QWidget):
    """Asks for a BulkWish over some posts.

    Signals:
        wanted: The posts, and the BulkWish for them.
    """

    wanted = Signal(object, object)

    def __init__(self, posts: Sequence[PostBrief], zone: ShownZone, now: datetime) -> None:
        super().__init__()
        self._posts, self._zone, self._now = posts, zone, now
        self.move_to, self.shift, self.tags = QLineEdit(), QLineEdit(), QLineEdit()
        self.caption = QPlainTextEdit()
        self.caption.setTabChangesFocus(True)
        self.caption.setFixedHeight(4 * self.fontMetrics().height())
        self.privacy = CalmComboBox()
        self.privacy.addItem(tr("As it is"), None)
        for level in Privacy:
            self.privacy.addItem(privacy_words(level), level)
        self.move_to.setPlaceholderText(tr("fri 18:30, 24 Dec or 9am"))
        self.shift.setPlaceholderText(tr("2d, -1w or 3h"))
        self._fields = {
            "move_to": Field(tr("Move to"), self.move_to),
            "shift": Field(tr("Shift by"), self.shift, tr("Days and weeks keep the local hour.")),
            "tags": Field(tr("Tags"), self.tags),
            "privacy": Field(tr("Who can watch"), self.privacy),
            "caption": Field(tr("Caption"), self.caption),
        }
        count = ntr("Change {count} post", "Change {count} posts", len(posts))
        self.go = push_button(count, look="primary", clicked=self._on_go)
        hint = PlainLabel(tr("What stays blank stays as it is."), tone="soft", wrap=True)
        margins = (SPACE_L, SPACE_M, SPACE_L, SPACE_L)
        fields = self._fields.values()
        self.setLayout(
            column(hint, *fields, row(self.go, None), None, spacing=SPACE_M, margins=margins)
        )
        for line in (self.move_to, self.shift, self.tags):
            line.textChanged.connect(self._look)
            line.returnPressed.connect(self._on_go)
        self.caption.textChanged.connect(self._look)
        self.privacy.activated.connect(self._look)
        self._look()

    def focus(self, part: str) -> None:
        """Give the keyboard to one of the fields."""
        self._fields[part].control.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def wish(self) -> BulkWish:
        """What is entered."""
        return BulkWish(
            move_to=self.move_to.text().strip(),
            shift=self.shift.text().strip(),
            tags=self.tags.text().strip(),
            caption=self.caption.toPlainText().strip(),
            privacy=self.privacy.currentData(),
        )

    def _look(self) -> bool:
        """Echo what was understood, say what was not; returns whether it may be done."""
        wish, is_good = self.wish, True
        for name, said in (("move_to", self._move_words), ("shift", self._shift_words)):
            try:
                self._fields[name].say(said(wish))
            except InputError as error:
                self._fields[name].say(words(error).title, "bad")
                is_good = False
        self.go.setEnabled(is_good and not wish.is_empty)
        return self.go.isEnabled()

    def _move_words(self, wish: BulkWish) -> str:
        if not wish.move_to:
            return ""
        at = wish.landing(self._posts[0], self._zone, self._now)
        return zoned_time(at, self._zone.of(self._posts[0]), self._now)

    def _shift_words(self, wish: BulkWish) -> str:
        if wish.shift and wish.move_to:
            return tr("Move to a time or shift, not both: the time counts.")
        if wish.shift:
            read_shift(wish.shift)
        return ""

    def _on_go(self) -> None:
        if self._look():
            self.wanted.emit(self._posts, self.wish)
