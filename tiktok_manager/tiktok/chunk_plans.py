"""How a file is cut for its upload (TikTok: media transfer guide; what the field was answered).

TikTok's written rule is count = floor(size / chunk), chunks of 5 to 64 MB and a longer last one.
What it takes in fact has moved more than once, so there are several plans, the likeliest first. An
init refused for its plan has sent no byte and can publish nothing: the next one may be tried.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.media import MAX_VIDEO_BYTES

SINGLE_CHUNK_BYTES = 64_000_000
CHUNK_BYTES = 16_000_000
MIDDLE_CHUNK_BYTES = 10_000_000
SMALLEST_CHUNK_BYTES = 5 * 1024 * 1024
"""Above 5 MB by either way of counting; the one plan that was taken in January 2026 (field)."""

MAX_CHUNKS = 1_000


class Cut(StrEnum):
    """A way of cutting, as it is remembered."""

    ONE_PIECE = "one_piece"
    FLOOR_16 = "floor_16mb"
    FLOOR_10 = "floor_10mb"
    FLOOR_5 = "floor_5mib"
    FLOOR_64 = "floor_64mb"
    EQUAL = "equal_parts"
    CEILING = "short_last"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkPlan:
    """How a file is cut: `count` chunks, the last one takes what is left, more or less."""

    size_bytes: int
    chunk_bytes: int
    count: int

    def range_of(self, index: int) -> tuple[int, int]:
        """Return the first and last byte of chunk `index`, counted from 0, both included."""
        if not 0 <= index < self.count:
            raise IndexError(f"no chunk {index} in {self.count}")
        first = index * self.chunk_bytes
        last = self.size_bytes if index == self.count - 1 else first + self.chunk_bytes
        return first, last - 1

    def index_at(self, stored_bytes: int) -> int:
        """Return the chunk that holds the first byte not among the `stored_bytes` at the start."""
        return min(stored_bytes // self.chunk_bytes, self.count - 1)


def plan_chunks(size_bytes: int) -> ChunkPlan:
    """Return the plan tried first: one piece up to 64,000,000 bytes, else floor of 16,000,000.

    Raises InputError for no bytes or more than 4 GB.
    """
    return next(iter(chunk_plans(size_bytes).values()))


def chunk_plans(size_bytes: int) -> dict[Cut, ChunkPlan]:
    """Return every plan for a file of this size in the order in which they are tried.

    No two are alike. Raises InputError for no bytes or more than 4 GB.
    """
    if not 0 < size_bytes <= MAX_VIDEO_BYTES:
        raise InputError("size_not_taken", size_bytes=size_bytes, most_bytes=MAX_VIDEO_BYTES)
    plans: dict[Cut, ChunkPlan] = {}
    for cut, plan in _plans(size_bytes):
        if plan not in plans.values():
            plans[cut] = plan
    return plans


def plans_in_order(
    size_bytes: int, accepted: str | None, refused: Collection[tuple[int, int]]
) -> list[ChunkPlan]:
    """Return the plans still to be tried, the one `accepted` for such a size lately first.

    `refused` are chunk sizes and counts; where all are, the round begins anew.
    """
    plans = chunk_plans(size_bytes)
    ordered = sorted(plans, key=lambda cut: cut != accepted)
    left = [cut for cut in ordered if (plans[cut].chunk_bytes, plans[cut].count) not in refused]
    return [plans[cut] for cut in left or ordered]


def cut_of(size_bytes: int, chunk_bytes: int, count: int) -> Cut | None:
    """Return the way in which a file is cut; None for one of before that is no longer made."""
    plan = ChunkPlan(size_bytes=size_bytes, chunk_bytes=chunk_bytes, count=count)
    return next((cut for cut, made in chunk_plans(size_bytes).items() if made == plan), None)


def size_class(size_bytes: int) -> str:
    """Return the class of sizes that TikTok is taken to treat alike, a key to remember it by.

    Each begins at twice the one before; all that fits into one piece is one class.
    """
    if size_bytes <= SINGLE_CHUNK_BYTES:
        return "one"
    return str((size_bytes // SINGLE_CHUNK_BYTES).bit_length())


def _plans(size: int) -> Iterator[tuple[Cut, ChunkPlan]]:
    if size <= SINGLE_CHUNK_BYTES:
        yield Cut.ONE_PIECE, ChunkPlan(size_bytes=size, chunk_bytes=size, count=1)
    floors = {
        Cut.FLOOR_16: CHUNK_BYTES,
        Cut.FLOOR_10: MIDDLE_CHUNK_BYTES,
        Cut.FLOOR_5: SMALLEST_CHUNK_BYTES,
        Cut.FLOOR_64: SINGLE_CHUNK_BYTES,
    }
    for cut, chunk in floors.items():
        if size // chunk > 1:  # one chunk must be the whole file
            yield cut, ChunkPlan(size_bytes=size, chunk_bytes=chunk, count=size // chunk)
    if (parts := _even_parts(size)) > 1:
        yield Cut.EQUAL, ChunkPlan(size_bytes=size, chunk_bytes=size // parts, count=parts)
    chunks = (CHUNK_BYTES, MIDDLE_CHUNK_BYTES, SMALLEST_CHUNK_BYTES)
    if chunk := next((chunk for chunk in chunks if chunk < size), 0):
        yield Cut.CEILING, ChunkPlan(size_bytes=size, chunk_bytes=chunk, count=-(-size // chunk))


def _even_parts(size: int) -> int:
    """Return the least number of parts that divides the size, or leaves the fewest bytes over."""
    fewest = -(-size // SINGLE_CHUNK_BYTES)
    most = min(MAX_CHUNKS, size // SMALLEST_CHUNK_BYTES)
    return min(range(max(fewest, 2), most + 1), key=lambda parts: size % parts, default=0)
