"""Which addresses the window opens in a browser: TikTok's own and no other."""

from urllib.parse import quote, urlsplit

_HOST = "tiktok.com"


def tiktok_url(text: str | None) -> str | None:
    """Return an address if it is a page of tiktok.com over https, else None."""
    if not text:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    ours = host == _HOST or host.endswith(f".{_HOST}")
    plain = parts.username is None and parts.password is None and port in (None, 443)
    return text if parts.scheme == "https" and ours and plain else None


def profile_url(handle: str) -> str:
    """Return an account's page on TikTok."""
    return f"https://www.tiktok.com/@{quote(handle, safe='._')}"
