"""A correct TikTok app, in few lines: without sockets (`DirectApp`) and over HTTP (`HttpApp`)."""

import hashlib
import itertools
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from tiktok_manager.simulator.clock import SimClock
from tiktok_manager.simulator.config import ALL_SCOPES, SimulatorConfig
from tiktok_manager.simulator.endpoints import ENDPOINTS, answer
from tiktok_manager.simulator.wire import Call, Reply
from tiktok_manager.simulator.world import World

START_S = 1_800_000_000.0
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"
REDIRECT = "http://127.0.0.1:53211/callback/"
JSON_TYPE = "application/json; charset=UTF-8"
FORM_TYPE = "application/x-www-form-urlencoded"
PUBLIC = "PUBLIC_TO_EVERYONE"


def frozen_clock() -> SimClock:
    return SimClock(START_S, speed=0.0)


def new_world(**changes: Any) -> World:
    return World(SimulatorConfig(auto_approve=True, **changes), frozen_clock())


def authorize_query(**changes: str | None) -> dict[str, str]:
    query: dict[str, str | None] = {
        "client_key": "sim-key",
        "response_type": "code",
        "scope": ",".join(ALL_SCOPES),
        "redirect_uri": REDIRECT,
        "state": "a state & more",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "disable_auto_auth": "1",
        **changes,
    }
    return {name: value for name, value in query.items() if value is not None}


def exchange_form(code: str, **changes: str | None) -> dict[str, str]:
    form: dict[str, str | None] = {
        "client_key": "sim-key",
        "client_secret": "sim-secret",
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        **changes,
    }
    return {name: value for name, value in form.items() if value is not None}


def refresh_form(refresh_token: str) -> dict[str, str]:
    return {
        "client_key": "sim-key",
        "client_secret": "sim-secret",
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
    }


def revoke_form(access_token: str) -> dict[str, str]:
    return {"client_key": "sim-key", "client_secret": "sim-secret", "token": access_token}


def callback_of(location: str) -> dict[str, str]:
    """The decoded query of a redirect back to the app."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def direct_body(
    size: int, chunk: int | None = None, count: int = 1, **changes: Any
) -> dict[str, Any]:
    info = {"privacy_level": PUBLIC, "brand_content_toggle": False, "title": "A title", **changes}
    info = {name: value for name, value in info.items() if value is not None}
    return {"post_info": info, **inbox_body(size, chunk, count)}


def inbox_body(size: int, chunk: int | None = None, count: int = 1) -> dict[str, Any]:
    source = {"source": "FILE_UPLOAD", "video_size": size, "chunk_size": chunk or size}
    return {"source_info": {**source, "total_chunk_count": count}}


def upload_headers(first: int, end: int, total: int) -> dict[str, str]:
    return {"Content-Type": "video/mp4", "Content-Range": f"bytes {first}-{end - 1}/{total}"}


@dataclass
class DirectApp:
    """Calls the endpoints as plain functions; `token` is the access token in use."""

    world: World
    token: str = ""
    refresh_token: str = ""

    def call(
        self,
        name: str,
        query: dict[str, str] | str = "",
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Reply:
        endpoint = next(entry for entry in ENDPOINTS if entry.name == name)
        call = Call(
            method=endpoint.method,
            path=endpoint.path,
            query=query if isinstance(query, str) else urlencode(query),
            headers={key.lower(): value for key, value in (headers or {}).items()},
            body=body,
            endpoint=name,
            log_id="20261121",
        )
        return answer(self.world, endpoint, call)

    def api(
        self, name: str, body: Any = None, query: dict[str, str] | str = "", **headers: str
    ) -> Any:
        """Return status and decoded body of an API call with the token in use."""
        given = {"content-type": JSON_TYPE, "authorization": f"Bearer {self.token}"}
        given.update({key.replace("_", "-"): value for key, value in headers.items()})
        raw = b"" if body is None else json.dumps(body).encode()
        reply = self.call(name, query, raw, given)
        return reply.status, json.loads(reply.body)

    def form(self, name: str, form: dict[str, str], **headers: str) -> Any:
        given = {"content-type": FORM_TYPE, **headers}
        reply = self.call(name, "", urlencode(form).encode(), given)
        assert reply.status == 200  # OAuth errors are no HTTP errors
        return json.loads(reply.body)

    def code(self, handle: str = "sim01", **changes: str | None) -> str:
        reply = self.call("authorize", authorize_query(sim_user=handle, **changes))
        return callback_of(reply.headers["location"])["code"]

    def connect(self, handle: str = "sim01", **changes: str | None) -> dict[str, Any]:
        tokens: dict[str, Any] = self.form("token", exchange_form(self.code(handle, **changes)))
        self.token, self.refresh_token = tokens["access_token"], tokens["refresh_token"]
        return tokens

    @property
    def kinds(self) -> list[str]:
        return [violation.kind for violation in self.world.violations]


@dataclass
class HttpApp:
    """The same over a real connection."""

    base_url: str
    http: httpx.Client = field(init=False)
    token: str = ""

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.base_url, trust_env=False, timeout=30)

    def connect(self, handle: str = "sim01") -> dict[str, str]:
        answer = self.http.get("/v2/auth/authorize/", params=authorize_query(sim_user=handle))
        code = callback_of(answer.headers["location"])["code"]
        tokens: dict[str, str]
        tokens = self.http.post("/v2/oauth/token/", data=exchange_form(code)).json()
        self.token = tokens["access_token"]
        return tokens

    def post(self, path: str, body: Any = None) -> httpx.Response:
        headers = {"Content-Type": JSON_TYPE, "Authorization": f"Bearer {self.token}"}
        content = b"" if body is None else json.dumps(body).encode()
        return self.http.post(path, content=content, headers=headers)

    def user(self, fields: str = "open_id,username,display_name") -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.http.get(f"/v2/user/info/?fields={fields}", headers=headers)

    def init(self, size: int, chunk: int | None = None, count: int = 1) -> tuple[str, str]:
        data = self.post("/v2/post/publish/video/init/", direct_body(size, chunk, count)).json()
        return data["data"]["publish_id"], data["data"]["upload_url"]

    def put(self, url: str, content: bytes, first: int, total: int) -> httpx.Response:
        headers = upload_headers(first, first + len(content), total)
        return self.http.put(url, content=content, headers=headers)

    def status(self, publish_id: str) -> dict[str, Any]:
        answer = self.post("/v2/post/publish/status/fetch/", {"publish_id": publish_id})
        data: dict[str, Any] = answer.json()["data"]
        return data

    def publish(self, content: bytes, chunk: int | None = None, count: int = 1) -> str:
        publish_id, url = self.init(len(content), chunk, count)
        size = chunk or len(content)
        for first in itertools.islice(itertools.count(0, size), count):
            last = first + 2 * size > len(content)
            block = content[first:] if last else content[first : first + size]
            assert self.put(url, block, first, len(content)).status_code == (201 if last else 206)
        return publish_id

    def close(self) -> None:
        self.http.close()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
