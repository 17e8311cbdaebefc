"""Inputs change by intent only, and a form says beside each what is wrong with it."""

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

import tiktok_manager.ui
from tiktok_manager.ui.kit.form import Field, Form
from tiktok_manager.ui.kit.inputs import (
    ChoiceInput,
    Input,
    SearchBox,
    Switch,
    SwitchInput,
    TextInput,
    TicksInput,
)
from tiktok_manager.ui.kit.layout import ScrollPage
from tiktok_manager.ui.theme import Theme

ZONES = [(name, name.replace("_", " ")) for name in ("UTC", "Asia/Tokyo", "America/New_York")]
MANY = [*ZONES, *((f"Etc/GMT+{n}", f"Etc/GMT+{n}") for n in range(30))]
# They turn with the wheel, or move a time by the machine's zone.
RESTLESS = {
    "QComboBox",
    "QSpinBox",
    "QDoubleSpinBox",
    "QDateEdit",
    "QTimeEdit",
    "QDateTimeEdit",
    "QSlider",
    "QDial",
}


class Page(QWidget):
    """A shown window to put parts on."""

    def put(self, *parts: QWidget) -> None:
        layout = self.layout() or QVBoxLayout(self)
        for part in parts:
            layout.addWidget(part)
        self.show()
        self.activateWindow()
        QApplication.processEvents()  # it is laid out, and active


@pytest.fixture
def page(qtbot: QtBot, look: Theme) -> Page:
    made = Page()
    qtbot.addWidget(made)
    return made


def told(control: Input) -> list[str]:
    values: list[str] = []
    control.edited.connect(values.append)
    return values


def wheel(widget: QWidget) -> None:
    window = widget.window()
    place = widget.mapTo(window, widget.rect().center())
    QTest.wheelEvent(window.windowHandle(), QPointF(place), QPoint(0, -120))


@pytest.mark.parametrize("choices", [ZONES, MANY])
@pytest.mark.parametrize("is_focused", [False, True])
def test_the_wheel_over_a_box_scrolls_the_page_and_changes_nothing(
    page: Page, choices: list[tuple[str, str]], is_focused: bool
) -> None:
    control = ChoiceInput(choices)
    control.show_value("Asia/Tokyo")
    values = told(control)
    scrolled = ScrollPage(400)
    scrolled.add(control)
    for _ in range(20):
        scrolled.add(TextInput())
    page.resize(420, 200)
    page.put(scrolled)
    if is_focused:
        control.setFocus()
    wheel(control.box)
    assert (control.box.currentData(), values) == ("Asia/Tokyo", [])
    assert scrolled.verticalScrollBar().value() > 0
    assert control.box.hasFocus() is is_focused


def test_no_box_of_the_window_turns_with_the_wheel() -> None:
    found = []
    for file in Path(tiktok_manager.ui.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found += [f"{file.name}: {node.func.id}"] * (node.func.id in RESTLESS)
    assert found == []


def test_one_of_many_is_found_by_any_part_of_it(page: Page) -> None:
    control = ChoiceInput(MANY)
    control.show_value("UTC")
    values = told(control)
    page.put(control)
    control.setFocus()
    line = control.box.lineEdit()
    assert isinstance(control.box, SearchBox)
    assert line is not None
    line.selectAll()
    QTest.keyClicks(line, "new y")
    QTest.keyClick(line, Qt.Key.Key_Return)
    QTest.keyClick(line, Qt.Key.Key_Return)  # the first may only have closed the list
    assert values == ["America/New_York"]
    assert control.box.currentData() == "America/New_York"


def test_text_that_names_none_gives_way_to_what_was_chosen(page: Page) -> None:
    control, other = ChoiceInput(MANY), TextInput()
    control.show_value("UTC")
    values = told(control)
    page.put(control, other)
    control.setFocus()
    line = control.box.lineEdit()
    assert line is not None
    line.selectAll()
    QTest.keyClicks(line, "Atlantis")
    other.setFocus()
    assert (control.box.currentText(), control.box.currentData(), values) == ("UTC", "UTC", [])


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_a_switch_is_turned_by_keys_and_tells_only_what_the_user_did(
    page: Page, key: Qt.Key
) -> None:
    control = SwitchInput()
    values = told(control)
    page.put(control)
    control.show_value("on")
    assert values == []
    QTest.keyClick(control.switch, key)
    assert values == ["off"]


def test_of_ticks_the_first_always_stays(page: Page) -> None:
    control = TicksInput([("basic", "Your name"), ("list", "Your videos")])
    values = told(control)
    page.put(control)
    control.show_value("basic")
    assert not control.boxes["basic"].isEnabled()
    control.boxes["list"].click()
    assert values == ["basic,list"]


def make_form(page: Page) -> tuple[Form, dict[str, TextInput]]:
    form = Form(page)
    controls = {name: TextInput() for name in ("key", "zone")}
    for name, control in controls.items():
        page.put(form.add(name, name.capitalize(), control, f"About the {name}."))
    return form, controls


def test_the_first_wrong_field_has_the_focus_and_says_why_to_screen_readers(page: Page) -> None:
    form, controls = make_form(page)
    form.set_error("zone", "There is no such zone.")
    form.set_error("key", "A key has 18 letters.")
    line = controls["key"].line
    assert line.hasFocus()
    assert line.accessibleName() == "Key"
    assert line.accessibleDescription() == "A key has 18 letters. About the key."
    assert form.fields["key"].said.isVisible()
    form.accept("key")
    assert line.accessibleDescription() == "About the key."
    assert not form.fields["key"].said.isVisible()
    assert form.fields["zone"].has_error


def test_what_was_refused_stays_to_be_mended_and_is_not_said_twice(page: Page) -> None:
    form, controls = make_form(page)
    changes: list[tuple[str, str]] = []
    form.changed.connect(lambda name, value: changes.append((name, value)))
    form.show_value("zone", "UTC")
    line = controls["zone"].line
    line.selectAll()
    QTest.keyClicks(line, "Atlantis")
    QTest.keyClick(line, Qt.Key.Key_Return)
    form.set_error("zone", "There is no such zone.")
    form.show_value("zone", "UTC")  # something else changed
    controls["key"].setFocus()
    assert (line.text(), changes) == ("Atlantis", [("zone", "Atlantis")])
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert (line.text(), form.fields["zone"].has_error) == ("UTC", False)


def test_typing_is_not_overwritten_by_changes_elsewhere(page: Page) -> None:
    form, controls = make_form(page)
    QTest.keyClicks(controls["key"].line, "half a k")
    form.show_value("key", "another")
    assert controls["key"].line.text() == "half a k"


def test_a_text_that_was_kept_follows_changes_elsewhere_again(page: Page) -> None:
    form, controls = make_form(page)
    line = controls["zone"].line
    QTest.keyClicks(line, "Asia/Tokyo")
    QTest.keyClick(line, Qt.Key.Key_Return)
    form.accept("zone")
    form.show_value("zone", "UTC")  # undone
    assert line.text() == "UTC"


def test_a_box_says_its_label_itself_and_help_and_error_stand_below_it(page: Page) -> None:
    for box in (Switch(), QCheckBox()):
        field = Field("Paid", box, "For goods or services.")
        page.put(field)
        assert (box.text(), box.accessibleName()) == ("Paid", "Paid")
        field.say("Choose one more.", "attention")
        assert box.accessibleDescription() == "Choose one more. For goods or services."
        assert field.said.y() > field.help.y() > box.y()
