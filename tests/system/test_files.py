"""A file that a user asks for is where its name leads, whole, with the manners of the old one."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.fakes.words import says
from tiktok_manager.domain.errors import InputError, StorageError
from tiktok_manager.system import files
from tiktok_manager.system.files import is_stdout, writing
from tiktok_manager.wording import english

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes, links and pipes of POSIX")


def write(out: Path, content: bytes = b"new") -> None:
    with writing(out) as file:
        file.write(content)


def test_a_new_file_is_there_with_nothing_beside_it(tmp_path: Path) -> None:
    write(tmp_path / "out.csv")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("out.csv", b"new")]


@posix
def test_the_mode_of_what_was_there_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_bytes(b"the old one, longer")
    out.chmod(0o664)
    before = out.stat().st_ino
    write(out)
    assert out.read_bytes() == b"new"
    assert stat.S_IMODE(out.stat().st_mode) == 0o664
    assert out.stat().st_ino != before  # exchanged in one step


@posix
def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    target, link, second = folder / "real.csv", tmp_path / "link.csv", tmp_path / "second.csv"
    link.symlink_to("elsewhere/real.csv")
    second.symlink_to(link)
    for content in (b"made through the link", b"exchanged through it"):
        write(second, content)
        assert (target.read_bytes(), link.is_symlink(), second.is_symlink()) == (
            content,
            True,
            True,
        )
    assert sorted(p.name for p in folder.iterdir()) == ["real.csv"]


@posix
def test_the_other_names_of_a_file_have_the_new_content_too(tmp_path: Path) -> None:
    out, other = tmp_path / "out.csv", tmp_path / "other.csv"
    out.write_bytes(b"the old one, longer")
    other.hardlink_to(out)
    write(out)
    assert other.read_bytes() == b"new"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["other.csv", "out.csv"]


@posix
def test_what_cannot_be_given_the_old_owner_is_written_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.csv"
    out.write_bytes(b"the old one, longer")
    before = out.stat().st_ino

    def refuse(*_arguments: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    write(out)
    assert (out.read_bytes(), out.stat().st_ino) == (b"new", before)


@posix
def test_a_pipe_is_written_into_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write(pipe, b"through the pipe")
    reader.join()
    assert got == [b"through the pipe"]
    assert pipe.is_fifo()


@posix
def test_a_device_stays_a_device(tmp_path: Path) -> None:
    link = tmp_path / "nothing"
    link.symlink_to(os.devnull)
    write(link)
    assert (link.is_symlink(), Path(os.devnull).is_char_device()) == (True, True)


@posix
@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1", "link"])
@pytest.mark.parametrize("how", [">", ">>", "|cat >"])
def test_standard_output_is_where_the_shell_put_it(tmp_path: Path, name: str, how: str) -> None:
    (tmp_path / "link").symlink_to("/dev/stdout")
    got = tmp_path / "got"
    got.write_bytes(b"before,")
    code = (
        "import sys; from pathlib import Path; from tiktok_manager.system.files import writing\n"
        "print('line', end=',')\n"
        "with writing(Path(sys.argv[1])) as file: file.write(b'rows,')\n"
        "print('after', end='')\n"
    )
    shell = f'"$0" -c "$1" "$2" {how} got'
    environment = {**os.environ, "PYTHONPATH": str(Path(files.__file__).parents[2])}
    subprocess.run(
        ["/bin/sh", "-c", shell, sys.executable, code, name],
        cwd=tmp_path,
        env=environment,
        check=True,
        timeout=60,
    )
    kept = b"before," if how == ">>" else b""
    assert got.read_bytes() == kept + b"line,rows,after"


def test_standard_output_is_known_by_its_names(tmp_path: Path) -> None:
    assert is_stdout(Path("-"))
    assert not is_stdout(tmp_path / "-")
    assert not is_stdout(tmp_path / "out.csv")


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_bytes(b"old")

    def fail_halfway() -> None:
        with writing(out) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_halfway()
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("out.csv", b"old")]


def test_a_folder_and_a_missing_one_are_told_as_such(tmp_path: Path) -> None:
    with says(InputError, "is a folder") as folder:
        write(tmp_path)
    assert folder.value.code == "is_folder"
    with says(InputError, "does not exist") as missing:
        write(tmp_path / "none" / "out.csv")
    assert missing.value.code == "folder_missing"
    assert str(tmp_path / "none") in english(missing.value).title


@posix
def test_what_the_system_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    with says(StorageError, "too long") as refused:
        write(tmp_path / ("x" * 300))
    assert refused.value.code == "file_not_written"
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(StorageError):
        write(loop)


@posix
def test_a_file_that_may_not_be_written_is_not_exchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.csv"
    out.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda *_args: False)  # root may write anything
    with says(StorageError, "Permission denied"):
        write(out)
    assert out.read_bytes() == b"old"


def test_names_as_long_as_names_can_be_are_written(tmp_path: Path) -> None:
    out = tmp_path / ("x" * 251 + ".csv")
    write(out)
    assert out.read_bytes() == b"new"
