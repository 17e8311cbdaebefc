"""What TikTok wants decided for every direct post: audience, interactions, disclosure, label.

Nothing is chosen beforehand (TikTok: content sharing guidelines, points 2 and 3).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QWidget

from tiktok_manager.domain.posts import Privacy
from tiktok_manager.ui.composer.form import PostForm
from tiktok_manager.ui.composer.rules import (
    DISCLOSURE_NEEDED,
    Interaction,
    interaction_words,
    label_text,
)
from tiktok_manager.ui.composer.state import State
from tiktok_manager.ui.formats import plain_tip, privacy_words
from tiktok_manager.ui.kit.form import Field
from tiktok_manager.ui.kit.inputs import CalmComboBox, Switch
from tiktok_manager.ui.kit.layout import Card, FlowLayout, Line, column, row
from tiktok_manager.ui.post.settings import ChoosesPost
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS

_BELOW_SWITCH_PX = 44
BoxT = TypeVar("BoxT", bound=QCheckBox)


class RulesCard(Card):
    """The settings of a direct post, each as far as the chosen accounts allow it."""

    def __init__(self, model: ChoosesPost) -> None:
        super().__init__(padding=SPACE_M)
        self._model = model
        self._levels: tuple[tuple[Privacy, str], ...] | None = None
        self.privacy = CalmComboBox()
        self.privacy.activated.connect(self._on_privacy)
        self._audience = Field(tr("Who can watch this video"), self.privacy)
        self.boxes = {
            which: self._box(QCheckBox(interaction_words(which)), _choosing(which.value))
            for which in Interaction
        }
        for box in self.boxes.values():
            box.setAccessibleName(box.text())
        boxes = QWidget()
        boxes.setLayout(FlowLayout(*self.boxes.values(), spacing=SPACE_L))
        self._interactions = Field(tr("Allow users to"), boxes)
        self.disclose = self._box(Switch(), lambda form, on: replace(form, disclose=on))
        self.your_brand = self._box(QCheckBox(), _choosing("your_brand"))
        self.branded = self._box(QCheckBox(), _choosing("branded_content"))
        self.ai_generated = self._box(Switch(), _choosing("ai_generated"))
        self._build()

    def refresh(self, state: State) -> None:
        """Show the choices and what of them is possible."""
        self.setVisible(state.is_direct)
        form, rules, choices = state.form, state.rules, state.form.choices
        usable = state.is_open and rules.complete
        self._refresh_privacy(state, usable=usable)
        for which, box in self.boxes.items():
            is_on = bool(getattr(choices, which.value))
            _show(box, is_on, usable=usable, why_not=rules.interactions[which])
            box.setAccessibleDescription(rules.interactions[which])
        self._interactions.say("\n".join(filter(None, rules.interactions.values())))
        _show(self.disclose, form.disclose, usable=state.is_open)
        self._kinds.setVisible(form.disclose)
        missing = DISCLOSURE_NEEDED if form.lacks_kind else ""
        self._disclosure.say(missing or label_text(choices), "attention" if missing else "accent")
        _show(self.your_brand, choices.your_brand, usable=state.is_open)
        self._branded.say(rules.branded, "attention")
        _show(self.branded, choices.branded_content, usable=state.is_open, why_not=rules.branded)
        _show(self.ai_generated, choices.ai_generated, usable=state.is_open)

    def _box(self, box: BoxT, chosen: Callable[[PostForm, bool], PostForm]) -> BoxT:
        """Let a box tell what the user did, and nothing else."""
        model = self._model
        box.clicked.connect(lambda on: model.enter(chosen(model.form, on)))
        return box

    def _build(self) -> None:
        self._disclosure = Field(
            tr("Disclose video content"),
            self.disclose,
            tr(
                "Turn on to disclose that this video promotes goods or services in exchange for "
                "something of value. Your video could promote yourself, a third party, or both."
            ),
        )
        brand_help = tr("You are promoting yourself or your own business.")
        branded_help = tr("You are promoting another brand or a third party.")
        brand = Field(tr("Your brand"), self.your_brand, brand_help)
        self._branded = Field(tr("Branded content"), self.branded, branded_help)
        self._kinds = QWidget()
        self._kinds.setLayout(row(_BELOW_SWITCH_PX, column(brand, self._branded, spacing=SPACE_XS)))
        ai_help = tr("TikTok adds the label “Creator labeled as AI-generated”.")
        ai_generated = Field(tr("AI-generated content"), self.ai_generated, ai_help)
        self.body.setSpacing(SPACE_S)
        for part in (self._audience, self._interactions, Line(), self._disclosure, self._kinds):
            self.body.addWidget(part)
        self.body.addWidget(Line())
        self.body.addWidget(ai_generated)

    def _refresh_privacy(self, state: State, *, usable: bool) -> None:
        rules = state.rules
        levels = tuple(rules.privacy.items())
        if levels != self._levels:
            self._levels = levels
            self._fill_privacy()
        self.privacy.setEnabled(usable and bool(levels))
        self.privacy.setPlaceholderText(tr("Choose…") if rules.complete else tr("Not known yet"))
        chosen = state.form.choices.privacy
        with QSignalBlocker(self.privacy):
            self.privacy.setCurrentIndex(self.privacy.findData(chosen) if chosen else -1)
        if rules.complete and not levels:
            nothing = tr("The chosen accounts share no option. Plan them one by one.")
            self._audience.say(nothing, "attention")
        else:
            self._audience.say(rules.privacy.get(Privacy.ONLY_ME, ""))

    def _fill_privacy(self) -> None:
        items = self.privacy.model()
        with QSignalBlocker(self.privacy):
            self.privacy.clear()
            for row_number, (level, why_not) in enumerate(self._levels or ()):
                self.privacy.addItem(privacy_words(level), level)
                if why_not and isinstance(items, QStandardItemModel):
                    items.item(row_number).setEnabled(False)
                    items.item(row_number).setToolTip(plain_tip(why_not))

    def _on_privacy(self, index: int) -> None:
        level = Privacy(str(self.privacy.itemData(index)))
        self._model.enter(self._model.form.chosen(privacy=level))


def _choosing(name: str) -> Callable[[PostForm, bool], PostForm]:
    return lambda form, on: form.chosen(**{name: on})


def _show(box: QCheckBox, is_on: bool, *, usable: bool, why_not: str = "") -> None:
    box.setChecked(is_on)
    box.setEnabled(usable and not why_not)
    box.setToolTip(plain_tip(why_not))
