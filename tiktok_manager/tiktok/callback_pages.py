"""What the browser shows when TikTok sends it back: plain pages without scripts.

A page is kept as a code; its words are made when it is shown, by whoever is above.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from http import HTTPStatus

from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.findings import Finding, Param

POLL_S = 1

Say = Callable[[Finding | AppError], tuple[str, str]]
"""Says a code in words: what happened, and the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page; `error` is said in the place of the text that belongs to the code."""

    status: HTTPStatus = HTTPStatus.BAD_REQUEST
    code: str
    params: Mapping[str, Param] = field(default_factory=dict)
    error: AppError | None = None
    mark: str = "!"
    looks_again: bool = False

    def encode(self, say: Say) -> bytes:
        """Return the whole HTTP answer; whatever it shows is escaped."""
        title, text = say(Finding(code=self.code, params=self.params))
        if self.error is not None:
            text = " ".join(say(self.error))
        body = _HTML.format(
            refresh=_REFRESH if self.looks_again else "",
            title=escape(title),
            text=escape(text),
            mark=self.mark,
            what_now=escape(say(Finding(code="page_close_tab"))[0]),
        ).encode()
        head = (
            f"HTTP/1.1 {self.status.value} {self.status.phrase}\r\n"
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


def not_signed_in(error: AppError | None = None) -> Page:
    """Return the page for a permission that came, but did not lead to an account."""
    return Page(status=HTTPStatus.OK, code="page_not_signed_in", error=error)


def refused(said: str) -> Page:
    """Return the page for an owner who said no; `said` is what TikTok has to say about it."""
    params = {"said": said, "why": "said" if said else ""}
    return Page(status=HTTPStatus.OK, code="page_refused", params=params)


SIGNED_IN = Page(status=HTTPStatus.OK, code="page_signed_in", mark="✓")
UNDER_WAY = Page(status=HTTPStatus.OK, code="page_under_way", mark="…", looks_again=True)
TOO_MUCH = Page(status=HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, code="page_too_much")
NOT_UNDERSTOOD = Page(code="page_not_understood")
NOT_ALLOWED = Page(status=HTTPStatus.METHOD_NOT_ALLOWED, code="page_not_allowed")
WRONG_HOST = Page(status=HTTPStatus.MISDIRECTED_REQUEST, code="page_wrong_host")
NOTHING_HERE = Page(status=HTTPStatus.NOT_FOUND, code="page_nothing_here")
NOT_THIS_SIGN_IN = Page(code="page_not_this_sign_in")
INCOMPLETE = Page(code="page_incomplete")

_REFRESH = f'<meta http-equiv="refresh" content="{POLL_S}">'
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
<p>{what_now}</p></main></body></html>
"""
