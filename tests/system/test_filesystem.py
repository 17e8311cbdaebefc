"""A data folder on a shared or synchronised disk is refused; whatever else is a disk is taken."""

import sys
from pathlib import Path
from typing import NamedTuple, NoReturn

import psutil
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


class Mount(NamedTuple):
    """As psutil tells of a mount."""

    mountpoint: str
    fstype: str
    opts: str = "rw"


class Mounted:
    """Lets the folder `disk` be a mount of some kind."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place = tmp_path / "my disk"
        self._monkeypatch = monkeypatch

    def as_kind(self, kind: str, opts: str = "rw") -> Path:
        self.table(
            Mount("/", "ext4"),
            Mount(f"{self.place}er", "nfs4"),
            Mount(str(self.place), kind, opts),
            Mount("/proc", "proc"),
        )
        return self.place / "data"

    def table(self, *mounts: Mount) -> None:
        self._monkeypatch.setattr(filesystem, "_mounts", lambda: mounts)


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


def test_of_two_mounts_at_one_place_the_upper_counts(mounted: "Mounted", tmp_path: Path) -> None:
    place = tmp_path / "a"
    mounted.table(Mount(str(place), "nfs"), Mount(str(place), "ext4"))
    assert type_of(place / "b") == "ext4"
    assert type_of(tmp_path / "elsewhere") == ""


def test_a_drive_that_the_system_calls_remote_is_refused(mounted: "Mounted") -> None:
    folder = mounted.as_kind("NTFS", "rw,remote")
    with says(StorageError, "network drive"):
        refuse_shared(folder)


def test_the_system_tells_the_kind_of_a_real_folder(tmp_path: Path) -> None:
    assert type_of(tmp_path)


def test_without_a_table_of_mounts_the_folder_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_options: object) -> NoReturn:
        raise PermissionError

    monkeypatch.setattr(psutil, "disk_partitions", refuse)
    assert type_of(tmp_path) == ""
    refuse_shared(tmp_path)


@pytest.mark.parametrize(
    ("mark", "service"),
    [
        (".stfolder", "Syncthing"),
        (".stignore", "Syncthing"),
        (".dropbox", "Dropbox"),
        (".tmp.drivedownload", "Google Drive"),
        (".owncloudsync.log", "Nextcloud or ownCloud"),
        (".sync_a1b2c3.db", "Nextcloud or ownCloud"),
        ("._sync_a1b2c3.db", "Nextcloud or ownCloud"),
    ],
)
def test_a_folder_below_one_that_a_service_marked_is_refused(
    tmp_path: Path, mark: str, service: str
) -> None:
    (tmp_path / mark).touch()
    for folder in (tmp_path, tmp_path / "my files" / "TikTok"):
        with says(StorageError, service):
            refuse_shared(folder)


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
