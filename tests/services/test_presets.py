"""What the user gave a name."""

from pathlib import Path

from tests.benchmarks.workspaces import filled
from tiktok_manager.services.presets import CALENDAR_VIEW


def test_a_name_is_kept_replaced_and_forgotten(tmp_path: Path) -> None:
    with filled(tmp_path / "data", accounts=0) as workspace:
        presets = workspace.presets
        presets.save(CALENDAR_VIEW, "Mine", "1")
        presets.save(CALENDAR_VIEW, "All", "2")
        presets.save("another", "Mine", "3")
        presets.save(CALENDAR_VIEW, "Mine", "4")
        assert list(presets.all(CALENDAR_VIEW).items()) == [("All", "2"), ("Mine", "4")]
        presets.remove(CALENDAR_VIEW, "Mine")
        presets.remove(CALENDAR_VIEW, "Never")
        assert (presets.all(CALENDAR_VIEW), presets.all("another")) == ({"All": "2"}, {"Mine": "3"})
