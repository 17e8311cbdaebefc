"""Boards of the kit: every piece by its name, in the states that differ.

A new piece of `ui/kit` gets a board, or a place on one: a function that returns a widget.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from tiktok_manager.domain.metrics import SeriesPoint
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.formats import short_number
from tiktok_manager.ui.icons import icon, screen_ratio
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.avatar import round_picture
from tiktok_manager.ui.kit.badges import (
    Chip,
    FigureCard,
    NumberLabel,
    StatusBadge,
)
from tiktok_manager.ui.kit.banner import Banner
from tiktok_manager.ui.kit.chart import NumberChart
from tiktok_manager.ui.kit.controls import Fact, icon_button, push_button
from tiktok_manager.ui.kit.form import Form
from tiktok_manager.ui.kit.inputs import CalmComboBox, TextInput, make_input
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, FlowLayout, Skeleton, column
from tiktok_manager.ui.kit.list_model import Column, ListModel
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.placeholders import EmptyState, FirstStep
from tiktok_manager.ui.kit.reading import Job, Progress
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.kit.when_field import WhenField
from tiktok_manager.ui.kit.wizard import Wizard, WizardStep
from tiktok_manager.ui.tasks import TaskRunner
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import ROW_HEIGHT, SPACE_M, SPACE_XL, Type

_NOW = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
_SHORT = "Ten minutes at the sea"
_BODY = "Ten minutes at the sea, and then the long way home through the dunes."


def board(name: str, width_px: int) -> QWidget:
    """Return a board in the width of a window and as high as it has to be."""
    sheet = QWidget()
    sheet.setObjectName("window")
    sheet.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    layout = QVBoxLayout(sheet)
    layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
    layout.setSpacing(SPACE_M)
    for title, content in BOARDS[name]().items():
        card = Card(title)
        card.body.addLayout(content)
        layout.addWidget(card)
    layout.addStretch(1)
    sheet.setFixedWidth(width_px)
    sheet.adjustSize()
    return sheet


def _labels() -> dict[str, QVBoxLayout]:
    tones = ("", "soft", "accent", "good", "warning", "attention", "bad")
    return {
        "PlainLabel: types": column(*(PlainLabel(tr(_SHORT), type=each) for each in Type)),
        "PlainLabel: tones": column(*(PlainLabel(tr(_SHORT), tone=each) for each in tones)),
        "PlainLabel: wrapped": column(PlainLabel(" ".join([tr(_BODY)] * 4), wrap=True)),
        "PlainLabel: elided": column(PlainLabel(" ".join([tr(_BODY)] * 4), elided=True)),
        "NumberLabel": _line(*(NumberLabel(n) for n in (None, 7, 12_412, 1_250_000))),
    }


def _controls() -> dict[str, QVBoxLayout]:
    looks = ("primary", "", "quiet", "danger", "segment", "chip")
    words = partial(tr, "Plan 3 posts")
    return {
        "push_button": _line(*(push_button(words(), look=each) for each in looks)),
        "push_button with an icon": _line(
            *(push_button(words(), look=each, icon_name="plus") for each in looks[:4])
        ),
        "push_button that may not be pressed": _line(*(_disabled(look) for look in looks[:4])),
        "push_button, checked": _line(*(_checked(look) for look in looks[4:])),
        "icon_button": _line(
            *(icon_button(name, name) for name in ("close", "more", "filter", "plus", "edit"))
        ),
        "Chip": _line(Chip(tr("Scheduled"), checked=True), Chip(tr("Failed")), Chip(tr("Missed"))),
        "Fields": _line(_field(), _choice(), QCheckBox(tr("Allow comments"))),
    }


def _signs() -> dict[str, QVBoxLayout]:
    statuses = list(PostStatus)
    names = ("Alice Waters", "二宮 和也", "bob", "Ōkami")
    return {
        "StatusBadge": column(
            _row(*map(StatusBadge, statuses[:6])), _row(*map(StatusBadge, statuses[6:]))
        ),
        "StatusBadge of an account": _line(
            _state("check", tr("Connected"), "good"), _state("lock", tr("Reconnect"), "bad")
        ),
        "Avatars": _line(*(_avatar(name, size) for name in names for size in (24, 32, 48))),
    }


def _messages() -> dict[str, QVBoxLayout]:
    return {"Banner": column(*(_notice(tone) for tone in Tone))}


def _placeholders() -> dict[str, QVBoxLayout]:
    waiting = Skeleton(rows=4)
    waiting.setFixedHeight(200)
    return {
        "Skeleton": column(waiting),
        "EmptyState": column(_empty()),
        "EmptyState with steps": column(_first_steps()),
    }


def _wizards() -> dict[str, QVBoxLayout]:
    return {
        "Wizard: a step that something is in the way of": column(_wizard(1)),
        "Wizard: its summary": column(_wizard(2)),
        "Wizard: under way": column(_wizard(2, is_busy=True)),
    }


def _forms() -> dict[str, QVBoxLayout]:
    choices = [("light", tr("Light")), ("dark", tr("Dark"))]
    kinds = (("text", ()), ("secret", ()), ("choice", choices), ("bool", ()), ("scopes", choices))
    form = Form()
    fields = [
        form.add(kind, tr("Appearance"), make_input(kind, made), tr(_BODY)) for kind, made in kinds
    ]
    wrong = form.add("wrong", tr("Time zone"), TextInput(), tr(_BODY))
    wrong.say(tr("There is no such zone."), "bad")
    return {
        "Form": column(*fields, wrong, spacing=SPACE_M),
        "WhenField": column(
            _when("2026-12-12T11:00"), _when("2027-03-28T02:30"), _when("2026-12-12T11:00", "soon")
        ),
    }


def _numbers() -> dict[str, QVBoxLayout]:
    days = (28, 27, 26, 25, 20, 19, 18, 17, 16, 9, 8, 3, 2, 1, 0)
    return {
        "FigureCard": _line(*(_figure(*each) for each in ((128_431, 4_120), (96, -3), (7, None)))),
        "NumberChart": column(_chart(*((day, 12_000 + 37 * (28 - day)) for day in days))),
        "NumberChart of one reading": column(_chart((3, 12_431))),
        "NumberChart of none": column(_chart()),
    }


def _lists() -> dict[str, QVBoxLayout]:
    return {"Table": column(_table())}


def _table() -> QWidget:
    rows: ListModel[tuple[str, int]] = ListModel(
        (
            Column(words=lambda: tr("Account"), value=lambda each: f"@{each[0]}"),
            Column(
                words=lambda: tr("Status"),
                value=lambda _each: tr("Ready"),
                icon=lambda _each: icon("check", "good"),
                width=160,
            ),
            Column(
                words=lambda: tr("Followers"),
                value=lambda each: short_number(each[1]),
                sort=lambda each: each[1],
                right=True,
                width=120,
            ),
        ),
        lambda each: each[0],
    )
    table: Table[tuple[str, int]] = Table(rows, tr("Accounts"), several=True, sorted_by=2)
    rows.setParent(table)
    rows.set_rows([("alice", 12_412), ("bob", 310_877), ("二宮", 96), ("Ōkami", 5_200_000)])
    table.choose("bob")
    table.setFixedHeight(36 + 4 * ROW_HEIGHT + 2)
    return table


BOARDS: Mapping[str, Callable[[], dict[str, QVBoxLayout]]] = {
    "labels": _labels,
    "controls": _controls,
    "forms": _forms,
    "signs": _signs,
    "numbers": _numbers,
    "messages": _messages,
    "lists": _lists,
    "placeholders": _placeholders,
    "wizards": _wizards,
}


# --- one piece each ---------------------------------------------------------------------------


def _row(*items: QWidget) -> QWidget:
    line = QWidget()
    line.setLayout(FlowLayout(*items))
    return line


def _line(*items: QWidget) -> QVBoxLayout:
    return column(_row(*items))


def _disabled(look: str) -> QWidget:
    button = push_button(tr("Plan 3 posts"), look=look)
    button.setEnabled(False)
    return button


def _checked(look: str) -> QWidget:
    button = push_button(tr("Month"), look=look, checkable=True)
    button.setChecked(True)
    return button


def _when(wall: str, typed: str = "") -> WhenField:
    field = WhenField(lambda: _NOW)
    field.show_wall(datetime.fromisoformat(wall), "Europe/Berlin")
    if typed:
        field.time.setText(typed)
        field.time.setModified(True)
        field.commit()
    return field


def _field() -> QLineEdit:
    field = QLineEdit()
    field.setPlaceholderText(tr("Search or jump"))
    return field


def _choice() -> CalmComboBox:
    box = CalmComboBox()
    box.addItems([tr("Everyone"), tr("Friends"), tr("Only you")])
    return box


def _avatar(name: str, size_px: int) -> QLabel:
    label = QLabel()
    label.setPixmap(round_picture(name, None, size_px, screen_ratio()))
    return label


def _state(icon_name: str, words: str, tone: str) -> QWidget:
    badge = StatusBadge()
    badge.show_state(icon_name, words, tone)
    return badge


def _notice(tone: Tone) -> Banner:
    bar = Banner()
    bar.show_notice(
        Notice(
            text=ntr("{count} post was planned.", "{count} posts were planned.", 3),
            more=tr(_BODY),
            tone=tone,
            step=Action(words=lambda: tr("Show"), run=lambda: None),
            details="rate_limit_exceeded",
        )
    )
    return bar


def _empty() -> EmptyState:
    return EmptyState(
        "calendar",
        tr("No posts here"),
        tr(_BODY),
        action_text=tr("New post"),
        action=lambda: None,
    )


def _first_steps() -> EmptyState:
    page = EmptyState("accounts", tr("No accounts yet"))
    steps = ("App keys", "First account", "First post")
    page.set_steps(
        [
            FirstStep(
                title=tr(title),
                text=tr(_BODY),
                action_text=tr("Begin"),
                action=lambda: None,
                done=number == 0,
            )
            for number, title in enumerate(steps)
        ]
    )
    return page


def _wizard(place: int, *, is_busy: bool = False) -> QWidget:
    form = Form()
    job = Job(TaskRunner(form), form)
    wizard = Wizard(
        (
            WizardStep(title=tr("File"), page=form.add("file", tr("File"), TextInput(), tr(_BODY))),
            WizardStep(
                title=tr("Accounts"), page=_table(), why_not=lambda: tr("Choose one first.")
            ),
        ),
        summary=lambda: [
            Fact(label=tr("Accounts"), value="4"),
            Fact(label=tr("Posts"), value="120"),
        ],
        finish=Action(words=lambda: tr("Import 120 posts"), look="primary", run=lambda: None),
        job=job,
    )
    form.setParent(wizard)
    if is_busy:
        job.progress = Progress(done=40, total=120, words=tr(_SHORT))
        job.changed.emit()
    wizard.go_to(place)
    return wizard


def _figure(value: int, gained: int | None) -> QWidget:
    card = FigureCard(tr("Followers"))
    card.show_number(value, gained, tr("in 28 days"))
    card.setChecked(gained is None)
    return card


def _chart(*days_ago_and_values: tuple[int, int]) -> QWidget:
    points = [
        SeriesPoint(at=_NOW - timedelta(days=days), value=value)
        for days, value in days_ago_and_values
    ]
    chart = NumberChart()
    start = _NOW - timedelta(days=28)
    chart.show_series(tr("Followers"), points, "Europe/Berlin", start, _NOW)
    return chart
