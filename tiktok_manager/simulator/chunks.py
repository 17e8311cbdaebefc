"""TikTok's rules for cutting a file (TikTok: Media Transfer Guide), decimal megabytes."""

from .state import ChunkPlan
from .wire import client_bug

MIN_CHUNK_BYTES = 5_000_000
MAX_CHUNK_BYTES = 64_000_000
MAX_LAST_BYTES = 128_000_000
MAX_CHUNKS = 1_000
MAX_VIDEO_BYTES = 4 * 1024**3

BAD_SIZE = "The chunk size is invalid"
BAD_COUNT = "The total chunk count is invalid"


def checked_plan(size_bytes: int, chunk_bytes: int, count: int) -> ChunkPlan:
    """Return the plan; raises Refused `invalid_params` with TikTok's own message."""
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
