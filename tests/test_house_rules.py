"""The rules of conftest.py catch those who break them."""

from pathlib import Path

import pytest

OFFENCES = """
import os, socket, threading

stop = threading.Event()

def test_leaves_a_thread():
    threading.Thread(target=stop.wait, name="forgotten", daemon=True).start()

def test_looks_up_a_stranger():
    try:
        socket.create_connection(("example.org", 443))
    except OSError:
        pass

def test_sends_to_a_stranger():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.sendto(b"", ("192.0.2.1", 9))
        except OSError:
            pass

def test_leaves_a_window(qtbot):
    from PySide6.QtWidgets import QLabel
    window = QLabel("kept by nobody")
    window.show()
    test_leaves_a_window.kept = window
"""

HARMLESS = """
import os, socket
from pathlib import Path

def test_speaks_to_itself():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()

def test_lives_in_a_home_of_its_own():
    assert Path.home() != Path(os.environ["REAL_HOME"])
    assert "TIKTOK_MANAGER_DATA_DIR" not in os.environ
    assert "PYTHON_KEYRING_BACKEND" not in os.environ
    assert "https_proxy" not in os.environ
"""


@pytest.fixture
def guarded(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with our conftest.py, whose threads are given no time to end."""
    rules = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
    pytester.makeconftest(rules.replace("THREAD_END_S = 5.0", "THREAD_END_S = 0.0"))
    pytester.makeini("[pytest]\naddopts = -p no:randomly\nqt_api = pyside6\n")
    monkeypatch.setenv("REAL_HOME", str(Path.home()))
    monkeypatch.setenv("TIKTOK_MANAGER_DATA_DIR", "/somebody/elses")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("https_proxy", "http://192.0.2.1:3128")
    return pytester


def test_offenders_are_named(guarded: pytest.Pytester) -> None:
    guarded.makepyfile(OFFENCES)
    result = guarded.runpytest_subprocess()
    result.assert_outcomes(passed=4, errors=4)
    result.stdout.fnmatch_lines_random(
        [
            "*left threads running: *'forgotten'*",
            "*tried to leave this machine: *'example.org'*",
            "*tried to leave this machine: *'192.0.2.1'*",
            "*left windows open: *QLabel*",
        ]
    )


def test_the_harmless_pass(guarded: pytest.Pytester) -> None:
    guarded.makepyfile(HARMLESS)
    guarded.runpytest_subprocess().assert_outcomes(passed=2)
