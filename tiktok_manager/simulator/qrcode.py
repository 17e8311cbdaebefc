"""Signing in by a QR code (TikTok: login-kit-qr-code-authorization): no browser on the computer.

The app draws `scan_qrcode_url`, whose ticket it has filled in, and polls until the phone that
scanned it has agreed. Here a browser that opens the address is the phone.
"""

import secrets
from urllib.parse import quote

from .config import SimulatorConfig
from .grants import AuthRequest, QrCode
from .oauth import back_address, checked_scopes, granted_scopes, named_account
from .pages import confirmed_page
from .wire import (
    Call,
    Refused,
    Reply,
    client_bug,
    html_reply,
    json_reply,
    require_form,
    single_values,
)
from .world import World

SCAN_PATH = "/v2/auth/qrcode/"
QR_S = 180.0
TO_BE_FILLED = "tobefilled"


def get_qrcode(world: World, call: Call) -> Reply:
    """POST get_qrcode: an address to draw, and a token to ask about it."""
    form = _form(call, {"client_key", "scope"}, {"state"})
    _check_key(world, form)
    token = secrets.token_hex(32)
    request = AuthRequest(
        redirect_uri=_redirect_uri(world.config),
        scopes=checked_scopes(form["scope"], world.config.app_scopes),
        state=form.get("state", ""),
        challenge="",
    )
    with world.at_now() as now_s:
        world.grants.qr_codes[token] = QrCode(request=request, expires_s=now_s + QR_S)
    address = f"{world.base_url}{SCAN_PATH}?token={token}&client_ticket={TO_BE_FILLED}"
    return json_reply({"scan_qrcode_url": address, "token": token})


def scan(world: World, call: Call) -> Reply:
    """GET of the drawn address: the phone's owner agrees, or refuses."""
    values = single_values(call.query, "query")
    with world.at_now() as now_s:
        code = world.grants.qr_codes.get(values.get("token", ""))
        if code is None or code.status != "new" or now_s >= code.expires_s:
            raise Refused(400, "token", "This code is no longer valid.")
        account = named_account(world, values.get("sim_user"))
        call.account = account.handle
        code.ticket = values.get("client_ticket", "")
        code.status = "scanned"
        granted = granted_scopes(code.request.scopes, account)
        if account.refuses_consent or not granted:
            return html_reply(confirmed_page(account, granted=False))
        text = world.grants.new_code(code.request, account.handle, granted, now_s)
        query = f"code={quote(text, safe='')}&scopes={quote(','.join(granted))}"
        code.redirect_uri = back_address(code.request, query)
        code.status = "confirmed"
    return html_reply(confirmed_page(account, granted=True))


def check_qrcode(world: World, call: Call) -> Reply:
    """POST check_qrcode: how far the code is; once confirmed, where its answer leads."""
    form = _form(call, {"client_key", "client_secret", "token"}, set())
    _check_key(world, form)
    if form["client_secret"] != world.config.client_secret:
        raise Refused(200, "invalid_client", "Client key or secret is incorrect.")
    with world.at_now() as now_s:
        code = world.grants.qr_codes.get(form["token"])
        if code is None:
            raise client_bug("qr_token", "No such token.", code="invalid_request")
        if now_s >= code.expires_s and code.status in ("new", "scanned"):
            code.status = "expired"
        answer = {"status": code.status, "client_ticket": code.ticket}
        if code.status == "confirmed":
            answer["redirect_uri"] = code.redirect_uri
            code.status = "utilised"
    return json_reply(answer)


def _form(call: Call, needed: set[str], optional: set[str]) -> dict[str, str]:
    form = require_form(call)
    if not needed <= form.keys() <= needed | optional:
        text = "The request parameters are malformed."
        why = f"The form needs {sorted(needed)}, and may carry {sorted(optional)}."
        raise client_bug("form_fields", why, text, code="invalid_request")
    return form


def _check_key(world: World, form: dict[str, str]) -> None:
    if form["client_key"] != world.config.client_key:
        raise Refused(200, "invalid_client", "Client key or secret is incorrect.")


def _redirect_uri(config: SimulatorConfig) -> str:
    """Return the first registered address; the flow leaves nobody a choice of port."""
    return config.redirect_uris[0].replace(":*/", ":80/") if config.redirect_uris else ""
