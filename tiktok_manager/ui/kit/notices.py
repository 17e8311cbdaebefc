"""What is to be said to the user: plain values; `messages` shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tiktok_manager.domain.errors import AppError, Failure, Unforeseen
from tiktok_manager.ui.crash import report_text
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording import joined, words


class Tone(StrEnum):
    """How a notice feels; the values are colour tokens."""

    INFO = "accent"
    GOOD = "good"
    WARNING = "warning"
    ATTENTION = "attention"
    BAD = "bad"


_GRAVITY = (Tone.INFO, Tone.GOOD, Tone.WARNING, Tone.ATTENTION, Tone.BAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message: what happened, what to do, and the one next step.

    Attributes:
        stays: It stands until it is closed or no longer so; else it leaves after some seconds.
        key: Names what it is about: a newer notice of the same key takes its place.
        details: TikTok's code and log id, or a stack: one click away, to copy.
        step: The one next step; its question, if it has one, is asked in place.
        secret: Takes what is typed into a hidden field beside the step, which does not run then.
        takes_focus: The user asked for it, and the work goes on in it.
    """

    text: str
    more: str = ""
    tone: Tone = Tone.INFO
    details: str = ""
    stays: bool = True
    key: str = ""
    step: Action | None = None
    secret: Callable[[str], object] | None = None
    takes_focus: bool = False

    @property
    def subject(self) -> str:
        """What it is about: two notices of one subject are never shown at once."""
        return self.key or self.text

    @property
    def step_words(self) -> str:
        """What its button says; empty for no button."""
        return "" if self.step is None else self.step.words()

    @property
    def spoken(self) -> str:
        """The whole of it, for screen readers."""
        return f"{self.text} {self.more}".strip()

    @property
    def gravity(self) -> int:
        """The graver is shown first; what waits for an answer before all."""
        return len(_GRAVITY) if self.secret is not None else _GRAVITY.index(self.tone)

    @classmethod
    def of_error(cls, error: AppError) -> Notice:
        """Return the notice that tells an error in the user's words."""
        told = words(error)
        more = joined(told.message, told.hint)
        return cls(text=told.title, more=more, tone=Tone.BAD, details=error_details(error))


def error_details(error: AppError) -> str:
    """Return code and log id, for TikTok's support, or the stack of a fault of ours."""
    if isinstance(error, Unforeseen) and error.__cause__ is not None:
        return report_text(error.__cause__)
    told = words(error)
    return "\n".join([*code_lines(error), joined(told.cause, told.hint)])


def code_lines(error: AppError | Failure) -> list[str]:
    """Return what TikTok's support asks for."""
    lines = [tr("Code: {code}", code=error.code)]
    if error.log_id:
        lines.append(tr("Log id: {id}", id=error.log_id))
    return lines
