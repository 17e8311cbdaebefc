"""The gallery takes the pictures asked for and shows them all on one page."""

from pathlib import Path

import pytest

from build import gallery


def test_without_options_everything_is_pictured(tmp_path: Path) -> None:
    wanted = gallery.arguments([str(tmp_path)])
    assert wanted.subjects == tuple(gallery.subjects())
    assert (wanted.sizes, wanted.themes) == (gallery.SIZES, gallery.THEMES)
    assert (wanted.scales, wanted.pseudo) == (gallery.SCALES, gallery.PSEUDO)
    assert {"calendar", "post", "kit-controls"} <= set(wanted.subjects)


def test_options_choose_and_may_be_repeated(tmp_path: Path) -> None:
    options = "--pane settings --pane kit --size 1024x700 --theme dark --scale 2 --pseudo no"
    wanted = gallery.arguments([str(tmp_path), *options.split()])
    assert wanted.of_window == ["settings"]
    assert wanted.boards == [name for name in gallery.subjects() if name.startswith(gallery.KIT)]
    assert wanted.sizes == ("1024x700",)
    assert (wanted.themes, wanted.scales, wanted.pseudo) == (("dark",), ("2",), ("no",))


def test_what_there_is_no_picture_of_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        gallery.arguments([str(tmp_path), "--pane", "cellar"])
    assert "cellar" in capsys.readouterr().err


def test_the_page_shows_every_picture_under_its_subject(tmp_path: Path) -> None:
    for name in ("calendar_1280x800_dark_1x.png", "calendar_1024x700_light_2x_long.png"):
        (tmp_path / name).touch()
    page = gallery.write_index(tmp_path).read_text(encoding="utf-8")
    assert page.count("<h2 id=calendar>") == 1
    assert page.count("<img") == 2
