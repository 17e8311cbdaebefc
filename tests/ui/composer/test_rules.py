"""TikTok's rules for a post form, as pure decisions."""

from dataclasses import replace

from tests.ui.composer.fakes import NOW, PRIVATE_OPTIONS, ZONE, an_info
from tiktok_manager.domain.posts import Choices, Privacy
from tiktok_manager.ui.composer.form import new_form
from tiktok_manager.ui.composer.rules import (
    BRANDED_NEVER_PRIVATE,
    Interaction,
    Rules,
    label_text,
    rules_for,
    settle,
)


def _settled(choices: Choices, rules: Rules, *, disclose: bool) -> Choices:
    form = replace(new_form(NOW, ZONE), choices=choices, disclose=disclose)
    return settle(form, choices, rules)


PUBLIC = an_info("alice")
PRIVATE = an_info(
    "bob",
    privacy_options=PRIVATE_OPTIONS,
    duet_disabled=True,
    stitch_disabled=True,
    max_duration_s=180,
)


def test_one_account_offers_exactly_its_own_options() -> None:
    rules = rules_for([PRIVATE], Choices(), complete=True)
    assert tuple(rules.privacy) == PRIVATE_OPTIONS


def test_several_accounts_offer_only_what_all_of_them_offer() -> None:
    rules = rules_for([PUBLIC, PRIVATE], Choices(), complete=True)
    assert tuple(rules.privacy) == (Privacy.FRIENDS, Privacy.ONLY_ME)
    assert rules.max_duration_s == 180
    assert rules.shortest == "bob"


def test_a_disabled_interaction_names_the_account_that_disabled_it() -> None:
    rules = rules_for([PUBLIC, PRIVATE], Choices(), complete=True)
    assert rules.interactions[Interaction.COMMENT] == ""
    assert "@bob" in rules.interactions[Interaction.DUET]


def test_differences_say_for_whom_and_only_differences_are_told() -> None:
    rules = rules_for([PUBLIC, PRIVATE], Choices(), complete=True)
    shown = {fact.label: fact.value for fact in rules.differences}
    assert shown == {
        "Everyone": "Not for @bob",
        "Followers": "Not for @alice",
        "Duet": "Not for @bob",
        "Stitch": "Not for @bob",
        "Longest": "3:00 for @bob",
    }
    assert rules_for([PUBLIC, PUBLIC], Choices(), complete=True).differences == ()


def test_branded_content_cannot_be_private_whichever_comes_first() -> None:
    branded = rules_for([PUBLIC], Choices(branded_content=True), complete=True)
    assert branded.privacy[Privacy.ONLY_ME] == BRANDED_NEVER_PRIVATE
    assert branded.branded == ""
    private = rules_for([PUBLIC], Choices(privacy=Privacy.ONLY_ME), complete=True)
    assert private.branded == BRANDED_NEVER_PRIVATE


def test_choices_an_account_does_not_offer_are_taken_back_and_none_is_made() -> None:
    rules = rules_for([PRIVATE], Choices(), complete=True)
    before = Choices(privacy=Privacy.PUBLIC, allow_duet=True, allow_comment=True)
    assert _settled(before, rules, disclose=False) == Choices(allow_comment=True)
    assert _settled(Choices(), rules, disclose=False) == Choices()


def test_nothing_is_taken_back_before_tiktok_has_answered() -> None:
    rules = rules_for([], Choices(), complete=False)
    before = Choices(privacy=Privacy.PUBLIC, allow_duet=True)
    assert _settled(before, rules, disclose=False) == before


def test_disclosure_off_takes_both_kinds_back() -> None:
    rules = rules_for([PUBLIC], Choices(), complete=True)
    both = Choices(your_brand=True, branded_content=True)
    assert _settled(both, rules, disclose=False) == Choices()
    assert _settled(both, rules, disclose=True) == both


def test_the_label_is_tiktoks_wording() -> None:
    assert label_text(Choices()) == ""
    brand = Choices(your_brand=True)
    assert label_text(brand) == "Your photo/video will be labeled as 'Promotional content'"
    paid = "Your photo/video will be labeled as 'Paid partnership'"
    assert label_text(replace(brand, branded_content=True)) == paid
    assert label_text(Choices(branded_content=True)) == paid
