"""Rate limits as TikTok documents them: so many requests in any one minute, per token."""

from collections import defaultdict, deque

WINDOW_S = 60.0


class SlidingWindows:
    """Counts accepted requests; refused ones do not count. `World` guards it."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def admit(self, kind: str, who: str, limit: int, now_s: float) -> bool:
        seen = self._seen[kind, who]
        while seen and seen[0] <= now_s - WINDOW_S:
            seen.popleft()
        if len(seen) >= limit:
            return False
        seen.append(now_s)
        return True
