"""Labels for numbers and ages."""

from datetime import datetime

from PySide6.QtWidgets import QWidget

from tiktok_manager.ui.basics.plain import PlainLabel
from tiktok_manager.ui.formats import age_text, exact_number, full_stamp, short_number
from tiktok_manager.ui.tokens import Type


class NumberLabel(PlainLabel):
    """`12.4k`, with the exact number on hover and to screen readers."""

    def __init__(
        self, value: int | None = None, *, type: Type = Type.BODY, parent: QWidget | None = None
    ) -> None:
        super().__init__("", type=type, tabular=True, parent=parent)
        self.set_value(value)

    def set_value(self, value: int | None) -> None:
        """Show another number; None is a dash."""
        self.setText(short_number(value))
        self.setToolTip(exact_number(value))
        self.setAccessibleName(exact_number(value))


class RelativeTime(PlainLabel):
    """`3 min ago`, with the full stamp on hover. Whoever shows it calls `refresh(now)`."""

    def __init__(
        self,
        prefix: str = "",
        *,
        type: Type = Type.CAPTION,
        tone: str = "soft",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", type=type, tone=tone, parent=parent)
        self._prefix = prefix
        self._at: datetime | None = None

    def set_time(self, at: datetime | None, timezone: str, now: datetime) -> None:
        """Show the age of `at`; None reads `never`."""
        self._at = at
        self.setToolTip("" if at is None else full_stamp(at, timezone))
        self.refresh(now)

    def refresh(self, now: datetime) -> None:
        """Write the age anew."""
        self.setText(f"{self._prefix}{age_text(self._at, now)}")
