"""The composer as the user meets it: mouse, keyboard, what can be seen."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QStandardItemModel, QTextCursor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.composer.conftest import Settle
from tests.ui.composer.fakes import (
    NOW,
    PRIVATE_OPTIONS,
    FakeMemory,
    Stage,
    a_post,
    an_account,
    an_info,
    enter,
    tick,
    untick,
)
from tiktok_manager.domain.errors import AppError, InputError, ReconnectNeeded, VaultLocked
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.media import MediaInfo
from tiktok_manager.domain.posts import PostMode, PostStatus, Privacy
from tiktok_manager.system import media
from tiktok_manager.ui.composer import view as view_module
from tiktok_manager.ui.composer.creators_card import CreatorRow
from tiktok_manager.ui.composer.rules import BRANDED_NEVER_PRIVATE, DISCLOSURE_NEEDED, Interaction
from tiktok_manager.ui.composer.view import ComposerView
from tiktok_manager.ui.composer.wording import button_words
from tiktok_manager.ui.frame import Frame
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.theme import Theme, ThemeChoice


class FakeFrame:
    """Remembers what the composer asked of the window."""

    def __init__(self, memory: FakeMemory) -> None:
        self.memory = memory
        self.went: list[tuple[str, object]] = []
        self.errors: list[AppError] = []
        self.retries: list[Callable[[], object] | None] = []
        self.urls: list[str] = []
        self.passphrases: list[Callable[[], object]] = []
        self.notices: list[Notice] = []

    def notify(self, notice: Notice) -> None:
        self.notices.append(notice)

    def go(self, pane: str, target: object = None) -> None:
        self.went.append((pane, target))

    def show_error(self, error: AppError, retry: Callable[[], object] | None = None) -> None:
        self.errors.append(error)
        self.retries.append(retry)

    def ask_passphrase(
        self, then: Callable[[], object], otherwise: Callable[[], object] | None = None
    ) -> None:
        self.passphrases.append(then)

    def open_url(self, url: str) -> None:
        self.urls.append(url)


@pytest.fixture
def frame(stage: Stage) -> FakeFrame:
    return FakeFrame(stage.memory)


@pytest.fixture
def view(
    stage: Stage, frame: FakeFrame, qtbot: QtBot, settle: Settle, qapp: QApplication
) -> Iterator[ComposerView]:
    """The composer in a window of its own, asked for a new post."""
    theme = Theme(qapp, ThemeChoice.LIGHT)
    made = ComposerView(stage.core, cast("Frame", frame))
    qtbot.addWidget(made)
    made.resize(1080, 720)
    made.show()
    made.pane_shown()
    made.open_target("new")
    settle()
    yield made
    made.close()
    theme.deleteLater()


@pytest.fixture
def filled(view: ComposerView, clip: Path, settle: Settle) -> ComposerView:
    """A form in which only the audience is not chosen."""
    view.model.choose_file(clip)
    tick(view.model, "alice")
    settle()
    return view


def _options(view: ComposerView) -> list[str]:
    combo = view.rules.privacy
    return [combo.itemText(index) for index in range(combo.count())]


def _choose_privacy(view: ComposerView, words: str) -> None:
    combo = view.rules.privacy
    index = combo.findText(words)
    combo.setCurrentIndex(index)
    combo.activated.emit(index)


def test_nothing_is_preset(filled: ComposerView) -> None:
    rules = filled.rules
    assert rules.privacy.currentIndex() == -1
    assert _options(filled) == ["Everyone", "Friends", "Only you"]
    assert not any(box.isChecked() for box in rules.boxes.values())
    assert not rules.disclose.isChecked()
    assert not rules.your_brand.isVisible()
    assert not rules.ai_generated.isChecked()
    assert not filled.foot.send.isEnabled()
    assert _says(filled.creators, "Alice Nick")


def test_what_blocks_stands_beside_the_button_and_leads_there(
    filled: ComposerView, qtbot: QtBot
) -> None:
    assert filled.foot.line.text() == "Choose who can watch this video."
    for way in (filled.foot.lead, filled.foot.line):
        filled.caption.editor.setFocus()
        QTest.mouseClick(way, Qt.MouseButton.LeftButton)
        assert filled.focusWidget() is filled.rules.privacy
    height_px = filled.foot.sizeHint().height()
    _choose_privacy(filled, "Everyone")
    assert filled.foot.sizeHint().height() == height_px  # else the form above would jump
    assert filled.foot.send.isEnabled()
    assert not filled.foot.lead.isVisible()


def test_disabled_interactions_are_grey_with_the_reason(
    filled: ComposerView, stage: Stage, settle: Settle
) -> None:
    stage.accounts.infos["acc-alice"] = an_info(privacy_options=PRIVATE_OPTIONS, duet_disabled=True)
    filled.model.creators.ask_again()
    settle()
    assert not filled.rules.boxes[Interaction.DUET].isEnabled()
    assert "@alice" in filled.rules.boxes[Interaction.DUET].toolTip()
    assert filled.rules.boxes[Interaction.COMMENT].isEnabled()
    assert _options(filled) == ["Followers", "Friends", "Only you"]


def test_disclosure_uncovers_its_kinds_and_says_what_is_needed_on_hover(
    filled: ComposerView, qtbot: QtBot
) -> None:
    _choose_privacy(filled, "Everyone")
    QTest.mouseClick(filled.rules.disclose, Qt.MouseButton.LeftButton)
    assert filled.rules.your_brand.isVisible()
    assert filled.foot.send.toolTip() == DISCLOSURE_NEEDED
    assert not filled.foot.send.isEnabled()
    filled.rules.branded.click()
    labels = [label.text() for label in filled.rules.findChildren(QLabel) if label.isVisible()]
    assert "Your photo/video will be labeled as 'Paid partnership'" in labels
    assert "Branded Content Policy" in filled.foot.consent.text()


def test_only_you_and_branded_content_take_each_other_away_with_the_reason(
    filled: ComposerView,
) -> None:
    enter(filled.model, disclose=True)
    filled.rules.branded.click()
    items = filled.rules.privacy.model()
    assert isinstance(items, QStandardItemModel)
    assert (items.item(2).isEnabled(), items.item(2).toolTip()) == (False, BRANDED_NEVER_PRIVATE)
    filled.rules.branded.click()
    _choose_privacy(filled, "Only you")
    branded = filled.rules.branded
    assert (branded.isEnabled(), branded.toolTip()) == (False, BRANDED_NEVER_PRIVATE)


def test_the_links_open_tiktoks_pages_and_nothing_else(
    filled: ComposerView, frame: FakeFrame
) -> None:
    page = "https://www.tiktok.com/legal/page/global/music-usage-confirmation/en"
    filled.foot.consent.linkActivated.emit(page)
    filled.foot.consent.linkActivated.emit("https://evil.example/")
    assert frame.urls == [page]


def test_a_post_from_the_keyboard(
    filled: ComposerView, stage: Stage, settle: Settle, qtbot: QtBot
) -> None:
    filled.open_target("new")
    QTest.keyClicks(filled.focusWidget(), "Frost #slow")
    QTest.keyClick(filled.caption.editor, Qt.Key.Key_Tab)
    filled.rules.privacy.setFocus()
    QTest.keyClick(filled.rules.privacy, Qt.Key.Key_Down)
    QTest.keyClick(filled, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert stage.planning.requests[0].caption == "Frost #slow"
    assert stage.planning.requests[0].choices.privacy is Privacy.PUBLIC


def test_every_control_is_reached_by_tab_and_has_a_name(filled: ComposerView, qtbot: QtBot) -> None:
    filled.media.play.setFocus()
    seen: list[QWidget] = []
    while (focus := filled.focusWidget()) not in seen:
        seen.append(focus)
        filled.focusNextChild()
    assert all(widget.accessibleName() for widget in seen)
    wanted = [
        filled.media.play,
        filled.media.remove,
        filled.media.passed,
        filled.accounts.picker.list,
        filled.caption.editor,
        filled.when.moment.day,
        filled.when.moment.time,
        filled.creators.mode.button(PostMode.DIRECT.value),
        filled.rules.privacy,
        filled.rules.boxes[Interaction.COMMENT],
        filled.rules.disclose,
        filled.rules.ai_generated,
    ]
    order = [seen.index(widget) for widget in wanted]
    assert order == sorted(order)


def test_escape_leaves_and_keeps_what_was_typed(
    filled: ComposerView, frame: FakeFrame, stage: Stage, qtbot: QtBot
) -> None:
    stage.memory.set_word("pane", "accounts")
    filled.caption.editor.setFocus()
    QTest.keyClicks(filled.caption.editor, "Frost")
    QTest.keyClick(filled.caption.editor, Qt.Key.Key_Escape)
    assert frame.went == [("accounts", None)]
    draft = stage.drafts.get()
    assert draft is not None
    assert "Frost" in draft.form


def test_escape_stops_the_reading_of_a_file(
    filled: ComposerView, stage: Stage, frame: FakeFrame, settle: Settle, qtbot: QtBot
) -> None:
    _choose_privacy(filled, "Everyone")
    stage.planning.gate.clear()
    filled.foot.send.click()
    qtbot.waitUntil(stage.planning.reading.is_set)
    assert filled.foot.cancel.isVisible()
    assert filled.focusWidget() is filled.foot.cancel
    QTest.keyClick(filled.foot.cancel, Qt.Key.Key_Escape)
    settle()
    assert stage.planning.requests == []
    assert frame.went == []
    assert filled.foot.send.isVisible()


def test_after_a_plan_the_work_goes_on_at_the_post_in_the_calendar(
    filled: ComposerView, stage: Stage, frame: FakeFrame, settle: Settle
) -> None:
    stage.planning.findings = (Finding(code="account_is_paused", params={"account": "alice"}),)
    _choose_privacy(filled, "Everyone")
    filled.foot.send.click()
    settle()
    (post_id,) = stage.planning.posts
    assert frame.went == [("calendar", post_id)]
    (notice,) = frame.notices
    assert notice.text == "Planned for @alice: Sat 14:00 (Berlin)."
    assert notice.more == "@alice is paused."
    assert notice.step is not None
    notice.step.perform()
    settle()
    assert stage.planning.posts[post_id].status is PostStatus.CANCELLED


def test_what_is_on_its_way_is_not_offered_to_be_undone(
    filled: ComposerView, frame: FakeFrame, settle: Settle
) -> None:
    _choose_privacy(filled, "Everyone")
    enter(filled.model, post_now=True)
    filled.foot.send.click()
    settle()
    (notice,) = frame.notices
    assert notice.text == "On its way: @alice."
    assert notice.step is None


def test_who_went_elsewhere_while_the_file_was_read_stays_there_and_is_told(
    filled: ComposerView, frame: FakeFrame, settle: Settle
) -> None:
    _choose_privacy(filled, "Everyone")
    filled.foot.send.click()
    filled.hide()
    settle()
    assert frame.went == []
    assert [notice.step_words for notice in frame.notices] == ["Undo"]


def test_a_refusal_is_shown_by_the_window(
    filled: ComposerView, stage: Stage, frame: FakeFrame, settle: Settle
) -> None:
    stage.planning.error = InputError(title="The file changed while it was read.")
    _choose_privacy(filled, "Everyone")
    filled.foot.send.click()
    settle()
    assert frame.errors == [stage.planning.error]
    assert filled.foot.send.isEnabled()


def test_a_locked_vault_asks_in_place(
    view: ComposerView, stage: Stage, frame: FakeFrame, settle: Settle
) -> None:
    stage.accounts.infos["acc-alice"] = VaultLocked(title="The vault is locked.")
    tick(view.model, "alice")
    settle()
    assert len(frame.passphrases) == 1


def test_a_failed_question_can_be_asked_again_in_place(
    view: ComposerView, stage: Stage, settle: Settle
) -> None:
    stage.accounts.infos["acc-alice"] = InputError(title="TikTok has a problem of its own.")
    tick(view.model, "alice")
    settle()
    del stage.accounts.infos["acc-alice"]
    button = cast("QPushButton", view.creators.focus_target)
    assert button.text() == "Try again"
    button.click()
    settle()
    assert view.model.creators.states[0].info is not None


def test_a_file_can_be_dropped(view: ComposerView, clip: Path, settle: Settle) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/clip.mp4"), QUrl.fromLocalFile(str(clip))])
    drop = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    view.dropEvent(drop)
    settle()
    assert view.model.form.file == clip


def test_a_file_can_be_chosen(
    view: ComposerView, clip: Path, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_module, "ask_video", lambda _parent: str(clip))
    view.media.choose.click()
    settle()
    assert view.model.form.file == clip


def test_a_click_anywhere_on_an_account_ticks_it_and_the_focus_stays_in_the_list(
    view: ComposerView, settle: Settle
) -> None:
    accounts = view.accounts.picker.list
    row = accounts.visualRect(accounts.model().index(0, 0))
    accounts.setFocus()
    QTest.mouseClick(accounts.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    settle()
    assert view.model.form.account_ids == ("acc-alice",)
    assert view.focusWidget() is accounts


def test_the_wheel_never_changes_a_choice(filled: ComposerView) -> None:
    _choose_privacy(filled, "Everyone")
    before = filled.model.form
    for widget in (filled.rules.privacy, filled.when.moment.day, filled.when.moment.time):
        widget.setFocus()
        QApplication.sendEvent(widget, _wheel(widget))
    assert filled.model.form == before


def test_the_caption_count_turns_red_beyond_the_limit(view: ComposerView) -> None:
    view.caption.editor.setPlainText("x" * 2201)
    counters = [
        label for label in view.caption.findChildren(QLabel) if label.text() == "2,201 / 2,200"
    ]
    assert counters[0].property("tone") == "bad"
    view.caption.editor.setPlainText("x" * 2000)
    assert counters[0].property("tone") == "warning"


def test_text_from_outside_is_never_markup(
    filled: ComposerView, stage: Stage, settle: Settle
) -> None:
    stage.accounts.infos["acc-alice"] = an_info(nickname="<b>Alice</b>", duet_disabled=True)
    filled.model.creators.ask_again()
    settle()
    rich = [
        label
        for label in filled.findChildren(QLabel)
        if label.textFormat() is not Qt.TextFormat.PlainText and label.text()
    ]
    assert rich == [filled.foot.consent]


def test_a_day_of_the_calendar_begins_a_post_on_it(
    view: ComposerView, stage: Stage, clip: Path, settle: Settle
) -> None:
    stage.planning.posts["post-1"] = a_post(clip)
    view.open_target("post-1")
    settle()
    view.open_target(date(2026, 11, 27))
    assert view.model.entry.editing is None
    assert view.when.moment.wall == view.model.form.wall
    assert view.model.form.wall == datetime(2026, 11, 27, 14, 0)  # noqa: DTZ001 - wall time
    assert not view.model.entry.restored


@pytest.mark.parametrize("target", ["new", "post-1"])
def test_a_form_begins_at_its_top_with_the_caret_in_it(
    filled: ComposerView, stage: Stage, clip: Path, settle: Settle, target: str
) -> None:
    stage.planning.posts["post-1"] = a_post(clip)
    filled.resize(1080, 480)
    filled.rules.ai_generated.setFocus()  # the last form was left at its end
    for area in filled.findChildren(QScrollArea):
        area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    assert not filled.when.moment.time.visibleRegion().boundingRect().isValid()
    filled.open_target(target)
    settle()
    assert filled.focusWidget() is filled.caption.editor
    assert filled.caption.editor.textCursor().atEnd()
    assert filled.when.moment.time.visibleRegion().boundingRect().isValid()


def test_the_title_says_whether_a_post_is_new_or_changed(
    view: ComposerView, stage: Stage, clip: Path, settle: Settle
) -> None:
    stage.planning.posts["post-1"] = a_post(clip)
    view.open_target("post-1")
    settle()
    assert view.windowTitle() == "Edit post"
    view.open_target("new")
    settle()
    assert view.windowTitle() == ""


def test_a_caption_that_nobody_typed_over_stays_as_it_is_and_so_does_the_caret(
    view: ComposerView, stage: Stage, clip: Path, settle: Settle
) -> None:
    stage.planning.posts["post-1"] = a_post(clip, caption="10\u00a0km #run")
    view.open_target("post-1")
    settle()
    view.caption.editor.moveCursor(QTextCursor.MoveOperation.Start)
    QApplication.sendEvent(view.caption, QEvent(QEvent.Type.PaletteChange))
    view.model.minute_passed()
    assert view.caption.editor.textCursor().atStart()
    assert view.model.form.caption == "10\u00a0km #run"
    assert not view.model.entry.is_dirty


def test_a_lost_permission_leads_to_its_account(
    filled: ComposerView, stage: Stage, frame: FakeFrame, settle: Settle
) -> None:
    stage.accounts.infos["acc-alice"] = ReconnectNeeded(title="Its permission is gone.")
    filled.model.creators.ask_again()
    settle()
    (button,) = [each for each in filled.findChildren(QPushButton) if each.text() == "Reconnect"]
    button.click()
    assert frame.went[-1] == ("accounts", "acc-alice")


def test_a_post_changed_meanwhile_is_told_with_the_way_to_look_again(
    view: ComposerView, frame: FakeFrame, stage: Stage, clip: Path, settle: Settle
) -> None:
    stage.planning.posts["post-1"] = a_post(clip)
    view.open_target("post-1")
    settle()
    enter(view.model, privacy=Privacy.FRIENDS)
    stage.planning.change("post-1", caption="Theirs")
    view.model.submit()
    settle()
    (error,) = frame.errors
    assert error.code == "changed_meanwhile"
    (again,) = frame.retries
    assert again is not None
    again()
    settle()
    assert view.caption.editor.toPlainText() == "Theirs"


def test_a_claimed_post_shows_that_it_is_locked_and_says_so_to_screen_readers(
    view: ComposerView,
    stage: Stage,
    clip: Path,
    settle: Settle,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr(view_module, "announce", lambda _view, text, **_how: said.append(text))
    stage.planning.posts["post-1"] = a_post(clip)
    view.open_target("post-1")
    settle()
    assert view.caption.editor.toPlainText() == "Autumn walk #slow"
    stage.planning.move("post-1", PostStatus.PUBLISHING)
    qtbot.waitUntil(lambda: bool(view.model.state.locked))
    assert view.caption.editor.isReadOnly()
    assert not view.foot.send.isEnabled()
    assert not view.rules.privacy.isEnabled()
    texts = [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    assert view.model.state.locked in texts
    assert said == [view.model.state.locked]
    enter(view.model, caption="too late")
    view.model.submit()
    assert view.model.form.caption == "Autumn walk #slow"
    assert stage.planning.edits == []


def test_the_inbox_hides_what_tiktok_asks_there(filled: ComposerView) -> None:
    filled.creators.mode.button(PostMode.INBOX.value).click()
    assert filled.model.form.mode is PostMode.INBOX
    assert not filled.rules.isVisible()
    assert not filled.foot.consent.isVisible()
    assert filled.foot.send.isEnabled()


def test_a_typed_time_is_planned_and_what_is_none_blocks_until_it_is_mended(
    filled: ComposerView, stage: Stage, settle: Settle
) -> None:
    enter(filled.model, privacy=Privacy.PUBLIC)
    line = filled.when.moment.time
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "25:99")
    QTest.keyClick(line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert stage.planning.requests == []
    assert not filled.foot.send.isEnabled()
    line.selectAll()
    QTest.keyClicks(line, "1830")
    QTest.keyClick(line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert stage.planning.requests[0].when == "2026-11-21T18:30:00"


def test_a_time_that_is_typed_and_not_entered_yet_is_the_one_that_the_button_plans(
    filled: ComposerView, stage: Stage, settle: Settle
) -> None:
    enter(filled.model, privacy=Privacy.PUBLIC)
    line = filled.when.moment.time
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "6pm")
    filled.foot.send.click()
    settle()
    assert stage.planning.requests[0].when == "2026-11-21T18:00:00"


@pytest.mark.parametrize("size", [(1080, 716), (824, 616), (816, 576)])
def test_accounts_caption_and_time_are_seen_without_scrolling(
    filled: ComposerView, qtbot: QtBot, size: tuple[int, int]
) -> None:
    filled.resize(*size)
    qtbot.waitUntil(lambda: filled._page.verticalScrollBar().maximum() == 0)
    for part in (filled.accounts, filled.caption, filled.when, filled.foot.send):
        qtbot.waitUntil(lambda part=part: part.visibleRegion().boundingRect() == part.rect())  # type: ignore[misc]


def test_passed_checks_are_one_line_that_opens_and_problems_always_stand(
    filled: ComposerView, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    card = filled.media
    assert card.passed.text().strip() == "6 checks passed"
    assert not _says(card, "H.264")
    card.passed.click()
    assert _says(card, "H.264")
    slow = MediaInfo(duration_s=34, width_px=1080, height_px=1920, fps=12, codec="h264")
    monkeypatch.setattr(media, "probe", lambda _path: slow)
    card.passed.click()
    filled.model.look_again()
    qtbot.waitUntil(lambda: _says(card, "Frame rate"))  # a new line appears with the next turn
    assert card.passed.text().strip() == "5 checks passed"
    assert not _says(card, "H.264")


def _says(widget: QWidget, text: str) -> bool:
    return any(label.text() == text for label in widget.findChildren(QLabel) if label.isVisible())


def test_the_next_free_time_stands_under_when_and_is_one_click_away(
    filled: ComposerView, stage: Stage, settle: Settle, qtbot: QtBot
) -> None:
    card, way_out = filled.when, filled.when.way_out
    assert not way_out.isVisibleTo(card)
    full_until = stage.workspace.quota.full_until
    full_until |= {"acc-alice": NOW + timedelta(hours=26), "acc-bob": NOW + timedelta(hours=30)}
    tick(filled.model, "bob")
    qtbot.waitUntil(lambda: way_out.isVisibleTo(card))
    assert way_out.text().strip() == "Spread over free times"
    way_out.click()
    assert way_out.text().strip() == "Keep one time for all"
    way_out.click()
    assert not filled.model.form.spread
    untick(filled.model, "bob")
    qtbot.waitUntil(lambda: way_out.isVisibleTo(card))
    assert way_out.text().strip() == "Use that time"
    way_out.click()
    assert card.moment.wall == datetime(2026, 11, 22, 15, 0)  # noqa: DTZ001 - wall time
    assert not way_out.isVisibleTo(card)
    settle()


@pytest.mark.parametrize("size", [(1080, 720), (824, 572), (520, 400), (1800, 1000)])
def test_nothing_is_cut_at_any_width(
    filled: ComposerView,
    stage: Stage,
    settle: Settle,
    qtbot: QtBot,
    size: tuple[int, int],
) -> None:
    stage.accounts.infos["acc-bob"] = an_info(
        "bob", privacy_options=PRIVATE_OPTIONS, stitch_disabled=True, max_duration_s=60
    )
    tick(filled.model, "bob")
    enter(filled.model, disclose=True)
    stage.workspace.quota.full_until |= dict.fromkeys(
        ("acc-alice", "acc-bob"), NOW + timedelta(days=2)
    )
    qtbot.waitUntil(lambda: len(filled.model.state.full) == 2)
    filled.resize(*size)
    settle()
    qtbot.waitUntil(lambda: _cut_in(filled) == [])
    qtbot.waitUntil(lambda: _overflowing(filled) == [])


@pytest.mark.parametrize(("width", "columns"), [(1080, 3), (824, 2), (520, 1)])
def test_a_form_that_opens_in_a_small_window_has_the_columns_it_has_room_for(
    stage: Stage, frame: FakeFrame, settle: Settle, qtbot: QtBot, width: int, columns: int
) -> None:
    view = ComposerView(stage.core, cast("Frame", frame))
    qtbot.addWidget(view)
    view.resize(width, 572)
    view.show()
    view.pane_shown()
    settle()
    parts = (view.media, view.accounts, view.when)
    qtbot.waitUntil(lambda: len({part.mapTo(view, QPoint()).x() for part in parts}) == columns)
    assert _overflowing(view) == []
    assert _cut_in(view) == []


def _cut_in(view: ComposerView) -> list[tuple[str, str]]:
    # The frameless tool buttons of the window's own set ask for 3 px more than they are given.
    widgets = [each for each in view.findChildren(QWidget) if not isinstance(each, QToolButton)]
    return [
        (type(each).__name__, each.accessibleName())
        for each in widgets
        if each.isVisible() and _is_cut(each)
    ]


def _overflowing(view: ComposerView) -> list[QScrollArea]:
    areas = [each for each in view.findChildren(QScrollArea) if each.isVisible()]
    return [each for each in areas if each.horizontalScrollBar().maximum() > 0]


def _is_cut(widget: QWidget) -> bool:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height() < widget.heightForWidth(widget.width())
    return widget.width() < widget.minimumSizeHint().width()


def _wheel(widget: QWidget) -> QWheelEvent:
    centre = QPointF(widget.rect().center())
    return QWheelEvent(
        centre,
        QPointF(widget.mapToGlobal(centre.toPoint())),
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )


def test_without_accounts_the_way_to_connect_one_is_offered(
    view: ComposerView, stage: Stage, frame: FakeFrame, settle: Settle
) -> None:
    stage.accounts.accounts.clear()
    view.model.accounts.reading.retry()
    settle()
    button = cast("QPushButton", view.accounts.focus_target)
    assert button.isVisible()
    button.click()
    assert frame.went == [("accounts", None)]


def test_what_was_cleared_comes_back_by_the_button_that_takes_the_place_of_clear(
    filled: ComposerView,
) -> None:
    enter(filled.model, caption="Frost")
    _press(filled, "Clear")
    assert filled.model.form.caption == ""
    _press(filled, "Bring it back")
    assert filled.caption.editor.toPlainText() == "Frost"


def _press(view: ComposerView, words: str) -> None:
    (button,) = [each for each in view.findChildren(QPushButton) if each.text().strip() == words]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_form_that_is_being_read_takes_the_caret_as_soon_as_it_is_there(
    stage: Stage, frame: FakeFrame, qtbot: QtBot, settle: Settle
) -> None:
    stage.drafts.gate.clear()
    view = ComposerView(stage.core, cast("Frame", frame))
    qtbot.addWidget(view)
    view.show()
    view.pane_shown()
    view.open_target("new")
    assert not view.caption.editor.isVisible()
    stage.drafts.gate.set()
    settle()
    assert view.focusWidget() is view.caption.editor


def test_fifty_accounts_are_chosen_with_one_refresh_and_asked_about_two_at_a_time(
    view: ComposerView, stage: Stage, settle: Settle
) -> None:
    many = [an_account(f"user{number}") for number in range(50)]
    stage.accounts.accounts |= {each.id: each for each in many}
    view.model.accounts.reading.retry()
    settle()
    stage.accounts.gate.clear()
    refreshed: list[None] = []
    view.model.changed.connect(lambda: refreshed.append(None))
    view.model.choose_accounts([each.id for each in many])
    assert len(refreshed) < 5
    assert len(stage.accounts.asked) <= 2
    stage.accounts.gate.set()
    settle()
    assert len(stage.accounts.asked) == 50
    assert view.model.state.rules.complete
    assert len(view.creators.findChildren(CreatorRow)) <= 4


def test_while_it_is_hidden_nothing_is_shown_anew_and_then_all_at_once(
    view: ComposerView, stage: Stage, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    refresh = view.foot.refresh

    def noted() -> None:
        told.append(view.foot.send.text())
        refresh()

    monkeypatch.setattr(view.foot, "refresh", noted)
    view.hide()
    stage.core.accounts.reading.request()
    settle()
    tick(view.model, "alice")
    enter(view.model, post_now=True)
    settle()
    assert not told
    view.show()
    assert len(told) == 1
    assert view.foot.send.text() == button_words(view.model.state) != told[0]
    assert view.accounts.picker.chosen == ("acc-alice",)
