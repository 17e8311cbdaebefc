"""`/_sim/…`: looking behind the scenes and pulling strings, as JSON.

For tests and demos in another process; within one process `Simulator.world` is shorter. It
tells no tokens. Mistakes are answered with 400 or 404 and `{"error": …}`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .faults import Fault
from .published import Published, doubles
from .records import as_json
from .state import PUBLIC, Account
from .wire import json_reply
from .world import World

T = TypeVar("T")
Positive = Annotated[float, msgspec.Meta(ge=0)]
Answer = Callable[[Request], Awaitable[object]]


class ClockChange(msgspec.Struct, forbid_unknown_fields=True):
    advance_s: Positive = 0.0
    speed: Positive | None = None


class AccountChange(msgspec.Struct, forbid_unknown_fields=True):
    """Unset fields stay as they are."""

    display_name: str | None = None
    bio: str | None = None
    private: bool | None = None
    banned: bool | None = None
    comment_disabled: bool | None = None
    duet_disabled: bool | None = None
    stitch_disabled: bool | None = None
    max_video_post_duration_s: int | None = None
    refuses_consent: bool | None = None
    denied_scopes: set[str] | None = None


class DraftPosted(msgspec.Struct, forbid_unknown_fields=True):
    publish_id: str
    caption: str = ""
    privacy: str = PUBLIC
    posts: int = 1


class History(msgspec.Struct, forbid_unknown_fields=True):
    handle: str
    days: int
    posts: int


class AppRemoved(msgspec.Struct, forbid_unknown_fields=True):
    handle: str


class TokensExpired(msgspec.Struct, forbid_unknown_fields=True):
    handle: str
    access: bool = True
    refresh: bool = False


class Admin:
    """The routes under `/_sim/`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        table: tuple[tuple[str, str, Answer], ...] = (
            ("GET", "/_sim/state", self.state),
            ("GET", "/_sim/accounts", self.accounts),
            ("POST", "/_sim/accounts/{handle}", self.change_account),
            ("POST", "/_sim/clock", self.change_clock),
            ("GET", "/_sim/faults", self.faults),
            ("POST", "/_sim/faults", self.add_faults),
            ("DELETE", "/_sim/faults", self.clear_faults),
            ("DELETE", "/_sim/faults/{number:int}", self.remove_fault),
            ("GET", "/_sim/ledger", self.ledger),
            ("GET", "/_sim/violations", self.violations),
            ("DELETE", "/_sim/records", self.clear_records),
            ("GET", "/_sim/published", self.published),
            ("GET", "/_sim/publishes", self.publishes),
            ("GET", "/_sim/doubles", self.doubles),
            ("GET", "/_sim/counts/{handle}", self.counts),
            ("POST", "/_sim/drafts/post", self.post_draft),
            ("POST", "/_sim/history", self.seed_history),
            ("POST", "/_sim/remove_app", self.remove_app),
            ("POST", "/_sim/expire_tokens", self.expire_tokens),
        )
        return [Route(path, _as_json(answer), methods=[method]) for method, path, answer in table]

    # --- looking ----------------------------------------------------------------------------

    async def state(self, _request: Request) -> object:
        world = self._world
        return {
            "base_url": world.base_url,
            "now_s": world.clock.now_s(),
            "speed": world.clock.speed,
            "accounts": list(world.accounts),
            "requests": len(world.ledger),
            "violations": len(world.violations),
            "published": len(await asyncio.to_thread(world.published)),
        }

    async def accounts(self, _request: Request) -> object:
        return [self._account(account) for account in list(self._world.accounts.values())]

    async def faults(self, _request: Request) -> object:
        return [
            {"number": number, "struck": struck, "fault": fault}
            for number, struck, fault in self._world.faults.in_force()
        ]

    async def ledger(self, request: Request) -> object:
        wanted = {
            name: request.query_params[name]
            for name in ("endpoint", "account", "publish_id")
            if name in request.query_params
        }
        after = int(request.query_params.get("after", "0"))
        rows = (as_json(entry) for entry in self._world.ledger if entry.number > after)
        return [row for row in rows if all(row[name] == value for name, value in wanted.items())]

    async def violations(self, _request: Request) -> object:
        return [as_json(entry) for entry in self._world.violations]

    async def published(self, request: Request) -> object:
        handle = request.query_params.get("account")
        return _rows(await asyncio.to_thread(self._world.published, handle))

    async def publishes(self, request: Request) -> object:
        handle = request.query_params.get("account")
        return _rows(await asyncio.to_thread(self._world.all_publishes, handle))

    async def doubles(self, _request: Request) -> object:
        return [_rows(group) for group in doubles(await asyncio.to_thread(self._world.published))]

    async def counts(self, request: Request) -> object:
        moment = request.query_params.get("at_s")
        handle = request.path_params["handle"]
        totals, videos = self._world.counts_at(handle, float(moment) if moment else None)
        each = {post_id: asdict(counts) for post_id, counts in videos.items()}
        return {**asdict(totals), "videos": each}

    # --- pulling strings --------------------------------------------------------------------

    async def change_account(self, request: Request) -> object:
        change = await _read(request, AccountChange)
        with self._world.lock:
            account = self._world.account(request.path_params["handle"])
            for name in AccountChange.__struct_fields__:
                value = getattr(change, name)
                if value is not None:
                    setattr(account, name, value)
            return self._account(account)

    async def change_clock(self, request: Request) -> object:
        change = await _read(request, ClockChange)
        clock = self._world.clock
        if change.speed is not None:
            clock.set_speed(change.speed)
        return {"now_s": clock.advance(change.advance_s), "speed": clock.speed}

    async def add_faults(self, request: Request) -> object:
        several = (await request.body()).lstrip().startswith(b"[")
        faults = await _read(request, list[Fault]) if several else [await _read(request, Fault)]
        return {"numbers": [self._world.faults.add(fault) for fault in faults]}

    async def clear_faults(self, _request: Request) -> object:
        self._world.faults.clear()
        return {}

    async def remove_fault(self, request: Request) -> object:
        if not self._world.faults.remove(request.path_params["number"]):
            raise KeyError("There is no such fault.")
        return {}

    async def clear_records(self, _request: Request) -> object:
        self._world.records.clear()
        return {}

    async def post_draft(self, request: Request) -> object:
        posted = await _read(request, DraftPosted)
        publish = self._world.finish_draft(
            posted.publish_id, posted.caption, posted.privacy, posted.posts
        )
        return {"publish_id": publish.publish_id, "status": publish.status}

    async def seed_history(self, request: Request) -> object:
        history = await _read(request, History)
        videos = self._world.seed_history(history.handle, history.days, history.posts)
        return {"post_ids": [str(video.id) for video in videos]}

    async def remove_app(self, request: Request) -> object:
        handle = (await _read(request, AppRemoved)).handle
        self._world.remove_app(self._world.account(handle).handle)
        return {}

    async def expire_tokens(self, request: Request) -> object:
        expired = await _read(request, TokensExpired)
        with self._world.lock:
            handle = self._world.account(expired.handle).handle
            self._world.grants.expire(handle, access=expired.access, refresh=expired.refresh)
        return {}

    def _account(self, account: Account) -> dict[str, object]:
        world = self._world
        shown = {name: getattr(account, name) for name in AccountChange.__struct_fields__}
        counts, videos = world.counts_at(account.handle)
        with world.lock:
            connected = world.grants.is_connected(account.handle)
        return {
            "handle": account.handle,
            "open_id": account.open_id,
            "connected": connected,
            "followers": counts.followers,
            "likes": counts.likes,
            "public_videos": len(videos),
            "peak_hour": account.peak_hour,
            **shown,
        }


def _rows(records: list[Published]) -> list[dict[str, object]]:
    return [asdict(record) for record in records]


async def _read(request: Request, expected: type[T]) -> T:
    return msgspec.json.decode(await request.body() or b"{}", type=expected)


def _as_json(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        try:
            reply = json_reply(await answer(request))
        except KeyError as error:
            reply = json_reply({"error": f"Not found: {error.args[0]}"}, 404)
        except (ValueError, msgspec.MsgspecError) as error:
            reply = json_reply({"error": str(error)}, 400)
        return Response(reply.body, reply.status, reply.headers)

    return respond
