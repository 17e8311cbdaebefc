"""A surprise at any step: no secret in a log, a record or an answer, no post lost or doubled."""

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.world import World, make_world
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.services.publishing.attempt_store import AttemptStore
from tiktok_manager.services.publishing.preflight import Preflight
from tiktok_manager.services.publishing.transfer import Transfer
from tiktok_manager.services.serializers import post_json
from tiktok_manager.services.vault import VaultService
from tiktok_manager.system.journal import Journal
from tiktok_manager.system.media import MediaReader
from tiktok_manager.tiktok.client import TikTokClient
from tiktok_manager.tiktok.upload import ChunkUploader
from tiktok_manager.wording import message_and_action

STEPS: tuple[tuple[type, str], ...] = (
    (VaultService, "seal"),
    (VaultService, "open"),
    (Preflight, "choices"),
    (TikTokClient, "creator_info"),
    (AttemptStore, "open_attempt"),
    (TikTokClient, "init_direct"),
    (AttemptStore, "inited"),
    (Journal, "append"),
    (MediaReader, "hash_prefix"),
    (MediaReader, "verify_rest"),
    (AttemptStore, "final_intent"),
    (ChunkUploader, "put"),
    (Transfer, "run"),
    (AttemptStore, "sent"),
    (AttemptStore, "polled"),
    (TikTokClient, "publish_status"),
    (AttemptStore, "settle"),
)
logger = logging.getLogger("tiktok_manager.scheduler.runner")


def secrets_of(world: World) -> list[str]:
    grants = world.sim.world.grants
    uploads = [
        world.sim.world.upload_url(publish) for publish in world.sim.world.publishes.values()
    ]
    return [*grants._by_access, *grants._by_refresh, *uploads, "sim-secret"]


@pytest.mark.parametrize("before", [True, False])
def test_a_surprise_at_any_step_tells_no_secret_and_loses_no_post(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, before: bool
) -> None:
    with make_world(tmp_path, direct_posts_per_day=1000) as world:
        world.connect()
        world.workspace.settings.set("direct-posts-per-day", "100")
        for owner, name in STEPS:
            post = world.plan()
            with monkeypatch.context() as patch:
                struck = strike(patch, world, owner, name, before=before)
                with suppress(Surprise):
                    work(world)
            assert struck, name
            world.workspace.publishing.resume()
            world.run(timedelta(hours=2))
            assert world.post(post).status is PostStatus.PUBLISHED, name
            assert world.arrived().count(post.media.sha256) == 1, name
            world.clock.advance_hours(1.4)
        told = [everything_told(world), *everything_kept(tmp_path / "data")]
        assert any("A surprise with" in text for text in told)
        uploads = world.sim.world.publishes.values()
        for secret in [*secrets_of(world), *(upload.upload_token for upload in uploads)]:
            assert not [text for text in told if secret in text]


class Surprise(Exception):
    """An error nobody foresaw."""


def strike(
    patch: pytest.MonkeyPatch, world: World, owner: type, name: str, *, before: bool
) -> list[str]:
    """Let the next call of a method raise an error that holds every secret there is."""
    original: Callable[..., object] = getattr(owner, name)
    struck: list[str] = []

    def around(*args: object, **kwargs: object) -> object:
        if struck:
            return original(*args, **kwargs)
        struck.append(name)
        answer = None if before else original(*args, **kwargs)
        raise Surprise(f"A surprise with {secrets_of(world)}, {args[1:]}, {kwargs}, {answer}")

    patch.setattr(owner, name, around)
    return struck


def work(world: World) -> None:
    """Work once, as the runner does: what nobody caught goes to the log."""
    for _ in range(3):
        try:
            world.tick()
        except Surprise as exc:
            logger.error("Work on a post failed", exc_info=exc)
            raise
        world.clock.advance(timedelta(seconds=1))


def everything_told(world: World) -> str:
    planning = world.workspace.planning
    posts = [json.dumps(post_json(post, message_and_action)) for post in world.posts()]
    return "\n".join([*posts, *(str(planning.trail(post.id)) for post in world.posts())])


def everything_kept(folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.read_bytes().decode("latin-1") for path in files]
