"""Publishes with a TikTok client of somebody else's, in an interpreter that has it installed.

Run as `driver.py CLIENT BASE_URL ACCESS_TOKEN REFRESH_TOKEN FILE [PHOTO_URL…]`; prints one JSON
document. None of these clients can be pointed at another host, so their addresses are replaced.
"""

import asyncio
import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

TIKTOK = "https://open.tiktokapis.com"
CAPTION = "Posted by a stranger's client #test"


def tiktok_api_client(base: str, access: str, _refresh: str, file: str, urls: list[str]) -> Any:
    """A direct post, its status, a pulled video and photos (tiktok-api-client)."""
    main: Any = importlib.import_module("tiktok_api_client.main")
    post = main.requests.post
    main.requests.post = lambda url, **rest: post(url.replace(TIKTOK, base), **rest)
    client = main.TikTok("sim-key", "sim-secret", "http://127.0.0.1:3455/callback/")
    client.token_data = {"access_token": access}
    public = {"privacy_level": "PUBLIC_TO_EVERYONE"}
    sent = client.create_video("FILE_UPLOAD", "POST_VIDEO_FILE", CAPTION, **public, video_path=file)
    publish_id = sent["initial_response"]["data"]["publish_id"]
    photos = client.create_photo("DIRECT_POST", CAPTION, **public, photo_images=urls)
    return {
        "publish_id": publish_id,
        "status": client.check_upload_status(publish_id)["data"]["status"],
        "photos": photos["photo_upload_response"]["data"]["publish_id"],
    }


def marqetive(base: str, access: str, _refresh: str, file: str, _urls: list[str]) -> Any:
    """A direct post, waited for until TikTok has published it (marqetive-lib)."""
    media: Any = importlib.import_module("marqetive.platforms.tiktok.media")
    models: Any = importlib.import_module("marqetive.platforms.tiktok.models")
    media.TIKTOK_API_BASE = f"{base}/v2"
    media.STATUS_POLL_INTERVAL = 0.2

    async def publish() -> Any:
        async with media.TikTokMediaManager(access, "open-id") as manager:
            info = await manager.query_creator_info()
            level = models.PrivacyLevel(info.privacy_level_options[0])
            return await manager.upload_media(file, title=CAPTION, privacy_level=level)

    done = asyncio.run(publish())
    return {
        "publish_id": done.publish_id,
        "status": str(getattr(done.status, "value", done.status)),
    }


def tiktok_mcp(base: str, _access: str, refresh: str, file: str, _urls: list[str]) -> Any:
    """Renew the tokens, then a draft and a direct post (tiktok-studio-mcp)."""
    client: Any = importlib.import_module("tiktok_mcp.client")
    server: Any = importlib.import_module("tiktok_mcp.server")
    client.API, client.TOKEN_URL = base, f"{base}/v2/oauth/token/"

    class Store(dict[str, str]):
        def set(self, key: str, value: str) -> None:
            self[key] = value

    keys = {"client_key": "sim-key", "client_secret": "sim-secret"}
    app = server.build_app(client.TikTok(store=Store(keys, refresh_token=refresh)))

    def post(mode: str) -> Any:
        os.environ["TIKTOK_MCP_MODE"] = mode
        given = {"file_path": file, "caption": CAPTION, "privacy_level": "PUBLIC_TO_EVERYONE"}
        content = asyncio.run(app.call_tool("post_video", given))
        blocks = content[0] if isinstance(content, tuple) else content
        return json.loads(blocks[0].text)

    draft, direct = post("upload"), post("publish")
    return {"draft": draft.get("publish_id", draft), "publish_id": direct.get("publish_id", direct)}


CLIENTS: dict[str, Callable[[str, str, str, str, list[str]], Any]] = {
    "tiktok_api_client": tiktok_api_client,
    "marqetive": marqetive,
    "tiktok_mcp": tiktok_mcp,
}

if __name__ == "__main__":
    name, base, access, refresh, file, *urls = sys.argv[1:]
    sys.stdout.write(json.dumps(CLIENTS[name](base, access, refresh, file, urls)) + "\n")
