"""Asking an account's owner for permission (TikTok: Login Kit for Desktop; RFC 7636).

The consent page opens in the user's own browser; `loopback` hears its answer.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from urllib.parse import urlencode

from tiktok_manager.tiktok.endpoints import Endpoints


def new_verifier(token_urlsafe: Callable[[int], str] = secrets.token_urlsafe) -> str:
    """Return a PKCE verifier of 86 characters, new for every attempt."""
    return token_urlsafe(64)


def new_state(token_urlsafe: Callable[[int], str] = secrets.token_urlsafe) -> str:
    """Return 256 random bits that tie the answer to this attempt."""
    return token_urlsafe(32)


def code_challenge(verifier: str) -> str:
    """Return the challenge as TikTok wants it: the SHA-256 in lowercase hex."""
    return hashlib.sha256(verifier.encode("ascii")).hexdigest()


def authorization_url(
    endpoints: Endpoints,
    *,
    client_key: str,
    scopes: Iterable[str],
    redirect_uri: str,
    state: str,
    verifier: str,
) -> str:
    """Return the address of the consent page; it shows even if the browser is signed in."""
    query = urlencode(
        {
            "client_key": client_key,
            "response_type": "code",
            "scope": ",".join(scopes),
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge": code_challenge(verifier),
            "code_challenge_method": "S256",
            "disable_auto_auth": "1",
        },
        safe=",",
    )
    return f"{endpoints.auth_url}/v2/auth/authorize/?{query}"
