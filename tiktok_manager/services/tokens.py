"""Keeps each account's TikTok permission alive: one refresh at a time, durable before use.

TikTok rotates refresh tokens and kills the old one at once. So a refresh happens under a lock in
this process and a lease in the database, and the new pair is committed before anyone uses it. It is
kept only in place of the version it was asked for: an answer that arrives after the owner gave a
new permission, or took the old one back, changes nothing.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from tiktok_manager.domain.accounts import AccountStatus, TokenPair
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import (
    Failure,
    FailureClass,
    NetworkDown,
    ReconnectNeeded,
    RemoteError,
    TikTokRefused,
)
from tiktok_manager.domain.events import AccountChanged, EventBus, PostsChanged
from tiktok_manager.services.settings import Settings
from tiktok_manager.services.storage_guard import tried_again
from tiktok_manager.services.vault import VaultService
from tiktok_manager.storage import accounts as queries
from tiktok_manager.storage import holds
from tiktok_manager.storage.accounts import SealedTokens
from tiktok_manager.storage.database import Database
from tiktok_manager.system.vault import SecretDamaged
from tiktok_manager.tiktok.answers import Upload
from tiktok_manager.tiktok.endpoints import AppKeys

if TYPE_CHECKING:
    from tiktok_manager.tiktok.gateway import Routing

T = TypeVar("T")

REFRESH_LEASE = timedelta(seconds=60)
REFRESH_AT_LIFE_LEFT = 0.25
LOOK_AGAIN_S = 0.1
REPLAYS = 1
LOST_ANSWER_TRIES = 3
KEEP_ALIVE = timedelta(days=30)
# The request may have arrived, so the old token may be dead already.
_LOST_ANSWERS = frozenset({"network_timeout", "network_interrupted", "bad_answer"})

logger = logging.getLogger(__name__)


class TokenKeeper:
    """Hands out access tokens that work. Safe from any thread and process."""

    def __init__(
        self,
        database: Database,
        vault: VaultService,
        settings: Settings,
        routing: Routing,
        events: EventBus,
        clock: Clock,
        owner: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._settings = settings
        self._routing = routing
        self._events = events
        self._clock = clock
        self._owner = owner
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def call(self, account_id: str, use: Callable[[str], T]) -> T:
        """Call TikTok with the account's access token.

        If TikTok says the token is invalid, refreshes once and calls once more. Raises
        ReconnectNeeded (and marks the account) when only the user can lead on.
        """
        tokens = self._fresh(account_id)
        for _replay in range(REPLAYS):
            try:
                return self._use(tokens, use)
            except TikTokRefused as exc:
                if exc.failure.kind is not FailureClass.NEEDS_RECONNECT:
                    raise
                if exc.failure.code != "access_token_invalid":
                    if self._is_current(tokens):
                        raise self._lost(tokens, exc.failure) from exc
                    tokens = self._fresh(account_id)  # the owner gave a new permission meanwhile
                    continue
            if self._was_refused(account_id):
                raise _reconnect_needed()
            tokens = self._refresh(account_id, tokens.version, patient=True)
        try:
            return self._use(tokens, use)
        except TikTokRefused as exc:
            # Another process may have rotated the tokens while this call was on its way.
            if exc.failure.kind is FailureClass.NEEDS_RECONNECT and self._is_current(tokens):
                raise self._lost(tokens, exc.failure) from exc
            raise

    def access_token(self, account_id: str) -> str:
        """Return an access token with life left."""
        return self._access(self._fresh(account_id))

    def keep_alive(self) -> None:
        """Renew permissions nobody used for 30 days: TikTok lets them die after 180.

        Raises VaultLocked. What goes wrong with one account is tried again in the next round.
        """
        with self._database.read() as session:
            idle = queries.idle_tokens(session, self._clock.now() - KEEP_ALIVE)
        for account_id, version in idle:
            self._vault.unlock()
            try:
                self._refresh(account_id, version, patient=False)
            except (RemoteError, ReconnectNeeded) as exc:
                logger.warning("Account %s was not kept alive: %s", account_id, exc.code)

    def seal(self, account_id: str, pair: TokenPair, old: SealedTokens | None) -> SealedTokens:
        """Return a token pair as it rests in the database, after the `old` one if there is one."""
        horizon = pair.refresh_expires_at or (old and old.refresh_expires_at)
        return SealedTokens(
            account_id=account_id,
            version=1 if old is None else old.version + 1,
            access_sealed=self._vault.seal(pair.access_token, aad=_aad(account_id, "access")),
            refresh_sealed=self._vault.seal(pair.refresh_token, aad=_aad(account_id, "refresh")),
            issued_at=self._clock.now(),
            access_expires_at=pair.access_expires_at,
            refresh_expires_at=horizon or pair.access_expires_at,
        )

    def _use(self, tokens: SealedTokens, use: Callable[[str], T]) -> T:
        """Call, and note what the answer says of the account: banned, or no longer."""
        try:
            answer = use(self._access(tokens))
        except TikTokRefused as exc:
            if exc.failure.kind is FailureClass.PERMANENT:
                self._note_restriction(tokens.account_id, "banned")
            raise
        if isinstance(answer, Upload):  # TikTok lets no banned account begin one
            self._note_restriction(tokens.account_id, None)
        return answer

    def _fresh(self, account_id: str) -> SealedTokens:
        tokens = self._read(account_id)
        if self._is_old(tokens):
            if self._was_refused(account_id):
                return self._last_of(tokens)
            try:
                return self._refresh(account_id, tokens.version, patient=False)
            except RemoteError:
                # Being offline is no reason to throw away a token that still has life.
                if tokens.access_expires_at <= self._clock.now():
                    raise
        return tokens

    def _was_refused(self, account_id: str) -> bool:
        """Say whether only the account's owner can lead on: TikTok is not asked again and again."""
        with self._database.read() as session:
            account = queries.get_account(session, account_id)
        return account is not None and account.status is AccountStatus.NEEDS_RECONNECT

    def _last_of(self, tokens: SealedTokens) -> SealedTokens:
        """Return tokens that cannot be renewed while they live; raises ReconnectNeeded after."""
        if tokens.access_expires_at > self._clock.now():
            return tokens
        raise _reconnect_needed()

    def _is_old(self, tokens: SealedTokens) -> bool:
        life = tokens.access_expires_at - tokens.issued_at
        return self._clock.now() >= tokens.access_expires_at - life * REFRESH_AT_LIFE_LEFT

    def _refresh(self, account_id: str, stale_version: int, *, patient: bool) -> SealedTokens:
        """Return tokens newer than `stale_version`.

        While another process refreshes them, a patient caller waits for its commit; another one
        goes on with the tokens it has as long as they live.
        """
        with self._lock_of(account_id):
            ends_at_s = self._clock.monotonic_s() + REFRESH_LEASE.total_seconds()
            while True:
                tokens = self._read(account_id)
                if tokens.version != stale_version:
                    return tokens
                if self._take_lease(account_id, stale_version):
                    return self._rotate_under_lease(account_id, tokens)
                if not patient and tokens.access_expires_at > self._clock.now():
                    return tokens
                if self._clock.monotonic_s() > ends_at_s:
                    raise NetworkDown(Failure(code="refresh_under_way", kind=FailureClass.RETRY))
                self._clock.pause(CancelToken(), LOOK_AGAIN_S)

    def _rotate_under_lease(self, account_id: str, tokens: SealedTokens) -> SealedTokens:
        try:
            return self._rotate(account_id, tokens)
        finally:
            with self._database.write() as session:
                queries.release_refresh(session, account_id, self._owner)

    def _is_current(self, tokens: SealedTokens) -> bool:
        return self._read(tokens.account_id).version == tokens.version

    def _rotate(self, account_id: str, tokens: SealedTokens) -> SealedTokens:
        keys = self._settings.app_keys()
        refresh_token = self._open(tokens, tokens.refresh_sealed, "refresh")
        try:
            pair = self._ask_anew(account_id, keys, refresh_token)
        except TikTokRefused as exc:
            current = self._read(account_id)
            if current.version != tokens.version:
                return current
            if exc.failure.kind is FailureClass.NEEDS_RECONNECT:
                raise self._lost(tokens, exc.failure) from exc
            raise
        rotated = self.seal(account_id, pair, tokens)
        # TikTok takes the old pair no more, so this is tried again.
        if tried_again(lambda: self._keep(rotated, over=tokens.version)):
            return rotated
        logger.info("Account %s has another permission than the one renewed", account_id)
        return self._read(account_id)

    def _keep(self, tokens: SealedTokens, *, over: int) -> bool:
        with self._database.write() as session:
            return queries.rotate_tokens(session, tokens, over=over)

    def _ask_anew(self, account_id: str, keys: AppKeys, refresh_token: str) -> TokenPair:
        """Trade a refresh token; if the answer is lost, offer the same one twice more at once.

        Whether TikTok has any grace for that is not documented. If it has none it says so
        (invalid_grant), and only then is the permission lost.
        """
        calls = self._routing.app(account_id)
        for _try in range(LOST_ANSWER_TRIES - 1):
            try:
                return calls.refresh(keys, refresh_token)
            except NetworkDown as exc:
                if exc.failure.code not in _LOST_ANSWERS:
                    raise
        return calls.refresh(keys, refresh_token)

    def _take_lease(self, account_id: str, version: int) -> bool:
        with self._database.write() as session:
            now = self._database.now(session)
            return queries.lease_refresh(
                session, account_id, version, self._owner, now, now + REFRESH_LEASE
            )

    def _read(self, account_id: str) -> SealedTokens:
        with self._database.read() as session:
            tokens = queries.get_tokens(session, account_id)
        if tokens is None:
            raise ReconnectNeeded("account_never_connected")
        return tokens

    def _access(self, tokens: SealedTokens) -> str:
        return self._open(tokens, tokens.access_sealed, "access")

    def _open(self, tokens: SealedTokens, sealed: bytes, field: str) -> str:
        try:
            return self._vault.open(sealed, aad=_aad(tokens.account_id, field))
        except SecretDamaged as exc:
            raise self._lost(tokens, _damaged(exc)) from exc

    def _lost(self, tokens: SealedTokens, failure: Failure) -> ReconnectNeeded:
        """Mark the account, and tell its other posts why they wait.

        Unless it has other tokens by now: whoever asked with these ones asks again.
        """
        account_id = tokens.account_id
        reason = replace(failure.kept, kind=FailureClass.NEEDS_RECONNECT)
        with self._database.write() as session:
            if queries.lose_permission(session, account_id, tokens.version):
                holds.explain_wait(session, account_id, reason, self._clock.now())
        self._events.publish(AccountChanged(account_id=account_id))
        self._events.publish(PostsChanged())
        return ReconnectNeeded(failure.code, raw_code=failure.raw_code, log_id=failure.log_id)

    def _note_restriction(self, account_id: str, restriction: str | None) -> None:
        with self._database.read() as session:
            account = queries.get_account(session, account_id)
        if account is not None and account.restriction != restriction:
            with self._database.write() as session:
                queries.set_restriction(session, account_id, restriction)
            self._events.publish(AccountChanged(account_id=account_id))

    def _lock_of(self, account_id: str) -> threading.Lock:
        with self._guard:
            return self._locks[account_id]


def _reconnect_needed() -> ReconnectNeeded:
    return ReconnectNeeded()


def _damaged(exc: SecretDamaged) -> Failure:
    return Failure(code=exc.code, kind=FailureClass.NEEDS_RECONNECT)


def _aad(account_id: str, field: str) -> str:
    return f"tokens/{account_id}/{field}"
