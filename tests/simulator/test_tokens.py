"""Codes, tokens, rotation and revocation."""

import hashlib

import pytest

from tests.simulator.app_client import (
    FORM_TYPE,
    JSON_TYPE,
    DirectApp,
    exchange_form,
    inbox_body,
    refresh_form,
    revoke_form,
)
from tiktok_manager.simulator import oauth
from tiktok_manager.simulator.wire import Call


def test_a_token_answer_is_flat_and_complete(app: DirectApp) -> None:
    tokens = app.connect()
    assert tokens["access_token"].startswith("act.")
    assert tokens["refresh_token"].startswith("rft.")
    assert (tokens["expires_in"], tokens["refresh_expires_in"]) == (7_200, 15_552_000)
    assert tokens["token_type"] == "Bearer"
    assert app.kinds == []


def test_a_code_is_good_once(app: DirectApp) -> None:
    code = app.code()
    app.form("token", exchange_form(code))
    again = app.form("token", exchange_form(code))
    assert (again["error"], app.kinds) == ("invalid_grant", ["code"])
    assert again["error_description"] == "Authorization code is expired."


def test_a_code_expires_without_blaming_the_app(app: DirectApp) -> None:
    code = app.code()
    app.world.clock.advance(app.world.config.code_s)
    assert app.form("token", exchange_form(code))["error"] == "invalid_grant"
    assert app.kinds == []


@pytest.mark.parametrize(("old", "new"), [("*0!6410", ""), ("*", "%2A")])
def test_a_code_cut_or_not_decoded_is_no_code(app: DirectApp, old: str, new: str) -> None:
    answer = app.form("token", exchange_form(app.code().replace(old, new)))
    assert (answer["error"], app.kinds) == ("invalid_grant", ["code"])


@pytest.mark.parametrize(
    ("changes", "error", "kind"),
    [
        ({"redirect_uri": "http://127.0.0.1:53212/callback/"}, "invalid_request", "redirect_uri"),
        ({"code_verifier": "b" * 43}, "invalid_request", "code_verifier"),
        ({"code_verifier": None}, "invalid_request", "form_fields"),
        ({"client_id": "sim-key"}, "invalid_request", "form_fields"),
        ({"grant_type": "password"}, "invalid_request", "grant_type"),
        ({"grant_type": None}, "invalid_request", "grant_type"),
    ],
)
def test_a_wrong_exchange_is_refused_and_recorded(
    app: DirectApp, changes: dict[str, str | None], error: str, kind: str
) -> None:
    answer = app.form("token", exchange_form(app.code(), **changes))
    assert (answer["error"], app.kinds) == (error, [kind])


def test_a_short_verifier_fails_even_if_its_hash_fits(app: DirectApp) -> None:
    challenge = hashlib.sha256(b"short").hexdigest()
    code = app.code(code_challenge=challenge)
    answer = app.form("token", exchange_form(code, code_verifier="short"))
    assert (answer["error"], app.kinds) == ("invalid_request", ["code_verifier"])


def test_wrong_app_keys_are_the_users_matter(app: DirectApp) -> None:
    answer = app.form("token", exchange_form(app.code(), client_secret="other"))
    assert (answer["error"], app.kinds) == ("invalid_client", [])


def test_only_forms_are_accepted(app: DirectApp) -> None:
    reply = app.call("token", body=b"{}", headers={"content-type": JSON_TYPE})
    assert (reply.status, reply.code, app.kinds) == (200, "invalid_request", ["content_type"])


def test_basic_authorization_is_not_how_tiktok_does_it(app: DirectApp) -> None:
    app.form("token", exchange_form(app.code()), authorization="Basic c2ltOnNpbQ==")
    assert app.kinds == ["authorization"]


def test_the_old_refresh_token_dies_with_the_new_one(app: DirectApp) -> None:
    old = app.refresh_token
    fresh = app.form("token", refresh_form(old))
    assert fresh["refresh_token"] != old
    assert app.form("token", refresh_form(old))["error"] == "invalid_grant"
    assert app.form("token", refresh_form(fresh["refresh_token"]))["token_type"] == "Bearer"
    assert app.kinds == []  # asking again is what an app does whose answer was lost


def test_a_refresh_token_dies_of_age(app: DirectApp) -> None:
    app.world.clock.advance(app.world.config.refresh_token_s)
    assert app.form("token", refresh_form(app.refresh_token))["error"] == "invalid_grant"


def test_an_access_token_dies_of_age(app: DirectApp) -> None:
    app.world.clock.advance(7_199)
    assert app.api("user_info", query={"fields": "open_id"})[0] == 200
    app.world.clock.advance(1)
    status, body = app.api("user_info", query={"fields": "open_id"})
    assert (status, body["error"]["code"]) == (401, "access_token_invalid")
    assert app.kinds == []


@pytest.mark.parametrize("header", ["", "act.abc", "bearer act.abc", "Bearer rft.abc"])
def test_a_malformed_authorization_is_recorded(app: DirectApp, header: str) -> None:
    status, body = app.api("user_info", query={"fields": "open_id"}, authorization=header)
    assert (status, body["error"]["code"]) == (401, "access_token_invalid")
    assert app.kinds == ["authorization"]


def test_revoking_kills_every_token_and_fails_what_is_under_way(app: DirectApp) -> None:
    publish_id = app.api("inbox_init", inbox_body(100))[1]["data"]["publish_id"]
    other = app.form("token", refresh_form(app.refresh_token))
    assert app.form("revoke", revoke_form(app.token)) == {}
    assert app.form("token", refresh_form(other["refresh_token"]))["error"] == "invalid_grant"
    app.token = other["access_token"]
    assert app.api("user_info", query={"fields": "open_id"})[0] == 401
    assert app.world.publishes[publish_id].fail_reason == "auth_removed"
    assert not app.world.grants.is_connected("sim01")


def test_an_expired_access_token_cannot_revoke(app: DirectApp) -> None:
    app.world.clock.advance(7_200)
    assert app.form("revoke", revoke_form(app.token))["error"] == "invalid_grant"
    assert app.world.grants.is_connected("sim01")


def test_a_code_whose_answer_was_lost_may_be_shown_again_without_blame(app: DirectApp) -> None:
    code = app.code()
    call = Call(
        method="POST",
        path="/v2/oauth/token/",
        endpoint="token",
        headers={"content-type": FORM_TYPE},
        body="&".join(f"{k}={v}" for k, v in exchange_form(code).items()).encode(),
        answer_lost=True,
    )
    oauth.token(app.world, call)
    assert app.form("token", exchange_form(code))["error"] == "invalid_grant"
    assert app.kinds == []


def test_a_form_without_a_grant_type_is_malformed_in_tiktoks_words(app: DirectApp) -> None:
    answer = app.form("token", exchange_form(app.code(), grant_type=None))
    assert answer["error_description"] == "The request parameters are malformed."


def test_an_app_gets_a_token_of_its_own(app: DirectApp) -> None:
    form = {"client_key": "sim-key", "client_secret": "sim-secret"}
    answer = app.form("token", {**form, "grant_type": "client_credentials"})
    assert answer["access_token"].startswith("clt.")
    assert (answer["expires_in"], answer["token_type"]) == (7_200, "Bearer")
    app.token = answer["access_token"]
    assert app.api("creator_info")[0] == 401  # it is nobody's
