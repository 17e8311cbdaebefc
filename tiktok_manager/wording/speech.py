"""Codes with their parameters in, sentences out: what happened, why, and the one next step."""

from dataclasses import dataclass
from gettext import NullTranslations

from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.findings import Finding
from tiktok_manager.wording.blockers import BLOCKERS
from tiktok_manager.wording.catalogue import Catalogue, Entry, Params, chosen, filled
from tiktok_manager.wording.errors import ERRORS
from tiktok_manager.wording.findings import FINDINGS
from tiktok_manager.wording.holds import HOLDS
from tiktok_manager.wording.steps import LABELS, Step
from tiktok_manager.wording.storage import STORAGE
from tiktok_manager.wording.translation import ENGLISH, _, users_language
from tiktok_manager.wording.videos import VIDEOS

Coded = AppError | Finding


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


def words(coded: Coded, speech: NullTranslations | None = None) -> Words:
    """Say a code in the user's language, or the one given."""
    speech = speech or users_language()
    params = {**coded.params, "code": coded.code, "raw_code": getattr(coded, "raw_code", "")}
    if isinstance(coded, AppError):
        params["findings"] = joined(*(words(each, speech).title for each in coded.findings))
    if "_title" in params:
        return _as_written(params)
    entry = chosen(CATALOGUE.get(coded.code, _UNKNOWN), params)
    message, hint, typed, shown = (
        filled(text, params, speech)
        for text in (entry.message, entry.hint, entry.typed, entry.shown)
    )
    return Words(
        title=filled(entry.title, params, speech, always=True),
        message=message,
        hint=joined(hint, shown),
        command_hint=joined(hint, typed),
        step=entry.step,
        label=speech.gettext(LABELS[entry.step]) if entry.step in LABELS else "",
    )


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


def _as_written(params: Params) -> Words:
    title, message, hint = (
        str(params.get(f"_{name}", "")) for name in ("title", "message", "hint")
    )
    return Words(title=title, message=message.strip(), hint=hint, command_hint=hint)


CATALOGUE: Catalogue = {**BLOCKERS, **ERRORS, **STORAGE, **HOLDS, **FINDINGS, **VIDEOS}
