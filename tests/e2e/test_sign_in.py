"""Signing in with the real program: what the browser is told, and apps that may do little."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import PATIENCE_S, Program
from tests.fakes.world import environment
from tiktok_manager.simulator import Simulator, SimulatorConfig

POSTING = "user.info.basic,video.publish,video.upload"


def visit(url: str) -> tuple[int, str, str]:
    """Open an address as a browser does; returns status, where it led, and the page."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=PATIENCE_S) as answer:
            return answer.status, answer.geturl(), answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, url, refused.read().decode()


@pytest.fixture
def new_app(tmp_path: Path) -> Iterator[Program]:
    """A program whose TikTok app has no Display API, as every new one."""
    config = SimulatorConfig(
        auto_approve=True, media_dir=tmp_path / "tiktok", app_scopes=tuple(POSTING.split(","))
    )
    with Simulator(config) as sim:
        yield Program(tmp_path, sim)


def test_the_page_says_signed_in_once_it_is_true_and_again_when_reloaded(
    program: Program,
) -> None:
    process = program.start("accounts", "connect", "--print-url", "--json")
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    status, callback, page = visit(f"{url}&sim_user=sim01")
    assert status == 200
    assert "You are signed in" in page
    assert visit(callback)[2] == page
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, '"handle":"sim01"' in out.replace(" ", "")) == (0, True), err
    assert [entry.endpoint for entry in program.sim.world.ledger].count("token") == 1


def test_the_page_says_that_a_sign_in_did_not_work(program: Program) -> None:
    program.env["TIKTOK_MANAGER_CLIENT_SECRET"] = "wrong-secret"
    process = program.start("accounts", "connect", "--print-url")
    assert process.stdout is not None
    page = visit(process.stdout.readline().strip())[2]
    assert "The sign-in did not work" in page
    assert "keys" in page  # it says why
    assert "signed in" not in page
    assert process.wait(PATIENCE_S) == 1
    process.communicate()


def test_the_address_is_told_even_if_a_browser_claims_to_have_opened(program: Program) -> None:
    program.env["BROWSER"] = "true %s"  # opens nothing, and says it did
    process = program.start("accounts", "connect")
    assert process.stderr is not None
    lines = iter(process.stderr.readline, "")
    url = next(line for line in lines if "/v2/auth/authorize/" in line).split()[-1]
    visit(f"{url}&sim_user=sim01")
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, "Connected @sim01" in out) == (0, True), err


def test_an_app_without_the_display_api_connects_and_says_what_it_lacks(new_app: Program) -> None:
    connected = new_app.connect("sim01", "--json")
    assert connected.code == 0, connected.err
    account = connected.json()
    assert (account["handle"], account["followers"]) == ("sim01", None)
    assert account["scopes"] == POSTING.split(",")
    synced = new_app.run("sync", "--json")
    assert synced.code == 0
    codes = [finding["code"] for finding in synced.json()[0]["findings"]]
    assert codes == ["totals_untold", "videos_untold"]
    assert "video.list was not granted" in synced.err
    exported = new_app.run("reports", "export", "videos", "--out", str(new_app.folder / "v.csv"))
    assert "video.list was not granted" in exported.err
    assert new_app.sim.world.violations == []


def test_asking_for_a_scope_the_app_lacks_shows_tiktoks_bare_error(new_app: Program) -> None:
    assert new_app.run("settings", "set", "scopes", "all").code == 0
    process = new_app.start("accounts", "connect", "--print-url")
    assert process.stdout is not None
    status, _, page = visit(process.stdout.readline().strip())
    assert (status, "<strong>scope</strong>" in page) == (400, True)
    process.terminate()
    process.communicate(timeout=PATIENCE_S)
    assert new_app.connect("sim01", "--posting-only").code == 0


def test_the_simulator_command_can_be_an_app_that_may_do_little(program: Program) -> None:
    options = ["--scopes", POSTING, "--unaudited", "--redirect-uri", "http://localhost:3455/back/"]
    process = program.start("simulator", "--auto-approve", *options)
    assert process.stdout is not None
    program.env |= environment(process.stdout.readline().strip(), program.data_dir)
    connecting = program.start("accounts", "connect", "--print-url")
    assert connecting.stdout is not None
    status, _, page = visit(connecting.stdout.readline().strip())
    assert (status, "<strong>redirect_uri</strong>" in page) == (400, True)
    for ended in (connecting, process):
        ended.terminate()
        ended.communicate(timeout=PATIENCE_S)


@pytest.mark.parametrize(
    "options",
    [
        ("--scopes", "video.edit"),
        ("--redirect-uri", "http://example.com/back/"),
        ("--pull", "everywhere"),
    ],
)
def test_what_tiktoks_portal_would_not_take_is_refused(
    program: Program, options: tuple[str, ...]
) -> None:
    refused = program.run("simulator", *options)
    assert (refused.code, refused.out) == (2, "")
    assert "cannot be set up like this" in refused.err
