"""What TikTok wants decided for every direct post: audience, interactions, disclosure, label.

Nothing is chosen beforehand (TikTok: content sharing guidelines, points 2 and 3).
"""

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tiktok_manager.domain.posts import PostMode, Privacy
from tiktok_manager.ui.composer.blockers import disclosure_missing
from tiktok_manager.ui.composer.parts import (
    check_box,
    help_label,
    indent,
    say,
    switch,
)
from tiktok_manager.ui.composer.rules import (
    BRANDED_NEVER_PRIVATE,
    DISCLOSURE_NEEDED,
    INTERACTION_WORDS,
    Permission,
    Rules,
    label_text,
)
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.formats import plain_tip, privacy_words
from tiktok_manager.ui.kit.inputs import CalmComboBox
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, Line, row
from tiktok_manager.ui.tokens import SPACE_L, SPACE_S, SPACE_XS, Type

_DISCLOSE_HELP = (
    "Turn on to disclose that this video promotes goods or services in exchange for something of "
    "value. Your video could promote yourself, a third party, or both."
)
_YOUR_BRAND_HELP = "You are promoting yourself or your own business."
_BRANDED_HELP = "You are promoting another brand or a third party."
_AI_HELP = "TikTok adds the label “Creator labeled as AI-generated”."


class RulesCard(Card):
    """The settings of a direct post, each as far as the chosen accounts allow it."""

    def __init__(self, model: ComposerViewModel) -> None:
        super().__init__()
        self._model = model
        self._levels: tuple[tuple[Privacy, bool], ...] | None = None
        self.privacy = CalmComboBox()
        self.privacy.setAccessibleName("Who can watch this video")
        self.privacy.activated.connect(self._on_privacy)
        self._privacy_note = help_label()
        self.boxes = {
            which: check_box(words, partial(model.set_interaction, which))
            for which, words in INTERACTION_WORDS.items()
        }
        self._interaction_note = help_label()
        self.disclose = switch("Disclose video content", model.set_disclose)
        self.your_brand = check_box("Your brand", model.set_your_brand)
        self.branded = check_box("Branded content", model.set_branded_content)
        self._branded_note = help_label()
        self._label = help_label()
        self._missing = help_label()
        self.ai_generated = switch("AI-generated content", model.set_ai_generated)
        self._build()

    def refresh(self) -> None:
        """Show the choices and what of them is possible."""
        model = self._model
        self.setVisible(model.form.mode is PostMode.DIRECT)
        rules = model.rules
        open_to_change = not model.locked and model.progress is None
        usable = open_to_change and rules.complete
        self._refresh_privacy(rules, usable=usable)
        self._refresh_interactions(rules, usable=usable)
        self._refresh_disclosure(rules, usable=open_to_change)
        self.ai_generated.setChecked(model.form.choices.ai_generated)
        self.ai_generated.setEnabled(open_to_change)

    def _build(self) -> None:
        self.body.setSpacing(SPACE_S)
        self.body.addWidget(PlainLabel("Who can watch this video", type=Type.STRONG))
        self.body.addWidget(self.privacy)
        self.body.addWidget(self._privacy_note)
        self.body.addSpacing(SPACE_XS)
        self.body.addWidget(PlainLabel("Allow users to", type=Type.STRONG))
        self.body.addLayout(row(*self.boxes.values(), None, spacing=SPACE_L))
        self.body.addWidget(self._interaction_note)
        self.body.addSpacing(SPACE_XS)
        self.body.addWidget(Line())
        self.body.addWidget(self.disclose)
        self.body.addWidget(_indented(help_label(_DISCLOSE_HELP)))
        self._kinds = _indented(
            self.your_brand,
            _below_box(help_label(_YOUR_BRAND_HELP)),
            self.branded,
            _below_box(help_label(_BRANDED_HELP)),
            _below_box(self._branded_note),
            self._missing,
            self._label,
        )
        self.body.addWidget(self._kinds)
        self.body.addWidget(Line())
        self.body.addWidget(self.ai_generated)
        self.body.addWidget(_indented(help_label(_AI_HELP)))

    def _refresh_privacy(self, rules: Rules, *, usable: bool) -> None:
        levels = tuple((level, rule.allowed) for level, rule in rules.privacy.items())
        if levels != self._levels:
            self._levels = levels
            self._fill_privacy(rules)
        self.privacy.setEnabled(usable and bool(levels))
        self.privacy.setPlaceholderText("Choose…" if rules.complete else "Not known yet")
        chosen = self._model.form.choices.privacy
        with QSignalBlocker(self.privacy):
            self.privacy.setCurrentIndex(self.privacy.findData(chosen) if chosen else -1)
        nothing = rules.complete and not levels
        text = "The chosen accounts share no option. Plan them one by one." if nothing else ""
        only_me = rules.privacy.get(Privacy.ONLY_ME)
        if only_me is not None and not only_me.allowed:
            text = BRANDED_NEVER_PRIVATE
        say(self._privacy_note, text, "attention" if nothing else "soft")

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
        reasons = []
        for which, box in self.boxes.items():
            rule = rules.interactions[which]
            box.setChecked(bool(getattr(choices, which.value)))
            box.setEnabled(usable and rule.allowed)
            box.setToolTip(plain_tip(rule.reason))
            box.setAccessibleDescription(rule.reason)
            if rule.reason:
                reasons.append(rule.reason)
        say(self._interaction_note, "\n".join(reasons))

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
        say(self._branded_note, reason, "attention")
        say(self._missing, DISCLOSURE_NEEDED if disclosure_missing(form) else "", "attention")
        say(self._label, label_text(form.choices), "accent")

    def _on_privacy(self, index: int) -> None:
        level: object = self.privacy.itemData(index)
        self._model.set_privacy(Privacy(str(level)))
        self.refresh()


def _indented(*widgets: QWidget) -> QWidget:
    box = QWidget()
    layout = QVBoxLayout(box)
    layout.setContentsMargins(*indent())
    layout.setSpacing(SPACE_XS)
    for widget in widgets:
        layout.addWidget(widget)
    return box


def _below_box(label: PlainLabel) -> PlainLabel:
    label.setContentsMargins(24, 0, 0, SPACE_XS)
    return label
