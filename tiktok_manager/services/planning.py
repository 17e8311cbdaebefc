"""Planning posts: every rule a post must keep is checked here, before anything is written."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.captions import check_caption
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import InputError, NotFound, OutcomeUnknown
from tiktok_manager.domain.events import EventBus, PostsChanged
from tiktok_manager.domain.media import MediaFile
from tiktok_manager.domain.posts import (
    EDITABLE,
    RETRYABLE,
    UNDER_WAY,
    Choices,
    Consent,
    Lateness,
    Post,
    PostFilter,
    PostMode,
    PostStatus,
    TrailEntry,
)
from tiktok_manager.domain.schedule import Schedule, at_instant, parse_when
from tiktok_manager.services import plan_rules as rules
from tiktok_manager.services.accounts import Accounts
from tiktok_manager.services.hold_reasons import HoldReasons
from tiktok_manager.services.plan_changes import PlanChanges
from tiktok_manager.services.quota import Quota
from tiktok_manager.services.settings import Settings
from tiktok_manager.storage import posts as queries
from tiktok_manager.storage.database import Database
from tiktok_manager.system import media as media_files

_NEEDS_USER = (
    PostStatus.NEEDS_ATTENTION,
    PostStatus.UNCONFIRMED,
    PostStatus.FAILED,
    PostStatus.MISSED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """A video to be planned for one or more accounts; `when` is ISO 8601 or `now`."""

    file: Path
    accounts: tuple[str, ...]
    when: str
    timezone: str | None = None
    caption: str = ""
    mode: PostMode = PostMode.DIRECT
    choices: Choices = Choices()
    consent: bool = False
    lateness: Lateness | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanResult:
    """The posts that were planned and what the user should know about them."""

    posts: tuple[Post, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEdit:
    """What to change; None leaves a part as it is."""

    file: Path | None = None
    when: str | None = None
    timezone: str | None = None
    caption: str | None = None
    mode: PostMode | None = None
    choices: Choices | None = None
    consent: bool = False
    lateness: Lateness | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishOverview:
    """What the status line and the tray tell.

    `under_way` are being sent or checked by TikTok; of these, `uploading` stop if the app does.
    """

    next_due: Post | None
    last_result: Post | None
    needs_user: int
    under_way: int
    uploading: int = 0
    failed: int = 0


class Planning:
    """The posts of one data folder, up to the moment the publisher claims them."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        quota: Quota,
        settings: Settings,
        events: EventBus,
        clock: Clock,
    ) -> None:
        self._database, self._accounts, self._quota = database, accounts, quota
        self._settings = settings
        self._waiting = HoldReasons(database, settings)
        self._changes = PlanChanges(database, events, clock)
        self._events = events
        self._clock = clock

    @staticmethod
    def consent_text(choices: Choices) -> str:
        """Return TikTok's wording the user agrees to (content sharing guidelines, 2d and 4)."""
        return rules.consent_text(choices)

    def plan(
        self,
        request: PlanRequest,
        *,
        strict: bool = False,
        spread: bool = False,
        cancel: CancelToken | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> PlanResult:
        """Check a request and write a post per account, all or none.

        Reads the whole file; `progress` gets (bytes read, size). `strict` refuses on a warning,
        `spread` moves posts over a daily cap. Raises InputError naming field and limit, Cancelled.
        """
        now = self._clock.now()
        accounts = self._wanted_accounts(request.accounts)
        check_caption(request.caption)
        consent = rules.consent_for(request.mode, request.choices, agreed=request.consent, now=now)
        schedule = self._schedule(request.when, request.timezone, now)
        media = media_files.fingerprint(request.file, cancel, progress)
        warnings = rules.account_findings(accounts, request.mode) + rules.media_findings(media)
        with self._database.read() as session:
            known = queries.same_file(session, [a.id for a in accounts], media.sha256)
        warnings += rules.twins(known)
        free = {a.id: self._free_time(a, request.mode, schedule) for a in accounts}
        warnings += [
            rules.full_day(account, request.mode, free[account.id], spread=spread)
            for account in accounts
            if free[account.id] != schedule
        ]
        if strict and warnings:
            raise InputError("The plan has findings.", " ".join(warnings), "Mend them first.")
        base = self._template(request, media, consent, now)
        posts = tuple(
            rules.for_account(base, account, free[account.id] if spread else schedule)
            for account in accounts
        )
        self.add(posts)
        return PlanResult(posts=posts, warnings=tuple(warnings))

    def add(self, posts: Sequence[Post]) -> None:
        """Write checked posts, all or none, and tell the publisher."""
        with self._database.write() as session:
            queries.add_posts(session, posts, self._clock.now())
        self._events.publish(PostsChanged())

    def get(self, post_id: str) -> Post:
        """Return the post with this id or unique beginning of one; raises NotFound."""
        with self._database.read() as session:
            exact = queries.get_post(session, post_id)
            found = [exact] if exact else queries.find_posts(session, post_id)
        if not found or not post_id:
            raise NotFound(f"There is no post {post_id}.", hint="`posts list` shows the posts.")
        if len(found) > 1:
            raise InputError(f"More than one post's id starts with {post_id}.")
        return self._waiting.explain(found)[0]

    def page(
        self,
        wanted: PostFilter,
        *,
        after: tuple[datetime, str] | None = None,
        limit: int | None = None,
    ) -> list[Post]:
        """Return posts by (due time, id); `after` is that key of the last one already seen."""
        with self._database.read() as session:
            found = queries.list_posts(session, wanted, after=after, limit=limit)
        return self._waiting.explain(found)

    def between(self, start: datetime, end: datetime) -> list[Post]:
        """Return the posts due in [start, end)."""
        return self.page(PostFilter(due_from=start, due_to=end))

    def trail(self, post_id: str) -> list[TrailEntry]:
        """Return what happened to a post, oldest first."""
        post = self.get(post_id)
        with self._database.read() as session:
            return queries.trail(session, post.id)

    def overview(self) -> PublishOverview:
        """Return what goes out next, what came last, and how much waits for the user."""
        with self._database.read() as session:
            numbers = queries.counts(session)
            return PublishOverview(
                next_due=queries.next_due(session),
                last_result=queries.last_result(session),
                needs_user=sum(numbers.get(status, 0) for status in _NEEDS_USER),
                under_way=sum(numbers.get(status, 0) for status in UNDER_WAY),
                uploading=numbers.get(PostStatus.PUBLISHING, 0),
                failed=numbers.get(PostStatus.FAILED, 0),
            )

    def edit(
        self,
        post_id: str,
        edit: PostEdit,
        *,
        cancel: CancelToken | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Post:
        """Change a post that is not on its way yet; raises InputError, NotFound, Cancelled.

        Reads the whole of a new file; `progress` gets (bytes read, size).
        """
        post = self.get(post_id)
        rules.check_status(post, EDITABLE, "edited")
        changed = self._edited(post, edit, self._clock.now())
        if edit.file is not None:
            media = media_files.fingerprint(edit.file, cancel, progress)
            changed = replace(changed, media=media)
        return self._changes.write(post, changed, "edited", "Edited.")

    def cancel(self, post_id: str) -> Post:
        """Take a post out of the plan; works until its last bytes are about to leave.

        A post being sent is fenced: its worker stops before the last byte. Raises OutcomeUnknown
        once TikTok may have everything.
        """
        post = self.get(post_id)
        if post.status in {PostStatus.PROCESSING, PostStatus.UNCONFIRMED}:
            raise rules.too_late(post)
        rules.check_status(post, EDITABLE | {PostStatus.PUBLISHING}, "cancelled")
        return self._changes.write(
            post, replace(post, status=PostStatus.CANCELLED, error=None), "cancelled", "Cancelled."
        )

    def restore(self, post_id: str) -> Post:
        """Undo a cancellation: plan the post again as it was."""
        post = self.get(post_id)
        rules.check_status(post, frozenset({PostStatus.CANCELLED}), "restored")
        changed = replace(post, status=PostStatus.SCHEDULED, error=None, next_try_at=None)
        return self._changes.write(post, changed, "restored", "Planned again.")

    def put_back(self, before: Post, over: Post) -> Post:
        """Undo or redo a change: make a post again what it was before, status and error included.

        `over` is the post as that change left it. Raises InputError if anybody changed it since,
        or if it had stopped and would be planned for a time that has passed.
        """
        return self._changes.put_back(before, over)

    def retry(self, post_id: str) -> Post:
        """Let a stopped post go out again, at its time or now; raises OutcomeUnknown, InputError.

        Only posts of which TikTok surely has nothing may be retried.
        """
        post = self.get(post_id)
        if post.status is PostStatus.UNCONFIRMED:
            raise OutcomeUnknown(
                "It is not known whether this video is on TikTok.",
                "Posting it again now might post it twice.",
                f"Look at @{post.handle} on TikTok first.",
            )
        rules.check_status(post, RETRYABLE, "retried")
        return self._retry(post)

    def resolve(self, post_id: str, *, posted: bool, post_again: bool = False) -> Post:
        """Take the user's word for what became of an unconfirmed video.

        `posted`: it is on TikTok. Otherwise it is not, and with `post_again` it goes out anew.
        Raises InputError for a post whose outcome is not in doubt.
        """
        post = self.get(post_id)
        rules.check_status(post, frozenset({PostStatus.UNCONFIRMED}), "resolved")
        now = self._clock.now()
        if posted:
            after = replace(post, status=PostStatus.PUBLISHED, error=None, published_at=now)
            text = "The user says it is on TikTok."
        elif post_again:
            after = replace(post, status=PostStatus.SCHEDULED, error=None, attempts=0)
            after = replace(after, next_try_at=now)
            text = "The user says it is not on TikTok: it is posted again."
        else:
            after = replace(post, status=PostStatus.NEEDS_ATTENTION, error=rules.NOT_POSTED)
            text = "The user says it is not on TikTok."
        return self._changes.write(post, after, "resolved", text, started=True, by_user=True)

    def retry_all_failed(self) -> list[Post]:
        """Retry every failed post of which TikTok surely has nothing; returns those."""
        retried = []
        for post in self.page(PostFilter(statuses=frozenset({PostStatus.FAILED}))):
            with suppress(OutcomeUnknown, InputError):  # something else got there first
                retried.append(self._retry(post))
        return retried

    def _retry(self, post: Post) -> Post:
        now = self._clock.now()
        changed = replace(
            post,
            status=PostStatus.SCHEDULED,
            error=None,
            attempts=0,
            next_try_at=max(now, post.schedule.due_at),
        )
        return self._changes.write(post, changed, "retried", "Retried by the user.", started=True)

    def _edited(self, post: Post, edit: PostEdit, now: datetime) -> Post:
        caption = post.caption if edit.caption is None else edit.caption
        check_caption(caption)
        mode = edit.mode or post.mode
        choices = edit.choices or post.choices
        agreed = edit.consent or (
            post.consent is not None and post.consent.text == self.consent_text(choices)
        )
        status = post.status
        if status is not PostStatus.DRAFT:
            status = PostStatus.SCHEDULED
        keeps_place = edit.when is None and edit.timezone is None and mode is post.mode
        waits = keeps_place and rules.waits_for_turn(post)
        return replace(
            post,
            status=status,
            caption=caption,
            mode=mode,
            choices=choices,
            consent=rules.consent_for(mode, choices, agreed=agreed, now=now),
            schedule=self._edited_schedule(post, edit, now),
            lateness=edit.lateness or post.lateness,
            error=post.error if waits else None,
            next_try_at=post.next_try_at if waits else None,
        )

    def _edited_schedule(self, post: Post, edit: PostEdit, now: datetime) -> Schedule:
        if edit.when is not None:
            return self._schedule(edit.when, edit.timezone or post.schedule.timezone, now)
        if edit.timezone is not None:
            return self._schedule(post.schedule.wall.isoformat(), edit.timezone, now)
        if post.status is not PostStatus.SCHEDULED:
            rules.check_not_past(post.schedule, now, hint="Give it a new time: `--at`, or `now`.")
        return post.schedule

    def _schedule(self, when: str, timezone: str | None, now: datetime) -> Schedule:
        schedule = parse_when(when, timezone or self._settings.timezone(), now)
        rules.check_not_past(schedule, now)
        return schedule

    def _free_time(self, account: Account, mode: PostMode, wanted: Schedule) -> Schedule:
        free_at = self._quota.next_free(account.id, mode, wanted.due_at)
        return wanted if free_at == wanted.due_at else at_instant(free_at, wanted.timezone)

    def _template(
        self, request: PlanRequest, media: MediaFile, consent: Consent | None, now: datetime
    ) -> Post:
        """Return what the posts of one request share."""
        return Post(
            id="",
            account_id="",
            handle="",
            status=PostStatus.SCHEDULED,
            mode=request.mode,
            schedule=at_instant(now, "UTC"),
            media=media,
            caption=request.caption,
            choices=request.choices,
            consent=consent,
            lateness=request.lateness or self._settings.lateness(),
            created_at=now,
        )

    def _wanted_accounts(self, names: Sequence[str]) -> list[Account]:
        accounts = list(
            {account.id: account for account in map(self._accounts.get, names)}.values()
        )
        rules.check_accounts(accounts)
        return accounts
