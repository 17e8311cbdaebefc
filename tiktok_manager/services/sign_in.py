"""Asking an account's owner for permission in the browser, for `services.accounts` only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tiktok_manager.domain.accounts import Scope, TokenPair
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import AppError, RemoteError
from tiktok_manager.services.syncing import repeated_by_hand
from tiktok_manager.tiktok import callback_pages, oauth

if TYPE_CHECKING:
    from tiktok_manager.tiktok.endpoints import AppKeys, Endpoints
    from tiktok_manager.tiktok.gateway import AppCalls
    from tiktok_manager.tiktok.loopback import Callback, LoopbackReceiver

RELOAD_S = 2.0


class SignIn:
    """Asks TikTok's page, and tells the browser what became of its answer.

    The page of the last sign-in is answered for a while longer, so that a reload or a prefetch
    meets no closed port; `close` ends that. `say` makes the words of the pages.
    """

    def __init__(self, endpoints: Endpoints, clock: Clock, say: callback_pages.Say) -> None:
        self._endpoints = endpoints
        self._clock = clock
        self._say = say
        self._lock = threading.Lock()
        self._lingering: LoopbackReceiver | None = None
        self._closed = False

    @contextmanager
    def permission(
        self,
        calls: AppCalls,
        keys: AppKeys,
        scopes: Sequence[Scope],
        *,
        open_url: Callable[[str], None],
        cancel: CancelToken,
        on_overdue: Callable[[], None] | None,
        on_consent: Callable[[], None],
    ) -> Iterator[TokenPair]:
        """Give the tokens of an owner who agreed; the browser hears of success at the block's end.

        `on_overdue` is called once if TikTok's page sends nobody back for 20 s. Raises
        ConsentRefused, Cancelled, RemoteError, and AppError when nobody answered in time.
        """
        verifier, state = oauth.new_verifier(), oauth.new_state()
        receiver = self._listen(state)
        page = callback_pages.not_signed_in()
        try:
            open_url(self._address(keys, scopes, receiver.redirect_uri, state, verifier))
            callback = receiver.wait(cancel, on_overdue)
            on_consent()
            yield _exchange(calls, keys, callback, receiver.redirect_uri, verifier)
            page = callback_pages.SIGNED_IN
        except AppError as exc:
            page = callback_pages.not_signed_in(exc)
            raise
        finally:
            receiver.conclude(page)
            self._linger(receiver)

    def see_off(self, cancel: CancelToken) -> None:
        """Wait until a reload or a prefetch right after the sign-in has found its page."""
        with self._lock:
            lingers = self._lingering is not None
        if lingers:
            self._clock.pause(cancel, RELOAD_S)

    def close(self) -> None:
        """Answer no page any longer."""
        with self._lock:
            self._closed = True
        self._linger(None)

    def _listen(self, state: str) -> LoopbackReceiver:
        """Wait for an answer at a new address; the one before is answered no longer."""
        from tiktok_manager.tiktok.loopback import LoopbackReceiver

        self._linger(None)
        return LoopbackReceiver(state, self._clock, self._say).open()

    def _address(
        self, keys: AppKeys, scopes: Sequence[Scope], redirect_uri: str, state: str, verifier: str
    ) -> str:
        return oauth.authorization_url(
            self._endpoints,
            client_key=keys.client_key,
            scopes=scopes,
            redirect_uri=redirect_uri,
            state=state,
            verifier=verifier,
        )

    def _linger(self, receiver: LoopbackReceiver | None) -> None:
        """Let a receiver answer on instead of the one before."""
        with self._lock:
            if self._closed and receiver is not None:
                before: LoopbackReceiver | None = receiver
            else:
                before, self._lingering = self._lingering, receiver
        if before is not None:
            before.close()


def _exchange(
    calls: AppCalls, keys: AppKeys, callback: Callback, redirect_uri: str, verifier: str
) -> TokenPair:
    with nothing_kept():
        return calls.exchange_code(keys, callback.code, redirect_uri, verifier)


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Say of a failure that nobody repeats by itself what to do about it."""
    try:
        yield
    except RemoteError as exc:
        told = repeated_by_hand(exc, "connect")
        if told is exc:
            raise
        raise told from exc
