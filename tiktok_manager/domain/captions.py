"""Caption rules, counted as TikTok counts: in UTF-16 code units."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from tiktok_manager.domain.errors import InputError

MAX_CAPTION_UNITS = 2200
LEAST_BEGINNING = 40
MAX_TAG_LENGTH = 64


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units, the unit of TikTok's limit."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_caption(text: str) -> None:
    """Raise InputError if the caption is longer than TikTok's 2200 UTF-16 units, or no text."""
    check_whole(text)
    length = utf16_length(text)
    if length > MAX_CAPTION_UNITS:
        raise InputError(
            "caption_too_long",
            units=length,
            most=MAX_CAPTION_UNITS,
            excess=length - MAX_CAPTION_UNITS,
        )
    if "\x00" in text:
        raise InputError("caption_with_nul")


def check_whole(text: str) -> None:
    """Raise InputError if the caption holds what UTF-8 cannot carry."""
    if not is_text(text):
        raise InputError("caption_half_character")


def is_text(text: str) -> bool:
    """Say whether every character is a whole one: no bytes that were not UTF-8, no half emoji."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def normalize_handle(handle: str) -> str:
    """Return a TikTok username without `@`, as it is kept and shown."""
    return handle.strip().removeprefix("@")


def read_tags(names: Iterable[str]) -> tuple[str, ...]:
    """Return tags as they are kept: each once in any case, without `#`, in the order given.

    Raises InputError for one with a comma, semicolon or line end, or longer than 64 characters.
    """
    tags = [name.strip().removeprefix("#") for name in names]
    for tag in tags:
        if not tag or len(tag) > MAX_TAG_LENGTH or any(sign in tag for sign in ",;\r\n\x00"):
            raise InputError("bad_tag", tag=tag, most=MAX_TAG_LENGTH)
        check_whole(tag)
    return tuple({tag.casefold(): tag for tag in reversed(tags)}.values())[::-1]


def check_template(template: str, variables: Collection[str]) -> None:
    """Raise InputError unless each `{name}` is a variable; `{{` and `}}` mean the braces."""
    for found in _BRACES.finditer(template):
        if found[1] is not None and found[1] not in variables:
            raise InputError("bad_template", variable=found[1], variables=tuple(variables))
        if found[0] in {"{", "}"}:
            raise InputError("lonely_brace", brace=found[0])


def fill_template(template: str, values: Mapping[str, str]) -> str:
    """Return a template that was checked with its variables filled in."""
    return _BRACES.sub(
        lambda found: found[0][0] if found[1] is None else values[found[1]], template
    )


_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|\{|\}")


def same_words(planned: str, listed: str) -> bool:
    """Say whether a listed caption is the planned one, but for spaces and how letters are built.

    TikTok cuts captions in its list (150 characters documented): a beginning counts.
    """
    ours, theirs = _normalized(planned), _normalized(listed)
    return ours == theirs or (len(theirs) >= LEAST_BEGINNING and ours.startswith(theirs))


def _normalized(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
