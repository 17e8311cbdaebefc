"""Videos that look the same though their bytes differ: encoded anew, cut by a moment, renamed.

What is compared is how long they last and how a few of their pictures go from dark to light. That
proves nothing, so whoever tells of it says what it rests on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MOMENTS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Where in a video its pictures are looked at, by its length."""

PICTURE_BITS = 64
_MOST_OTHER_BITS = 10
_LEAST_TOLD_BITS, _LEAST_TELLING = 6, 3
_LENGTH_S, _LENGTH_SHARE = 0.5, 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPrint:
    """What a video is known by.

    `pictures` are 64 bits for each of `MOMENTS`: where the picture gets lighter to the right.
    """

    sha256: str
    length_s: float
    pictures: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """So many of the pictures compared are the same in both."""

    same: int
    compared: int


def likeness(one: VideoPrint, other: VideoPrint) -> Likeness | None:
    """Return how two videos are alike; None for different ones, or where nothing can be told.

    An even picture, as of a fade, is like every other and says nothing.
    """
    longest = max(one.length_s, other.length_s)
    if abs(one.length_s - other.length_s) > max(_LENGTH_S, _LENGTH_SHARE * longest):
        return None
    pairs = {  # a picture that stands still counts once
        (mine, theirs)
        for mine, theirs in zip(one.pictures, other.pictures, strict=False)
        if _tells(mine) and _tells(theirs)
    }
    same = sum((mine ^ theirs).bit_count() <= _MOST_OTHER_BITS for mine, theirs in pairs)
    if len(pairs) < _LEAST_TELLING or same < len(pairs):
        return None
    return Likeness(same=same, compared=len(pairs))


def near_copies(
    wanted: Iterable[str], prints: Iterable[VideoPrint]
) -> Mapping[str, Mapping[str, Likeness]]:
    """Return for each wanted SHA-256 those of videos that look the same, with how they do."""
    by_second: dict[int, dict[str, VideoPrint]] = defaultdict(dict)
    known: dict[str, VideoPrint] = {}
    for each in prints:
        known[each.sha256] = by_second[int(each.length_s)][each.sha256] = each
    found: dict[str, dict[str, Likeness]] = {}
    for sha256 in wanted:
        if (mine := known.get(sha256)) is None:
            continue
        reach = 1 + int(_LENGTH_SHARE * mine.length_s)
        second = int(mine.length_s)
        others = [by_second.get(at, {}) for at in range(second - reach, second + reach + 1)]
        alike = {
            other.sha256: how
            for each in others
            for other in each.values()
            if other.sha256 != sha256 and (how := likeness(mine, other)) is not None
        }
        if alike:
            found[sha256] = alike
    return found


def _tells(picture: int) -> bool:
    bits = picture.bit_count()
    return _LEAST_TOLD_BITS <= bits <= PICTURE_BITS - _LEAST_TOLD_BITS
