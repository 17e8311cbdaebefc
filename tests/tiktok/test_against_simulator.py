"""The whole way with the local TikTok, which records every breach of TikTok's rules."""

import urllib.request
from collections.abc import Iterator

import pytest

from tests.fakes.words import say
from tests.tiktok.fake_tiktok import Background, http_for
from tiktok_manager.domain.accounts import ALL_SCOPES, TokenPair
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.errors import TikTokRefused
from tiktok_manager.domain.metrics import VideoCounters
from tiktok_manager.domain.posts import Choices, Privacy
from tiktok_manager.simulator import Simulator, SimulatorConfig
from tiktok_manager.tiktok.answers import ChunkAnswer, PublishState, Upload, Verdict
from tiktok_manager.tiktok.callback_pages import SIGNED_IN
from tiktok_manager.tiktok.chunk_plans import ChunkPlan, plan_chunks
from tiktok_manager.tiktok.client import TikTokClient
from tiktok_manager.tiktok.endpoints import AppKeys, Endpoints
from tiktok_manager.tiktok.loopback import LoopbackReceiver
from tiktok_manager.tiktok.oauth import authorization_url, new_state, new_verifier
from tiktok_manager.tiktok.upload import ChunkUploader

KEYS = AppKeys("sim-key", "sim-secret")
PUBLIC = Choices(privacy=Privacy.PUBLIC, allow_comment=True)


class World:
    """A running local TikTok and a client for it."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.endpoints = Endpoints(simulator.base_url, simulator.base_url)
        self.http = http_for()
        self.client = TikTokClient(self.http, self.endpoints, SystemClock())
        self.uploader = ChunkUploader(self.http, self.endpoints, SystemClock())

    def close(self) -> None:
        self.http.close()

    def connect(self, handle: str) -> TokenPair:
        state, verifier = new_state(), new_verifier()
        with (
            Background() as background,
            LoopbackReceiver(state, SystemClock(), say) as receiver,
        ):
            answer = background.run(receiver.wait, CancelToken())
            url = authorization_url(
                self.endpoints,
                client_key=KEYS.client_key,
                scopes=ALL_SCOPES,
                redirect_uri=receiver.redirect_uri,
                state=state,
                verifier=verifier,
            )
            page = background.run(_read, f"{url}&sim_user={handle}")
            callback = answer.result()
            assert set(callback.scopes) == set(ALL_SCOPES)
            uri = receiver.redirect_uri
            pair = self.client.exchange_code(KEYS, callback.code, uri, verifier)
            receiver.conclude(SIGNED_IN)
            assert b"You are signed in" in page.result()
            return pair

    def put(self, upload: Upload, plan: ChunkPlan, index: int) -> ChunkAnswer:
        first, last = plan.range_of(index)
        return self.uploader.put(
            upload.upload_url,
            "video/mp4",
            first,
            last,
            plan.size_bytes,
            iter([bytes(last - first + 1)]),
            CancelToken(),
            lambda _: None,
        )


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url) as page:
        return bytes(page.read())


@pytest.fixture
def world() -> Iterator[World]:
    config = SimulatorConfig(
        auto_approve=True, processing_s=0.0, moderation_s=0.0, history_posts=25, history_days=30
    )
    with Simulator(config) as simulator:
        world = World(simulator)
        yield world
        world.close()
        assert not simulator.world.records.violations


def test_an_account_is_connected_shown_renewed_and_let_go(world: World) -> None:
    pair = world.connect("sim02")
    profile = world.client.profile(pair.access_token, pair.scopes)
    assert (profile.handle, profile.open_id) == ("sim02", pair.open_id)
    renewed = world.client.refresh(KEYS, pair.refresh_token)
    assert renewed.open_id == pair.open_id
    with pytest.raises(TikTokRefused) as refusal:
        world.client.refresh(KEYS, pair.refresh_token)
    assert refusal.value.code == "invalid_grant"
    world.client.revoke(KEYS, renewed.access_token)
    with pytest.raises(TikTokRefused) as refusal:
        world.client.creator_info(renewed.access_token)
    assert refusal.value.code == "access_token_invalid"


def test_a_video_in_chunks_becomes_a_public_post(world: World) -> None:
    token = world.connect("sim01").access_token
    assert Privacy.PUBLIC in world.client.creator_info(token).privacy_options
    plan = plan_chunks(64_000_001)
    upload = world.client.init_direct(token, "hello 👋 #one", PUBLIC, plan)
    for index in range(plan.count - 1):
        answer = world.put(upload, plan, index)
        assert (answer.verdict, answer.uploaded_bytes) == (
            Verdict.STORED,
            plan.range_of(index)[1] + 1,
        )
    status = world.client.publish_status(token, upload.publish_id)
    assert (status.state, status.uploaded_bytes) == (PublishState.PROCESSING_UPLOAD, 48_000_000)
    assert world.put(upload, plan, 0).verdict is Verdict.OUT_OF_STEP
    assert world.put(upload, plan, plan.count - 1).verdict is Verdict.COMPLETE
    status = world.client.publish_status(token, upload.publish_id)
    assert status.state is PublishState.PUBLISH_COMPLETE
    (post_id,) = status.post_ids
    (video,) = world.client.query_videos(token, [post_id])
    assert (video.tiktok_id, video.caption) == (post_id, "hello 👋 #one")


def test_all_videos_are_listed_page_by_page(world: World) -> None:
    token = world.connect("sim03").access_token
    found: list[VideoCounters] = []
    cursor_ms, more = None, True
    while more:
        page = world.client.video_page(token, cursor_ms)
        found += page.videos
        cursor_ms, more = page.cursor_ms, page.has_more
    assert len({video.tiktok_id for video in found}) == len(found) == 25
    assert found == sorted(found, key=lambda video: video.posted_at, reverse=True)


def test_a_draft_goes_to_the_inbox_and_a_dead_address_is_told(world: World) -> None:
    token = world.connect("sim01").access_token
    plan = plan_chunks(1000)
    upload = world.client.init_inbox(token, plan)
    assert world.put(upload, plan, 0).verdict is Verdict.COMPLETE
    state = world.client.publish_status(token, upload.publish_id).state
    assert state is PublishState.SEND_TO_USER_INBOX
    late = world.client.init_inbox(token, plan)
    world.simulator.world.clock.advance(3700)
    assert world.put(late, plan, 0).verdict is Verdict.EXPIRED
