"""Writes what the user changes about a post, unless the publisher or another hand got there first.

Only `planning` calls it.
"""

from dataclasses import replace

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.events import EventBus, PostStatusChanged
from tiktok_manager.domain.posts import EDITABLE, RETRYABLE, Post, PostStatus
from tiktok_manager.services import plan_rules as rules
from tiktok_manager.services.hold_reasons import TOLD_NOT_WRITTEN
from tiktok_manager.storage import attempts
from tiktok_manager.storage import posts as queries
from tiktok_manager.storage.database import Database

_REVERSIBLE = EDITABLE | {PostStatus.CANCELLED}


class PlanChanges:
    """Each change is one transaction, under a new epoch, with a line in the flight record."""

    def __init__(self, database: Database, events: EventBus, clock: Clock) -> None:
        self._database = database
        self._events = events
        self._clock = clock

    def write(
        self,
        before: Post,
        after: Post,
        kind: str,
        text: str,
        *,
        started: bool = False,
        by_user: bool = False,
        untouched: bool = False,
    ) -> Post:
        """Write a change of a post and return the post as it is then.

        `started` exempts it from the lateness rule; `by_user` ends even an upload whose last byte
        may have left, on the user's word; `untouched` allows no change since `before` was read.
        Raises OutcomeUnknown if the publisher got there first, InputError if another hand did.
        """
        now = self._clock.now()
        with self._database.write() as session:
            current = queries.get_post(session, before.id)
            if untouched and current is not None and _was_changed(current, before):
                raise _changed_since()
            if current is None or current.status is not before.status:
                raise rules.too_late(current or before)
            if by_user:
                attempts.release(session, before.id, text, now)
            elif not attempts.withdraw(session, before.id, kind, now):
                raise rules.too_late(before)
            queries.update_post(session, after, now, first_tried_at=now if started else None)
            queries.add_step(session, before.id, at=now, epoch=before.epoch, kind=kind, text=text)
            written = queries.get_post(session, before.id)
        self._events.publish(
            PostStatusChanged(post_id=after.id, account_id=after.account_id, status=after.status)
        )
        return written or after

    def put_back(self, wanted: Post, over: Post) -> Post:
        """Make a post again what it was, `wanted`, in place of what it is now, `over`.

        One that has stopped is not planned by this for a time that has passed.
        """
        wanted = _as_written(wanted)
        for each in (over, wanted):
            rules.check_status(each, _REVERSIBLE, "put back")
        if wanted.status is PostStatus.SCHEDULED and over.status in RETRYABLE:
            rules.check_not_past(wanted.schedule, self._clock.now())
        text = f"Put back as it was before: {rules.words(wanted.status)}."
        return self.write(over, wanted, "put_back", text, untouched=True)


def _as_written(post: Post) -> Post:
    """Return a post as its row had it, or as it is planned where it was being sent."""
    if post.status is PostStatus.PUBLISHING:
        return replace(post, status=PostStatus.SCHEDULED, error=None, next_try_at=None)
    return replace(post, error=None) if post.error in TOLD_NOT_WRITTEN else post


def _was_changed(current: Post, known: Post) -> bool:
    same = (current.epoch, current.status) == (known.epoch, known.status)
    return not same and current.status in _REVERSIBLE


def _changed_since() -> InputError:
    return InputError(
        "This can no longer be undone: the post was changed since.",
        "Putting back what it was would throw away the newer change.",
        "Open the post and edit it.",
    )
