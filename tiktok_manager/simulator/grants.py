"""Consents, codes and tokens of the local TikTok (TikTok: manage user access tokens).

Kept in memory only. A code is good once; a refresh token dies the moment its successor exists.
"""

import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from .wire import Refused, client_bug

CODE_TAIL = "*0!6410"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthRequest:
    """The parameters of one accepted authorization request."""

    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    challenge: str


@dataclass(slots=True, kw_only=True)
class QrCode:
    """One code on a screen: `new`, `scanned`, `confirmed`, `utilised` or `expired`."""

    request: AuthRequest
    expires_s: float
    status: str = "new"
    ticket: str = ""
    redirect_uri: str = ""


@dataclass(slots=True, kw_only=True)
class Code:
    request: AuthRequest
    handle: str
    scopes: tuple[str, ...]
    expires_s: float
    used: bool = False
    answer_lost: bool = False


@dataclass(slots=True, kw_only=True)
class Grant:
    """One consent of one account, and all tokens that came of it."""

    handle: str
    scopes: tuple[str, ...]
    access: dict[str, float] = field(default_factory=dict)
    refresh: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    grant: Grant
    access_token: str
    refresh_token: str


class Grants:
    """Not thread-safe; `World` guards it. Times are the simulator's seconds."""

    def __init__(self, access_token_s: float, refresh_token_s: float, code_s: float) -> None:
        self.access_token_s = access_token_s
        self.refresh_token_s = refresh_token_s
        self._code_s = code_s
        self._pending: dict[str, AuthRequest] = {}
        self._codes: dict[str, Code] = {}
        self._grants: list[Grant] = []
        self._by_access: dict[str, Grant] = {}
        self._by_refresh: dict[str, Grant] = {}
        self.qr_codes: dict[str, QrCode] = {}

    def open_request(self, request: AuthRequest) -> str:
        """Remember a request while its consent page is open."""
        ticket = secrets.token_urlsafe(16)
        self._pending[ticket] = request
        return ticket

    def close_request(self, ticket: str) -> AuthRequest | None:
        return self._pending.pop(ticket, None)

    def new_code(
        self, request: AuthRequest, handle: str, scopes: tuple[str, ...], now_s: float
    ) -> str:
        text = secrets.token_urlsafe(48) + CODE_TAIL
        self._codes[text] = Code(
            request=request, handle=handle, scopes=scopes, expires_s=now_s + self._code_s
        )
        return text

    def find_code(self, text: str, now_s: float) -> Code:
        """Return the live code; raises Refused `invalid_grant` for any other text."""
        expired = "Authorization code is expired."
        code = self._codes.get(text)
        if code is None:
            raise client_bug("code", self._why_unknown(text), expired, code="invalid_grant")
        if code.used and not code.answer_lost:
            raise client_bug("code", "The code was used before.", expired, code="invalid_grant")
        if code.used or now_s >= code.expires_s:
            raise Refused(400, "invalid_grant", expired)
        return code

    def is_from_qr(self, text: str) -> bool:
        """Whether a code was asked for by a QR code, and so without a verifier."""
        code = self._codes.get(text)
        return code is not None and not code.request.challenge

    def _why_unknown(self, text: str) -> str:
        if "%" in text:
            return "The code is still percent-encoded: decode it once."
        if any(code.startswith(text) for code in self._codes if text):
            return f"The code lost its tail; {CODE_TAIL} and the like belong to it."
        return "The code was never given out."

    def start(self, handle: str, scopes: tuple[str, ...], now_s: float) -> TokenPair:
        grant = Grant(handle=handle, scopes=scopes)
        self._grants.append(grant)
        return self._new_pair(grant, now_s)

    def rotate(self, refresh_token: str, now_s: float) -> TokenPair:
        """Trade a refresh token for a new pair; the old one is dead from here on."""
        grant = self._by_refresh.get(refresh_token)
        if grant is None or now_s >= grant.refresh.get(refresh_token, 0.0):
            raise Refused(400, "invalid_grant", "Refresh token is invalid or expired.")
        grant.refresh.clear()
        return self._new_pair(grant, now_s)

    def _new_pair(self, grant: Grant, now_s: float) -> TokenPair:
        access = "act." + secrets.token_urlsafe(40)
        refresh = "rft." + secrets.token_urlsafe(40)
        grant.access[access] = now_s + self.access_token_s
        grant.refresh[refresh] = now_s + self.refresh_token_s
        self._by_access[access] = grant
        self._by_refresh[refresh] = grant
        return TokenPair(grant=grant, access_token=access, refresh_token=refresh)

    def owner(self, access_token: str) -> str | None:
        """Whose token this is or was, dead or alive."""
        grant = self._by_access.get(access_token)
        return grant.handle if grant else None

    def owner_in(self, form: bytes) -> str | None:
        """Whose refresh token or code a form carries."""
        values = dict(parse_qsl(form.decode("latin-1")))
        grant = self._by_refresh.get(values.get("refresh_token", ""))
        code = self._codes.get(values.get("code", ""))
        owner = self.owner(values.get("token", ""))
        return grant.handle if grant else code.handle if code else owner

    def refresh_owner(self, refresh_token: str) -> str | None:
        grant = self._by_refresh.get(refresh_token)
        return grant.handle if grant else None

    def live(self, access_token: str, now_s: float) -> Grant | None:
        grant = self._by_access.get(access_token)
        if grant is None or now_s >= grant.access.get(access_token, 0.0):
            return None
        return grant

    def is_connected(self, handle: str) -> bool:
        return any(grant.handle == handle for grant in self._grants)

    def remove_app(self, handle: str) -> None:
        """The user, or revoke, takes the app off the account: every token dies."""
        for grant in self._grants:
            if grant.handle == handle:
                grant.access.clear()
                grant.refresh.clear()
        self._grants = [grant for grant in self._grants if grant.handle != handle]

    def expire(self, handle: str, *, access: bool = True, refresh: bool = False) -> None:
        for grant in self._grants:
            if grant.handle == handle:
                if access:
                    grant.access.clear()
                if refresh:
                    grant.refresh.clear()
