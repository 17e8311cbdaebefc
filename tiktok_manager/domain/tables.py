"""Cells that a spreadsheet takes for formulas or spoils: how they are written, and read again."""

import re

# Spreadsheets read the full-width forms of these signs as the signs.
_FORMULA_STARTS = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")
# Spreadsheets keep 15 digits of a number, no zeros in front, and read 12e4 as one.
_SPOILT_NUMBER = re.compile(r"[0-9]{16,}|0[0-9]+|[0-9]+[eE][0-9]+")
_MARK = "'"


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (CWE-1236) or spoils as a number."""
    return f"{_MARK}{text}" if _is_harmful(text.lstrip(_MARK)) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given."""
    if text.startswith(_MARK) and _is_harmful(text.lstrip(_MARK)):
        return text[1:]
    return text


def _is_harmful(text: str) -> bool:
    return text.startswith(_FORMULA_STARTS) or _SPOILT_NUMBER.fullmatch(text) is not None
