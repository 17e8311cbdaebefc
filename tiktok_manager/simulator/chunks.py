"""TikTok's rules for cutting a file (TikTok: Media Transfer Guide), decimal megabytes."""

from .state import ChunkPlan
from .wire import BAD_PARAMS, Refused, client_bug

MIN_CHUNK_BYTES = 5_000_000
MAX_CHUNK_BYTES = 64_000_000
MAX_LAST_BYTES = 128_000_000
MAX_CHUNKS = 1_000
MAX_VIDEO_BYTES = 4 * 1024**3

BAD_SIZE = "The chunk size is invalid"
BAD_COUNT = "The total chunk count is invalid"


FIVE_MIB = 5_242_880
CHUNK_RULES = ("documented", "five_mib", "ceil", "none")
"""`documented` are TikTok's; the others were met in the field, where rules moved: only chunks of
5,242,880 bytes (AutoPromote, January 2026), a count rounded up, nothing at all."""


def checked_plan(
    size_bytes: int, chunk_bytes: int, count: int, rules: str = "documented"
) -> ChunkPlan:
    """Return the plan; raises Refused `invalid_params` with TikTok's own message.

    Where the rules have moved, a refusal is no fault of the client's.
    """
    if rules != "documented":
        return _moved(ChunkPlan(size_bytes, chunk_bytes, count), rules)
    if not 0 < size_bytes <= MAX_VIDEO_BYTES:
        raise client_bug("video_size", f"video_size {size_bytes} is not within 1 byte and 4 GB.")
    if not 0 < chunk_bytes <= MAX_CHUNK_BYTES:
        why = f"chunk_size {chunk_bytes} is not within 1 and {MAX_CHUNK_BYTES}."
        raise client_bug("chunk_size", why, BAD_SIZE)
    if not 1 <= count <= MAX_CHUNKS:
        why = f"total_chunk_count {count} is not within 1 and {MAX_CHUNKS}."
        raise client_bug("chunk_count", why, BAD_COUNT)
    _check_cut(size_bytes, chunk_bytes, count)
    return ChunkPlan(size_bytes, chunk_bytes, count)


def _check_cut(size_bytes: int, chunk_bytes: int, count: int) -> None:
    if count == 1 and chunk_bytes != size_bytes:
        why = f"One chunk must be the whole file: chunk_size {chunk_bytes}, file {size_bytes}."
        raise client_bug("chunk_count", why, BAD_COUNT)
    if count > 1 and chunk_bytes < MIN_CHUNK_BYTES:
        why = f"chunk_size {chunk_bytes} is below {MIN_CHUNK_BYTES}."
        raise client_bug("chunk_size", why, BAD_SIZE)
    if count != size_bytes // chunk_bytes:
        why = f"total_chunk_count is floor({size_bytes}/{chunk_bytes}), not {count}."
        raise client_bug("chunk_count", why, BAD_COUNT)
    last = size_bytes - (count - 1) * chunk_bytes
    if last > MAX_LAST_BYTES:
        raise client_bug("chunk_size", f"The last chunk would be {last} bytes.", BAD_SIZE)


def _moved(plan: ChunkPlan, rules: str) -> ChunkPlan:
    if plan.size_bytes < 1 or plan.chunk_bytes < 1 or not 1 <= plan.count <= MAX_CHUNKS:
        raise Refused(400, BAD_PARAMS, BAD_SIZE)
    rounded_up = -(-plan.size_bytes // plan.chunk_bytes)
    floor = plan.size_bytes // plan.chunk_bytes
    if rules == "none" or (rules == "five_mib" and plan.chunk_bytes != FIVE_MIB):
        raise Refused(400, BAD_PARAMS, BAD_SIZE)
    if plan.count != (rounded_up if rules == "ceil" else floor):
        raise Refused(400, BAD_PARAMS, BAD_COUNT)
    return plan
