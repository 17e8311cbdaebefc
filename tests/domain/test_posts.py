"""What may follow what in a post's life."""

import pytest

from tiktok_manager.domain.posts import ALLOWED, IllegalTransition, PostStatus, check_transition


def test_a_published_post_never_changes_its_status() -> None:
    for status in PostStatus:
        if status is not PostStatus.PUBLISHED:
            with pytest.raises(IllegalTransition):
                check_transition(PostStatus.PUBLISHED, status)


def test_only_tiktoks_verdict_leads_on_from_the_inbox() -> None:
    assert ALLOWED[PostStatus.IN_INBOX] == {PostStatus.PUBLISHED}


def test_an_unconfirmed_post_cannot_be_cancelled_or_missed() -> None:
    assert not ALLOWED[PostStatus.UNCONFIRMED] & {PostStatus.CANCELLED, PostStatus.MISSED}


def test_every_status_has_a_rule() -> None:
    assert set(ALLOWED) == set(PostStatus)


def test_every_status_can_be_reached_from_a_new_post() -> None:
    reached, frontier = {PostStatus.DRAFT}, [PostStatus.DRAFT]
    while frontier:
        new = ALLOWED[frontier.pop()] - reached
        reached |= new
        frontier.extend(new)
    assert reached == set(PostStatus)
