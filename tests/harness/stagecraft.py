"""What both harnesses do to a world: bad weather, a user's hands, a file swapped unseen."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.world import Browser
from tests.harness.audit import Planned
from tiktok_manager.domain.accounts import ALL_SCOPES, AccountStatus
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.posts import RETRYABLE, PostFilter, PostStatus
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.simulator import Fault, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What the user had to do."""

    retries: int
    reconnects: int

    @property
    def anything(self) -> bool:
        """Whether there was anything to do."""
        return bool(self.retries or self.reconnects)


def weather(tiktok: World, loss: float, first: Iterable[Fault] = ()) -> None:
    """Lose this share of requests and answers from now on, among other mishaps; 0 clears up.

    Faults named `first` strike before all others.
    """
    tiktok.faults.clear()
    if loss <= 0:
        return
    for fault in (
        *first,
        Fault(endpoint="*", drop="before", probability=loss / 2),
        Fault(endpoint="*", drop="after", probability=loss / 2),
        Fault(endpoint="upload.last", drop="after", probability=loss / 2),
        Fault(endpoint="status", drop="before", probability=loss / 2),
        Fault(endpoint="upload", cut_at_bytes=2_000, probability=loss / 4),
        Fault(endpoint="upload", status=503, probability=0.02),
        Fault(endpoint="status", expire_access=True, probability=0.03),
        Fault(endpoint="upload", expire_access=True, probability=0.02),
        Fault(endpoint="upload", url_expired=True, probability=0.01),
        Fault(endpoint="upload.last", fail_reason="internal", probability=0.1),
        Fault(endpoint="upload.last", processing_s=2_400.0, probability=0.12),
        Fault(endpoint="upload.last", processing_s=120.0, probability=0.2),
    ):
        tiktok.faults.add(fault)


def connect(workspace: Workspace, handle: str) -> None:
    """Connect an account, or reconnect it, through the consent page."""
    with Browser(handle) as browser:
        workspace.accounts.connect(open_url=browser.open, cancel=CancelToken(), scopes=ALL_SCOPES)


def help_the_user(workspace: Workspace, plan: Iterable[Planned], tiktok: World) -> Help:
    """Reconnect what lost its permission and retry what stopped, except swapped files.

    Of a video in doubt the user looks at TikTok: one that can never be there is posted again.
    """
    spoiled = {entry.post_id for entry in plan if entry.spoiled}
    retries = reconnects = 0
    for account in workspace.accounts.list():
        if account.status is AccountStatus.NEEDS_RECONNECT:
            connect(workspace, account.handle)
            reconnects += 1
    for post in workspace.planning.page(PostFilter(statuses=RETRYABLE)):
        code = post.error.code if post.error else ""
        if not (post.id in spoiled and code == "file_changed"):
            workspace.planning.retry(post.id)
            retries += 1
    for post in workspace.planning.page(PostFilter(statuses=frozenset({PostStatus.UNCONFIRMED}))):
        publish = tiktok.publishes.get(post.publish_id or "")
        if publish and not publish.complete and publish.url_expires_s < tiktok.clock.now_s():
            workspace.planning.resolve(post.id, posted=False, post_again=True)
            retries += 1
    return Help(retries=retries, reconnects=reconnects)


def swap_bytes(path: Path) -> None:
    """Change a file's content, but neither its size nor its time."""
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
