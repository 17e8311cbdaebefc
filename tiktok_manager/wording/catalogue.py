"""How a code becomes words: an entry of sentences, chosen, filled and said in the user's language.

An entry holds whole sentences in English, which are also the ids of their translations. They are
never glued from fragments; what may be missing is a sentence of its own, and is left out while a
parameter it names is empty.
"""

import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import NullTranslations

from tiktok_manager.domain.findings import Param
from tiktok_manager.domain.media import MAX_FPS, MIN_FPS
from tiktok_manager.wording.spans import number, span_words
from tiktok_manager.wording.steps import Step
from tiktok_manager.wording.terms import TERMS
from tiktok_manager.wording.translation import _

Params = Mapping[str, Param]
FPS_BOUNDS = (MIN_FPS, MAX_FPS)
_AND = _("{others} and {last}")


@dataclass(frozen=True, slots=True)
class Plural:
    """A sentence with a number in it, which the parameter `by` gives."""

    one: str
    many: str
    by: str


@dataclass(frozen=True, slots=True)
class Each:
    """A sentence said once for each value of the parameter `by`, and of its like-long others."""

    every: str
    by: str


Text = str | Plural | Each


@dataclass(frozen=True, slots=True)
class Entry:
    """The sentences of one code.

    `typed` is said in a terminal only, `shown` in the window only; `promise` is what goes on by
    itself. All are templates: `{name}` is a parameter, `{name:span}` one in a format of `filled`.
    """

    title: Text
    message: Text = ""
    hint: Text = ""
    step: Step = Step.NONE
    typed: Text = ""
    shown: Text = ""
    promise: Text = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do instead of what a code advises; with `adds` only its promise gives way."""

    hint: Text
    step: Step = Step.NONE
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A code whose sentences depend on a parameter: the entry of its value, else that of `""`."""

    by: str
    entries: Mapping[str, Entry]


Catalogue = Mapping[str, Entry | Choice]


def chosen(entry: Entry | Choice, params: Params) -> Entry:
    """Return the entry for these parameters; raises KeyError for a value nobody thought of."""
    if isinstance(entry, Entry):
        return entry
    value = str(params.get(entry.by, ""))
    return entry.entries[value if value in entry.entries else ""]


Titles = Callable[[str, Params], str]
"""Says the title of another code with the same parameters, for `{name:title}`."""


def filled(
    text: Text,
    params: Params,
    speech: NullTranslations,
    titles: Titles,
    *,
    always: bool = False,
) -> str:
    """Return a sentence with its parameters; empty if one that it names is not given or empty.

    With `always` only one that is not given makes it empty.

    Formats: `span` a time span, `at` an instant in UTC, `mb` and `gb` megabytes and gigabytes,
    `fps` a rate and `length` seconds that look like no bound they break, `word` and `words` values
    of ours in words, `title` the title of another code, and Python's own; several values are
    parted by commas.
    """
    if not text:
        return ""
    if isinstance(text, Each):
        return " ".join(filled(text.every, one, speech, titles) for one in _each(text.by, params))
    if isinstance(text, Plural):
        count = params.get(text.by, 0)
        number = int(count) if isinstance(count, int | float) else 0
        template = speech.ngettext(text.one, text.many, number)
    else:
        template = speech.gettext(text)
    missing = ("", ()) if not always else ()
    if any(name not in params or params[name] in missing for name in names_in(template)):
        return ""
    return _Filling(params, speech, titles).vformat(template, (), params)


def names_in(template: str) -> Iterator[str]:
    """Yield the parameters a template names."""
    for _literal, name, _format, _conversion in string.Formatter().parse(template):
        if name:
            yield name


def _each(by: str, params: Params) -> Iterator[Params]:
    values = {name: value for name, value in params.items() if isinstance(value, tuple)}
    for index in range(len(values.get(by, ()))):
        yield {name: value[index] for name, value in values.items() if index < len(value)}


class _Filling(string.Formatter):
    def __init__(self, params: Params, speech: NullTranslations, titles: Titles) -> None:
        self._titles = titles
        self._params = params
        self._speech = speech

    def format_field(self, value: object, format_spec: str) -> str:
        match format_spec, value:
            case "span", timedelta():
                return span_words(value, self._speech)
            case "at", datetime():
                return f"{value:%Y-%m-%d %H:%M} (UTC)"
            case "fps", int() | float():
                return number(value, *FPS_BOUNDS, decimals=2)
            case "length", int() | float():
                limit = self._params.get("limit_s")
                return number(value, *([limit] if isinstance(limit, int | float) else []))
            case "mb", int() | float():
                return f"{value / 1e6:.0f} MB"
            case "gb", int() | float():
                return f"{value / 1e9:.1f} GB"
            case "title", str():
                return self._titles(value, self._params)
            case "word", str():
                return self._term(value)
            case _, tuple():
                return self._several(value, format_spec)
        return str(format(value, format_spec))

    def _several(self, values: tuple[str, ...], format_spec: str) -> str:
        match format_spec:
            case "words":
                return ", ".join(map(self._term, values))
            case "all":
                return self._all([self._term(each) for each in values])
        return ", ".join(map(str, values))

    def _all(self, terms: Sequence[str]) -> str:
        if len(terms) < 2:
            return "".join(terms)
        pair = self._speech.gettext(_AND)
        return pair.format(others=", ".join(terms[:-1]), last=terms[-1])

    def _term(self, value: object) -> str:
        term = TERMS.get(str(value))
        return str(value) if term is None else self._speech.gettext(term)
