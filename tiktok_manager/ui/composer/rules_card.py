"""What TikTok wants decided for every direct post: audience, interactions, disclosure, label.

Nothing is chosen beforehand (TikTok: content sharing guidelines, points 2 and 3).
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QWidget

from tiktok_manager.domain.posts import PostMode, Privacy
from tiktok_manager.ui.composer.blockers import disclosure_missing
from tiktok_manager.ui.composer.rules import (
    BRANDED_NEVER_PRIVATE,
    DISCLOSURE_NEEDED,
    Interaction,
    Permission,
    Rules,
    interaction_words,
    label_text,
)
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.formats import plain_tip, privacy_words
from tiktok_manager.ui.kit.form import Field
from tiktok_manager.ui.kit.inputs import CalmComboBox, Switch
from tiktok_manager.ui.kit.labels import NoteLabel
from tiktok_manager.ui.kit.layout import Card, FlowLayout, Line, column, row
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS

_BELOW_SWITCH_PX, _BELOW_BOX_PX = 44, 24


class RulesCard(Card):
    """The settings of a direct post, each as far as the chosen accounts allow it."""

    def __init__(self, model: ComposerViewModel) -> None:
        super().__init__(padding=SPACE_M)
        self._model = model
        self._levels: tuple[tuple[Privacy, bool], ...] | None = None
        self.privacy = CalmComboBox()
        self.privacy.activated.connect(self._on_privacy)
        self._audience = Field(tr("Who can watch this video"), self.privacy)
        self.boxes = {
            which: _box(interaction_words(which), partial(model.set_interaction, which))
            for which in Interaction
        }
        boxes = QWidget()
        boxes.setLayout(FlowLayout(*self.boxes.values(), spacing=SPACE_L))
        self._interactions = Field(tr("Allow users to"), boxes)
        self.disclose = _switch(tr("Disclose video content"), model.set_disclose)
        self.your_brand = _box(tr("Your brand"), model.set_your_brand)
        self.branded = _box(tr("Branded content"), model.set_branded_content)
        self._branded_note, self._label, self._missing = NoteLabel(), NoteLabel(), NoteLabel()
        self.ai_generated = _switch(tr("AI-generated content"), model.set_ai_generated)
        self._build()

    def refresh(self) -> None:
        """Show the choices and what of them is possible."""
        model = self._model
        self.setVisible(model.form.mode is PostMode.DIRECT)
        rules = model.rules
        usable = model.is_open and rules.complete
        self._refresh_privacy(rules, usable=usable)
        self._refresh_interactions(rules, usable=usable)
        self._refresh_disclosure(rules, usable=model.is_open)
        self.ai_generated.setChecked(model.form.choices.ai_generated)
        self.ai_generated.setEnabled(model.is_open)

    def _build(self) -> None:
        brand_help = NoteLabel(tr("You are promoting yourself or your own business."))
        branded_help = NoteLabel(tr("You are promoting another brand or a third party."))
        disclose_help = NoteLabel(
            tr(
                "Turn on to disclose that this video promotes goods or services in exchange for "
                "something of value. Your video could promote yourself, a third party, or both."
            )
        )
        kinds = column(
            self.your_brand,
            row(_BELOW_BOX_PX, brand_help),
            self.branded,
            row(_BELOW_BOX_PX, column(branded_help, self._branded_note)),
            self._missing,
            self._label,
            spacing=SPACE_XS,
        )
        self._kinds = QWidget()
        self._kinds.setLayout(row(_BELOW_SWITCH_PX, kinds))
        self.body.setSpacing(SPACE_S)
        self.body.addWidget(self._audience)
        self.body.addWidget(self._interactions)
        self.body.addWidget(Line())
        self.body.addWidget(self.disclose)
        self.body.addLayout(row(_BELOW_SWITCH_PX, disclose_help))
        self.body.addWidget(self._kinds)
        self.body.addWidget(Line())
        self.body.addWidget(self.ai_generated)
        ai_help = NoteLabel(tr("TikTok adds the label “Creator labeled as AI-generated”."))
        self.body.addLayout(row(_BELOW_SWITCH_PX, ai_help))

    def _refresh_privacy(self, rules: Rules, *, usable: bool) -> None:
        levels = tuple((level, rule.allowed) for level, rule in rules.privacy.items())
        if levels != self._levels:
            self._levels = levels
            self._fill_privacy(rules)
        self.privacy.setEnabled(usable and bool(levels))
        self.privacy.setPlaceholderText(tr("Choose…") if rules.complete else tr("Not known yet"))
        chosen = self._model.form.choices.privacy
        with QSignalBlocker(self.privacy):
            self.privacy.setCurrentIndex(self.privacy.findData(chosen) if chosen else -1)
        only_me = rules.privacy.get(Privacy.ONLY_ME)
        if only_me is not None and not only_me.allowed:
            self._audience.say(BRANDED_NEVER_PRIVATE)
        elif rules.complete and not levels:
            nothing = tr("The chosen accounts share no option. Plan them one by one.")
            self._audience.say(nothing, "attention")
        else:
            self._audience.say("")

    def _fill_privacy(self, rules: Rules) -> None:
        with QSignalBlocker(self.privacy):
            self.privacy.clear()
            for level, rule in rules.privacy.items():
                self.privacy.addItem(privacy_words(level), level)
                if not rule.allowed:
                    self._disable_last(rule)

    def _disable_last(self, rule: Permission) -> None:
        index = self.privacy.count() - 1
        self.privacy.setItemData(index, plain_tip(rule.reason), Qt.ItemDataRole.ToolTipRole)
        items = self.privacy.model()
        if isinstance(items, QStandardItemModel):
            items.item(index).setEnabled(False)

    def _refresh_interactions(self, rules: Rules, *, usable: bool) -> None:
        choices = self._model.form.choices
        for which, box in self.boxes.items():
            rule = rules.interactions[which]
            box.setChecked(bool(getattr(choices, which.value)))
            box.setEnabled(usable and rule.allowed)
            box.setToolTip(plain_tip(rule.reason))
            box.setAccessibleDescription(rule.reason)
        reasons = (rule.reason for rule in rules.interactions.values() if rule.reason)
        self._interactions.say("\n".join(reasons))

    def _refresh_disclosure(self, rules: Rules, *, usable: bool) -> None:
        form = self._model.form
        self.disclose.setChecked(form.disclose)
        self.disclose.setEnabled(usable)
        self._kinds.setVisible(form.disclose)
        self.your_brand.setChecked(form.choices.your_brand)
        self.your_brand.setEnabled(usable)
        self.branded.setChecked(form.choices.branded_content)
        self.branded.setEnabled(usable and rules.branded.allowed)
        reason = "" if rules.branded.allowed else rules.branded.reason
        self.branded.setToolTip(plain_tip(reason))
        self.branded.setAccessibleDescription(reason)
        self._branded_note.say(reason, "attention")
        self._missing.say(DISCLOSURE_NEEDED if disclosure_missing(form) else "", "attention")
        self._label.say(label_text(form.choices), "accent")

    def _on_privacy(self, index: int) -> None:
        level: object = self.privacy.itemData(index)
        self._model.set_privacy(Privacy(str(level)))
        self.refresh()


def _box(text: str, clicked: Callable[[bool], object]) -> QCheckBox:
    """Return a check box that tells only what the user did."""
    box = QCheckBox(text)
    box.setAccessibleName(text)
    box.clicked.connect(clicked)
    return box


def _switch(text: str, clicked: Callable[[bool], object]) -> Switch:
    """Return a switch that tells only what the user did."""
    made = Switch(text)
    made.setAccessibleName(text)
    made.clicked.connect(clicked)
    return made
