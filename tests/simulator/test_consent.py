"""The consent page: what it accepts, what it refuses, and where it sends the browser."""

import re

import pytest

from tests.simulator.app_client import (
    REDIRECT,
    DirectApp,
    authorize_query,
    callback_of,
    exchange_form,
    new_world,
)
from tiktok_manager.simulator.config import SimulatorConfig
from tiktok_manager.simulator.world import World


def test_auto_approval_redirects_at_once_with_state_and_scopes(app: DirectApp) -> None:
    reply = app.call("authorize", authorize_query(sim_user="@sim02"))
    assert reply.status == 302
    assert reply.headers["location"].startswith(REDIRECT + "?code=")
    back = callback_of(reply.headers["location"])
    assert back["state"] == "a state & more"
    assert back["scopes"].split(",") == authorize_query()["scope"].split(",")
    tokens = app.form("token", exchange_form(back["code"]))
    assert tokens["open_id"] == app.world.account("sim02").open_id


def test_without_a_named_user_the_handles_take_turns(app: DirectApp) -> None:
    seen = []
    for _ in range(4):
        location = app.call("authorize", authorize_query()).headers["location"]
        tokens = app.form("token", exchange_form(callback_of(location)["code"]))
        seen.append(tokens["open_id"])
    ids = [app.world.account(handle).open_id for handle in ("sim01", "sim02", "sim03", "sim01")]
    assert seen == ids


def test_a_code_carries_a_tail_that_only_decoding_once_preserves(app: DirectApp) -> None:
    location = app.call("authorize", authorize_query()).headers["location"]
    assert "%2A0%216410" in location
    assert callback_of(location)["code"].endswith("*0!6410")


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("client_key", "other"),
        ("client_key", None),
        ("response_type", "token"),
        ("scope", "user.info.basic video.list"),
        ("scope", "user.info.basic,video.list,"),
        ("scope", "user.info.basic,user.info.basic"),
        ("scope", "research.data.basic"),
        ("scope", None),
        ("redirect_uri", "http://127.0.0.1:53211/callback"),
        ("redirect_uri", "http://127.0.0.1/callback/"),
        ("redirect_uri", "http://127.0.0.1:0/callback/"),
        ("redirect_uri", "http://127.0.0.1:70000/callback/"),
        ("redirect_uri", "http://127.0.0.1:53211/callback/?next=1"),
        ("redirect_uri", "https://127.0.0.1:53211/callback/"),
        ("redirect_uri", "http://[::1]:53211/callback/"),
        ("redirect_uri", "http://example.com:53211/callback/"),
        ("state", None),
        ("state", ""),
        ("code_challenge", None),
        ("code_challenge", "E" * 64),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "plain"),
        ("code_challenge_method", None),
        ("disable_auto_auth", "yes"),
        ("client_id", "sim-key"),
        ("sim_user", "sim99"),
    ],
)
def test_a_bad_parameter_ends_on_a_page_that_names_it(
    app: DirectApp, parameter: str, value: str | None
) -> None:
    reply = app.call("authorize", authorize_query(**{parameter: value}))
    assert reply.status == 400
    assert "location" not in reply.headers
    assert f"<strong>{parameter}</strong>" in reply.body.decode()
    assert app.kinds == [f"authorize_{parameter}"]


def test_a_scope_the_app_lacks_fails_the_whole_page_without_a_callback() -> None:
    app = DirectApp(new_world(app_scopes=("user.info.basic", "video.upload")))
    reply = app.call("authorize", authorize_query())
    assert (reply.status, "location" in reply.headers) == (400, False)
    assert "<strong>scope</strong>" in reply.body.decode()
    assert app.call("authorize", authorize_query(scope="video.upload")).status == 302
    assert app.kinds == []  # which scopes an app has is no fault of its code
    app.world.close()


def test_only_registered_redirect_addresses_are_led_back_to() -> None:
    app = DirectApp(new_world(redirect_uris=("http://localhost:3455/callback/",)))
    assert app.call("authorize", authorize_query()).status == 400
    query = authorize_query(redirect_uri="http://localhost:3455/callback/")
    assert app.call("authorize", query).status == 302
    app.world.close()


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1/callback/",
        "http://example.com:80/",
        "http://127.0.0.1:*/callback/?a=b",
        "ftp://localhost:21/",
        "http://localhost:80/" + "x" * 512,
    ],
)
def test_what_the_portal_would_not_register_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="cannot be registered"):
        SimulatorConfig(redirect_uris=(uri,))


def test_scopes_that_tiktok_does_not_have_are_refused() -> None:
    with pytest.raises(ValueError, match=r"video\.edit"):
        SimulatorConfig(app_scopes=("user.info.basic", "video.edit"))


def test_a_parameter_given_twice_is_refused(app: DirectApp) -> None:
    reply = app.call("authorize", "state=a&state=b")
    assert reply.status == 400
    assert app.kinds == ["malformed_query"]


def test_localhost_is_as_good_as_the_address(app: DirectApp) -> None:
    query = authorize_query(redirect_uri="http://localhost:80/callback/")
    assert app.call("authorize", query).status == 302


def test_a_user_who_refuses_gives_access_denied_and_no_code(app: DirectApp) -> None:
    app.world.account("sim02").refuses_consent = True
    back = callback_of(app.call("authorize", authorize_query(sim_user="sim02")).headers["location"])
    assert back["error"] == "access_denied"
    assert back["state"] == "a state & more"
    assert "code" not in back


def test_unticked_scopes_are_not_granted(app: DirectApp) -> None:
    app.world.account("sim02").denied_scopes = {"video.publish", "video.list"}
    tokens = app.connect("sim02")
    assert tokens["scope"] == "user.info.basic,user.info.profile,user.info.stats,video.upload"


def asking_app() -> DirectApp:
    return DirectApp(World(SimulatorConfig(accounts=2)))


def press(app: DirectApp, page: str, answer: str, scopes: str = "") -> str:
    ticket = re.search(r"name='ticket' value='([^']+)'", page)
    assert ticket is not None
    form = f"ticket={ticket[1]}&account=sim02{scopes}&answer={answer}"
    return app.call("decide", body=form.encode()).headers.get("location", "")


def test_the_page_names_app_accounts_and_scopes_and_grants_what_was_ticked() -> None:
    app = asking_app()
    page = app.call("authorize", authorize_query()).body.decode()
    for text in ("TikTok Manager", "@sim01", "@sim02", "video.publish", "user.info.stats"):
        assert text in page
    back = callback_of(press(app, page, "allow", "&scope=user.info.basic&scope=video.upload"))
    assert back["scopes"] == "user.info.basic,video.upload"
    assert press(app, page, "allow") == ""  # an answered page is spent
    app.world.close()


def test_refusing_on_the_page_comes_back_as_access_denied() -> None:
    app = asking_app()
    page = app.call("authorize", authorize_query()).body.decode()
    assert callback_of(press(app, page, "refuse"))["error"] == "access_denied"
    app.world.close()


def test_a_signed_in_browser_is_not_asked_again_unless_the_app_insists() -> None:
    app = asking_app()
    page = app.call("authorize", authorize_query()).body.decode()
    app.form(
        "token", exchange_form(callback_of(press(app, page, "allow", "&scope=video.list"))["code"])
    )
    cookie = {"cookie": "sim_session=sim02"}
    silent = app.call("authorize", authorize_query(disable_auto_auth="0"), headers=cookie)
    assert silent.status == 302
    assert app.call("authorize", authorize_query(), headers=cookie).status == 200
    app.world.close()


def test_names_on_the_page_are_text() -> None:
    world = new_world()
    world.account("sim01").display_name = "<script>alert(1)</script>"
    app = DirectApp(World(SimulatorConfig(accounts=1)))
    app.world.accounts = world.accounts
    page = app.call("authorize", authorize_query()).body.decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    app.world.close()
    world.close()
