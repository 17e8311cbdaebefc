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


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("日本", 4),
        ("e\u0301", 1),  # an accent of its own
        ("👩\u200d👧", 2),  # one picture of two
        ("❤\ufe0f", 2),
        ("🇩🇪", 2),
        ("\uff21", 2),
        ("ü", 1),
    ],
)
def test_a_column_is_as_wide_as_the_terminal_shows_it(
    capsys: pytest.CaptureFixture[str], text: str, columns: int
) -> None:
    print_table(("A", "B"), [(text, "x"), ("123456", "y")])
    rows = capsys.readouterr().out.splitlines()
    assert rows[1].removeprefix(text) == " " * (6 - columns + 2) + "x"
