"""The pages a person sees, and the pictures and videos on them."""

import re

import pytest

from tests.simulator.app_client import HttpApp, inbox_body
from tiktok_manager.simulator import Simulator
from tiktok_manager.simulator.pages import short

EVIL = "<img src=x onerror=alert(1)> & \"quotes\" 'too'"


def get(app: HttpApp, path: str) -> str:
    answer = app.http.get(path)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    return answer.text


def test_the_front_page_lists_the_creators(simulator: Simulator, http_app: HttpApp) -> None:
    page = get(http_app, "/")
    for account in simulator.world.accounts.values():
        assert f"/@{account.handle}" in page
        assert account.display_name in page


def test_a_profile_shows_what_was_posted_and_plays_it(
    simulator: Simulator, http_app: HttpApp
) -> None:
    simulator.world.seed_history("sim01", 30, 12)
    publish_id = http_app.publish(b"the video's own bytes")
    page = get(http_app, "/@sim01")
    assert "Videos <span class='quiet'>13" in page
    (media,) = re.findall(r"<video src='([^']+)'", page)
    answer = http_app.http.get(media, headers={"Range": "bytes=4-8"})
    assert (answer.status_code, answer.content) == (206, b"video")
    (record,) = simulator.world.published()
    assert record.publish_id == publish_id
    assert "A title" in get(http_app, f"/@sim01/video/{record.post_ids[0]}")


def test_text_from_outside_stays_text(simulator: Simulator, http_app: HttpApp) -> None:
    account = simulator.world.account("sim01")
    account.display_name = account.bio = EVIL
    account.private = account.banned = account.verified = True
    simulator.world.seed_history("sim01", 30, 1)[0].caption = EVIL
    for path in ("/", "/@sim01"):
        page = get(http_app, path)
        assert "<img src=x" not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_private_posts_are_shown_apart_and_have_no_page(
    simulator: Simulator, http_app: HttpApp
) -> None:
    http_app.publish(b"secret")
    video = simulator.world.account("sim01").videos
    simulator.world.settle_all()
    video[0].privacy = "SELF_ONLY"
    page = get(http_app, "/@sim01")
    assert "Not public" in page
    assert http_app.http.get(f"/@sim01/video/{video[0].id}").status_code == 404


def test_a_draft_is_posted_with_a_click(simulator: Simulator, http_app: HttpApp) -> None:
    data = http_app.post("/v2/post/publish/inbox/video/init/", inbox_body(5)).json()["data"]
    http_app.put(data["upload_url"], b"draft", 0, 5)
    page = get(http_app, "/@sim01")
    (action,) = re.findall(r"action='([^']+)'", page)
    assert http_app.http.post(action).headers["location"] == "/@sim01"
    assert http_app.status(data["publish_id"])["status"] == "PUBLISH_COMPLETE"
    assert "Inbox" not in get(http_app, "/@sim01")
    assert http_app.http.post(action).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/@nobody", "/@sim01/video/12", "/player/v1/12", "/picture/cover/12.png", "/media/none",
     "/picture/avatar/sim01/99.png", "/picture/avatar/nobody/100.png"],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(http_app: HttpApp, path: str) -> None:
    assert http_app.http.get(path).status_code == 404


def test_api_pictures_expire(simulator: Simulator, http_app: HttpApp) -> None:
    avatar = http_app.user("avatar_url").json()["data"]["user"]["avatar_url"]
    answer = http_app.http.get(avatar)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    simulator.world.clock.advance(6 * 3_600)
    assert http_app.http.get(avatar).status_code == 403


def test_covers_come_with_the_list(simulator: Simulator, http_app: HttpApp) -> None:
    simulator.world.seed_history("sim01", 30, 1)
    answer = http_app.post("/v2/video/list/?fields=cover_image_url", {}).json()
    cover = answer["data"]["videos"][0]["cover_image_url"]
    assert "x-expires=" in cover
    assert http_app.http.get(cover).content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1_234, "1.2K"), (5_600_000, "5.6M"), (2_000_000_000, "2.0B")],
)
def test_counts_are_short(number: int, text: str) -> None:
    assert short(number) == text
