"""What the browser shows when TikTok sends it back: plain pages without scripts."""

from dataclasses import dataclass
from html import escape

POLL_S = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page; `title` is ASCII, for it is the reason of the status line, too."""

    status: int
    title: str
    text: str
    mark: str = "!"
    looks_again: bool = False

    def encode(self) -> bytes:
        """Return the whole HTTP answer; whatever it shows is escaped."""
        refresh = f'<meta http-equiv="refresh" content="{POLL_S}">' if self.looks_again else ""
        body = _HTML.format(
            refresh=refresh, title=escape(self.title), text=escape(self.text), mark=self.mark
        ).encode()
        head = (
            f"HTTP/1.1 {self.status} {self.title}\r\n"
            "Content-Type: text/html; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n"
            "Cache-Control: no-store\r\n"
            "Referrer-Policy: no-referrer\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "X-Frame-Options: DENY\r\n"
            "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
            "img-src data:; frame-ancestors 'none'\r\n"
            "Connection: close\r\n\r\n"
        )
        return head.encode("ascii") + body


def signed_in(text: str) -> Page:
    """Return the page for an account that is kept."""
    return Page(status=200, title="You are signed in", text=text, mark="✓")


def not_signed_in(text: str) -> Page:
    """Return the page for a permission that came, but did not lead to an account."""
    return Page(status=200, title="The sign-in did not work", text=text)


def refused(text: str) -> Page:
    """Return the page for an owner who said no."""
    return Page(status=200, title="No permission given", text=text or "Nothing changed.")


UNDER_WAY = Page(
    status=200,
    title="Almost done",
    text="TikTok Manager is still finishing the sign-in. This page looks again by itself.",
    mark="…",
    looks_again=True,
)
TOO_MUCH = Page(status=431, title="Too much", text="This request is too large.")
NOT_UNDERSTOOD = Page(
    status=400, title="Not understood", text="This is not a request for this address."
)
NOT_ALLOWED = Page(status=405, title="Not allowed", text="Only GET is answered here.")
WRONG_HOST = Page(status=421, title="Wrong address", text="This request is for another host.")
NOTHING_HERE = Page(status=404, title="Nothing here", text="There is nothing at this address.")
NOT_THIS_SIGN_IN = Page(
    status=400,
    title="Not this sign-in",
    text="This answer does not belong to the sign-in under way.",
)
INCOMPLETE = Page(
    status=400, title="Not understood", text="This answer holds neither a code nor an error."
)

_HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">{refresh}<title>TikTok Manager</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>
:root{{color-scheme:light dark}}
body{{margin:0;min-height:100vh;display:grid;place-items:center;background:Canvas;
color:CanvasText;font:16px/1.5 system-ui,sans-serif}}
main{{text-align:center;padding:32px;max-width:420px}}
b{{display:inline-grid;place-items:center;width:56px;height:56px;border-radius:28px;
font-size:28px;background:#fe2c55;color:#fff}}
h1{{font-size:24px;margin:16px 0 8px}}p{{margin:8px 0;opacity:.8}}
</style></head>
<body><main><b aria-hidden="true">{mark}</b><h1>{title}</h1><p>{text}</p>
<p>You can close this tab and return to TikTok Manager.</p></main></body></html>
"""
