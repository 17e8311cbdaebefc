"""Login Kit for Desktop: consent, code, tokens, revocation (TikTok: login-kit-desktop, OAuth).

Peculiar to TikTok: `client_key`, comma-separated scopes, a PKCE challenge in lower-case hex, and
errors with HTTP 200. A bad authorization request ends on a page that names the parameter; the
redirect address is never called.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from urllib.parse import quote

from .config import ALL_SCOPES
from .grants import AuthRequest, TokenPair
from .pages import consent_page, parameter_error_page
from .state import Account
from .wire import (
    Call,
    Refused,
    Reply,
    client_bug,
    html_reply,
    json_reply,
    redirect,
    require_form,
    single_values,
)
from .world import World

AUTHORIZE_PARAMETERS = frozenset(
    {
        "client_key",
        "response_type",
        "scope",
        "redirect_uri",
        "state",
        "code_challenge",
        "code_challenge_method",
        "disable_auto_auth",
        "sim_user",
    }
)
MALFORMED = "The request parameters are malformed."
SESSION_COOKIE = "sim_session"
_CHALLENGE = re.compile(r"[0-9a-f]{64}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_FORMS = {
    "authorization_code": frozenset(
        {"client_key", "client_secret", "grant_type", "code", "redirect_uri", "code_verifier"}
    ),
    "refresh_token": frozenset({"client_key", "client_secret", "grant_type", "refresh_token"}),
    "client_credentials": frozenset({"client_key", "client_secret", "grant_type"}),
    "revoke": frozenset({"client_key", "client_secret", "token"}),
}


# --- consent -------------------------------------------------------------------------------


def authorize(world: World, call: Call) -> Reply:
    """GET authorize: the consent page, or at once a redirect when nobody is to be asked."""
    values = single_values(call.query, "query")
    request = _checked_request(world, values)
    account = _account_without_asking(world, call, values)
    if account is not None:
        return _decide(world, call, request, account, None)
    with world.lock:
        ticket = world.grants.open_request(request)
    return html_reply(consent_page(list(world.accounts.values()), request.scopes, ticket))


def decide(world: World, call: Call) -> Reply:
    """POST of the consent page's own form."""
    pairs = [pair.partition("=") for pair in call.body.decode("latin-1").split("&")]
    chosen = tuple(_plain(value) for name, _, value in pairs if name == "scope")
    form = {name: _plain(value) for name, _, value in pairs}
    with world.lock:
        request = world.grants.close_request(form.get("ticket", ""))
    account = world.accounts.get(form.get("account", ""))
    if request is None or account is None:
        raise Refused(400, "ticket", "This consent page was answered before. Start again.")
    if form.get("answer") != "allow":
        call.account = account.handle
        return _refused(request)
    reply = _decide(world, call, request, account, set(chosen))
    reply.headers["set-cookie"] = f"{SESSION_COOKIE}={account.handle}; HttpOnly; SameSite=Lax"
    return reply


def _plain(encoded: str) -> str:
    return single_values(f"value={encoded}", "form")["value"]


def authorize_refusal(call: Call, refused: Refused) -> Reply:
    page = parameter_error_page(refused.code, call.log_id)
    return html_reply(page, 400, refused.code)


def _bad(parameter: str, why: str) -> Refused:
    return Refused(400, parameter, why, violation="authorize_" + parameter, why=why)


def _checked_request(world: World, values: dict[str, str]) -> AuthRequest:
    _check_fixed_parameters(world, values)
    redirect_uri = values.get("redirect_uri", "")
    if not _is_registered(redirect_uri, world.config.redirect_uris):
        raise _bad("redirect_uri", f"{redirect_uri!r} is not a registered redirect address.")
    challenge = values.get("code_challenge", "")
    if not _CHALLENGE.fullmatch(challenge):
        raise _bad("code_challenge", "It must be the SHA-256 of the verifier, 64 lower-case hex.")
    return AuthRequest(
        redirect_uri=redirect_uri,
        scopes=checked_scopes(values.get("scope", ""), world.config.app_scopes),
        state=values["state"],
        challenge=challenge,
    )


def _check_fixed_parameters(world: World, values: dict[str, str]) -> None:
    for name in sorted(values.keys() - AUTHORIZE_PARAMETERS):
        raise _bad(name, "TikTok knows no such parameter.")
    expected = {
        "client_key": {world.config.client_key},
        "response_type": {"code"},
        "code_challenge_method": {"S256"},
        "disable_auto_auth": {"", "0", "1"},
    }
    for name, allowed in expected.items():
        if values.get(name, "") not in allowed:
            raise _bad(name, f"The {name} is not accepted.")
    if not values.get("state"):
        raise _bad("state", "A random state is required.")


def checked_scopes(text: str, approved: tuple[str, ...]) -> tuple[str, ...]:
    """Return the scopes asked for; raises Refused for the whole page if the app lacks one."""
    scopes = tuple(text.split(","))
    if not text or any(scope not in ALL_SCOPES for scope in scopes):
        raise _bad("scope", "It must be a comma-separated list of TikTok's scopes.")
    if len(set(scopes)) != len(scopes):
        raise _bad("scope", "A scope is named twice.")
    if any(scope not in approved for scope in scopes):
        raise Refused(400, "scope", "The app lacks one of the scopes.")
    return scopes


def _is_registered(address: str, registered: tuple[str, ...]) -> bool:
    for pattern in registered:
        shape = re.escape(pattern).replace(r":\*/", r":(\d{1,5})/")
        match = re.fullmatch(shape, address)
        if match and all(0 < int(port) < 65_536 for port in match.groups()):
            return len(address) < 512
    return False


def _account_without_asking(world: World, call: Call, values: dict[str, str]) -> Account | None:
    if world.config.auto_approve:
        return named_account(world, values.get("sim_user"))
    if values.get("disable_auto_auth") == "1":
        return None
    session = re.search(rf"\b{SESSION_COOKIE}=(\w+)", call.headers.get("cookie", ""))
    with world.lock:
        known = session is not None and world.grants.is_connected(session[1])
    return world.accounts.get(session[1]) if session is not None and known else None


def named_account(world: World, name: str | None) -> Account:
    """Return the account that answers for itself: the one named, else the next in turn."""
    if name is None:
        return world.account_in_turn()
    account = world.accounts.get(name.removeprefix("@"))
    if account is None:
        raise _bad("sim_user", "The simulator has no such account.")
    return account


def granted_scopes(
    asked: tuple[str, ...], account: Account, chosen: set[str] | None = None
) -> tuple[str, ...]:
    """Return what the owner grants of the scopes asked for."""
    return tuple(
        scope
        for scope in asked
        if scope not in account.denied_scopes and (chosen is None or scope in chosen)
    )


def _decide(
    world: World, call: Call, request: AuthRequest, account: Account, chosen: set[str] | None
) -> Reply:
    call.account = account.handle
    granted = granted_scopes(request.scopes, account, chosen)
    if account.refuses_consent or not granted:
        return _refused(request)
    with world.at_now() as now_s:
        code = world.grants.new_code(request, account.handle, granted, now_s)
    return _back(request, f"code={quote(code, safe='')}&scopes={quote(','.join(granted))}")


def _refused(request: AuthRequest) -> Reply:
    text = quote("The user did not authorize the app.")
    return _back(request, f"error=access_denied&error_description={text}")


def _back(request: AuthRequest, query: str) -> Reply:
    return redirect(back_address(request, query))


def back_address(request: AuthRequest, query: str) -> str:
    """Return where the browser is sent with the answer."""
    return f"{request.redirect_uri}?{query}&state={quote(request.state, safe='')}"


# --- tokens --------------------------------------------------------------------------------


def token(world: World, call: Call) -> Reply:
    """POST token: a code or a refresh token for a new pair, or the app's own token."""
    form = require_form(call)
    kind = form.get("grant_type", "")
    if kind not in _GRANTS:
        why = f"grant_type {kind!r} is not one of {sorted(_GRANTS)}."
        raise client_bug("grant_type", why, MALFORMED, code="invalid_request")
    _check_form(world, call, form, kind)
    return _GRANTS[kind](world, call, form)


def revoke(world: World, call: Call) -> Reply:
    """POST revoke: takes the access token and removes the app from the account."""
    form = require_form(call)
    _check_form(world, call, form, "revoke")
    with world.at_now() as now_s:
        call.account = world.grants.owner(form["token"])
        grant = world.grants.live(form["token"], now_s)
        if grant is None:
            raise Refused(200, "invalid_grant", "Access token is invalid or expired.")
        world.remove_app(grant.handle)
    return json_reply({})


def _check_form(world: World, call: Call, form: dict[str, str], kind: str) -> None:
    if "authorization" in call.headers:
        why = "OAuth calls carry client_key and client_secret in the form, no Authorization."
        raise client_bug("authorization", why, code="invalid_request")
    fields = _FORMS[kind]
    optional = {"code_verifier"} if world.grants.is_from_qr(form.get("code", "")) else set()
    if not fields - optional <= form.keys() <= fields:
        missing, unknown = sorted(fields - form.keys()), sorted(form.keys() - fields)
        why = f"Form fields missing: {missing}; not known: {unknown}."
        raise client_bug("form_fields", why, MALFORMED, code="invalid_request")
    keys = (form["client_key"], form["client_secret"])
    if keys != (world.config.client_key, world.config.client_secret):
        raise Refused(200, "invalid_client", "Client key or secret is incorrect.")


def _exchange(world: World, call: Call, form: dict[str, str]) -> Reply:
    with world.at_now() as now_s:
        code = world.grants.find_code(form["code"], now_s)
        call.account = code.handle
        if form["redirect_uri"] != code.request.redirect_uri:
            text = "Redirect_uri is not matched with the uri when requesting code."
            raise client_bug("redirect_uri", text, code="invalid_request")
        if not _fits(code.request.challenge, form.get("code_verifier", "")):
            why = "hex(SHA-256(code_verifier)) must be the code_challenge; 43-128 characters."
            text = "Code verifier or code challenge is invalid."
            raise client_bug("code_verifier", why, text, code="invalid_request")
        code.used, code.answer_lost = True, call.answer_lost
        return _token_reply(world, world.grants.start(code.handle, code.scopes, now_s))


def _fits(challenge: str, verifier: str) -> bool:
    """Whether a verifier proves who asked; a QR code was asked for without."""
    if not challenge:
        return True
    hashed = hashlib.sha256(verifier.encode()).hexdigest()
    return _VERIFIER.fullmatch(verifier) is not None and hashed == challenge


def _refresh(world: World, call: Call, form: dict[str, str]) -> Reply:
    with world.at_now() as now_s:
        call.account = world.grants.refresh_owner(form["refresh_token"])
        return _token_reply(world, world.grants.rotate(form["refresh_token"], now_s))


def _client_token(world: World, _call: Call, _form: dict[str, str]) -> Reply:
    """Give the app's own token: good for the Research and Commercial Content APIs alone."""
    token = "clt." + secrets.token_urlsafe(40)
    lasts_s = int(world.config.access_token_s)
    return json_reply({"access_token": token, "expires_in": lasts_s, "token_type": "Bearer"})


def _token_reply(world: World, pair: TokenPair) -> Reply:
    return json_reply(
        {
            "open_id": world.accounts[pair.grant.handle].open_id,
            "scope": ",".join(pair.grant.scopes),
            "access_token": pair.access_token,
            "expires_in": int(world.config.access_token_s),
            "refresh_token": pair.refresh_token,
            "refresh_expires_in": int(world.config.refresh_token_s),
            "token_type": "Bearer",
        }
    )


_GRANTS: dict[str, Callable[[World, Call, dict[str, str]], Reply]] = {
    "authorization_code": _exchange,
    "refresh_token": _refresh,
    "client_credentials": _client_token,
}
