"""What TikTok asks of a post form, decided from the answers for the chosen accounts.

Pure: the viewmodel asks, the view shows. Wording and rules are those of TikTok's content sharing
guidelines; the numbers in comments are their points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tiktok_manager.domain.accounts import CreatorInfo
from tiktok_manager.domain.posts import Choices, Privacy
from tiktok_manager.ui.composer.wording import who_words
from tiktok_manager.ui.formats import duration_text, privacy_words
from tiktok_manager.ui.texts import tr

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
class Permission:
    """Whether a control may be used; the reason stands beside it when not."""

    allowed: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A rule in which the chosen accounts differ, and whom it is for that it cannot be chosen."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the form may offer: exactly what every chosen account offers.

    `complete` says that TikTok answered for all of them.
    """

    complete: bool
    privacy: Mapping[Privacy, Permission]
    interactions: Mapping[Interaction, Permission]
    branded: Permission
    max_duration_s: int | None
    shortest: str
    differences: tuple[Difference, ...]


def rules_for(infos: Sequence[CreatorInfo], choices: Choices, *, complete: bool) -> Rules:
    """Join the answers for the chosen accounts with what was chosen so far."""
    only_me = Permission(allowed=not choices.branded_content, reason=BRANDED_NEVER_PRIVATE)
    limits = [(info.max_duration_s, info.username) for info in infos if info.max_duration_s]
    shortest_s, shortest = min(limits, default=(None, ""))
    return Rules(
        complete=complete,
        privacy={
            level: only_me if level is Privacy.ONLY_ME else Permission()
            for level in offered_privacy(infos)
        },
        interactions={each: _interaction(each, infos) for each in Interaction},
        branded=Permission(
            allowed=choices.privacy is not Privacy.ONLY_ME or choices.branded_content,
            reason=BRANDED_NEVER_PRIVATE,
        ),
        max_duration_s=shortest_s,
        shortest=shortest,
        differences=_differences(infos),
    )


def offered_privacy(infos: Sequence[CreatorInfo]) -> tuple[Privacy, ...]:
    """Return the levels all accounts offer, in the order TikTok gave for the first one (2b)."""
    if not infos:
        return ()
    first, *others = infos
    return tuple(
        level
        for level in first.privacy_options
        if all(level in other.privacy_options for other in others)
    )


def settle(choices: Choices, rules: Rules, *, disclose: bool) -> Choices:
    """Take back choices that are not possible any more; nothing is ever chosen here."""
    if not disclose:
        choices = replace(choices, your_brand=False, branded_content=False)
    if not rules.complete:
        return choices
    if choices.privacy not in rules.privacy:
        choices = replace(choices, privacy=None)
    off = {each.value: False for each, rule in rules.interactions.items() if not rule.allowed}
    return replace(choices, **off) if off else choices  # type: ignore[arg-type]


def label_text(choices: Choices) -> str:
    """Return what TikTok will write on the video, empty while nothing is disclosed (3b)."""
    if choices.branded_content:
        return PAID_LABEL
    return PROMOTIONAL_LABEL if choices.your_brand else ""


def _interaction(which: Interaction, infos: Sequence[CreatorInfo]) -> Permission:
    blocking = [info for info in infos if _is_disabled(which, info)]
    if not blocking:
        return Permission()
    said = tr(
        "{interaction} is turned off in TikTok for {who}.",
        interaction=interaction_words(which),
        who=_who(blocking),
    )
    return Permission(allowed=False, reason=said)


def _is_disabled(which: Interaction, info: CreatorInfo) -> bool:
    return {
        Interaction.COMMENT: info.comment_disabled,
        Interaction.DUET: info.duet_disabled,
        Interaction.STITCH: info.stitch_disabled,
    }[which]


def _differences(infos: Sequence[CreatorInfo]) -> tuple[Difference, ...]:
    lacking = {
        privacy_words(level): [each for each in infos if level not in each.privacy_options]
        for level in Privacy
    } | {
        interaction_words(which): [each for each in infos if _is_disabled(which, each)]
        for which in Interaction
    }
    found = [
        Difference(rule=rule, text=tr("Not for {who}", who=_who(without)))
        for rule, without in lacking.items()
        if 0 < len(without) < len(infos)
    ]
    limits = {info.max_duration_s for info in infos if info.max_duration_s}
    if len(limits) > 1:
        least_s = min(limits)
        shortest = _who([info for info in infos if info.max_duration_s == least_s])
        text = tr("{length} for {who}", length=duration_text(least_s), who=shortest)
        found.append(Difference(rule=tr("Longest"), text=text))
    return tuple(found)


def _who(infos: Sequence[CreatorInfo]) -> str:
    return who_words([info.username for info in infos])
