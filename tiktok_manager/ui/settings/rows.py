"""The rows of the settings page: a setting with its editor, and the guide to app keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.settings.editors import Editor, SecretEditor, SwitchEditor, make_editor
from tiktok_manager.ui.settings.wording import (
    KEY_STEPS,
    PORTAL_URL,
    REDIRECT_URI,
    SCOPE_LIST,
    SettingItem,
)
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Type

if TYPE_CHECKING:
    from tiktok_manager.ui.frame import Frame


class SettingRow(QWidget):
    """Label, help, editor, and what came of the last change."""

    def __init__(self, item: SettingItem) -> None:
        super().__init__()
        self.editor = make_editor(item)
        self._help = PlainLabel(item.help_text, type=Type.CAPTION, tone="soft", wrap=True)
        self._result = PlainLabel("", type=Type.CAPTION, tone="bad", wrap=True)
        self._result.hide()
        label = PlainLabel(item.label, type=Type.STRONG)
        label.setBuddy(self.editor)
        _name_controls(self.editor, item.label)
        words = column(label, self._help, spacing=SPACE_XS // 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        if isinstance(self.editor, SwitchEditor):
            line = row(words, self.editor, spacing=SPACE_L)
            line.setStretch(0, 1)
            layout.addLayout(line)
        else:
            layout.addLayout(words)
            layout.addWidget(self.editor)
        layout.addWidget(self._result)
        self._help.setVisible(bool(item.help_text))

    def show_item(self, item: SettingItem) -> None:
        """Show the value kept now."""
        self.editor.show_item(item)

    def say_kept(self) -> None:
        """The change holds."""
        self._result.hide()
        if isinstance(self.editor, SecretEditor):
            self.editor.clear()
            self._result.set_tone("good")
            self._result.setText("Kept, encrypted.")
            self._result.show()

    def say_refused(self, words: str) -> None:
        """The value is not possible; it stays to be mended."""
        self._result.set_tone("bad")
        self._result.setText(words)
        self._result.show()
        self.editor.setFocus()


class KeyGuide(QFrame):
    """How to get app keys, with what has to be copied into TikTok's portal."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.setProperty("look", "notice")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addWidget(PlainLabel("How to get your keys", type=Type.STRONG))
        for number, words in enumerate(KEY_STEPS, start=1):
            layout.addWidget(PlainLabel(f"{number}.  {words}", tone="soft", wrap=True))
            if number == 3:
                layout.addWidget(CopyLine("Redirect URI", REDIRECT_URI))
            elif number == 4:
                layout.addWidget(CopyLine("Scopes", SCOPE_LIST))
        portal = push_button(
            "Open the developer portal",
            icon_name="external",
            clicked=lambda: frame.open_url(PORTAL_URL),
            tip=PORTAL_URL,
        )
        layout.addLayout(row(portal, None))


class CopyLine(QWidget):
    """A text to be copied as it is."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self._text = text
        field = PlainLabel(text, wrap=True, selectable=True)
        field.setAccessibleName(f"{name}: {text}")
        self.copy = push_button("Copy", icon_name="copy", clicked=self._on_copy)
        self.copy.setAccessibleName(f"Copy {name}")
        layout = row(field, self.copy)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        self.copy.setText(" Copied")


def _name_controls(editor: Editor, label: str) -> None:
    editor.setAccessibleName(label)
    proxy = editor.focusProxy()
    if proxy is not None:
        proxy.setAccessibleName(label)
