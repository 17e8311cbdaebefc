"""A data folder on a shared or synchronised disk is refused; whatever else is a disk is taken."""

import sys
from pathlib import Path

import pytest

from tests.fakes.words import says
from tiktok_manager.domain.errors import StorageError
from tiktok_manager.system import filesystem
from tiktok_manager.system.filesystem import refuse_shared, type_of
from tiktok_manager.system.paths import ENV_DATA_DIR, open_data_paths
from tiktok_manager.wording import english

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Mounted":
    return Mounted(tmp_path, monkeypatch)


class Mounted:
    """Lets the folder `disk` be a mount of some kind."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place = tmp_path / "my disk"
        self._table = tmp_path / "mountinfo"
        monkeypatch.setattr(filesystem, "_MOUNTS", self._table)

    def as_kind(self, kind: str) -> Path:
        place = str(self.place).replace(" ", "\\040")
        self._table.write_text(
            "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
            f"30 22 0:26 / {place}er rw - nfs4 nas:/other rw\n"
            f"31 22 0:27 / {place} rw,relatime shared:1 - {kind} source rw\n"
            "32 22 0:28 / /proc rw - proc proc rw\n"
        )
        return self.place / "data"


@linux_only
@pytest.mark.parametrize(
    "kind",
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs", "fuse.rclone", "davfs"],
)
def test_another_machines_disk_is_refused_and_nothing_is_made_there(
    mounted: Mounted, kind: str
) -> None:
    folder = mounted.as_kind(kind)
    with pytest.raises(StorageError) as caught:
        open_data_paths({ENV_DATA_DIR: str(folder)})
    assert str(folder) in english(caught.value).title
    assert kind in english(caught.value).message
    assert ENV_DATA_DIR in english(caught.value).command_hint
    assert not folder.exists()


@linux_only
@pytest.mark.parametrize(
    "kind",
    ["ext4", "btrfs", "xfs", "zfs", "tmpfs", "overlay", "9p", "virtiofs", "fuse.gocryptfs", "new"],
)
def test_every_other_disk_is_taken(mounted: Mounted, kind: str) -> None:
    folder = mounted.as_kind(kind)
    assert type_of(folder) == kind
    assert open_data_paths({ENV_DATA_DIR: str(folder)}).root == folder


@linux_only
def test_a_link_to_a_network_disk_is_followed(mounted: Mounted, tmp_path: Path) -> None:
    folder = mounted.as_kind("nfs")
    link = tmp_path / "link"
    link.symlink_to(folder)
    with says(StorageError, "nfs"):
        refuse_shared(link / "data")


@linux_only
def test_of_two_mounts_at_one_place_the_upper_counts() -> None:
    table = "1 0 0:1 / /a rw - nfs x rw\n2 1 0:2 / /a rw - ext4 y rw\njunk\n"
    assert filesystem._mounted_type(Path("/a/b"), table) == "ext4"
    assert filesystem._mounted_type(Path("/elsewhere"), table) == ""


def test_without_a_table_of_mounts_the_folder_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesystem, "_MOUNTS", tmp_path / "nothing")
    refuse_shared(tmp_path)


@pytest.mark.parametrize(
    "place",
    [
        "OneDrive/TikTok",
        "OneDrive - My Company/TikTok",
        "Dropbox/a/b",
        "Dropbox (Personal)",
        "Google Drive/My stuff",
        "Library/CloudStorage/GoogleDrive-me@example.com/My Drive",
        "Library/Mobile Documents/com~apple~CloudDocs",
        "iCloudDrive/x",
        "iCloud Drive/x",
        "Nextcloud/x",
    ],
)
def test_a_synchronised_folder_is_refused(tmp_path: Path, place: str) -> None:
    with says(StorageError, "synchronised folder"):
        refuse_shared(tmp_path / place)


@pytest.mark.parametrize(
    "place", ["dropbox/x", "My Dropbox export", "Mobile Documents/x", "Clouds/x", "onedrive"]
)
def test_names_that_only_remind_of_one_are_taken(tmp_path: Path, place: str) -> None:
    refuse_shared(tmp_path / place)


def test_what_the_mac_says_of_its_mounts_is_understood() -> None:
    told = (
        "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n"
        "/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)\n"
        "//me@nas/video (old) on /Volumes/my video (smbfs, nodev, nosuid, mounted by me)\n"
    )
    assert filesystem._mac_type(Path("/Volumes/my video/data"), told) == "smbfs"
    assert filesystem._mac_type(Path("/Users/me"), told) == "apfs"
