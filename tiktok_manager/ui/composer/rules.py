"""What TikTok asks of a post form, decided from the answers for the chosen accounts.

Pure: the viewmodel asks, the view shows. Wording and rules are those of TikTok's content sharing
guidelines; the numbers in comments are their points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tiktok_manager.domain.accounts import CreatorInfo
from tiktok_manager.domain.posts import Choices, Privacy
from tiktok_manager.ui.composer.form import PostForm
from tiktok_manager.ui.formats import duration_text, privacy_words
from tiktok_manager.ui.kit.controls import Fact
from tiktok_manager.ui.texts import ntr, tr

# 3a, 3b, 3c: the exact words.
DISCLOSURE_NEEDED = (
    "You need to indicate if your content promotes yourself, a third party, or both."
)
PROMOTIONAL_LABEL = "Your photo/video will be labeled as 'Promotional content'"
PAID_LABEL = "Your photo/video will be labeled as 'Paid partnership'"
BRANDED_NEVER_PRIVATE = "Branded content visibility cannot be set to private."


class Interaction(StrEnum):
    """What others may do with the video; the values are the names in `Choices`."""

    COMMENT = "allow_comment"
    DUET = "allow_duet"
    STITCH = "allow_stitch"


def interaction_words(which: Interaction) -> str:
    """Return what TikTok calls it."""
    return {
        Interaction.COMMENT: tr("Comment"),
        Interaction.DUET: tr("Duet"),
        Interaction.STITCH: tr("Stitch"),
    }[which]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the form may offer: exactly what every chosen account offers.

    The text beside a choice is why it may not be made, empty where it may. `complete` says that
    TikTok answered for all accounts; `shortest` is the one whose limit `max_duration_s` is.
    """

    complete: bool
    privacy: Mapping[Privacy, str]
    interactions: Mapping[Interaction, str]
    branded: str
    max_duration_s: int | None
    shortest: str
    differences: tuple[Fact, ...]


def rules_for(infos: Sequence[CreatorInfo], choices: Choices, *, complete: bool) -> Rules:
    """Join the answers for the chosen accounts with what was chosen so far."""
    offered = {
        level: BRANDED_NEVER_PRIVATE if level is Privacy.ONLY_ME and choices.branded_content else ""
        for level in (infos[0].privacy_options if infos else ())  # in TikTok's order (2b)
        if all(level in info.privacy_options for info in infos)
    }
    limits = [(info.max_duration_s, info.username) for info in infos if info.max_duration_s]
    shortest_s, shortest = min(limits, default=(None, ""))
    is_private = choices.privacy is Privacy.ONLY_ME
    return Rules(
        complete=complete,
        privacy=offered,
        interactions={each: _turned_off(each, infos) for each in Interaction},
        branded=BRANDED_NEVER_PRIVATE if is_private and not choices.branded_content else "",
        max_duration_s=shortest_s,
        shortest=shortest,
        differences=_differences(infos),
    )


def settle(form: PostForm, before: Choices, rules: Rules) -> Choices:
    """Take back choices that are not possible (any more); nothing is ever chosen here.

    Of branded content and only-you, which never go together, the one chosen `before` stays (3c).
    """
    choices = form.choices
    if not form.disclose:  # off takes back both kinds (3a)
        choices = replace(choices, your_brand=False, branded_content=False)
    if choices.branded_content and choices.privacy is Privacy.ONLY_ME:
        choices = before
    if not rules.complete:
        return choices
    if choices.privacy not in rules.privacy:
        choices = replace(choices, privacy=None)
    off = {each.value: False for each, why_not in rules.interactions.items() if why_not}
    return replace(choices, **off) if off else choices  # type: ignore[arg-type]


def label_text(choices: Choices) -> str:
    """Return what TikTok will write on the video, empty while nothing is disclosed (3b)."""
    if choices.branded_content:
        return PAID_LABEL
    return PROMOTIONAL_LABEL if choices.your_brand else ""


def who_words(handles: Sequence[str]) -> str:
    """`@alice`, `@alice and @bob`, `@alice and 4 more`."""
    first, *others = (f"@{handle}" for handle in handles)
    if not others:
        return first
    if len(others) == 1:
        return tr("{first} and {second}", first=first, second=others[0])
    return ntr("{first} and {count} more", "{first} and {count} more", len(others), first=first)


def _turned_off(which: Interaction, infos: Sequence[CreatorInfo]) -> str:
    blocking = [info for info in infos if _is_disabled(which, info)]
    if not blocking:
        return ""
    return tr(
        "{interaction} is turned off in TikTok for {who}.",
        interaction=interaction_words(which),
        who=_who(blocking),
    )


def _is_disabled(which: Interaction, info: CreatorInfo) -> bool:
    return {
        Interaction.COMMENT: info.comment_disabled,
        Interaction.DUET: info.duet_disabled,
        Interaction.STITCH: info.stitch_disabled,
    }[which]


def _differences(infos: Sequence[CreatorInfo]) -> tuple[Fact, ...]:
    lacking = {
        privacy_words(level): [each for each in infos if level not in each.privacy_options]
        for level in Privacy
    } | {
        interaction_words(which): [each for each in infos if _is_disabled(which, each)]
        for which in Interaction
    }
    found = [
        Fact(label=rule, value=tr("Not for {who}", who=_who(without)))
        for rule, without in lacking.items()
        if 0 < len(without) < len(infos)
    ]
    limits = {info.max_duration_s for info in infos if info.max_duration_s}
    if len(limits) > 1:
        least_s = min(limits)
        shortest = _who([info for info in infos if info.max_duration_s == least_s])
        text = tr("{length} for {who}", length=duration_text(least_s), who=shortest)
        found.append(Fact(label=tr("Longest"), value=text))
    return tuple(found)


def _who(infos: Sequence[CreatorInfo]) -> str:
    return who_words([info.username for info in infos])
