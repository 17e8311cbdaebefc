"""Media that TikTok fetches by their address: videos, photos, and what it refuses to fetch."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulator.app_client import PUBLIC, DirectApp, direct_body, new_world, sha256
from tests.simulator.media_host import MediaHost, picture
from tiktok_manager.simulator.pulls import PULL_S


@pytest.fixture
def host() -> Iterator[MediaHost]:
    host = MediaHost()
    yield host
    host.close()


@pytest.fixture
def other() -> Iterator[DirectApp]:
    """An app that has verified a domain and a URL prefix instead of this machine."""
    app = DirectApp(new_world(url_properties=("example.com", "https://cdn.example.net/mine/")))
    app.connect()
    yield app
    app.world.close()


def pull_body(url: str) -> dict[str, Any]:
    source = {"source": "PULL_FROM_URL", "video_url": url}
    return {**direct_body(100), "source_info": source}


def photo_body(*urls: str, mode: str = "DIRECT_POST", **info: object) -> dict[str, Any]:
    source = {"source": "PULL_FROM_URL", "photo_images": list(urls), "photo_cover_index": 0}
    words = {"title": "Three pictures", "description": "of a walk", "privacy_level": PUBLIC}
    return {
        "media_type": "PHOTO",
        "post_mode": mode,
        "post_info": {**words, **info},
        "source_info": source,
    }


def begin(app: DirectApp, body: Any, name: str = "video_init") -> str:
    status, answer = app.api(name, body)
    assert (status, answer["error"]["code"]) == (200, "ok")
    assert "upload_url" not in answer["data"]
    return str(answer["data"]["publish_id"])


def look(app: DirectApp, publish_id: str) -> dict[str, Any]:
    data: dict[str, Any] = app.api("status", {"publish_id": publish_id})[1]["data"]
    return data


def ended(app: DirectApp, publish_id: str) -> dict[str, Any]:
    """Let the pull end and the minutes of processing pass; returns what status/fetch says."""
    app.world.pulls.wait()
    app.world.clock.advance(60)
    return look(app, publish_id)


def test_a_video_is_fetched_and_posted(app: DirectApp, host: MediaHost) -> None:
    host.files["video.mp4"] = bytes(300_000)
    publish_id = begin(app, pull_body(host.url("video.mp4?token=abc")))
    assert publish_id.startswith("v_pub_url~")
    data = ended(app, publish_id)
    assert (data["status"], data["downloaded_bytes"]) == ("PUBLISH_COMPLETE", 300_000)
    (record,) = app.world.published()
    assert (record.sha256, record.size_bytes) == (sha256(bytes(300_000)), 300_000)
    assert app.kinds == []


def test_a_draft_is_fetched_too(app: DirectApp, host: MediaHost) -> None:
    host.files["video.mp4"] = bytes(100)
    body = {"source_info": pull_body(host.url("video.mp4"))["source_info"]}
    publish_id = begin(app, body, "inbox_init")
    assert publish_id.startswith("v_inbox_url~")
    assert ended(app, publish_id)["status"] == "SEND_TO_USER_INBOX"


@pytest.mark.parametrize("name", ["missing.mp4", "moved", "short"])
def test_an_address_that_does_not_give_the_whole_file_fails(
    app: DirectApp, host: MediaHost, name: str
) -> None:
    host.files |= {"short": bytes(50), "video.mp4": bytes(50)}
    data = ended(app, begin(app, pull_body(host.url(name))))
    assert (data["status"], data["fail_reason"]) == ("FAILED", "video_pull_failed")


def test_a_running_pull_can_be_cancelled(app: DirectApp, host: MediaHost) -> None:
    host.files["slow.mp4"] = bytes(200_000)
    publish_id = begin(app, pull_body(host.url("slow.mp4")))
    assert host.half_sent.wait(10)
    assert look(app, publish_id)["status"] == "PROCESSING_DOWNLOAD"
    assert app.api("cancel", {"publish_id": publish_id})[0] == 200
    host.gate.set()
    data = ended(app, publish_id)
    assert (data["status"], data["fail_reason"]) == ("FAILED", "publish_cancelled")
    again = app.api("cancel", {"publish_id": publish_id})
    assert (again[0], again[1]["error"]["code"]) == (400, "publish_not_cancellable")


def test_a_pull_ends_after_an_hour(app: DirectApp, host: MediaHost) -> None:
    host.files["slow.mp4"] = bytes(100)
    publish_id = begin(app, pull_body(host.url("slow.mp4")))
    app.world.clock.advance(PULL_S)
    data = look(app, publish_id)
    assert (data["status"], data["fail_reason"]) == ("FAILED", "video_pull_failed")


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://example.com/a.mp4", True),
        ("https://cdn.example.com/a.mp4?sig=1", True),
        ("https://cdn.example.net/mine/a.mp4", True),
        ("https://cdn.example.net/other/a.mp4", False),
        ("https://example.com.evil.test/a.mp4", False),
        ("https://badexample.com/a.mp4", False),
        ("https://example.com@evil.test/a.mp4", False),
        ("http://example.com/a.mp4", False),
        ("https://10.0.0.1/a.mp4", False),
    ],
)
def test_only_verified_https_addresses_are_taken(other: DirectApp, url: str, taken: bool) -> None:
    status, answer = other.api("video_init", pull_body(url))
    refused = (403, "url_ownership_unverified")
    assert (status, answer["error"]["code"]) == ((200, "ok") if taken else refused)


def test_nothing_is_fetched_from_outside_this_machine_unless_told(other: DirectApp) -> None:
    data = ended(other, begin(other, pull_body("https://example.com/a.mp4")))
    assert (data["status"], data["fail_reason"]) == ("FAILED", "video_pull_failed")


def test_photos_are_fetched_and_posted_as_one(app: DirectApp, host: MediaHost) -> None:
    host.files |= {"1.jpg": picture(), "2.jpg": picture(700, 500)}
    body = photo_body(host.url("1.jpg"), host.url("2.jpg"))
    publish_id = begin(app, body, "content_init")
    assert publish_id.startswith("p_pub_url~")
    assert ended(app, publish_id)["status"] == "PUBLISH_COMPLETE"
    app.world.clock.advance(60)
    (record,) = app.world.published()
    assert (record.media, record.caption) == ("photo", "Three pictures\nof a walk")
    assert record.sha256 == sha256(host.files["1.jpg"] + host.files["2.jpg"])
    listed = app.api("video_list", None, "fields=id,duration,share_url")[1]["data"]["videos"]
    assert listed[0]["duration"] == 0
    assert "/photo/" in listed[0]["share_url"]
    assert app.kinds == []


def test_photo_drafts_go_to_the_inbox(app: DirectApp, host: MediaHost) -> None:
    host.files["1.jpg"] = picture()
    body = photo_body(host.url("1.jpg"), mode="MEDIA_UPLOAD", privacy_level="")
    publish_id = begin(app, body, "content_init")
    assert publish_id.startswith("p_inbox_url~")
    assert ended(app, publish_id)["status"] == "SEND_TO_USER_INBOX"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (picture(codec="png"), "file_format_check_failed"),
        (b"no picture at all", "file_format_check_failed"),
        (picture(1_200, 1_254), "picture_size_check_failed"),
        (b"", "photo_pull_failed"),
    ],
    ids=["png", "junk", "large", "missing"],
)
def test_one_bad_photo_fails_the_whole_post(
    app: DirectApp, host: MediaHost, content: bytes, reason: str
) -> None:
    host.files |= {"1.jpg": picture(), "2.jpg": content}
    body = photo_body(host.url("1.jpg"), host.url("2.jpg"))
    data = ended(app, begin(app, body, "content_init"))
    assert (data["status"], data["fail_reason"]) == ("FAILED", reason)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"media_type": "VIDEO"}, "photo_mode"),
        ({"post_mode": "DIRECT POST"}, "photo_mode"),
        ({"post_info": {"title": "t" * 91, "privacy_level": PUBLIC}}, "caption_length"),
        ({"post_info": {"description": "😀" * 2_001, "privacy_level": PUBLIC}}, "caption_length"),
        ({"post_info": {"title": "t"}}, "privacy_level_option_mismatch"),
    ],
    ids=["media", "mode", "title", "description", "privacy"],
)
def test_a_wrong_photo_post_is_refused(
    app: DirectApp, host: MediaHost, changes: dict[str, Any], kind: str
) -> None:
    status, _ = app.api("content_init", {**photo_body(host.url("1.jpg")), **changes})
    assert status in (400, 403)
    assert app.kinds == [kind]


@pytest.mark.parametrize(
    "source",
    [
        {"source": "FILE_UPLOAD"},
        {"photo_cover_index": 1},
        {"photo_images": []},
        {"photo_images": ["http://127.0.0.1:1/a.jpg"] * 36},
        {"photo_images": ["ftp://127.0.0.1/a.jpg"]},
    ],
    ids=["upload", "cover", "none", "too many", "ftp"],
)
def test_a_wrong_photo_source_is_refused(
    app: DirectApp, host: MediaHost, source: dict[str, Any]
) -> None:
    body = photo_body(host.url("1.jpg"))
    body["source_info"] |= source
    assert app.api("content_init", body)[0] == 400
    assert app.world.publishes == {}


def test_each_way_of_posting_photos_needs_its_scope(app: DirectApp, host: MediaHost) -> None:
    app.connect("sim01", scope="user.info.basic,video.upload")
    status, answer = app.api("content_init", photo_body(host.url("1.jpg")))
    assert (status, answer["error"]["code"]) == (401, "scope_not_authorized")
