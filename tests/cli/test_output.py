"""What comes from outside must not steer the terminal."""

import pytest

from tiktok_manager.cli.output import print_line, print_table


@pytest.mark.parametrize(
    "unseen",
    [
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "\u00ad",
        "\U000e0067",
        "\u2028",
        "\u2029",
        "\x1b",
        "\x07",
        "\r",
    ],
    ids=lambda char: f"U+{ord(char):04X}",
)
def test_what_turns_or_hides_text_is_dropped(
    unseen: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_table(("CAPTION",), [(f"a{unseen}b",)])
    print_line(f"a{unseen}b")
    assert capsys.readouterr().out == "CAPTION\nab\nab\n"


def test_pictures_and_letters_made_of_several_stay_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    family, i_want = "👩\u200d👧", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    print_line(f"{family} {i_want}")
    assert capsys.readouterr().out == f"{family} {i_want}\n"
