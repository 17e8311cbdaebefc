"""Design bugs the long run must see: those of time above all, which no single death shows."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from typing import Any

from tests.harness import bugs_of_keeping, bugs_of_sending
from tests.harness.mutations import MUTATIONS, Mutation
from tiktok_manager.domain import lateness, publish_rules, schedule
from tiktok_manager.domain.errors import FailureClass, InputError
from tiktok_manager.domain.schedule import Schedule
from tiktok_manager.services.publishing.publish_gate import PublishGate
from tiktok_manager.storage import claims


def _set(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


def _late_goes_out() -> None:
    _set(claims, "late_posts", lambda *_args: [])


def _second_fold() -> None:
    def resolve(wall: Any, timezone: str) -> Schedule:
        due_at = wall.replace(tzinfo=schedule.zone(timezone), fold=1).astimezone(UTC)
        return Schedule(due_at=due_at, wall=wall, timezone=timezone)

    for module in (schedule, lateness):
        _set(module, "resolve", resolve)


def _gives_up_at_once() -> None:
    original: Callable[..., Any] = publish_rules.after_failure

    def after_failure(failure: Any, claim: Any, now: Any, rng: Any) -> Any:
        outcome = original(failure, claim, now, rng)
        if failure.kind is FailureClass.RETRY:
            return publish_rules.needs_user(InputError(failure.code, title="It failed."))
        return outcome

    _set(publish_rules, "after_failure", after_failure)


def _never_due_again() -> None:
    original = publish_rules._again

    def again(wake_at: Any, error: Any, *, uses_attempt: bool) -> Any:
        return original(wake_at + timedelta(days=400), error, uses_attempt=uses_attempt)

    _set(publish_rules, "_again", again)


def _believes_any_clock() -> None:
    _set(PublishGate, "_clock_hold", lambda _self, _now: None)


OWN: dict[str, Mutation] = {
    "late-goes-out": Mutation(what="lateness is never judged", apply=_late_goes_out),
    "second-fold": Mutation(what="an hour that comes twice means the second", apply=_second_fold),
    "gives-up-at-once": Mutation(what="a lost request ends a post", apply=_gives_up_at_once),
    "never-due-again": Mutation(what="a post that waits is forgotten", apply=_never_due_again),
    "believes-any-clock": Mutation(
        what="a clock that is hours off is believed", apply=_believes_any_clock
    ),
}

SEEN: dict[str, Mutation] = {**MUTATIONS, **OWN}
"""All that may be planted; the long run need not see those that only a frozen worker shows."""


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Plant a design bug in this process, and take it out at the end."""
    before: list[tuple[Any, str, object]] = []

    def plant(owner: Any, part: str, value: object) -> None:
        before.append((owner, part, vars(owner)[part]))
        setattr(owner, part, value)

    rooms = bugs_of_keeping, bugs_of_sending, sys.modules[__name__]
    ways = [(room, "_set") for room in rooms]
    originals = [vars(owner)[part] for owner, part in ways]
    try:
        for owner, part in ways:
            setattr(owner, part, plant)
        SEEN[name].apply()
        yield
    finally:
        for owner, part, value in reversed(before):
            setattr(owner, part, value)
        for (owner, part), original in zip(ways, originals, strict=True):
            setattr(owner, part, original)
