"""What can be done with a post as it is shown, as actions: the buttons of the drawer, menus."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tiktok_manager.domain.errors import FailureClass
from tiktok_manager.domain.posts import CONTENT_CODES, EDITABLE, RETRYABLE, PostStatus, WaitingLook
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.link_gate import profile_url, tiktok_url
from tiktok_manager.ui.post import wording
from tiktok_manager.ui.post_look import unsafe_waiting
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.post_briefs import AnyPost
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core, Frame
    from tiktok_manager.ui.post.changes import PostChanges

# Putting a draft back would plan it; the composer is where drafts are thrown away.
_CANCELLABLE = (EDITABLE | {PostStatus.PUBLISHING}) - {PostStatus.DRAFT}
_NO_SCOPE = "scope_not_granted"


def mending_actions(
    core: Core, frame: Frame, changes: PostChanges, post: Callable[[], Post]
) -> Sequence[Action]:
    """Return what can be done with the post shown, that which mends it first."""

    def reconnect(post: Post) -> None:
        frame.go("accounts", post.account_id)

    def edit(post: Post) -> None:
        frame.go("composer", post.id)

    def open_page(post: Post) -> None:
        frame.open_url(page_of(post) or "")

    def may_plan_again(post: Post) -> bool:
        return post.status is PostStatus.CANCELLED and post.schedule.due_at > core.now()

    action = partial(_action, post)
    return (
        action(lambda _: tr("Reconnect"), reconnect, _lacks_permission, "link", "primary"),
        action(wording.resume_words, changes.resume, wording.resume_words, "play", "primary"),
        action(_retry_words, changes.retry, _may_retry, "redo", "primary"),
        action(lambda _: tr("Plan it again"), changes.restore, may_plan_again, "undo", "primary"),
        action(lambda _: tr("Next day"), changes.move_to_next_day, _is_missed, "moved"),
        action(_edit_words, edit, lambda post: post.status in EDITABLE, "edit"),
        action(lambda _: tr("Cancel post"), changes.cancel, may_cancel, "close", "danger"),
        action(_page_words, open_page, page_of, "external"),
    )


def doubt_actions(
    core: Core, frame: Frame, changes: PostChanges, post: Callable[[], Post]
) -> Sequence[Action]:
    """Return the answers to what only the user can tell: is the video there?

    Posting again is asked once more, for nothing can undo a double.
    """

    def wait(post: Post) -> None:
        more = wording.waiting_words(post, core.timezone, core.now())
        frame.close_drawer()
        frame.notify(Notice(text=tr("Nothing is sent meanwhile."), more=more, stays=False))

    def may_wait(post: Post) -> bool:
        return is_in_doubt(post) and not wording.is_given_up(post)

    action = partial(_action, post)
    there, absent = (partial(changes.resolve, posted=posted) for posted in (True, False))
    return (
        action(lambda _: tr("It is there"), there, is_in_doubt),
        action(lambda _: tr("It is not there"), absent, is_in_doubt),
        Action(
            words=lambda: tr("Post again…"),
            icon="redo",
            look="danger",
            run=lambda: changes.resolve(post(), posted=False, post_again=True),
            shown=lambda: is_in_doubt(post()),
            question=lambda: wording.double_warning(post(), core.timezone),
            no=lambda: tr("Do not post"),
        ),
        action(lambda _: tr("Wait"), wait, may_wait, "status-processing"),
    )


def retry_all_action(core: Core, changes: PostChanges, shown: Callable[[], bool]) -> Action:
    """Return what lets every failed post go out again."""

    def failed() -> int:
        overview = core.publishing.overview
        return 0 if overview is None else overview.failed

    return Action(
        words=lambda: tr("Retry all failed ({count})", count=failed()),
        icon="redo",
        run=changes.retry_all_failed,
        allowed=lambda: not changes.retrying.busy,
        shown=lambda: shown() and failed() > 0,
    )


def may_cancel(post: AnyPost) -> bool:
    """Say whether a post can be taken out of the plan."""
    return post.status in _CANCELLABLE


def is_in_doubt(post: Post) -> bool:
    """Say whether only TikTok or the user can tell what became of a post."""
    return post.status is PostStatus.UNCONFIRMED


def page_of(post: Post) -> str | None:
    """Return the page where a post can be seen, or looked for."""
    page = tiktok_url(post.url)
    if page is None and post.status in {PostStatus.UNCONFIRMED, PostStatus.IN_INBOX}:
        return profile_url(post.handle)
    return page


def _action(
    post: Callable[[], Post],
    words: Callable[[Post], str],
    run: Callable[[Post], object],
    shown: Callable[[Post], object],
    icon: str = "",
    look: str = "",
) -> Action:
    return Action(
        words=lambda: words(post()),
        icon=icon,
        look=look,
        run=lambda: run(post()),
        shown=lambda: bool(shown(post())),
    )


def _is_missed(post: Post) -> bool:
    return post.status is PostStatus.MISSED


def _retry_words(post: Post) -> str:
    return tr("Publish now") if _is_missed(post) else tr("Retry")


def _edit_words(post: Post) -> str:
    return tr("Choose another file") if wording.needs_file(post) else tr("Edit")


def _may_retry(post: Post) -> bool:
    """What has to be changed first would only be refused again."""
    must_change = (
        post.error is not None
        and post.error.kind == FailureClass.NEEDS_EDIT
        and post.error.code in CONTENT_CODES
    )
    return post.status in RETRYABLE and not must_change


def _lacks_permission(post: Post) -> bool:
    waits, error = unsafe_waiting(post), post.error
    is_lost = waits is not None and waits.look is WaitingLook.RECONNECT
    if error is not None:
        is_lost = is_lost or error.kind == FailureClass.NEEDS_RECONNECT or error.code == _NO_SCOPE
    return post.status in EDITABLE and is_lost


def _page_words(post: Post) -> str:
    is_there = tiktok_url(post.url) is not None
    return tr("Open on TikTok") if is_there else tr("Look at @{handle}", handle=post.handle)
