"""Signing in by a QR code: what the app polls, and what the phone sees."""

from urllib.parse import urlsplit

from tests.simulator.app_client import DirectApp, callback_of

KEYS = {"client_key": "sim-key", "client_secret": "sim-secret"}


def shown(app: DirectApp) -> tuple[str, str]:
    """Ask for a code; returns the query of the address to draw, and the token to poll with."""
    asked = {"client_key": "sim-key", "scope": "user.info.basic,video.upload", "state": "st"}
    answer = app.form("qrcode", asked)
    url = answer["scan_qrcode_url"].replace("client_ticket=tobefilled", "client_ticket=mine")
    return urlsplit(url).query, answer["token"]


def check(app: DirectApp, token: str) -> dict[str, str]:
    answer: dict[str, str] = app.form("qrcode.check", {**KEYS, "token": token})
    return answer


def test_a_scanned_code_leads_to_tokens_without_a_verifier(app: DirectApp) -> None:
    query, token = shown(app)
    assert check(app, token)["status"] == "new"
    page = app.call("qrcode.scan", query + "&sim_user=sim02").body.decode()
    assert "signed in as @sim02" in page
    confirmed = check(app, token)
    assert (confirmed["status"], confirmed["client_ticket"]) == ("confirmed", "mine")
    back = callback_of(confirmed["redirect_uri"])
    assert (back["state"], back["scopes"]) == ("st", "user.info.basic,video.upload")
    uri = confirmed["redirect_uri"].partition("?")[0]
    form = {**KEYS, "grant_type": "authorization_code", "code": back["code"], "redirect_uri": uri}
    assert app.form("token", form)["open_id"] == app.world.account("sim02").open_id
    assert check(app, token)["status"] == "utilised"
    assert app.kinds == []


def test_a_code_nobody_scans_expires(app: DirectApp) -> None:
    query, token = shown(app)
    app.world.clock.advance(181)
    assert check(app, token)["status"] == "expired"
    assert app.call("qrcode.scan", query).status == 400


def test_a_code_is_scanned_once_and_a_refusal_confirms_nothing(app: DirectApp) -> None:
    app.world.account("sim01").refuses_consent = True
    query, token = shown(app)
    assert "no permission" in app.call("qrcode.scan", query + "&sim_user=sim01").body.decode()
    assert app.call("qrcode.scan", query).status == 400
    assert check(app, token)["status"] == "scanned"


def test_wrong_keys_scopes_and_tokens_are_refused(app: DirectApp) -> None:
    asked = {"client_key": "other", "scope": "user.info.basic"}
    assert app.form("qrcode", asked)["error"] == "invalid_client"
    assert app.form("qrcode", {"client_key": "sim-key"})["error"] == "invalid_request"
    assert app.form("qrcode", {"client_key": "sim-key", "scope": "video.x"})["error"] == "scope"
    assert check(app, "nothing")["error"] == "invalid_request"
    wrong = app.form("qrcode.check", {**KEYS, "client_secret": "x", "token": shown(app)[1]})
    assert wrong["error"] == "invalid_client"
