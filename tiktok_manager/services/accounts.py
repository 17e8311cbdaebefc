"""Connecting, showing, syncing and disconnecting accounts."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tiktok_manager.domain.accounts import (
    Account,
    AccountSelector,
    AccountStatus,
    CreatorInfo,
    Profile,
    Scope,
    TokenPair,
)
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.captions import normalize_handle
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import (
    AppError,
    ConsentRefused,
    Failure,
    FailureClass,
    InputError,
    NotFound,
    ReconnectNeeded,
    RemoteError,
    TikTokRefused,
)
from tiktok_manager.domain.events import AccountChanged, EventBus, PostsChanged
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import ON_TIME, Post, PostFilter, PostMode, PostStatus
from tiktok_manager.domain.quota import WINDOW, Usage
from tiktok_manager.services.settings import Settings
from tiktok_manager.services.sign_in import SignIn, nothing_kept
from tiktok_manager.services.syncing import (
    Syncing,
    SyncResult,
    SyncStep,
    left_out,
    remember_creator,
    with_handle,
)
from tiktok_manager.storage import account_posts, downtime, posts, quota
from tiktok_manager.storage import accounts as queries
from tiktok_manager.storage.database import Database

if TYPE_CHECKING:
    from tiktok_manager.services.tokens import TokenKeeper
    from tiktok_manager.services.vault import VaultService
    from tiktok_manager.storage.metrics_file import MetricsFile
    from tiktok_manager.tiktok.endpoints import AppKeys
    from tiktok_manager.tiktok.gateway import AppCalls, Gateway

logger = logging.getLogger(__name__)

__all__ = ["AccountOverview", "Accounts", "ConnectStage", "SyncResult", "SyncStep"]

_SYNCED = (AccountStatus.CONNECTED, AccountStatus.NEEDS_RECONNECT)


class ConnectStage(StrEnum):
    """How far a connection has come."""

    WAITING_FOR_CONSENT = "waiting_for_consent"
    EXCHANGING = "exchanging"
    READING_PROFILE = "reading_profile"
    STORING = "storing"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOverview:
    """An account with what is told beside it in a list.

    `planned` posts wait for their time, `next_post` first; `quota` is that of direct posts.
    """

    account: Account
    avatar: Path | None
    next_post: Post | None
    planned: int
    quota: Usage


class Accounts:
    """The accounts of one data folder."""

    def __init__(
        self,
        *,
        database: Database,
        metrics_file: MetricsFile,
        vault: VaultService,
        settings: Settings,
        tokens: TokenKeeper,
        gateway: Gateway,
        sign_in: SignIn,
        events: EventBus,
        clock: Clock,
        media_cache_dir: Path,
    ) -> None:
        self._database = database
        self._vault = vault
        self._settings = settings
        self._tokens = tokens
        self._gateway = gateway
        self._sign_in = sign_in
        self._events = events
        self._clock = clock
        self._syncing = Syncing(
            database=database,
            metrics_file=metrics_file,
            gateway=gateway,
            events=events,
            clock=clock,
            avatars_dir=media_cache_dir / "avatars",
        )

    def list(self) -> Sequence[Account]:
        """Return every account, connected ones first."""
        with self._database.read() as session:
            return queries.list_accounts(session)

    def overview(self) -> Sequence[AccountOverview]:
        """Return every account, connected ones first, with its next post and today's quota.

        It costs a few statements, however many accounts there are.
        """
        since = self._clock.now() - WINDOW
        cap = self._settings.direct_posts_per_day()
        avatars = self.avatars()
        with self._database.read() as session:
            found = queries.list_accounts(session)
            coming = account_posts.next_of_each_account(session)
            planned = account_posts.planned_of_each_account(session)
            used = quota.used_by_each_account(session, PostMode.DIRECT, since)
        next_posts = {post.account_id: post for post in coming}
        return [
            AccountOverview(
                account=account,
                avatar=avatars.get(account.id),
                next_post=next_posts.get(account.id),
                planned=planned.get(account.id, 0),
                quota=Usage(used=used.get(account.id, 0), cap=cap),
            )
            for account in found
        ]

    def get(self, handle_or_id: str) -> Account:
        """Return the account with this handle (with or without `@`) or id; raises NotFound."""
        name = normalize_handle(handle_or_id)
        with self._database.read() as session:
            found = queries.find_accounts(session, name)
        live = [a for a in found if a.status is not AccountStatus.DISCONNECTED] or found
        if not live:
            raise NotFound("not_found", what="account", handle=name)
        if len(live) > 1:
            ids = tuple(account.id for account in live)
            raise InputError("handle_not_unique", handle=name, ids=ids)
        return live[0]

    def select(self, names: Sequence[str]) -> Sequence[Account]:
        """Return the accounts that handles, ids and selectors name, each once.

        A selector is `group:NAME`, `tag:NAME`, `status:NAME` or `all`, and leaves out accounts that
        are not connected any more. Raises NotFound, also for a selector that takes nobody.
        """
        everybody: Sequence[Account] | None = None
        found: dict[str, Account] = {}
        for name in names:
            selector = AccountSelector.read(name)
            if selector is None:
                account = self.get(name)
                found.setdefault(account.id, account)
                continue
            everybody = self.list() if everybody is None else everybody
            chosen = [each for each in everybody if selector.takes(each)]
            if not chosen:
                raise NotFound("not_found", what=selector.kind, name=selector.name)
            found |= {each.id: each for each in chosen if each.id not in found}
        return list(found.values())

    def connect(
        self,
        *,
        open_url: Callable[[str], None],
        cancel: CancelToken,
        scopes: Sequence[Scope] | None = None,
        reconnect: str | None = None,
        confirm: Callable[[Profile], bool] | None = None,
        on_stage: Callable[[ConnectStage], None] | None = None,
        on_overdue: Callable[[], None] | None = None,
    ) -> Account:
        """Ask an account's owner for permission in the browser and keep the account.

        `open_url` is called with the consent page's address; `scopes` are asked for instead of
        those of the settings; `confirm` may refuse the account that came back; `on_overdue` is
        called once if TikTok's page has sent nobody back for 20 s. Nothing is kept
        unless all went well, and the browser's page says whether it did. Raises AppKeysMissing,
        VaultLocked, ConsentRefused, Cancelled, RemoteError.
        """
        tell = on_stage or (lambda _stage: None)
        expected = None if reconnect is None else self.get(reconnect)
        keys = self._settings.app_keys()
        self._vault.unlock()
        tell(ConnectStage.WAITING_FOR_CONSENT)
        calls = self._gateway.app(None if expected is None else expected.id)
        with self._sign_in.permission(
            calls,
            keys,
            self._settings.requested_scopes() if scopes is None else scopes,
            open_url=open_url,
            cancel=cancel,
            on_overdue=on_overdue,
            on_consent=lambda: tell(ConnectStage.EXCHANGING),
        ) as pair:
            account, avatar_url = self._add(calls, keys, pair, expected, confirm, tell)
        self._syncing.fetch_avatar(account.id, avatar_url)
        self._events.publish(AccountChanged(account_id=account.id))
        self._events.publish(PostsChanged())
        return self.get(account.id)

    def see_off(self, cancel: CancelToken) -> None:
        """Before a program ends after `connect`: wait for a reload of the browser's page (2 s)."""
        self._sign_in.see_off(cancel)

    def close(self) -> None:
        """Answer the browser's page no longer."""
        self._sign_in.close()

    def disconnect(self, account_id: str) -> Sequence[Finding]:
        """Take the permission back at TikTok and forget the tokens.

        Planned posts of the account stop with a reason. Returns warnings. Raises InputError while
        a video of the account is being sent.
        """
        account = self.get(account_id)
        self._refuse_while_sending(account)
        warnings = self._revoke(account)
        now = self._clock.now()
        reason = Failure(code="account_disconnected", kind=FailureClass.NEEDS_RECONNECT)
        with self._database.write() as session:
            queries.disconnect(session, account)
            account_posts.stop_scheduled(session, account.id, reason, now)
        self._events.publish(AccountChanged(account_id=account.id))
        self._events.publish(PostsChanged())
        return warnings

    def creator_info(self, account_id: str) -> CreatorInfo:
        """Ask TikTok what the creator may post now."""
        info = self._gateway.for_account(account_id).creator_info()
        remember_creator(self._database, account_id, info)
        return info

    def set_paused(self, account_id: str, paused: bool) -> Account:
        """Hold the account's posts, or let them go again."""
        account = self.get(account_id)
        with self._database.write() as session:
            if account.paused and not paused:
                downtime.forget_tries(session, self._clock.now(), ON_TIME, account_id=account.id)
            account = queries.set_paused(session, account, paused=paused)
        self._events.publish(AccountChanged(account_id=account.id))
        return account

    def sync(
        self,
        account_ids: Sequence[str] | None = None,
        cancel: CancelToken | None = None,
        *,
        tell: Callable[[SyncStep], None] = lambda _step: None,
    ) -> Sequence[SyncResult]:
        """Pull profiles and video counters and record snapshots; one result per account.

        Of all accounts, those that must be reconnected are not asked for, and the result says so.
        Raises VaultLocked, NotFound, Cancelled; what goes wrong with one account is in its result.
        `tell` is called before each account, on this thread.
        """
        wanted = (
            [each for each in self.list() if each.status in _SYNCED]
            if account_ids is None
            else [self.get(name) for name in account_ids]
        )
        if wanted:
            self._vault.unlock()
        cancel = cancel or CancelToken()
        results = []
        for number, account in enumerate(wanted):
            cancel.check()
            tell(SyncStep(handle=account.handle, done=number, total=len(wanted)))
            if account_ids is None and account.status is AccountStatus.NEEDS_RECONNECT:
                results.append(left_out(account))
            else:
                results.append(self._syncing.sync(account, cancel))
        return results

    def keep_alive(self) -> None:
        """Renew the permission of accounts that were idle for long; raises VaultLocked."""
        self._tokens.keep_alive()

    def avatars(self) -> Mapping[str, Path]:
        """Return the cached avatar pictures by account; those before their first sync have none."""
        return self._syncing.avatars()

    def _add(
        self,
        calls: AppCalls,
        keys: AppKeys,
        pair: TokenPair,
        expected: Account | None,
        confirm: Callable[[Profile], bool] | None,
        tell: Callable[[ConnectStage], None],
    ) -> tuple[Account, str]:
        try:
            tell(ConnectStage.READING_PROFILE)
            profile = _profile(calls, pair)
            _check_identity(expected, profile)
            if confirm is not None and not confirm(profile):
                raise ConsentRefused("account_not_added")
            tell(ConnectStage.STORING)
            return self._keep(pair, profile), profile.avatar_url
        except AppError:
            self._drop(calls, keys, pair)
            raise

    def _keep(self, pair: TokenPair, profile: Profile) -> Account:
        now = self._clock.now()
        with self._database.read() as session:
            known = queries.find_by_open_id(session, profile.open_id)
            old = None if known is None else queries.get_tokens(session, known.id)
        account_id = uuid.uuid4().hex if known is None else known.id
        sealed = self._tokens.seal(account_id, pair, old)
        with self._database.write() as session:
            account = queries.put_connected(session, account_id, profile, pair.scopes, now)
            queries.put_grant(session, sealed)
            account_posts.resume_reconnected(session, account_id, now)
        return account

    def _drop(self, calls: AppCalls, keys: AppKeys, pair: TokenPair) -> None:
        """Give back a permission that is not kept, as far as TikTok can be reached.

        Not that of an account that is connected already: revoking would take its tokens, too.
        """
        with self._database.read() as session:
            known = queries.find_by_open_id(session, pair.open_id)
        if known is not None and known.status is AccountStatus.CONNECTED:
            return
        try:
            calls.revoke(keys, pair.access_token)
        except RemoteError as exc:
            logger.info("The unused permission could not be revoked: %s", exc.code)

    def _refuse_while_sending(self, account: Account) -> None:
        wanted = PostFilter(
            statuses=frozenset({PostStatus.PUBLISHING, PostStatus.PROCESSING}),
            account_id=account.id,
        )
        with self._database.read() as session:
            if posts.list_posts(session, wanted, limit=1):
                raise InputError("video_on_its_way", handle=account.handle)

    def _revoke(self, account: Account) -> Sequence[Finding]:
        try:
            keys = self._settings.app_keys()
            # TikTok refuses to revoke an expired token, so the keeper refreshes it first.
            self._gateway.app(account.id).revoke(keys, self._tokens.access_token(account.id))
        except ReconnectNeeded:
            return []
        except AppError as exc:
            if account.status is AccountStatus.NEEDS_RECONNECT and isinstance(exc, TikTokRefused):
                return []  # there is no permission left to take back
            params = {**exc.failure.as_cause, "account": account.handle}
            return [Finding(code="disconnect_unconfirmed", params=params)]
        return []


def _profile(calls: AppCalls, pair: TokenPair) -> Profile:
    with nothing_kept():
        profile = calls.profile(pair.access_token, pair.scopes)
    ask = partial(calls.creator_info, pair.access_token)
    return with_handle(profile, pair.scopes, ask)


def _check_identity(expected: Account | None, profile: Profile) -> None:
    if expected is not None and expected.open_id != profile.open_id:
        raise ConsentRefused(
            "another_account", handle=expected.handle, found=profile.handle or profile.display_name
        )
