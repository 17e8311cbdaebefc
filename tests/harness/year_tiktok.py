"""A lean, strict TikTok for the long run: in this process, in virtual time, without sockets.

It stands behind the product's HTTP client, so every answer is read by the product's own code. What
it keeps is the truth the run is judged by: which bytes arrived for whom and when, which refusals it
gave, and what no well-behaved client does (`violations`). Faults come from `Trouble`.
"""

import json
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import parse_qs

import httpx

from tests.harness.year_permissions import Permissions
from tests.harness.year_records import UPLOAD_LIFE_S, Creator, Publish, Refused, json_answer
from tests.harness.year_trouble import Fault, Trouble

BASE_URL = "http://127.0.0.1:9"
POSTS_A_DAY = 15
PENDING_DRAFTS = 5
DAY_S = 86_400.0
MODERATION_S = 6.0
DRAFT_WAITS_S = 2 * 3_600.0
SINGLE_CHUNK_BYTES, CHUNK_BYTES = 64_000, 16_000
A_MINUTE = {"init": 6, "creator": 20, "status": 30}
MAX_REPEATS = 3
PRIVACY = ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]


class FakeTikTok:
    """See the module. `now_s` is true time; `advance` lets an answer take its time."""

    def __init__(
        self, handles: list[str], rng: Random, now_s: Callable[[], float], trouble: Trouble
    ) -> None:
        self.trouble = trouble
        self.now_s = now_s
        self.point: Callable[[str], None] = lambda _where: None
        self.creators = {
            handle: Creator(
                handle=handle,
                open_id=f"open-{handle}",
                access_life_s=7_200.0 if number % 2 else 86_400.0,
            )
            for number, handle in enumerate(handles)
        }
        self.publishes: dict[str, Publish] = {}
        self.by_caption: defaultdict[str, list[Publish]] = defaultdict(list)
        self.causes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.first_init_s: dict[str, float] = {}
        self.violations: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self._rng = rng
        self._uploads: dict[str, Publish] = {}
        self._minutes: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._next = 0
        self.permissions = Permissions(now_s, self._number, self.violations)
        self._routes: dict[str, tuple[str, Callable[[Creator, Any], dict[str, Any]]]] = {
            "/v2/user/info/": ("user", self._user_info),
            "/v2/post/publish/creator_info/query/": ("creator", self._creator_info),
            "/v2/post/publish/video/init/": ("init", self._init_direct),
            "/v2/post/publish/inbox/video/init/": ("init", self._init_inbox),
            "/v2/post/publish/status/fetch/": ("status", self._status),
            "/v2/video/list/": ("list", self._video_list),
        }

    # --- the wire --------------------------------------------------------------------------

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the network and TikTok are now; raises as httpx does where they are not."""
        path = request.url.path
        kind = "upload" if path == "/upload/" else self._routes.get(path, ("token", None))[0]
        creator, subject = self._about(kind, request)
        self.requests[kind] += 1
        self.point("before a request")
        fault = self.trouble.strike(kind, creator.handle if creator else "")
        self._note(creator, kind, subject, fault)
        self.trouble.wait(fault.before_s)
        if fault.lost_on_way:
            raise fault.error(request)
        if fault.status is not None:
            return self._faulty(fault)
        if fault.expires and creator is not None:
            self.permissions.expire(creator)
        answer = self._answer(kind, request, fault)
        self.trouble.wait(fault.after_s)
        self.point("after a request")
        if fault.answer_lost:
            if kind == "token" and creator is not None and answer.status_code == 200:
                # The app does not have the pair that TikTok takes now.
                self.permissions.lose(creator)
            raise fault.error(request)
        if kind == "user" and creator is not None and answer.status_code == 200:
            self.permissions.keep(creator, is_read=not fault.cut_answer)
        return self._mangled(answer, fault)

    def _answer(self, kind: str, request: httpx.Request, fault: Fault) -> httpx.Response:
        try:
            if kind == "upload":
                return self._put(request, fault)
            if kind == "token":
                return self.permissions.answer(request)
            creator = self.permissions.bearer(request)
            self._admit(kind, creator)
            body = json.loads(request.read() or b"{}")
            data = self._routes[request.url.path][1](creator, body)
            return json_answer(
                200, {"data": data, "error": {"code": "ok", "message": "", "log_id": "l"}}
            )
        except Refused as refused:
            return self._refusal(kind, request, refused)

    def _refusal(self, kind: str, request: httpx.Request, refused: Refused) -> httpx.Response:
        creator, subject = self._about(kind, request)
        self._tell(creator, subject, refused.code)
        if kind == "token":
            return json_answer(400, {"error": refused.code, "error_description": refused.message})
        error = {"code": refused.code, "message": refused.message, "log_id": "l"}
        return json_answer(refused.status, {"data": {}, "error": error})

    def _faulty(self, fault: Fault) -> httpx.Response:
        headers = {} if fault.retry_after is None else {"retry-after": fault.retry_after}
        if fault.html:
            headers["content-type"] = "text/html"
            return self._dated(httpx.Response(200, content=b"<html>Sign in</html>"), headers)
        error = {"code": fault.code, "message": "Please try again.", "log_id": "f"}
        return self._dated(json_answer(fault.status or 500, {"data": {}, "error": error}), headers)

    def _mangled(self, answer: httpx.Response, fault: Fault) -> httpx.Response:
        if fault.cut_answer:
            answer = httpx.Response(answer.status_code, content=answer.content[:-7])
        return self._dated(answer, {})

    def _dated(self, answer: httpx.Response, headers: dict[str, str]) -> httpx.Response:
        at = datetime.fromtimestamp(self.now_s(), self.trouble.utc)
        answer.headers["date"] = at.strftime("%a, %d %b %Y %H:%M:%S GMT")
        answer.headers.update(headers)
        return answer

    def _about(self, kind: str, request: httpx.Request) -> tuple[Creator | None, str]:
        """Whom and which caption a request is about; nobody else is told."""
        if kind == "upload":
            publish = self._uploads.get(request.url.params.get("upload_id", ""))
            return (
                (None, "") if publish is None else (self.creators[publish.handle], publish.caption)
            )
        if kind == "token":
            return self.permissions.owner_of_form(parse_qs(request.read().decode())), ""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        creator = self.permissions.owner(token)
        if kind == "init":
            title = json.loads(request.read()).get("post_info", {}).get("title", "")
            return creator, f"{creator.handle} {title}" if creator and title else ""
        if kind == "status":
            publish = self.publishes.get(json.loads(request.read()).get("publish_id", ""))
            return creator, publish.caption if publish else ""
        return creator, ""

    def _note(self, creator: Creator | None, kind: str, subject: str, fault: Fault) -> None:
        now_s = self.now_s()
        if creator is not None:
            creator.calls.append((now_s, kind))
        if kind == "init" and subject:
            self.first_init_s.setdefault(subject, now_s)
        if fault.is_one:
            self.causes[subject]["faults"] += 1
            self._tell(creator, subject, fault.code or fault.name)

    def _tell(self, creator: Creator | None, subject: str, code: str) -> None:
        if subject:
            self.causes[subject][code] += 1
        if creator is not None:
            creator.told.append((self.now_s(), code, subject))

    def remove_app(self, handle: str) -> None:
        """The owner takes the permission back."""
        creator = self.creators[handle]
        self.permissions.take_back(creator)
        for publish in creator.sent[-20:]:
            self.settle(publish)
            if publish.state == "PROCESSING_UPLOAD" and not publish.silent:
                self._fail(publish, "auth_removed")

    def _admit(self, kind: str, creator: Creator) -> None:
        limit = A_MINUTE.get(kind)
        if limit is None:
            return
        calls, now_s = self._minutes[kind, creator.handle], self.now_s()
        while calls and calls[0] <= now_s - 60:
            calls.popleft()
        if len(calls) >= limit:
            raise Refused(429, "rate_limit_exceeded", "Too many requests.")
        calls.append(now_s)

    # --- publishing ------------------------------------------------------------------------

    def _user_info(self, creator: Creator, _body: Any) -> dict[str, Any]:
        user = {"open_id": creator.open_id, "username": creator.handle}
        return {"user": {**user, "display_name": creator.handle}}

    def _creator_info(self, creator: Creator, _body: Any) -> dict[str, Any]:
        return {
            "privacy_level_options": PRIVACY,
            "creator_username": creator.handle,
            "max_video_post_duration_sec": 600,
        }

    def _init_direct(self, creator: Creator, body: Any) -> dict[str, Any]:
        info = body["post_info"]
        if info.get("privacy_level") not in PRIVACY:
            raise Refused(400, "privacy_level_option_mismatch")
        if "#cursed" in info["title"]:
            raise Refused(400, "spam_risk_text")
        now_s = self.now_s()
        if creator.banned_until_s > now_s:
            raise Refused(403, "spam_risk_user_banned_from_posting")
        if creator.spam_until_s > now_s:
            raise Refused(403, "spam_risk_too_many_posts")
        public = info["privacy_level"] == PRIVACY[0]
        return self._open(creator, body["source_info"], info["title"], direct=True, public=public)

    def _init_inbox(self, creator: Creator, body: Any) -> dict[str, Any]:
        since_s = self.now_s() - DAY_S
        pending = 0
        for publish in reversed(creator.sent):
            if publish.opened_s < since_s - DAY_S:
                break
            self.settle(publish)
            waits = publish.state == "SEND_TO_USER_INBOX" and (publish.ended_s or 0.0) > since_s
            pending += waits
        if pending >= PENDING_DRAFTS:
            raise Refused(403, "spam_risk_too_many_pending_share")
        return self._open(creator, body["source_info"], "", direct=False, public=False)

    def _open(
        self, creator: Creator, source: Any, title: str, *, direct: bool, public: bool
    ) -> dict[str, Any]:
        caption = f"{creator.handle} {title}" if title else ""
        size, chunk, count = (source[k] for k in ("video_size", "chunk_size", "total_chunk_count"))
        whole = size <= SINGLE_CHUNK_BYTES
        if (chunk, count) != ((size, 1) if whole else (CHUNK_BYTES, size // CHUNK_BYTES)):
            self.violations[f"chunks of {size}: {chunk} x {count}"] += 1
            raise Refused(400, "invalid_params", "The chunk size is invalid.")
        for earlier in self.by_caption.get(caption, ()):
            self.settle(earlier)
            is_open = earlier.state != "FAILED" and not earlier.given_up
            if earlier.complete_s is not None and is_open:
                self.violations["init after the last byte had arrived"] += 1
        publish = Publish(
            id=f"v_pub_file~v2-1.{self._number()}",
            handle=creator.handle,
            caption=caption,
            direct=direct,
            public=public,
            size=size,
            chunk=chunk,
            count=count,
            opened_s=self.now_s(),
            upload_id=str(self._number()),
            expires_s=self.now_s() + UPLOAD_LIFE_S,
        )
        self.publishes[publish.id] = self._uploads[publish.upload_id] = publish
        creator.sent.append(publish)
        if caption:
            self.by_caption[caption].append(publish)
        query = f"upload_id={publish.upload_id}&upload_token=t{publish.upload_id}"
        return {"publish_id": publish.id, "upload_url": f"{BASE_URL}/upload/?{query}"}

    def _put(self, request: httpx.Request, fault: Fault) -> httpx.Response:
        publish = self._uploads.get(request.url.params.get("upload_id", ""))
        if publish is None:
            return httpx.Response(404)
        first, last, total = _range(request.headers["content-range"])
        if fault.url_expired:
            publish.expires_s = self.now_s()
        if publish.expires_s <= self.now_s():
            self._tell(self.creators[publish.handle], publish.caption, "upload_gone")
            return httpx.Response(403)
        if total != publish.size or (first, last) not in self._ranges(publish):
            self.violations["a chunk that was not announced"] += 1
            return httpx.Response(400)
        if first != publish.has:
            publish.repeats += first < publish.has
            if publish.repeats > MAX_REPEATS:
                self.violations["bytes offered again and again"] += 1
            return httpx.Response(416)
        body = b"".join(request.stream)  # type: ignore[arg-type]  # a client's stream is sync
        if fault.cut_body:
            raise httpx.WriteError("reset", request=request)
        if len(body) != last - first + 1:
            self.violations["a chunk of another length than announced"] += 1
            return httpx.Response(400)
        publish.digest.update(body)
        publish.has = last + 1
        if publish.has < publish.size:
            return httpx.Response(206)
        self._received(publish, fault)
        return httpx.Response(201)

    def _received(self, publish: Publish, fault: Fault) -> None:
        publish.complete_s = self.now_s()
        publish.processing_s = fault.processing_s or self._rng.uniform(0.5, 4.0)
        publish.planned_failure = fault.fail_reason
        publish.stuck, publish.silent = fault.stuck, fault.silent

    @staticmethod
    def _ranges(publish: Publish) -> list[tuple[int, int]]:
        starts = [number * publish.chunk for number in range(publish.count)]
        return [
            (start, (publish.size if number == publish.count - 1 else start + publish.chunk) - 1)
            for number, start in enumerate(starts)
        ]

    def settle(self, publish: Publish) -> Publish:
        """Bring a publish up to the present; a draft is finished in the TikTok app some time."""
        if publish.state == "SEND_TO_USER_INBOX":
            if self.now_s() >= (publish.ended_s or 0.0) + DRAFT_WAITS_S:
                publish.state = "PUBLISH_COMPLETE"
            return publish
        if publish.state != "PROCESSING_UPLOAD" or publish.complete_s is None or publish.stuck:
            return publish
        due_s = publish.complete_s + publish.processing_s
        if self.now_s() >= due_s:
            self._end(publish, due_s)
        return publish

    def _end(self, publish: Publish, at_s: float) -> None:
        if publish.planned_failure:
            self._fail(publish, publish.planned_failure, at_s)
            return
        if publish.direct and self._posted_since(publish, at_s - DAY_S) >= POSTS_A_DAY:
            self._fail(publish, "spam_risk_too_many_posts", at_s)
            return
        publish.ended_s = at_s
        publish.post_id = (int(at_s) << 32) | self._number()
        publish.state = "PUBLISH_COMPLETE" if publish.direct else "SEND_TO_USER_INBOX"

    def _posted_since(self, publish: Publish, since_s: float) -> int:
        posted = 0
        for other in reversed(self.creators[publish.handle].sent):
            if other.opened_s < since_s - DAY_S:
                break
            posted += other.direct and other.arrived and (other.ended_s or 0.0) > since_s
        return posted

    def _fail(self, publish: Publish, reason: str, at_s: float | None = None) -> None:
        publish.state, publish.fail_reason = "FAILED", reason
        publish.ended_s = self.now_s() if at_s is None else at_s
        self._tell(self.creators[publish.handle], publish.caption, reason)

    def _status(self, creator: Creator, body: Any) -> dict[str, Any]:
        publish = self.publishes.get(body["publish_id"])
        if publish is None or publish.handle != creator.handle:
            self.violations["status of an unknown publish"] += 1
            raise Refused(400, "invalid_publish_id")
        self.settle(publish)
        state = "PROCESSING_UPLOAD" if publish.silent else publish.state
        answer: dict[str, Any] = {"status": state, "uploaded_bytes": publish.has}
        if state == "FAILED":
            answer["fail_reason"] = publish.fail_reason
        visible_s = (publish.ended_s or 0.0) + MODERATION_S
        if state == "PUBLISH_COMPLETE" and publish.public and self.now_s() >= visible_s:
            answer["publicaly_available_post_id"] = [publish.post_id]
        return answer

    def _video_list(self, creator: Creator, body: Any) -> dict[str, Any]:
        before_s = body.get("cursor", 4e12) / 1_000
        videos: list[dict[str, Any]] = []
        for publish in reversed(creator.sent[-120:]):
            self.settle(publish)
            ended_s = publish.ended_s or 0.0
            if publish.arrived and publish.public and ended_s < before_s and len(videos) < 20:
                videos.append(
                    {
                        "id": str(publish.post_id),
                        "create_time": int(ended_s),
                        "video_description": publish.caption.partition(" ")[2],
                        "duration": 10,
                    }
                )
        cursor = int(videos[-1]["create_time"] * 1_000) if videos else 0
        return {"videos": videos, "cursor": cursor, "has_more": len(videos) == 20}

    def _number(self) -> int:
        self._next += 1
        return self._next


def _range(header: str) -> tuple[int, int, int]:
    span, _, total = header.removeprefix("bytes ").partition("/")
    first, _, last = span.partition("-")
    return int(first), int(last), int(total)
