"""Spans inside sentences, in the unit that suits them and with the number's own plural."""

from datetime import timedelta

import pytest

from tiktok_manager.wording.spans import span_words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.5, "0 minutes"),
        (1, "1 minute"),
        (119, "119 minutes"),
        (120, "2 hours"),
        (47 * 60, "47 hours"),
        (75 * 60, "3 days"),
    ],
)
def test_a_span_is_told_in_the_unit_that_suits_it(minutes: float, words: str) -> None:
    assert span_words(timedelta(minutes=minutes)) == words
