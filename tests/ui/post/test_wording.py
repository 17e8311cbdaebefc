"""What is said about a post, what may be done with it, and which pages may be opened."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from tests.ui.calendar.fakes import entry
from tests.ui.fakes import NOW, ZONE, a_post
from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import (
    CONTENT_CODES,
    Choices,
    Lateness,
    LatePolicy,
    Post,
    PostMode,
    PostStatus,
    Privacy,
    TrailEntry,
    Waiting,
    WaitingLook,
)
from tiktok_manager.domain.schedule import resolve
from tiktok_manager.services.hold_reasons import ACCOUNT_PAUSED, CAMPAIGN_PAUSED, PUBLISHING_OFF
from tiktok_manager.system.paths import resources_dir
from tiktok_manager.tiktok.errors import MEANINGS
from tiktok_manager.ui.link_gate import profile_url, tiktok_url
from tiktok_manager.ui.post.actions import mending_actions, page_of
from tiktok_manager.ui.post.wording import (
    facts,
    late_words,
    meaning,
    trouble,
    waiting_words,
    when_lines,
    why,
)
from tiktok_manager.ui.post_look import post_look, status_look

if TYPE_CHECKING:
    from tiktok_manager.ui.frame import Core, Frame
    from tiktok_manager.ui.post.changes import PostChanges

WAITS = Failure(
    code="rate_limit_exceeded", log_id="L1", params={"title": "TikTok asked us to slow down."}
)


def offers(post: Post, now: datetime = NOW) -> set[str]:
    """Return the words of what can be done with a post."""
    core = cast("Core", SimpleNamespace(now=lambda: now))
    changes, frame = cast("PostChanges", Mute()), cast("Frame", Mute())
    actions = mending_actions(core, frame, changes, lambda: post)
    return {action.words() for action in actions if action.shown()}


class Mute:
    """Has everything, and does nothing."""

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_args, **_kwargs: None


def shown_facts(post: Post, trail: Sequence[TrailEntry] = ()) -> dict[str, str]:
    return {fact.label: fact.value for fact in facts(post, ZONE, trail)}


@pytest.mark.parametrize("status", list(PostStatus))
def test_every_status_says_what_it_means(status: PostStatus) -> None:
    assert meaning(a_post(status=status), ZONE, NOW).endswith(".")


def test_only_tiktoks_own_word_is_told_as_published() -> None:
    by_tiktok = [entry("Planned."), entry("TikTok says it is published.", "published")]
    told = {status: meaning(a_post(status=status), ZONE, NOW, by_tiktok) for status in PostStatus}
    assert [status for status, words in told.items() if "is published" in words] == [
        PostStatus.PUBLISHED
    ]


def test_what_the_user_said_is_never_told_as_tiktoks_word() -> None:
    trail = [entry("In doubt.", "unconfirmed"), entry("The user says so.", "resolved", 1)]
    post = a_post(status=PostStatus.PUBLISHED)
    assert meaning(post, ZONE, NOW, trail) == "You said that it is on TikTok."
    dated = replace(post, published_at=NOW)
    assert "Published" not in shown_facts(dated, trail)
    assert shown_facts(dated, trail)["You said so"].startswith("Sat 21 Nov 2026, 13:00")
    # Before the record is read nobody's word is claimed.
    assert meaning(post, ZONE, NOW) == "It is on TikTok."
    # Found there later under its own id: then it is TikTok that says so.
    found = replace(post, tiktok_post_id="73")
    assert meaning(found, ZONE, NOW, trail) == "TikTok said that it is published."


def test_a_doubt_about_which_tiktok_is_asked_no_more_promises_no_asking() -> None:
    error = Failure(
        code="no_verdict", params={"title": "Nothing final.", "hint": "We keep asking."}
    )
    ended = a_post(status=PostStatus.UNCONFIRMED, error=error)
    asked = replace(ended, next_try_at=NOW + timedelta(hours=1))
    assert "keeps asking" in meaning(asked, ZONE, NOW)
    assert "not asked any more" in meaning(ended, ZONE, NOW)
    assert "only you can" in waiting_words(ended, ZONE, NOW)
    # Asked again after a first sign of life, it has no error: it is still asked.
    assert "keeps asking" in meaning(replace(ended, error=None), ZONE, NOW)
    assert "asked again" in waiting_words(replace(ended, error=None), ZONE, NOW)
    shown = trouble(ended)
    assert shown is not None
    assert shown.action == "Look at @alice on TikTok, then say whether the video is there."


@pytest.mark.parametrize(
    ("held_by", "means", "button"),
    [
        (ACCOUNT_PAUSED, "Held until you resume @alice.", "Resume account"),
        (CAMPAIGN_PAUSED, "Held until you resume its campaign.", "Resume campaign"),
        (PUBLISHING_OFF, "Held until you resume publishing.", "Resume publishing"),
    ],
)
def test_what_the_user_holds_says_so_and_offers_to_resume(
    held_by: Failure, means: str, button: str
) -> None:
    post = a_post(error=held_by)
    shown = trouble(post)
    assert meaning(post, ZONE, NOW) == means
    assert shown is not None
    assert button in offers(post)
    assert "settings" not in shown.action
    assert button not in offers(a_post(error=WAITS))


def test_post_held_back_says_when_it_is_tried_again() -> None:
    post = a_post(due_at=NOW, error=WAITS, next_try_at=NOW + timedelta(minutes=42))
    assert meaning(post, ZONE, NOW) == "Held back. The next try is Sat 13:42 (Berlin)."


def test_trouble_keeps_tiktoks_code_and_log_id() -> None:
    found = trouble(a_post(error=WAITS, publish_id="v_pub~1"))
    assert found is not None
    assert found.details == "Code: rate_limit_exceeded\nLog id: L1\nPublish id: v_pub~1"
    assert trouble(a_post()) is None


@pytest.mark.parametrize(
    ("status", "edit", "cancel", "retry"),
    [
        (PostStatus.DRAFT, True, False, False),
        (PostStatus.SCHEDULED, True, True, False),
        (PostStatus.PUBLISHING, False, True, False),
        (PostStatus.PROCESSING, False, False, False),
        (PostStatus.PUBLISHED, False, False, False),
        (PostStatus.IN_INBOX, False, False, False),
        (PostStatus.UNCONFIRMED, False, False, False),
        (PostStatus.NEEDS_ATTENTION, True, True, True),
        (PostStatus.FAILED, True, True, True),
        (PostStatus.MISSED, True, True, True),
        (PostStatus.CANCELLED, False, False, False),
    ],
)
def test_a_status_allows_what_the_planner_allows(
    status: PostStatus, edit: bool, cancel: bool, retry: bool
) -> None:
    found = offers(a_post(status=status))
    may_retry = bool({"Retry", "Publish now"} & found)
    assert ("Edit" in found, "Cancel post" in found, may_retry) == (edit, cancel, retry)


def test_cancelled_post_is_planned_again_only_while_its_time_is_to_come() -> None:
    post = a_post(status=PostStatus.CANCELLED)
    assert "Plan it again" in offers(post)
    assert "Plan it again" not in offers(post, post.schedule.due_at)


def test_unconfirmed_post_offers_a_look_at_the_account() -> None:
    post = a_post(status=PostStatus.UNCONFIRMED)
    assert page_of(post) == "https://www.tiktok.com/@alice"
    assert offers(post) == {"Look at @alice"}


def test_time_names_its_zone_and_the_one_it_was_planned_in() -> None:
    post = replace(a_post(), schedule=resolve(NOW.replace(tzinfo=None), "America/New_York"))
    assert when_lines(post, ZONE) == [
        "Sat 21 Nov 2026, 18:00 (Berlin)",
        "Planned as Sat 21 Nov 2026, 12:00 (New York)",
    ]
    assert len(when_lines(a_post(), ZONE)) == 1


def test_facts_tell_the_choices() -> None:
    choices = Choices(privacy=Privacy.ONLY_ME, allow_comment=True, ai_generated=True, cover_ms=1500)
    found = shown_facts(a_post(choices=choices, attempts=2))
    assert found["File"] == "clip.mp4"
    assert found["Who can see"] == "Only you"  # as in the composer
    assert found["Allowed"] == "Comments"
    assert found["Labels"] == "AI-generated"
    assert found["Cover"] == "Frame at 1.5 s"
    assert found["If late"] == "Publish up to 2 h late"
    assert found["Tries"] == "2"


def test_inbox_post_has_no_choices() -> None:
    found = shown_facts(a_post(mode=PostMode.INBOX))
    assert "Who can see" not in found
    assert found["Way"] == "Draft to the TikTok inbox"


def test_lateness_is_told_in_words() -> None:
    assert late_words(Lateness(policy=LatePolicy.ASK)) == "Ask me"
    assert late_words(Lateness(within=timedelta(minutes=45))) == "Publish up to 45 min late"
    assert late_words(Lateness(policy=LatePolicy.NEXT_SLOT)) == "Move to the next slot"


@pytest.mark.parametrize(
    "address",
    [
        "https://www.tiktok.com/@alice/video/73",
        "https://tiktok.com/@alice",
        "https://vm.tiktok.com:443/x",
    ],
)
def test_pages_of_tiktok_may_be_opened(address: str) -> None:
    assert tiktok_url(address) == address


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "http://www.tiktok.com/@alice",
        "https://tiktok.com.evil.example/",
        "https://eviltiktok.com/",
        "https://www.tiktok.com@evil.example/",
        "https://user:pw@www.tiktok.com/",
        "https://www.tiktok.com:8443/",
        "https://www.tiktok.com:nine/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://127.0.0.1:8080/@alice",
    ],
)
def test_other_addresses_are_never_opened(address: str | None) -> None:
    assert tiktok_url(address) is None


def test_profile_address_cannot_be_led_astray() -> None:
    assert profile_url("a/../b?c") == "https://www.tiktok.com/@a%2F..%2Fb%3Fc"


def test_a_post_of_an_account_without_permission_is_not_said_to_go_out_by_itself() -> None:
    lost = Failure(
        code="x",
        kind=FailureClass("needs_reconnect"),
        params={"title": "Not connected.", "hint": "Connect it."},
    )
    for next_try_at in (None, NOW):
        post = a_post(error=lost, next_try_at=next_try_at)
        assert meaning(post, ZONE, NOW) == "Held until you connect @alice."
        assert "Reconnect" in offers(post)


def refused_for(code: str) -> Failure:
    kind = FailureClass.NEEDS_EDIT.value
    return Failure(
        code=code,
        kind=FailureClass(kind) if kind else None,
        params={"title": "No.", "hint": "Mend it, then retry."},
    )


@pytest.mark.parametrize("code", sorted(CONTENT_CODES))
def test_what_needs_an_edit_is_not_offered_for_a_mere_retry(code: str) -> None:
    found = offers(a_post(status=PostStatus.NEEDS_ATTENTION, error=refused_for(code)))
    assert {"Edit", "Choose another file"} & found
    assert "Retry" not in found


@pytest.mark.parametrize(
    "code",
    [
        "scope_not_granted",
        "a_verdict_nobody_knows",
        *sorted(MEANINGS.keys() - CONTENT_CODES),
    ],
)
def test_what_is_mended_elsewhere_can_be_retried(code: str) -> None:
    post = a_post(status=PostStatus.NEEDS_ATTENTION, error=refused_for(code))
    assert "Retry" in offers(post)


def test_a_missing_permission_is_mended_by_reconnecting() -> None:
    error = refused_for("scope_not_granted")
    post = a_post(status=PostStatus.NEEDS_ATTENTION, error=error)
    assert {"Reconnect", "Retry"} <= offers(post)


@pytest.mark.parametrize(
    ("waits", "words", "icon", "means"),
    [
        (Waiting(), "Scheduled", "status-scheduled", "Planned. It goes out by itself"),
        (
            Waiting(look=WaitingLook.RECONNECT, reason=Finding(code="accounts_not_connected")),
            "Reconnect",
            "waiting-reconnect",
            "Held until you connect @alice.",
        ),
        (
            Waiting(look=WaitingLook.PAUSED, reason=Finding(code="accounts_paused")),
            "Paused",
            "waiting-paused",
            "Held until you resume @alice.",
        ),
        (
            Waiting(look=WaitingLook.PAUSED, reason=Finding(code="campaigns_paused")),
            "Paused",
            "waiting-paused",
            "Held until you resume its campaign.",
        ),
        (
            Waiting(look=WaitingLook.PAUSED, reason=Finding(code="campaign_cancelled")),
            "Paused",
            "waiting-paused",
            "It is not sent: its campaign was cancelled.",
        ),
        (
            Waiting(look=WaitingLook.PAUSED, reason=Finding(code="publishing_off")),
            "Paused",
            "waiting-paused",
            "Held until you resume publishing.",
        ),
        (
            Waiting(look=WaitingLook.RETRY, until=NOW + timedelta(minutes=10)),
            "Retry 13:10",
            "waiting-retry",
            "Held back. The next try is Sat 13:10 (Berlin).",
        ),
        (
            Waiting(look=WaitingLook.CAP, until=NOW + timedelta(days=1)),
            "Cap until Sun 13:00 (Berlin)",
            "waiting-cap",
            "Held back. The next try is Sun 13:00 (Berlin).",
        ),
        (
            Waiting(look=WaitingLook.HELD, reason=Finding(code="vault_locked")),
            "Held",
            "waiting-held",
            "Held like every other post.",
        ),
    ],
)
def test_only_what_goes_out_by_itself_looks_calm(
    waits: Waiting, words: str, icon: str, means: str
) -> None:
    post = a_post(waiting=waits)
    look = post_look(post, ZONE, NOW)
    assert (look.words, look.icon) == (words, icon)
    assert meaning(post, ZONE, NOW).startswith(means)
    calm = status_look(PostStatus.SCHEDULED).colour
    assert (look.colour == calm) == waits.is_safe
    assert (resources_dir() / "icons" / f"{look.icon}.svg").exists()
    shown = trouble(post)
    assert (shown is None) == (waits.reason is None)
    assert ("Reconnect" in offers(post)) == (waits.look is WaitingLook.RECONNECT)


def test_a_wait_on_the_account_is_told_before_the_posts_own() -> None:
    """A post that waits for a retry goes nowhere while its account is paused."""
    paused = Waiting(look=WaitingLook.PAUSED, reason=Finding(code="accounts_paused"))
    post = a_post(error=WAITS, next_try_at=NOW, waiting=paused)
    assert "Resume account" in offers(post)
    assert why(post) == ACCOUNT_PAUSED


def test_once_its_status_is_another_nothing_is_told_of_its_wait() -> None:
    gone = a_post(status=PostStatus.PUBLISHED, waiting=Waiting(look=WaitingLook.PAUSED))
    assert post_look(gone, ZONE, NOW) == status_look(PostStatus.PUBLISHED)
