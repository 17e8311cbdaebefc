"""Design bugs in what is kept, fenced and taken up again; see `mutations`."""

from collections.abc import Callable
from concurrent.futures import wait
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from tests.harness import routes
from tiktok_manager.domain.attempts import (
    Claim,
    Fenced,
)
from tiktok_manager.domain.holds import HOLD_NAMES
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.scheduler.runner import Runner
from tiktok_manager.services import plan_changes
from tiktok_manager.services.publishing.publish_gate import PublishGate
from tiktok_manager.services.tokens import TokenKeeper
from tiktok_manager.storage import accounts, attempts, claims, downtime, holds, post_rows, posts
from tiktok_manager.storage.columns import Base
from tiktok_manager.storage.schema import AttemptRow, PostRow, TokenRow
from tiktok_manager.system.media import MediaReader


def _set(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


def no_fence() -> None:
    def anybody(session: Session, claim: Claim, **values: Any) -> None:
        session.execute(
            update(PostRow)
            .where(PostRow.id == claim.post.id)
            .values(**(values or {"lease_owner": claim.owner}))
            .execution_options(synchronize_session=False)
        )

    _set(attempts, "_fence", anybody)
    # The table of statuses would stop some of the overtaken writers by itself.
    _set(post_rows, "check_transition", lambda *_old_and_new, **_how: None)


def token_used_before_kept() -> None:
    fresh: dict[str, Any] = {}
    call = TokenKeeper.call

    def rotate(self: TokenKeeper, account_id: str, tokens: Any) -> Any:
        keys = self._settings.app_keys()
        secret = self._vault.open(tokens.refresh_sealed, aad=f"tokens/{account_id}/refresh")
        pair = self._routing.app(account_id).refresh(keys, secret)
        fresh[account_id] = self.seal(account_id, pair, tokens)
        return fresh[account_id]

    def call_then_keep(self: TokenKeeper, account_id: str, use: Callable[[str], Any]) -> Any:
        try:
            return call(self, account_id, use)
        finally:
            if account_id in fresh:
                with self._database.write() as session:
                    accounts.put_grant(session, fresh.pop(account_id))

    _set(TokenKeeper, "_rotate", rotate)
    _set(TokenKeeper, "call", call_then_keep)


def adopting_resets() -> None:
    original = downtime.adopt_orphans

    def adopt(session: Session, now: Any, *rest: Any) -> int:
        orphans = session.scalars(
            select(PostRow.id).where(
                PostRow.lease_owner.is_not(None),
                PostRow.status.in_([PostStatus.PUBLISHING, PostStatus.PROCESSING]),
            )
        ).all()
        adopted = original(session, now, *rest)
        session.flush()
        session.execute(
            update(PostRow)
            .where(PostRow.id.in_(orphans))
            .values(status=PostStatus.SCHEDULED.value, wake_at=now)
        )
        session.execute(
            update(AttemptRow)
            .where(AttemptRow.post_id.in_(orphans))
            .values(open=False, holds_slot=False, outcome="abandoned", closed_at=now)
        )
        return adopted

    _set(downtime, "adopt_orphans", adopt)


def no_file_proof() -> None:
    _set(MediaReader, "_prove", lambda _self, _digest: None)


def hold_lost_on_restart() -> None:
    original = PublishGate.begin

    def begin(self: PublishGate) -> None:
        with self._database.write() as session:
            for name in HOLD_NAMES:
                holds.put_hold(session, name, None)
        original(self)

    _set(PublishGate, "begin", begin)


def stop_waits_for_a_backup() -> None:
    original = Runner._drain

    def drain(self: Runner, end_s: float) -> None:
        wait(list(self._background.unfinished()))
        original(self, end_s)

    _set(Runner, "_drain", drain)


def call_without_a_route() -> None:
    routes.come_and_go()
    routes.fall_back_to_direct()


def no_version_check() -> None:
    rows = Base.metadata.tables[PostRow.__tablename__]
    change = (
        update(rows)
        .where(rows.c.id == bindparam("post_id"))
        .values(version=rows.c.version + 1, epoch=rows.c.epoch + 1)
    )
    _set(posts, "_CHANGE", change)
    _set(posts, "_check_as_read", lambda _session, _changes: None)
    _set(plan_changes, "_check_unchanged", lambda _session, _changes: None)


def no_owner_in_the_fence() -> None:
    def anybody_of_the_epoch(session: Session, claim: Claim, **values: Any) -> None:
        found = session.execute(
            update(PostRow)
            .where(PostRow.id == claim.post.id, PostRow.epoch == claim.epoch)
            .values(**(values or {"lease_owner": claim.owner}))
            .returning(PostRow.id)
            .execution_options(synchronize_session=False)
        )
        if found.first() is None:
            raise Fenced

    _set(attempts, "_fence", anybody_of_the_epoch)


def tokens_merged() -> None:
    def merge(session: Session, tokens: Any, *, over: int) -> bool:
        session.merge(TokenRow(account_id=tokens.account_id, **accounts._token_values(tokens)))
        return True

    _set(accounts, "rotate_tokens", merge)


def paused_campaign_posts() -> None:
    due = claims._IDS.where(
        claims._IS_DUE,
        PostRow.status.in_((PostStatus.SCHEDULED, PostStatus.PUBLISHING)),
        accounts.IS_READY,
        PostRow.account_id.not_in(bindparam("sending", expanding=True)),
    )
    _set(claims, "_TO_SEND", due)
