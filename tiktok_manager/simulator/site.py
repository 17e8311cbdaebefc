"""What a browser finds at the local TikTok: people, profiles, videos, pictures.

Avatars and covers from the API carry their expiry in the address and are refused after it.
"""

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from . import pages
from .photo_files import photo_type
from .pictures import avatar_png, cover_png
from .state import PUBLIC, Status, Video
from .wire import html_reply
from .world import World

AVATAR_SIZES = frozenset({100, 168, 720})
MEDIA_TYPES = {"mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm"}


class Site:
    """Reads the world and answers browsers; posting a draft is the one thing it changes."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        return [
            Route("/", self.people),
            Route("/@{handle}/video/{post_id:int}", self.video),
            Route("/@{handle}/photo/{post_id:int}", self.video),
            Route("/player/v1/{post_id:int}", self.video),
            Route("/@{handle}/drafts/{publish_id}/post/", self.post_draft, methods=["POST"]),
            Route("/@{handle}", self.profile),
            Route("/picture/avatar/{handle}/{size:int}.png", self.avatar),
            Route("/picture/cover/{post_id:int}.png", self.cover),
            Route("/media/{publish_id}", self.media),
        ]

    async def people(self, _request: Request) -> Response:
        people = []
        for account in list(self._world.accounts.values()):
            counts, videos = self._world.counts_at(account.handle)
            people.append((account, counts, len(videos)))
        return _html(pages.people_page(people))

    async def profile(self, request: Request) -> Response:
        account = self._world.accounts.get(request.path_params["handle"])
        if account is None:
            return _missing()
        counts, each = self._world.counts_at(account.handle)
        public = self._world.public_videos(account.handle)
        drafts = [
            record.publish_id
            for record in self._world.published(account.handle)
            if record.status == Status.SEND_TO_USER_INBOX
        ]
        profile = pages.Profile(
            account=account,
            counts=counts,
            public=[(video, each[str(video.id)]) for video in public if str(video.id) in each],
            hidden=[video for video in account.videos if video.privacy != PUBLIC],
            drafts=drafts,
        )
        return _html(pages.profile_page(profile))

    async def video(self, request: Request) -> Response:
        video = self._find_public(request.path_params["post_id"])
        handle = request.path_params.get("handle")
        if video is None or handle not in (None, video.handle):
            return _missing()
        account, now_s = self._world.account(video.handle), self._world.clock.now_s()
        return _html(pages.video_page(video, self._world.audience.video(account, video, now_s)))

    async def post_draft(self, request: Request) -> Response:
        try:
            publish = self._world.finish_draft(request.path_params["publish_id"])
        except (KeyError, ValueError):
            return _missing()
        return RedirectResponse(f"/@{publish.handle}", 303)

    async def avatar(self, request: Request) -> Response:
        handle, size = request.path_params["handle"], request.path_params["size"]
        if handle not in self._world.accounts or size not in AVATAR_SIZES:
            return _missing()
        return self._picture(request, avatar_png(handle, size))

    async def cover(self, request: Request) -> Response:
        post_id = request.path_params["post_id"]
        if not any(
            video.id == post_id
            for account in list(self._world.accounts.values())
            for video in list(account.videos)
        ):
            return _missing()
        return self._picture(request, cover_png(str(post_id)))

    async def media(self, request: Request) -> Response:
        publish = self._world.publishes.get(request.path_params["publish_id"])
        if publish is None or not publish.complete:
            return _missing()
        kind = MEDIA_TYPES.get(publish.facts.container or "", "application/octet-stream")
        if publish.is_photo:
            kind = photo_type(publish.files[0])
        headers = {"x-content-type-options": "nosniff"}
        return FileResponse(publish.files[0], media_type=kind, headers=headers)

    def _picture(self, request: Request, png: bytes) -> Response:
        expires = request.query_params.get("x-expires", "")
        if expires.isdecimal() and self._world.clock.now_s() >= int(expires):
            return Response("URL expired", 403)
        return Response(png, media_type="image/png", headers={"cache-control": "max-age=3600"})

    def _find_public(self, post_id: int) -> Video | None:
        for handle in list(self._world.accounts):
            for video in self._world.public_videos(handle):
                if video.id == post_id:
                    return video
        return None


def _html(text: str, status: int = 200) -> Response:
    reply = html_reply(text, status)
    return Response(reply.body, reply.status, reply.headers)


def _missing() -> Response:
    return _html(pages.missing_page(), 404)
