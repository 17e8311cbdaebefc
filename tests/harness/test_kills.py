"""The real program, killed a few times by the local TikTok it talks to."""

from tests.harness.kills import battle


def test_the_program_killed_at_its_requests_doubles_and_loses_nothing() -> None:
    with battle(seed=21, loss=0.15, ahead=5) as opened:
        assert opened.fight(kills=4) == []
        assert opened.tally.killed >= 4
