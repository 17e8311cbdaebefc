"""The composer's decisions, without a window."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.composer.conftest import Settle
from tests.ui.composer.fakes import (
    NOW,
    PRIVATE_OPTIONS,
    Stage,
    a_post,
    an_account,
    an_info,
    enter,
    tick,
)
from tiktok_manager.domain.accounts import AccountStatus
from tiktok_manager.domain.errors import (
    AppError,
    DiskFull,
    Failure,
    FailureClass,
    TikTokRefused,
    Unforeseen,
    VaultLocked,
)
from tiktok_manager.domain.events import AccountChanged, PostsChanged
from tiktok_manager.domain.media import MediaInfo
from tiktok_manager.domain.posts import Choices, PostMode, PostStatus, Privacy
from tiktok_manager.system import media
from tiktok_manager.ui.composer import entry
from tiktok_manager.ui.composer.media import Check, checks
from tiktok_manager.ui.composer.rules import DISCLOSURE_NEEDED
from tiktok_manager.ui.composer.state import Part, account_reason
from tiktok_manager.ui.composer.submission import Planned
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.composer.wording import button_words, outcome_text
from tiktok_manager.ui.frame import NewPost

TOO_MANY = TikTokRefused(
    Failure(
        code="spam_risk_too_many_posts",
        kind=FailureClass.WAIT_RESET,
    )
)


Outcomes = list[Planned]


@pytest.fixture
def outcomes(model: ComposerViewModel) -> Outcomes:
    """What was told to be planned or changed."""
    found: Outcomes = []
    model.sending.done.connect(found.append)
    return found


def told(outcomes: Outcomes) -> str:
    (outcome,) = outcomes
    return outcome_text(outcome, NOW)


def _missing(model: ComposerViewModel) -> list[Part]:
    return [part for part, _text in model.state.blockers]


def _checks(model: ComposerViewModel) -> list[Check]:
    state = model.state
    assert state.look is not None
    return checks(state.look, state.rules.max_duration_s, state.rules.shortest)


# -- what has to be there ---------------------------------------------------------------------


def test_an_empty_form_says_what_is_missing_and_cannot_be_sent(model: ComposerViewModel) -> None:
    assert _missing(model) == [Part.FILE, Part.ACCOUNTS, Part.PRIVACY]
    assert not model.state.can_send
    model.submit()
    assert not model.sending.busy
    assert model.form.choices == Choices()


def test_only_connected_accounts_can_be_chosen_and_others_say_why() -> None:
    assert account_reason(an_account()) == ""
    assert "again" in account_reason(an_account(status=AccountStatus.NEEDS_RECONNECT))


def test_an_account_lost_meanwhile_blocks(
    ready: ComposerViewModel, stage: Stage, qtbot: QtBot
) -> None:
    stage.accounts.accounts["acc-alice"] = an_account(status=AccountStatus.NEEDS_RECONNECT)
    stage.workspace.events.publish(AccountChanged(account_id="acc-alice"))
    qtbot.waitUntil(lambda: Part.ACCOUNTS in _missing(ready))


def test_the_caption_is_counted_in_utf16_and_blocks_beyond_the_limit(
    ready: ComposerViewModel,
) -> None:
    enter(ready, caption="🎬" * 1100)
    assert ready.state.can_send
    enter(ready, caption="🎬" * 1100 + "!")
    assert _missing(ready) == [Part.CAPTION]


def test_a_file_tiktok_never_takes_blocks_with_the_reason(
    ready: ComposerViewModel, tmp_path: Path, settle: Settle
) -> None:
    ready.choose_file(tmp_path / "gone.mp4")
    assert _missing(ready) == [Part.FILE]
    settle()
    assert "gone.mp4" in ready.state.blockers[0][1]
    (tmp_path / "gone.mp4").write_bytes(b"back")
    ready.look_again()
    settle()
    assert ready.state.can_send
    enter(ready, file=None)
    assert ready.state.look is None
    assert _missing(ready) == [Part.FILE]


# -- TikTok's answers -------------------------------------------------------------------------


def test_tiktok_is_asked_for_every_chosen_account_and_each_time_the_form_is_shown(
    ready: ComposerViewModel, stage: Stage, settle: Settle
) -> None:
    assert stage.accounts.asked == ["acc-alice"]
    tick(ready, "bob")
    settle()
    assert stage.accounts.asked == ["acc-alice", "acc-bob"]
    ready.shown()
    settle()
    assert stage.accounts.asked.count("acc-alice") == 2


def test_nothing_can_be_sent_while_tiktok_has_not_answered(
    model: ComposerViewModel, stage: Stage, clip: Path, settle: Settle
) -> None:
    stage.accounts.gate.clear()
    model.choose_file(clip)
    tick(model, "alice")
    assert model.creators.states[0].loading
    assert Part.CREATORS in _missing(model)
    stage.accounts.gate.set()
    settle()
    assert _missing(model) == [Part.PRIVACY]


def test_a_creator_that_cannot_post_now_blocks_until_asked_again(
    ready: ComposerViewModel, stage: Stage, settle: Settle
) -> None:
    stage.accounts.infos["acc-bob"] = TOO_MANY
    tick(ready, "bob")
    settle()
    assert [text for _part, text in ready.state.blockers] == [
        "@bob cannot post now: This account reached TikTok's limit of posts for 24 hours."
    ]
    del stage.accounts.infos["acc-bob"]
    ready.creators.ask_again("acc-bob")
    settle()
    assert ready.state.can_send


def test_answers_grown_old_are_refreshed_without_hiding_them(
    ready: ComposerViewModel, stage: Stage, settle: Settle
) -> None:
    stage.clock.time = NOW + timedelta(minutes=4)
    ready.minute_passed()
    assert stage.accounts.asked == ["acc-alice"]
    stage.clock.time = NOW + timedelta(minutes=6)
    ready.minute_passed()
    assert not ready.creators.states[0].loading
    settle()
    assert stage.accounts.asked == ["acc-alice", "acc-alice"]


def test_a_locked_vault_is_asked_for_once_and_everything_locked_is_asked_again(
    model: ComposerViewModel, stage: Stage, settle: Settle
) -> None:
    asked: list[object] = []
    model.creators.vault_needed.connect(asked.append)
    stage.accounts.infos |= {f"acc-{who}": VaultLocked(title="Locked.") for who in ("alice", "bob")}
    tick(model, "alice")
    tick(model, "bob")
    settle()
    assert len(asked) == 1
    stage.accounts.infos.clear()
    retry = asked[0]
    assert callable(retry)
    retry()
    settle()
    assert all(state.info for state in model.creators.states)


def test_another_account_takes_back_what_it_does_not_offer(
    ready: ComposerViewModel, stage: Stage, settle: Settle
) -> None:
    enter(ready, allow_duet=True)
    stage.accounts.infos["acc-bob"] = an_info(
        "bob", privacy_options=PRIVATE_OPTIONS, duet_disabled=True
    )
    tick(ready, "bob")
    settle()
    assert ready.form.choices == Choices()
    assert _missing(ready) == [Part.PRIVACY]


def test_accounts_that_share_no_option_are_told_apart(
    ready: ComposerViewModel, stage: Stage, settle: Settle
) -> None:
    stage.accounts.infos["acc-bob"] = an_info("bob", privacy_options=(Privacy.FOLLOWERS,))
    tick(ready, "bob")
    settle()
    assert [text for _part, text in ready.state.blockers] == [
        "These accounts share no choice of who can watch. Plan them one by one."
    ]


def test_a_video_longer_than_the_account_may_post_blocks(
    ready: ComposerViewModel, stage: Stage, settle: Settle
) -> None:
    stage.accounts.infos["acc-bob"] = an_info("bob", max_duration_s=30)
    tick(ready, "bob")
    settle()
    assert _missing(ready) == [Part.FILE]
    assert "@bob may post 0:30 at most" in ready.state.blockers[0][1]
    assert [check.name for check in _checks(ready) if check.problem] == ["Length"]


def test_a_finding_warns_and_does_not_block(
    ready: ComposerViewModel, clip: Path, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = MediaInfo(duration_s=34, width_px=1080, height_px=1920, fps=12, codec="h264")
    monkeypatch.setattr(media, "probe", lambda _path: slow)
    ready.choose_file(clip)
    settle()
    assert [check.name for check in _checks(ready) if check.problem] == ["Frame rate"]
    assert ready.state.can_send


# -- disclosure -------------------------------------------------------------------------------


def test_disclosure_without_a_kind_blocks_in_tiktoks_words(ready: ComposerViewModel) -> None:
    enter(ready, disclose=True)
    assert [text for _part, text in ready.state.blockers] == [DISCLOSURE_NEEDED]
    enter(ready, your_brand=True)
    assert ready.state.can_send


def test_branded_content_and_only_you_never_meet(ready: ComposerViewModel) -> None:
    enter(ready, disclose=True)
    enter(ready, branded_content=True)
    enter(ready, privacy=Privacy.ONLY_ME)
    assert ready.form.choices == Choices(privacy=Privacy.PUBLIC, branded_content=True)
    enter(ready, branded_content=False)
    enter(ready, privacy=Privacy.ONLY_ME)
    enter(ready, branded_content=True)
    assert ready.form.choices == Choices(privacy=Privacy.ONLY_ME)


def test_the_consent_line_follows_the_disclosure(ready: ComposerViewModel) -> None:
    music = "By posting, you agree to TikTok's Music Usage Confirmation"
    branded = (
        "By posting, you agree to TikTok's Branded Content Policy and Music Usage Confirmation"
    )
    assert ready.state.consent == music
    enter(ready, disclose=True)
    enter(ready, your_brand=True)
    assert ready.state.consent == music
    enter(ready, branded_content=True)
    assert ready.state.consent == branded


# -- drafts for the inbox ---------------------------------------------------------------------


def test_the_inbox_needs_neither_rules_nor_consent(
    ready: ComposerViewModel, stage: Stage, settle: Settle
) -> None:
    enter(ready, privacy=None)
    enter(ready, mode=PostMode.INBOX)
    assert ready.creators.states == ()
    assert ready.state.can_send
    assert ready.state.consent == ""
    ready.submit()
    settle()
    assert not stage.planning.requests[0].consent


def test_an_account_for_drafts_only_blocks_a_direct_post_and_says_the_way_out(
    ready: ComposerViewModel, settle: Settle
) -> None:
    tick(ready, "drafts")
    settle()
    assert "send it to the inbox" in ready.state.blockers[0][1]
    enter(ready, mode=PostMode.INBOX)
    assert ready.state.can_send


# -- when -------------------------------------------------------------------------------------


def test_a_time_gone_by_blocks_unless_it_is_posted_now(ready: ComposerViewModel) -> None:
    ready.set_wall(datetime.fromisoformat("2026-11-21T12:30"))
    assert _missing(ready) == [Part.TIME]
    enter(ready, post_now=True)
    assert ready.state.can_send
    assert button_words(ready.state) == "Post now: @alice"


def test_time_passes_while_the_form_is_open(ready: ComposerViewModel, stage: Stage) -> None:
    stage.clock.time = NOW + timedelta(hours=3)
    ready.minute_passed()
    assert _missing(ready) == [Part.TIME]


def test_the_button_says_what_is_missing_while_nobody_is_chosen(model: ComposerViewModel) -> None:
    assert button_words(model.state) == "Choose an account"
    enter(model, post_now=True)
    assert button_words(model.state) == "Choose an account"
    assert not model.state.can_send


def test_the_button_says_what_it_does(
    ready: ComposerViewModel, settle: Settle, stage: Stage
) -> None:
    ready.set_wall(datetime.fromisoformat("2026-12-12T11:00"))
    assert button_words(ready.state) == "Plan 1 post · Sat 12 Dec 11:00 (Berlin)"
    tick(ready, "bob")
    assert button_words(ready.state) == "Plan 2 posts · Sat 12 Dec 11:00 (Berlin)"
    assert ready.state.lateness == stage.workspace.settings.lateness()
    enter(ready, post_now=True)
    assert button_words(ready.state) == "Post now: @alice and @bob"
    tick(ready, "drafts")
    assert button_words(ready.state) == "Post now: @alice and 2 more"
    enter(ready, mode=PostMode.INBOX)
    assert button_words(ready.state) == "Send to the inbox now: @alice and 2 more"


def test_what_is_typed_as_a_time_and_is_none_blocks_whatever_time_was_there(
    ready: ComposerViewModel,
) -> None:
    ready.set_wall(ready.form.wall, "“25:00” is no time.")
    assert [text for _part, text in ready.state.blockers] == ["“25:00” is no time."]
    ready.set_wall(ready.form.wall)
    assert ready.state.can_send


# -- sending ----------------------------------------------------------------------------------


def test_the_plan_is_exactly_what_was_entered(
    ready: ComposerViewModel, stage: Stage, clip: Path, settle: Settle, outcomes: Outcomes
) -> None:
    tick(ready, "bob")
    settle()
    enter(ready, caption="Frost #slow")
    enter(ready, allow_comment=True)
    enter(ready, ai_generated=True)
    ready.set_wall(datetime.fromisoformat("2026-11-24T18:30"))
    ready.submit()
    settle()
    request = stage.planning.requests[0]
    assert request.accounts == ("acc-alice", "acc-bob")
    assert (request.file, request.caption) == (clip, "Frost #slow")
    assert (request.when, request.timezone) == ("2026-11-24T18:30:00", "Europe/Berlin")
    assert request.consent
    assert request.lateness is None
    assert request.choices == Choices(privacy=Privacy.PUBLIC, allow_comment=True, ai_generated=True)
    assert told(outcomes) == "Planned for @alice and @bob: Tue 18:30 (Berlin)."
    assert (ready.form.file, ready.form.choices) == (None, Choices())
    assert stage.drafts.get() is None


def test_reading_shows_how_much_is_left_and_nothing_is_changed_or_sent_again_meanwhile(
    ready: ComposerViewModel, stage: Stage, settle: Settle, qtbot: QtBot
) -> None:
    stage.planning.gate.clear()
    ready.submit()
    qtbot.waitUntil(lambda: ready.sending.share is not None)
    assert ready.sending.share == pytest.approx(12 / 27)
    assert ready.sending.words == "Reading clip.mp4: 150.0 MB left"
    enter(ready, caption="too late")
    ready.submit()
    assert ready.form.caption == ""
    stage.planning.gate.set()
    settle()
    assert not ready.sending.busy
    assert len(stage.planning.requests) == 1


@pytest.mark.parametrize("is_edit", [False, True])
def test_a_fault_of_ours_ends_the_sending_and_the_form_can_be_sent_again(
    ready: ComposerViewModel, stage: Stage, settle: Settle, clip: Path, is_edit: bool
) -> None:
    if is_edit:
        stage.planning.posts["post-1"] = a_post(clip)
        ready.entry.open("post-1")
        settle()
    errors: list[AppError] = []
    ready.sending.failed.connect(errors.append)
    stage.planning.surprise = ZeroDivisionError("nobody foresaw this")
    ready.submit()
    settle()
    assert [type(error) for error in errors] == [Unforeseen]
    stage.planning.surprise = None
    assert ready.state.can_send
    ready.submit()
    settle()
    assert len(stage.planning.requests) + len(stage.planning.edits) == 1


def test_cancelling_plans_nothing_and_keeps_the_form(
    ready: ComposerViewModel, stage: Stage, settle: Settle, qtbot: QtBot
) -> None:
    errors: list[object] = []
    ready.sending.failed.connect(errors.append)
    stage.planning.gate.clear()
    ready.submit()
    qtbot.waitUntil(stage.planning.reading.is_set)
    ready.sending.stop()
    settle()
    assert stage.planning.requests == []
    assert errors == []
    assert ready.state.can_send


def test_a_plan_written_although_cancelled_is_still_told(
    ready: ComposerViewModel, stage: Stage, settle: Settle, outcomes: Outcomes
) -> None:
    ready.submit()  # nothing holds this plan: it is written before anybody can stop it
    ready.sending.stop()
    settle()
    assert len(stage.planning.requests) == 1
    assert len(outcomes) == 1


def test_undo_cancels_what_was_planned_and_redo_plans_it_again(
    ready: ComposerViewModel, stage: Stage, settle: Settle, outcomes: Outcomes
) -> None:
    tick(ready, "bob")
    settle()
    ready.submit()
    settle()
    stage.undo.undo_only(outcomes[0].step)
    settle()
    statuses = {post.status for post in stage.planning.posts.values()}
    assert statuses == {PostStatus.CANCELLED}
    stage.undo.redo()
    settle()
    assert {post.status for post in stage.planning.posts.values()} == {PostStatus.SCHEDULED}


# -- drafts -----------------------------------------------------------------------------------


Restart = Callable[[], ComposerViewModel]


@pytest.fixture
def restart(stage: Stage, settle: Settle, qtbot: QtBot) -> Restart:
    """Open the composer in a window that knows only what the last one left in the database."""

    def again() -> ComposerViewModel:
        qtbot.waitUntil(lambda: stage.drafts.is_saved)
        stage.drafts.restart()
        made = ComposerViewModel(stage.core, stage.tasks)
        made.shown()
        settle()
        return made

    return again


def test_every_key_is_saved_soon_and_off_this_thread(
    model: ComposerViewModel, stage: Stage, qtbot: QtBot
) -> None:
    for caption in ("F", "Fr", "Fro"):
        enter(model, caption=caption)
    assert stage.drafts.saved == {}
    qtbot.waitUntil(lambda: "Fro" in stage.drafts.saved[""].form if stage.drafts.saved else False)


def test_a_draft_is_back_in_the_next_session(ready: ComposerViewModel, restart: Restart) -> None:
    enter(ready, caption="Frost")
    again = restart()
    assert again.entry.restored
    assert again.form == ready.form
    assert again.state.can_send


def test_a_time_pressed_in_the_calendar_is_in_the_form(model: ComposerViewModel) -> None:
    model.start_on(NewPost(day=date(2026, 12, 24), minute=18 * 60 + 45, timezone="UTC"))
    assert f"{model.form.wall:%m-%d %H:%M}" == "12-24 18:45"
    assert model.form.timezone == "UTC"


def test_nothing_can_be_entered_over_a_draft_that_is_still_being_read(
    stage: Stage, settle: Settle, model: ComposerViewModel, restart: Restart, qtbot: QtBot
) -> None:
    enter(model, caption="Kept")
    qtbot.waitUntil(lambda: stage.drafts.is_saved)
    stage.drafts.restart()
    stage.drafts.gate.clear()
    again = ComposerViewModel(stage.core, stage.tasks)
    again.shown()
    again.start_on(NewPost(day=date(2026, 12, 24)))
    enter(again, caption="too early")
    stage.drafts.gate.set()
    settle()
    assert again.form.caption == "Kept"
    assert again.form.wall.date() == date(2026, 12, 24)


def test_a_draft_that_cannot_be_saved_is_told_and_tried_again(
    model: ComposerViewModel, stage: Stage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry, "TRY_AGAIN_MS", 1)
    stage.drafts.error = DiskFull()
    enter(model, caption="Frost")
    qtbot.waitUntil(lambda: model.entry.drafts.trouble is stage.drafts.error)
    stage.drafts.error = None
    qtbot.waitUntil(lambda: model.entry.drafts.trouble is None)
    assert "Frost" in stage.drafts.saved[""].form


def test_a_restored_choice_tiktok_no_longer_offers_is_taken_back(
    ready: ComposerViewModel, stage: Stage, restart: Restart
) -> None:
    stage.accounts.infos["acc-alice"] = an_info(privacy_options=PRIVATE_OPTIONS)
    assert restart().form.choices.privacy is None


def test_clearing_forgets_the_draft(ready: ComposerViewModel, restart: Restart) -> None:
    ready.entry.discard()
    assert not ready.entry.is_dirty
    again = restart()
    assert (again.entry.restored, again.entry.is_dirty) == (False, False)


def test_an_untouched_form_is_no_draft(model: ComposerViewModel, stage: Stage) -> None:
    assert not model.entry.restored
    assert stage.drafts.get() is None


# -- editing ----------------------------------------------------------------------------------


@pytest.fixture
def editing(
    model: ComposerViewModel, stage: Stage, clip: Path, settle: Settle
) -> ComposerViewModel:
    """The composer with a planned post of @alice."""
    post = a_post(clip)
    stage.planning.posts[post.id] = post
    model.entry.open(post.id)
    settle()
    return model


def test_a_planned_post_is_shown_with_its_own_account_only(editing: ComposerViewModel) -> None:
    assert editing.form.caption == "Autumn walk #slow"
    assert [account.handle for account in (editing.state.accounts or ())] == ["alice"]
    assert button_words(editing.state) == "Save changes · Sat 18:30 (Berlin)"
    assert editing.state.can_send


def test_an_edit_changes_only_what_was_changed(
    editing: ComposerViewModel, stage: Stage, settle: Settle, outcomes: Outcomes
) -> None:
    enter(editing, caption="Winter walk")
    editing.submit()
    settle()
    edit = stage.planning.edits[0]
    assert (edit.caption, edit.when, edit.file) == ("Winter walk", None, None)
    assert edit.consent
    assert told(outcomes) == "Changed for @alice: Sat 18:30 (Berlin)."
    assert editing.entry.editing is None


def test_an_edit_can_be_undone(editing: ComposerViewModel, stage: Stage, settle: Settle) -> None:
    before = stage.planning.posts["post-1"]
    enter(editing, caption="Winter walk")
    editing.set_wall(datetime.fromisoformat("2026-11-25T09:00"))
    editing.submit()
    settle()
    stage.undo.undo()
    settle()
    after = stage.planning.posts["post-1"]
    assert (after.caption, after.schedule) == (before.caption, before.schedule)
    stage.undo.redo()
    settle()
    assert stage.planning.posts["post-1"].caption == "Winter walk"
    stage.undo.undo()
    settle()
    assert stage.planning.posts["post-1"].caption == before.caption


def test_undoing_the_edit_of_a_stopped_post_leaves_it_stopped(
    model: ComposerViewModel, stage: Stage, clip: Path, settle: Settle
) -> None:
    refusal = Failure(code="refused", params={"title": "TikTok refused it.", "hint": "Change it."})
    stage.planning.posts["post-1"] = a_post(clip, status=PostStatus.FAILED, error=refusal)
    model.entry.open("post-1")
    settle()
    enter(model, caption="Milder words")
    model.submit()
    settle()
    assert stage.planning.posts["post-1"].status is PostStatus.SCHEDULED
    stage.undo.undo()
    settle()
    after = stage.planning.posts["post-1"]
    assert (after.status, after.error, after.caption) == (
        PostStatus.FAILED,
        refusal,
        "Autumn walk #slow",
    )


def test_undoing_a_plan_leaves_a_post_that_another_hand_changed_since(
    ready: ComposerViewModel, stage: Stage, settle: Settle
) -> None:
    ready.submit()
    settle()
    (post_id,) = stage.planning.posts
    stage.planning.change(post_id, caption="Theirs")
    errors: list[AppError] = []
    stage.undo.failed.connect(errors.append)
    stage.undo.undo()
    settle()
    assert [error.code for error in errors] == ["changed_meanwhile"]
    after = stage.planning.posts[post_id]
    assert (after.caption, after.status) == ("Theirs", PostStatus.SCHEDULED)


def test_undoing_an_edit_leaves_a_post_that_another_hand_changed_since(
    editing: ComposerViewModel, stage: Stage, settle: Settle, outcomes: Outcomes
) -> None:
    enter(editing, caption="Winter walk")
    editing.submit()
    settle()
    stage.planning.change("post-1", caption="Theirs")
    stage.undo.undo_only(outcomes[0].step)
    settle()
    stage.undo.undo_only(outcomes[0].step)
    settle()
    assert stage.planning.posts["post-1"].caption == "Theirs"


def test_an_edit_of_a_post_that_another_hand_changed_is_not_saved(
    editing: ComposerViewModel, stage: Stage, settle: Settle
) -> None:
    errors: list[AppError] = []
    editing.sending.failed.connect(errors.append)
    enter(editing, privacy=Privacy.FRIENDS)
    stage.planning.change("post-1", caption="Theirs")
    editing.submit()
    settle()
    assert [error.code for error in errors] == ["changed_meanwhile"]
    assert stage.planning.posts["post-1"].choices.privacy is Privacy.PUBLIC
    assert editing.form.choices.privacy is Privacy.FRIENDS


def test_reading_the_post_again_behind_the_form_does_not_make_the_form_newer(
    editing: ComposerViewModel, stage: Stage, settle: Settle, qtbot: QtBot
) -> None:
    enter(editing, privacy=Privacy.FRIENDS)
    stage.planning.change("post-1", caption="Theirs")
    stage.workspace.events.publish(PostsChanged())
    qtbot.waitUntil(
        lambda: editing.entry.editing is not None and editing.entry.editing.caption == "Theirs"
    )
    editing.submit()
    settle()
    assert stage.planning.posts["post-1"].caption == "Theirs"
    assert stage.planning.edits == []


def test_looking_again_takes_theirs_where_nothing_was_entered_and_keeps_the_rest(
    editing: ComposerViewModel, stage: Stage, settle: Settle
) -> None:
    enter(editing, privacy=Privacy.FRIENDS)
    stage.planning.change("post-1", caption="Theirs")
    editing.submit()
    settle()
    editing.entry.look_again()
    settle()
    assert editing.form.caption == "Theirs"
    assert editing.form.choices.privacy is Privacy.FRIENDS
    editing.submit()
    settle()
    after = stage.planning.posts["post-1"]
    assert (after.caption, after.choices.privacy) == ("Theirs", Privacy.FRIENDS)


@pytest.fixture
def after_a_restart(restart: Restart, settle: Settle) -> Restart:
    """Open the post in a window that knows only what the last one left in the database."""

    def again() -> ComposerViewModel:
        made = restart()
        made.entry.open("post-1")
        settle()
        settle()
        return made

    return again


def test_an_edit_kept_over_a_restart_is_not_saved_over_what_another_hand_changed(
    editing: ComposerViewModel, stage: Stage, settle: Settle, after_a_restart: Restart
) -> None:
    enter(editing, privacy=Privacy.FRIENDS)
    stage.planning.change("post-1", caption="Theirs")
    again = after_a_restart()
    assert again.entry.restored
    errors: list[AppError] = []
    again.sending.failed.connect(errors.append)
    again.submit()
    settle()
    assert [error.code for error in errors] == ["changed_meanwhile"]
    assert stage.planning.edits == []
    again.entry.look_again()
    settle()
    assert (again.form.caption, again.form.choices.privacy) == ("Theirs", Privacy.FRIENDS)
    again.submit()
    settle()
    after = stage.planning.posts["post-1"]
    assert (after.caption, after.choices.privacy) == ("Theirs", Privacy.FRIENDS)


def test_an_edit_kept_over_a_restart_is_saved_where_nobody_changed_the_post(
    editing: ComposerViewModel, stage: Stage, settle: Settle, after_a_restart: Restart
) -> None:
    enter(editing, caption="Mine")
    again = after_a_restart()
    assert again.entry.restored
    again.submit()
    settle()
    assert stage.planning.posts["post-1"].caption == "Mine"


def test_an_edit_taken_back_before_a_restart_leaves_what_another_hand_changed(
    editing: ComposerViewModel, stage: Stage, settle: Settle, after_a_restart: Restart
) -> None:
    before = editing.form.caption
    enter(editing, caption="Mine")
    enter(editing, caption=before)
    stage.planning.change("post-1", caption="Theirs")
    again = after_a_restart()
    assert not again.entry.restored
    assert again.form.caption == "Theirs"


def test_a_missed_post_needs_a_new_time(
    model: ComposerViewModel, stage: Stage, clip: Path, settle: Settle
) -> None:
    stage.planning.posts["post-1"] = a_post(clip, status=PostStatus.MISSED)
    stage.clock.time = NOW + timedelta(days=1)
    model.entry.open("post-1")
    settle()
    assert _missing(model) == [Part.TIME]


def test_a_late_post_that_still_waits_keeps_its_time(
    editing: ComposerViewModel, stage: Stage
) -> None:
    stage.clock.time = NOW + timedelta(hours=8)
    enter(editing, caption="Still fine")
    assert editing.state.can_send


def test_every_edited_post_keeps_a_draft_of_its_own(
    editing: ComposerViewModel, stage: Stage, clip: Path, settle: Settle, restart: Restart
) -> None:
    stage.planning.posts["post-2"] = a_post(clip, id="post-2", caption="Other")
    enter(editing, caption="Mine of the first")
    editing.entry.open("post-2")
    settle()
    enter(editing, caption="Mine of the second")
    again = restart()
    for post_id, caption in (("post-1", "Mine of the first"), ("post-2", "Mine of the second")):
        again.entry.open(post_id)
        settle()
        assert (again.form.caption, again.entry.restored) == (caption, True)


def test_unsaved_changes_to_a_post_come_back_and_the_new_draft_is_left_alone(
    editing: ComposerViewModel, stage: Stage, settle: Settle
) -> None:
    enter(editing, caption="Half a thought")
    editing.entry.start_new()
    assert editing.form.caption == ""
    enter(editing, caption="A new one")
    editing.entry.open("post-1")
    settle()
    assert editing.form.caption == "Half a thought"
    assert editing.entry.restored
    editing.entry.start_new()
    assert editing.form.caption == "A new one"


def test_a_post_that_is_gone_leads_back_to_a_new_one(
    editing: ComposerViewModel, stage: Stage, settle: Settle
) -> None:
    errors: list[object] = []
    editing.entry.failed.connect(errors.append)
    editing.entry.open("nowhere")
    settle()
    assert len(errors) == 1
    assert editing.entry.editing is None


def test_a_new_file_of_a_planned_post_is_read_with_progress_and_can_be_cancelled(
    editing: ComposerViewModel, stage: Stage, settle: Settle, qtbot: QtBot, tmp_path: Path
) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(b"another")
    editing.choose_file(other)
    settle()
    stage.planning.gate.clear()
    editing.submit()
    qtbot.waitUntil(lambda: editing.sending.share is not None)
    assert editing.sending.can_stop
    editing.sending.stop()
    settle()
    assert stage.planning.edits == []
    assert editing.form.file == other


def test_an_edit_that_reads_no_file_offers_no_cancel(
    editing: ComposerViewModel, stage: Stage, settle: Settle, qtbot: QtBot
) -> None:
    enter(editing, caption="Winter walk")
    stage.planning.gate.clear()
    editing.submit()
    qtbot.waitUntil(stage.planning.reading.is_set)
    assert editing.sending.busy
    assert not editing.sending.can_stop
    stage.planning.gate.set()
    settle()
    assert len(stage.planning.edits) == 1
