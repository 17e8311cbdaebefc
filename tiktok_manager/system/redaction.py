"""Takes secrets out of text before it reaches a log: known ones, and what looks like one."""

import re
import threading
from collections import OrderedDict
from urllib.parse import quote

HIDDEN = "***"
# Two tokens in two spellings for each of some hundred accounts, and what goes by in an hour.
_MAX_PASSING = 4096
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
        self._passing: OrderedDict[str, None] = OrderedDict()
        # By their first characters: a text is gone through once, however many are known.
        self._by_head: dict[str, tuple[str, ...]] = {}

    def register(self, secret: str, *, for_good: bool = False) -> None:
        """Hide this very text from now on; short ones never.

        Of those that pass, such as tokens, the last 4096 are remembered; `for_good` is for the few
        that last as long as the program, such as a passphrase.
        """
        if len(secret) < _MIN_SECRET_CHARS:
            return
        with self._guard:
            for form in {secret, quote(secret, safe="")}:
                is_kept = form in self._by_head.get(form[:_MIN_SECRET_CHARS], ())
                if for_good:
                    self._passing.pop(form, None)
                elif form in self._passing or not is_kept:
                    self._passing[form] = None
                    self._passing.move_to_end(form)
                if not is_kept:
                    self._add(form)
            while len(self._passing) > _MAX_PASSING:
                self._drop(self._passing.popitem(last=False)[0])

    def _add(self, form: str) -> None:
        head = form[:_MIN_SECRET_CHARS]
        self._by_head[head] = (*self._by_head.get(head, ()), form)

    def _drop(self, form: str) -> None:
        head = form[:_MIN_SECRET_CHARS]
        left = tuple(other for other in self._by_head[head] if other != form)
        if left:
            self._by_head[head] = left
        else:
            del self._by_head[head]

    def _without_known(self, text: str) -> str:
        """Hide every known secret; of two that overlap both go."""
        by_head, pieces, shown_from, hidden_to = self._by_head, list[str](), 0, 0
        for at in range(len(text) - _MIN_SECRET_CHARS + 1):
            known = by_head.get(text[at : at + _MIN_SECRET_CHARS], ())
            end = max((at + len(each) for each in known if text.startswith(each, at)), default=0)
            if end > hidden_to:
                if at >= hidden_to:  # else it goes on with the one before
                    pieces += (text[shown_from:at], HIDDEN)
                shown_from = hidden_to = end
        return "".join((*pieces, text[shown_from:]))

    def redact(self, text: str) -> str:
        """Return the text without secrets; addresses keep scheme, host and path."""
        if self._by_head:
            text = self._without_known(text)
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
