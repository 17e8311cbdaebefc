"""Codes with their parameters in, sentences out: what happened, why, and the one next step."""

from dataclasses import dataclass
from functools import partial
from gettext import NullTranslations

from tiktok_manager.domain.errors import AppError, Failure
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import TrailEntry
from tiktok_manager.wording.blockers import BLOCKERS
from tiktok_manager.wording.bulk import BULK
from tiktok_manager.wording.campaigns import CAMPAIGNS
from tiktok_manager.wording.catalogue import Catalogue, Entry, Params, Text, chosen, filled
from tiktok_manager.wording.checks import CHECKS
from tiktok_manager.wording.commands import COMMANDS
from tiktok_manager.wording.errors import ERRORS
from tiktok_manager.wording.files import FILES
from tiktok_manager.wording.findings import FINDINGS
from tiktok_manager.wording.holds import ADVICE, HOLDS
from tiktok_manager.wording.pages import PAGES
from tiktok_manager.wording.planning import PLANNING
from tiktok_manager.wording.recurring import RECURRING
from tiktok_manager.wording.steps import LABELS, Step
from tiktok_manager.wording.storage import STORAGE
from tiktok_manager.wording.terms import TERMS
from tiktok_manager.wording.tiktok import TIKTOK
from tiktok_manager.wording.tonight import TONIGHT
from tiktok_manager.wording.trail import TRAIL
from tiktok_manager.wording.translation import ENGLISH, _, users_language
from tiktok_manager.wording.videos import VIDEOS

Coded = AppError | Failure | Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a code says. Every part but the title may be empty.

    Attributes:
        title: What happened, in a sentence.
        message: Why, or what it means.
        hint: What to do in the window.
        command_hint: What to do in a terminal, with what to type.
        step: The one next step; `label` is what its button says.
    """

    title: str
    message: str = ""
    hint: str = ""
    command_hint: str = ""
    step: Step = Step.NONE
    label: str = ""

    @property
    def cause(self) -> str:
        """Title and message: all that happened."""
        return joined(self.title, self.message)


_UNKNOWN = Entry(_("Something went wrong that TikTok Manager has no words for ({code})."))

_AS_WRITTEN = Entry("{title}", "{message}", "{hint}")
"""What an older version wrote in sentences of its own, under a code that is gone."""


def words(coded: Coded, speech: NullTranslations | None = None) -> Words:
    """Say a code in the user's language, or the one given."""
    speech = speech or users_language()
    params = {**coded.params, "code": coded.code, "raw_code": getattr(coded, "raw_code", "")}
    if isinstance(coded, AppError):
        params["findings"] = joined(*(words(each, speech).title for each in coded.findings))
    entry = _entry(coded.code, params)
    advice = ADVICE.get(str(params.get("advice", "")))

    def fill(text: Text) -> str:
        return filled(text, params, speech, partial(_title, speech=speech))

    hint = fill(entry.hint)
    if advice is not None:
        hint = joined(hint if advice.adds else "", fill(advice.hint))
        typed = shown = ""
    else:
        hint = joined(hint, fill(entry.promise))
        typed, shown = fill(entry.typed), fill(entry.shown)
    step = entry.step if advice is None or advice.adds else advice.step
    return Words(
        title=_title(coded.code, params, speech),
        message=fill(entry.message),
        hint=joined(hint, shown),
        command_hint=joined(hint, typed),
        step=step,
        label=speech.gettext(LABELS[step]) if step in LABELS else "",
    )


def _entry(code: str, params: Params) -> Entry:
    entry = CATALOGUE.get(code) or TRAIL.get(code)
    if entry is None:
        return _AS_WRITTEN if "title" in params else _UNKNOWN
    return chosen(entry, params)


def _title(code: str, params: Params, speech: NullTranslations) -> str:
    entry = _entry(code, params)
    titles = partial(_title, speech=speech)
    return filled(entry.title, {**params, "code": code}, speech, titles, always=True)


def step_words(step: TrailEntry, speech: NullTranslations | None = None) -> str:
    """Say a line of a flight record; one that an older version wrote, as it stands."""
    speech = speech or users_language()
    code = str(step.params.get("what", step.kind))
    entry = TRAIL.get(code)
    if not isinstance(entry, Entry):
        return str(step.params.get("text", code))
    titles = partial(_title, speech=speech)
    params = {"raw_code": "", **step.params}
    return joined(
        filled(entry.title, params, speech, titles, always=True),
        filled(entry.message, params, speech, titles),
    )


def term(code: str, speech: NullTranslations | None = None) -> str:
    """Say a value of ours as it stands inside a sentence; another as it is."""
    known = TERMS.get(code)
    return code if known is None else (speech or users_language()).gettext(known)


def english(coded: Coded) -> Words:
    """Say a code as scripts and logs are told it."""
    return words(coded, ENGLISH)


def message_and_action(coded: Coded) -> tuple[str, str]:
    """Return what happened and what to do, in the two fields that scripts are told it in."""
    said = english(coded)
    return said.cause, said.command_hint


def joined(*sentences: str) -> str:
    """Return sentences as one paragraph, empty ones left out."""
    return " ".join(sentence for sentence in sentences if sentence)


CATALOGUE: Catalogue = {
    **BLOCKERS,
    **BULK,
    **CAMPAIGNS,
    **RECURRING,
    **CHECKS,
    **COMMANDS,
    **ERRORS,
    **PLANNING,
    **STORAGE,
    **FILES,
    **HOLDS,
    **PAGES,
    **FINDINGS,
    **VIDEOS,
    **TONIGHT,
    **TIKTOK,
}
