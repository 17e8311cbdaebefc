"""Looking at what a plan, edits or copies would come to; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.captions import check_caption
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import Change, ChangedMeanwhile, InputError
from tiktok_manager.domain.events import EventBus
from tiktok_manager.domain.plans import LookedInto, PlanRequest, PlanRow, PostEdit, Proposal, Wish
from tiktok_manager.domain.posts import EDITABLE, Choices, Lateness, Post, changed_meanwhile
from tiktok_manager.domain.when import is_next_slot
from tiktok_manager.services import plan_rules as rules
from tiktok_manager.services.hold_reasons import HoldReasons
from tiktok_manager.services.plan_changes import PlanChanges
from tiktok_manager.services.plan_videos import PlanVideo, PlanVideos, Progress, is_unchanged
from tiktok_manager.services.planned_posts import PlannedPosts
from tiktok_manager.services.quota import Quota
from tiktok_manager.services.settings import Settings
from tiktok_manager.storage import posts as queries
from tiktok_manager.storage.database import Database
from tiktok_manager.system import video

if TYPE_CHECKING:
    from tiktok_manager.services.accounts import Accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Usual:
    """What goes for requests that say nothing of their own."""

    timezone: str
    lateness: Lateness


Seen = Post | int | None
"""A post as the user saw it, its version, or nothing for whatever it is now."""


Edited = tuple[Post | str, PostEdit] | tuple[Post, PostEdit] | tuple[str, PostEdit]
"""A post by its id or as it was seen, and what is to become of it."""


class Proposals(PlannedPosts):
    """What could become of the posts of one data folder."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        quota: Quota,
        settings: Settings,
        events: EventBus,
        clock: Clock,
    ) -> None:
        super().__init__(database, HoldReasons(database, settings))
        self._accounts, self._settings = accounts, settings
        self._changes = PlanChanges(database, quota, settings, events, clock)
        self._videos = PlanVideos(database, clock)
        self._clock = clock

    @staticmethod
    def consent_text(choices: Choices) -> str:
        """Return TikTok's wording the user agrees to (content sharing guidelines, 2d and 4)."""
        return rules.consent_text(choices)

    def propose(
        self,
        requests: Sequence[PlanRequest],
        *,
        spread: bool = False,
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> Proposal:
        """Look at what requests would come to: a row per post, in order. Writes nothing.

        What is wrong with a request stands in `refused`, with no row. Each file is read once, each
        account's times once, and a row sees the rows before it. `spread` moves posts over a daily
        cap to the next free time. `progress` gets (bytes read, size of all files). Raises
        Cancelled.
        """
        refused: dict[int, InputError] = {}
        wishes = self._wishes(dict(enumerate(requests)), refused, cancel, progress)
        return self._changes.propose(wishes, refused, spread=spread)

    def _wishes(
        self,
        requests: Mapping[int, PlanRequest],
        refused: dict[int, InputError],
        cancel: CancelToken | None,
        progress: Progress | None,
    ) -> list[Wish]:
        """Return the posts that requests ask for, by their places; tell what is `refused`."""
        now = self._clock.now()
        usual = _Usual(timezone=self._settings.timezone(), lateness=self._settings.lateness())
        accounts: dict[str, Sequence[Account]] = {}
        checked: list[rules.Checked] = []
        for place, request in requests.items():
            try:
                checked.append(self._checked(place, request, accounts, usual, now))
            except InputError as error:
                refused[place] = error
        videos = self._videos.read([each.request.file for each in checked], cancel, progress)
        wishes: list[Wish] = []
        for each in checked:
            found = videos[each.request.file]
            if isinstance(found, InputError):
                refused[each.place] = found
            else:
                wishes += rules.wishes(each, found.media, found.info, usual.lateness, now)
        return wishes

    def propose_edit(
        self,
        post_id: str,
        edit: PostEdit,
        *,
        seen: Seen = None,
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> Proposal:
        """Look at what an edit would come to, with the checks of a new plan. Writes nothing.

        A new file is read whole; `progress` gets (bytes read, size). Raises ChangedMeanwhile,
        InputError, NotFound, Cancelled.
        """
        post = self._get(post_id, seen, partial(rules.edited, edit=edit, now=self._clock.now()))
        proposal = self._propose_edits([(post, edit)], cancel, progress)
        for error in proposal.refused.values():
            raise error
        return proposal

    def propose_edits(
        self,
        changes: Sequence[Edited],
        *,
        new: Sequence[PlanRequest] = (),
        gone: Sequence[Post] = (),
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> Proposal:
        """Look at what edits of many posts would come to, each named or as it was seen.

        With them `new` posts are planned, whose places come after those of the edits, and others
        are `gone`. What cannot be edited or planned so stands in `refused` by its place, with no
        row. The commit writes all or none. Raises ChangedMeanwhile for a post that is another by
        now, OutcomeUnknown and InputError for one that cannot go, NotFound, Cancelled.
        """
        now = self._clock.now()
        posts = self._current(
            [named for named, _edit in changes],
            [partial(rules.edited, edit=edit, now=now) for _named, edit in changes],
        )
        for post in gone:
            rules.cancelled(post)
        edits = [edit for _named, edit in changes]
        return self._propose_edits(
            list(zip(posts, edits, strict=True)), cancel, progress, new=new, gone=gone
        )

    def propose_copies(
        self,
        copies: Sequence[Edited],
        *,
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> Proposal:
        """Look at what new posts of the same videos and accounts would come to, each with an edit.

        A file is read again only if it is another by now. Direct posts whose edit holds no consent
        become drafts. Copies of posts of one batch are a batch of their own. Raises and refuses as
        `propose_edits`.
        """
        now = self._clock.now()
        posts = self._current([named for named, _edit in copies])
        batches = rules.batches_of_copies(posts)
        wanted: dict[int, tuple[Post, Path | None]] = {}
        refused: dict[int, InputError] = {}
        for place, (post, (_named, edit)) in enumerate(zip(posts, copies, strict=True)):
            try:
                copy = rules.copied(post, edit, batches.get(post.origin.batch or ""), now)
                is_same = edit.file is None and is_unchanged(post.media)
                wanted[place] = (copy, None if is_same else edit.file or post.media.path)
            except InputError as error:
                refused[place] = error
        edits = {place: edit for place, (_named, edit) in enumerate(copies)}
        wishes = self._edit_wishes(wanted, edits, refused, {}, cancel, progress)
        return self._changes.propose(wishes, refused)

    def as_if_planned_now(self, posts: Sequence[Post]) -> tuple[PlanRow, ...]:
        """Judge posts by the checks of a new plan, each beside the earlier ones and all others."""
        wishes = [Wish(post=post, before=post) for post in posts]
        return self._changes.propose(wishes, {}).rows

    def _propose_edits(
        self,
        changes: Sequence[tuple[Post, PostEdit]],
        cancel: CancelToken | None,
        progress: Progress | None,
        *,
        new: Sequence[PlanRequest] = (),
        gone: Sequence[Post] = (),
    ) -> Proposal:
        now = self._clock.now()
        wanted: dict[int, tuple[Post, Path | None]] = {}
        refused: dict[int, InputError] = {}
        for place, (post, edit) in enumerate(changes):
            try:
                rules.check_status(post, EDITABLE, "edited")
                wanted[place] = (rules.edited(post, edit, now), edit.file)
            except InputError as error:
                refused[place] = error
        before = {place: post for place, (post, _edit) in enumerate(changes)}
        edits = {place: edit for place, (_post, edit) in enumerate(changes)}
        wishes = self._edit_wishes(wanted, edits, refused, before, cancel, progress)
        requests = dict(enumerate(new, start=len(changes)))
        wishes += self._wishes(requests, refused, cancel, progress)
        return self._changes.propose(wishes, refused, gone=gone)

    def _edit_wishes(
        self,
        wanted: Mapping[int, tuple[Post, Path | None]],
        edits: Mapping[int, PostEdit],
        refused: dict[int, InputError],
        before: Mapping[int, Post],
        cancel: CancelToken | None,
        progress: Progress | None,
    ) -> list[Wish]:
        """Return posts to be judged by their place, once the files that some need are read."""
        files = [file for _post, file in wanted.values() if file is not None]
        videos = self._videos.read(files, cancel, progress)
        wishes = []
        for place, (post, file) in wanted.items():
            old = before.get(place)
            found = None if file is None else videos[file]
            if isinstance(found, InputError):
                refused[place] = found
                continue
            wishes.append(
                Wish(
                    post=post if found is None else replace(post, media=found.media),
                    video=_looked_into(post, old, found),
                    before=old,
                    request=place,
                    takes_slot=is_next_slot(edits[place].when or ""),
                )
            )
        return wishes

    def look_into(
        self, files: Iterable[Path], *, cancel: CancelToken | None = None
    ) -> Mapping[Path, PlanVideo | InputError]:
        """Return what each file is, or what is wrong with it; reads those that are not known."""
        return self._videos.read(files, cancel, None)

    def propose_posts(self, wishes: Sequence[Wish], without: Collection[str] = ()) -> Proposal:
        """Look at what posts made elsewhere would come to, each as it is wished. Writes nothing.

        Posts `without` are taken back by what is planned: they stand in nobody's way.
        """
        return self._changes.propose(wishes, {}, without=without)

    def _current(
        self,
        named: Sequence[Post | str],
        changes: Sequence[Callable[[Post], Post]] | None = None,
    ) -> list[Post]:
        """Return posts as they are; raises ChangedMeanwhile for one that was seen another."""
        ids = [each if isinstance(each, str) else each.id for each in named]
        with self._database.read() as session:
            found = queries.get_posts(session, ids)
        posts = [found.get(id_) or self.get(id_) for id_ in ids]
        for place, (seen, post) in enumerate(zip(named, posts, strict=True)):
            if isinstance(seen, Post) and seen.version != post.version:
                raise changed_meanwhile(seen, changes[place](seen) if changes else seen, post)
        return self._waiting.explain(posts)

    def _get(
        self, post_id: str, seen: Seen, change: Callable[[Post], Post] = lambda post: post
    ) -> Post:
        """Return a post; raises ChangedMeanwhile unless it is still as it was `seen`."""
        post = self.get(post_id)
        if isinstance(seen, Post) and seen.version != post.version:
            raise changed_meanwhile(seen, change(seen), post)
        if isinstance(seen, int) and seen != post.version:
            changes = [Change(field="version", yours=str(seen), theirs=str(post.version))]
            raise ChangedMeanwhile("post", post.id, changes)
        return post

    def _checked(
        self,
        place: int,
        request: PlanRequest,
        known: dict[str, Sequence[Account]],
        usual: _Usual,
        now: datetime,
    ) -> rules.Checked:
        for name in request.accounts:
            if name not in known:
                known[name] = self._accounts.select([name])
        accounts = {each.id: each for name in request.accounts for each in known[name]}
        rules.check_accounts(accounts.values())
        check_caption(request.caption)
        return rules.Checked(
            place=place,
            request=request,
            accounts=tuple(accounts.values()),
            consent=rules.consent_for(
                request.mode,
                request.choices,
                agreed=request.consent,
                now=request.agreed_at or now,
                or_draft=request.or_draft,
            ),
            schedule=rules.read_time(request.when, request.timezone or usual.timezone, now),
        )


def _looked_into(post: Post, before: Post | None, found: PlanVideo | None) -> LookedInto | None:
    """Return what is in the file, where it or what is asked of it is new."""
    if found is not None:
        return LookedInto(info=found.info)
    if before is None or post.choices.cover_ms == before.choices.cover_ms:
        return None
    info = video.probe(post.media.path)
    return None if info is None else LookedInto(info=info)
