"""Takes secrets out of text before it reaches a log: known ones, and what looks like one."""

import re
import threading
from collections import OrderedDict
from urllib.parse import quote

HIDDEN = "***"
_MAX_REGISTERED = 256
_MIN_SECRET_CHARS = 6

_URL = re.compile(
    r"(?i)\b(?P<scheme>[a-z][a-z0-9+.-]{1,20}://)(?:[^\s/?#\"'<>@]*@)?"
    r"(?P<place>[^\s?#\"'<>\\]*)(?P<query>\?[^\s#\"'<>\\]*)?(?:#[^\s\"'<>\\]*)?"
)
# It begins where a word begins and is bounded: a long text must not take quadratic time.
_USER_INFO = re.compile(
    r"(?<![^\s\"'=,(\[{])[^\s:@/\"'=,(\[{]{1,256}:[^\s@/\"']{1,256}@(?=[\w.\[-])"
)
_TOKEN = re.compile(r"\b(act|rft|clt)\.[\w!.~*%-]+")
_BEARER = re.compile(r"(?i)\b(bearer\s+)[\w!.~*%+/=-]+")
_NAMES = (
    r"client[_-]?secret|access[_-]?token|refresh[_-]?token|upload[_-]?token|code[_-]?verifier"
    r"|authorization|passphrase|password"
)
# name=value, name: value, "name": "value", ('name', b'value'), also with escaped quotes.
_NAMED = re.compile(
    rf"(?i)((?:{_NAMES})(?:\\*[\"']\s*(?:,|:|=>?)|\s*(?::|=>?))\s*)"
    r"(?:b?(?P<quote>[\"'])(?:\\.|(?!(?P=quote))[^\\])*"
    r"|(?P<escaped>\\+[\"'])(?:(?!\\+[\"']).)*"
    r"|(?:basic\s+|bearer\s+)?[^\s\"'&,;)}\]]+)"
)
_CODE = re.compile(r"(?i)(?<![\w-])(code=)[^\s\"'&,;)}\]]+")


class Redactor:
    """Hides registered secrets and whatever looks like one. Safe from any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._known: OrderedDict[str, None] = OrderedDict()

    def register(self, secret: str) -> None:
        """Hide this very text from now on; the last 256 are remembered, short ones never."""
        if len(secret) < _MIN_SECRET_CHARS:
            return
        with self._guard:
            for form in (secret, quote(secret, safe="")):
                self._known[form] = None
                self._known.move_to_end(form)
            while len(self._known) > _MAX_REGISTERED:
                self._known.popitem(last=False)

    def redact(self, text: str) -> str:
        """Return the text without secrets; addresses keep scheme, host and path."""
        with self._guard:
            known = sorted(self._known, key=len, reverse=True)
        for secret in known:
            text = text.replace(secret, HIDDEN)
        text = _URL.sub(_bare_url, text)
        text = _USER_INFO.sub(HIDDEN + "@", text)
        text = _TOKEN.sub(rf"\1.{HIDDEN}", text)
        text = _BEARER.sub(rf"\1{HIDDEN}", text)
        text = _NAMED.sub(_name_only, text)
        return _CODE.sub(rf"\1{HIDDEN}", text)


def _bare_url(found: re.Match[str]) -> str:
    query = "?" + HIDDEN if found["query"] else ""
    return found["scheme"] + found["place"] + query


def _name_only(found: re.Match[str]) -> str:
    return found[1] + (found["quote"] or found["escaped"] or "") + HIDDEN
