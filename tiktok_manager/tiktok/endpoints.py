"""Where TikTok is, and which addresses it names in its answers may be followed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiktok_manager.domain.errors import InputError

if TYPE_CHECKING:
    import httpx

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
UPLOAD_DOMAINS = ("tiktokapis.com",)
IMAGE_DOMAINS = (
    "tiktokcdn.com",
    "tiktokcdn-us.com",
    "tiktokcdn-eu.com",
    "ibyteimg.com",
    "muscdn.com",
    "tiktokapis.com",
)
MAX_URL_BYTES = 2048
# Addresses that every parser reads alike: only for others it is worth to load ours.
_PLAIN_BASE = re.compile(
    r"(?:https://[a-z0-9][a-z0-9.-]*[a-z0-9]|http://(?:127\.0\.0\.1|localhost))(?::[1-5]?[0-9]{1,4})?/?"
)
_VARIABLES = {"api_url": "TIKTOK_MANAGER_API_URL", "auth_url": "TIKTOK_MANAGER_AUTH_URL"}
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class AppKeys:
    """The keys of the user's own TikTok app. The repr hides both."""

    client_key: str = field(repr=False)
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """TikTok's two hosts; raises InputError unless https, or plain http on loopback."""

    api_url: str = "https://open.tiktokapis.com"
    auth_url: str = "https://www.tiktok.com"

    def __post_init__(self) -> None:
        for name, variable in _VARIABLES.items():
            object.__setattr__(self, name, _base_url(variable, getattr(self, name)))

    @staticmethod
    def named_in(env: Mapping[str, str]) -> Endpoints:
        """Return the hosts that an environment names, TikTok's own where it names none."""
        named = {name: env.get(variable) for name, variable in _VARIABLES.items()}
        return Endpoints(**{name: url for name, url in named.items() if url})

    def check_upload_url(self, url: str) -> None:
        """Raise InputError unless bytes of a video may go to this address."""
        self._check_remote(url, UPLOAD_DOMAINS, "upload")

    def check_image_url(self, url: str) -> None:
        """Raise InputError unless an avatar or cover may be loaded from this address."""
        self._check_remote(url, IMAGE_DOMAINS, "picture")

    def _check_remote(self, url: str, domains: tuple[str, ...], purpose: str) -> None:
        import httpx

        parsed = _parse(url)
        if parsed is not None and len(url) <= MAX_URL_BYTES and not parsed.userinfo:
            if _is_loopback_http(parsed) and _origin(parsed) == _origin(httpx.URL(self.api_url)):
                return
            host = parsed.raw_host.decode("ascii")
            trusted = any(host.endswith(f".{domain}") for domain in domains)
            if parsed.scheme == "https" and _origin(parsed)[2] == 443 and trusted:
                return
        raise InputError("untrusted_address", purpose=purpose)


def _base_url(name: str, url: str) -> str:
    if _PLAIN_BASE.fullmatch(url):
        return url.rstrip("/")
    parsed = _parse(url)
    if parsed is None or parsed.userinfo or parsed.query or parsed.fragment:
        raise InputError("bad_address", variable=name)
    if parsed.scheme != "https" and not _is_loopback_http(parsed):
        raise InputError("address_without_https", variable=name)
    return url.rstrip("/")


def _parse(url: str) -> httpx.URL | None:
    """Parse with the very parser that will connect, so that no two readings can differ."""
    import httpx

    if not url.isascii() or any(char <= " " or char in '\\<>"' for char in url):
        return None
    try:
        parsed = httpx.URL(url)
        usable = bool(parsed.host) and (parsed.port is None or 0 < parsed.port < 65536)
    except (httpx.InvalidURL, ValueError):
        return None
    return parsed if usable else None


def _is_loopback_http(url: httpx.URL) -> bool:
    return url.scheme == "http" and url.host in LOOPBACK_HOSTS


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    port = _DEFAULT_PORTS.get(url.scheme, 0) if url.port is None else url.port
    return url.scheme, url.host, port
