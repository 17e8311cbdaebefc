"""Every statement of storage has an index: none goes through a history of 100,000 posts.

SQLite is asked for its plan of each statement that the queries send, with statistics of such a
history and without any. What reads a whole table, or sorts, is named below with the reason.
"""

import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.storage.conftest import NOW
from tiktok_manager.domain.accounts import AccountSelector, Profile
from tiktok_manager.domain.attempts import AttemptEnd, AttemptOutcome, Claim, Outcome
from tiktok_manager.domain.campaigns import Campaign, CampaignSpec, Stage
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.drafts import Draft
from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.holds import Hold, Standing
from tiktok_manager.domain.posts import ON_TIME, Actor, Lateness, PostFilter, PostMode, PostStatus
from tiktok_manager.domain.recurring import Cadence, PoolVideo, Rule, RuleSpec
from tiktok_manager.domain.schedule import at_instant
from tiktok_manager.domain.slots import Blackout, Slot, Whose
from tiktok_manager.storage import (
    account_posts,
    accounts,
    attempts,
    campaigns,
    claims,
    downtime,
    drafts,
    holds,
    installation,
    marks,
    media_facts,
    past_uploads,
    post_briefs,
    post_search,
    posts,
    presets,
    publishers,
    quota,
    restoring,
    rules,
    settings,
    slots,
    wall_times,
)
from tiktok_manager.storage.accounts import SealedTokens
from tiktok_manager.storage.columns import to_stored
from tiktok_manager.storage.database import Database, open_database
from tiktok_manager.storage.media_facts import MediaFacts
from tiktok_manager.storage.plan_facts import airings, read_plan_facts, standing

POSTS, ACCOUNTS = 100_000, 300
LEASE = timedelta(seconds=90)
BY_USER = AttemptEnd(AttemptOutcome.BY_USER)
HOUR = timedelta(hours=1)
WHY = Failure(code="why", kind=FailureClass.NEEDS_RECONNECT)
SHA = "00" * 32
MODULES = (
    "account_posts",
    "accounts",
    "attempts",
    "campaigns",
    "claims",
    "downtime",
    "drafts",
    "holds",
    "installation",
    "marks",
    "media_facts",
    "past_uploads",
    "plan_facts",
    "post_briefs",
    "post_search",
    "posts",
    "presets",
    "publishers",
    "quota",
    "restoring",
    "rules",
    "settings",
    "slots",
    "wall_times",
)
SMALL = (
    "accounts",
    "tokens",
    "settings",
    "secrets",
    "vault",
    "install",
    "holds",
    "drafts",
    "publishers",
    "slots",
    "groups",
    "tags",
    "blackouts",
    "rules",
    "campaigns",
    "presets",
)
"""Some hundreds of rows at most; who asks for them wants them all, or one by a name in any case."""

ALLOWED = {
    # A row for each video looked into, without its posts: compared with all others at once.
    ("media_facts.video_prints", "SCAN media_facts"),
    # The few posts that are due, by their time: along the index of times lie years of history.
    ("claims.claim_uploads", "USE TEMP B-TREE FOR ORDER BY"),
    # Small indexes of what is under way now, at most one for each account.
    ("claims.claim_uploads", "SCAN posts USING COVERING INDEX posts_sending"),
    ("claims.claim_uploads", "SCAN attempts USING INDEX one_slot_per_account"),
    ("claims.upcoming", "USE TEMP B-TREE FOR ORDER BY"),
    # The few campaigns there are, by their time.
    ("campaigns.list_campaigns", "USE TEMP B-TREE FOR ORDER BY"),
    # The same, of all uploads under way.
    ("attempts.beyond_recall", "SCAN attempts USING INDEX one_open_attempt_per_post"),
    ("attempts.open_uploads", "SCAN attempts USING INDEX one_open_attempt_per_post"),
    ("wall_times.resting_schedules", "SCAN attempts USING INDEX one_open_attempt_per_post"),
    # Goes along the posts that wait until one of a ready account comes: the first, nearly always.
    ("posts.next_due", "SCAN posts USING INDEX posts_by_wake"),
    # Counts what is planned, each with a look at its account.
    ("account_posts.count_held", "SCAN posts USING COVERING INDEX posts_planned"),
    # A page of all posts, by time; it ends with the page.
    ("posts.list_posts", "SCAN posts USING INDEX posts_by_due"),
    # A page of all posts, by their last change; it ends with the page, or with its stretch.
    ("post_search.changed_posts", "SCAN posts USING INDEX posts_by_change"),
    ("post_search.change_after", "SCAN posts USING COVERING INDEX posts_by_change"),
    # The posts whose outcome is known, newest first; it ends with the first.
    ("posts.last_result", "SCAN posts USING COVERING INDEX posts_by_change"),
    # What became of one rule's posts, by their status.
    ("rules.count_posts", "USE TEMP B-TREE FOR GROUP BY"),
    # Once after a restore, or when a data folder was put back: the newest instant of everything.
    ("installation.newest_instant", "SCAN posts"),
    ("installation.newest_instant", "SCAN step_log"),
    ("restoring.time_in_doubt", "SCAN posts"),
    ("restoring.time_in_doubt", "SCAN step_log"),
}

HISTORY = f"""
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {POSTS - 1})
INSERT INTO posts (id, account_id, status, mode, due_at, wall, timezone, late_policy,
  late_within_s, caption, choices, file, file_size, file_mtime_ns, file_id, file_sha256, attempts,
  worker_losses, wake_at, version, epoch, lease_owner, lease_until, error, error_code, error_kind,
  created_at, updated_at, published_at)
SELECT printf('%08x', i), 'a' || (i % {ACCOUNTS}), state, 'direct', due, '2026-11-21T12:00:00',
  'UTC', 'publish', 7200, '', '{{}}', '/v/' || i, 1, 1, '1:' || i, printf('%064x', i), 0, 0,
  CASE WHEN state IN ('scheduled', 'processing', 'publishing') THEN due END, 1, 0,
  CASE WHEN state = 'publishing' THEN 'dead' END, CASE WHEN state = 'publishing' THEN due END,
  CASE WHEN i % 10 = 1 THEN :error END, CASE WHEN i % 10 = 1 THEN 'why' END,
  CASE WHEN i % 10 = 1 THEN 'needs_reconnect' END, due, due,
  CASE WHEN state = 'published' THEN due END
FROM (SELECT i, CASE
    WHEN i > {POSTS} - 1000 THEN 'scheduled'
    WHEN i > {POSTS} - 1003 THEN 'publishing'
    WHEN i > {POSTS} - 1020 THEN 'processing'
    WHEN i % 100 = 1 THEN 'failed' WHEN i % 100 = 2 THEN 'missed'
    WHEN i % 100 = 3 THEN 'cancelled' ELSE 'published' END AS state,
  :now + (i - {POSTS} + 500) * 300000000 AS due FROM n)
"""
UPLOADS = """
INSERT INTO attempts (post_id, account_id, number, epoch, mode, step, open, holds_slot, size_bytes,
  chunk_bytes, chunk_count, publish_id, acked_bytes, opened_at, final_intent_at, closed_at, outcome,
  polls, unanswered)
SELECT id, account_id, 1, 1, mode, 'closed', 0, 0, 1, 1, 1, 'v_pub~' || id, 1, due_at, due_at,
  due_at, 'published', 1, 0 FROM posts WHERE status NOT IN ('scheduled', 'publishing')
"""
STEPS = """
INSERT INTO step_log (post_id, at, epoch, actor, kind, params)
SELECT id, due_at, 1, 'publisher', 'published', '{}' FROM posts WHERE status = 'published'
"""


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("history")
    database = open_database(folder / "data.sqlite3", folder / "backups", SystemClock())
    with database.write() as session:
        for number in range(ACCOUNTS):
            profile = Profile(open_id=f"o{number}", display_name="A", handle=f"h{number}")
            accounts.put_connected(session, f"a{number}", profile, ("video.publish",), NOW)
        accounts.put_grant(session, tokens())
        connection = session.connection().connection.cursor()
        error = '{"code": "why", "message": "", "action": ""}'
        connection.execute(HISTORY, {"error": error, "now": to_stored(NOW)})
        connection.execute(UPLOADS)
        connection.execute(STEPS)
    yield database
    database.close()


def tokens() -> SealedTokens:
    return SealedTokens(
        account_id="a1",
        version=1,
        access_sealed=b"a",
        refresh_sealed=b"r",
        issued_at=NOW,
        access_expires_at=NOW,
        refresh_expires_at=NOW,
    )


class Work:
    """A claim on a planned post, and its upload, as far as the queries before have come."""

    def __init__(self, session: Session) -> None:
        self.session = session
        found = claims.claim_uploads(
            session, now=NOW, owner="me", lease=LEASE, limit=9, only_finish=False
        )
        self.claim: Claim = next(claim for claim in found if claim.attempt is None)
        self.post = self.claim.post
        self.attempt = attempts.open_attempt(
            session, self.claim, size_bytes=1, chunk_bytes=1, count=1, now=NOW
        )

    def planned(self) -> Any:
        found = posts.list_posts(
            self.session, PostFilter(statuses=frozenset({PostStatus.SCHEDULED})), limit=1
        )
        return found[0]

    def account(self) -> Any:
        return accounts.get_account(self.session, "a1")


def _upload() -> restoring.SentUpload:
    return restoring.SentUpload(
        publish_id="v_pub~new", size_bytes=1, final_intent_at=NOW, ended_at=None
    )


WHOSE = Whose(name="h1", account_id="a1")
SLOT = Slot(id="s1", whose=WHOSE, weekday=0, at=time(9), timezone="UTC")
AWAY = Blackout(id="b1", whose=WHOSE, first_day=NOW.date(), last_day=NOW.date())


RULE = Rule(
    id="r1",
    spec=RuleSpec(
        cadence=Cadence(
            rrule="FREQ=DAILY",
            times=(time(9),),
            timezone="UTC",
            anchor=NOW.date(),
            since=NOW.replace(tzinfo=None),
        ),
        videos=(PoolVideo(file=Path("/v/1"), captions=("",)),),
        accounts=("a1",),
        lateness=Lateness(),
    ),
    consent=None,
    created_at=NOW,
)


def with_rule(session: Session) -> Session:
    rules.add_rule(session, RULE, NOW)
    return session


def with_slot(session: Session) -> Session:
    slots.add_slots(session, [SLOT], NOW)
    slots.add_blackouts(session, [AWAY], NOW)
    session.flush()
    return session


Call = Callable[[Session, Work], object]
PROFILE = Profile(open_id="o1", display_name="A", handle="h1")
SOME = frozenset({PostStatus.FAILED, PostStatus.MISSED})
DIRECT = PostMode.DIRECT
CAMPAIGN = Campaign(
    id="c1",
    spec=CampaignSpec(
        name="C", videos=(), accounts=(), starts_at=NOW, ends_at=NOW + HOUR, timezone="UTC"
    ),
    stage=Stage.PAUSED,
    consent=None,
    version=1,
    created_at=NOW,
)
CALLS: dict[str, tuple[Call, ...]] = {
    "accounts.list_accounts": (lambda s, _w: accounts.list_accounts(s),),
    "accounts.row_as_read": (lambda s, w: accounts.row_as_read(s, w.account()),),
    "marks.set_groups": (lambda s, w: marks.set_groups(s, [(w.account(), ["x"])]),),
    "marks.set_tags": (lambda s, w: marks.set_tags(s, [(w.account(), ["x"])]),),
    "accounts.get_accounts": (lambda s, _w: accounts.get_accounts(s, ["a1", "a2"]),),
    "accounts.get_account": (lambda s, _w: accounts.get_account(s, "a1"),),
    "accounts.find_accounts": (lambda s, _w: accounts.find_accounts(s, "h7"),),
    "accounts.find_by_open_id": (lambda s, _w: accounts.find_by_open_id(s, "o7"),),
    "accounts.put_connected": (
        lambda s, _w: accounts.put_connected(s, "a1", PROFILE, ("video.publish",), NOW),
    ),
    "accounts.record_profile": (lambda s, _w: accounts.record_profile(s, "a1", PROFILE, NOW),),
    "accounts.record_sync_error": (lambda s, _w: accounts.record_sync_error(s, "a1", WHY),),
    "accounts.disconnect": (lambda s, w: accounts.disconnect(s, w.account()),),
    "accounts.lose_permission": (lambda s, _w: accounts.lose_permission(s, "a1", 1),),
    "accounts.set_paused": (lambda s, w: accounts.set_paused(s, w.account(), paused=True),),
    "accounts.set_restriction": (lambda s, _w: accounts.set_restriction(s, "a1", "banned"),),
    "accounts.record_creator_limits": (
        lambda s, _w: accounts.record_creator_limits(s, "a1", 60, ()),
    ),
    "accounts.get_tokens": (lambda s, _w: accounts.get_tokens(s, "a1"),),
    "accounts.put_grant": (lambda s, _w: accounts.put_grant(s, tokens()),),
    "accounts.rotate_tokens": (lambda s, _w: accounts.rotate_tokens(s, tokens(), over=1),),
    "accounts.lease_refresh": (
        lambda s, _w: accounts.lease_refresh(s, "a1", 1, "me", NOW, NOW + LEASE),
    ),
    "accounts.release_refresh": (lambda s, _w: accounts.release_refresh(s, "a1", "me"),),
    "accounts.idle_tokens": (lambda s, _w: accounts.idle_tokens(s, NOW),),
    "accounts.paused_accounts": (lambda s, _w: accounts.paused_accounts(s),),
    "accounts.free_refreshes": (lambda s, _w: accounts.free_refreshes(s, ["dead"]),),
    "attempts.open_attempt": (
        lambda s, w: attempts.close_attempt(s, w.claim, w.attempt, BY_USER, NOW),
        lambda s, w: attempts.open_attempt(
            s, w.claim, size_bytes=1, chunk_bytes=1, count=1, now=NOW
        ),
    ),
    "attempts.record_init": (
        lambda s, w: attempts.record_init(
            s, w.claim, w.attempt, publish_id="v_pub~x", sealed=b"u", now=NOW
        ),
    ),
    "attempts.record_acked": (lambda s, w: attempts.record_acked(s, w.claim, w.attempt, 1),),
    "attempts.record_final_intent": (
        lambda s, w: attempts.record_final_intent(s, w.claim, w.attempt, now=NOW, lease=LEASE),
    ),
    "attempts.record_not_taken": (lambda s, w: attempts.record_not_taken(s, w.claim, w.attempt),),
    "attempts.record_sent": (lambda s, w: attempts.record_sent(s, w.claim, w.attempt, NOW),),
    "attempts.record_poll": (lambda s, w: attempts.record_poll(s, w.claim, w.attempt),),
    "attempts.record_look": (lambda s, w: attempts.record_look(s, w.claim, w.attempt, NOW),),
    "attempts.close_attempt": (
        lambda s, w: attempts.close_attempt(s, w.claim, w.attempt, BY_USER, NOW),
    ),
    "attempts.settle": (
        lambda s, w: attempts.settle(
            s, w.claim, Outcome(status=PostStatus.PUBLISHED, tiktok_post_id="7"), NOW
        ),
    ),
    "attempts.open_uploads": (lambda s, _w: attempts.open_uploads(s),),
    "attempts.withdraw": (lambda s, w: attempts.withdraw(s, w.post.id, BY_USER, NOW),),
    "attempts.release": (lambda s, w: attempts.release(s, w.post.id, BY_USER, NOW),),
    "attempts.owner_of_tiktok_post": (lambda s, _w: attempts.owner_of_tiktok_post(s, "7"),),
    "attempts.beyond_recall": (lambda s, _w: attempts.beyond_recall(s),),
    "campaigns.add_campaign": (lambda s, _w: campaigns.add_campaign(s, CAMPAIGN, NOW),),
    "campaigns.list_campaigns": (
        lambda s, _w: campaigns.add_campaign(s, CAMPAIGN, NOW),
        lambda s, _w: campaigns.list_campaigns(s),
    ),
    "campaigns.update_campaign": (
        lambda s, _w: campaigns.add_campaign(s, CAMPAIGN, NOW),
        lambda s, _w: s.flush(),
        lambda s, _w: campaigns.update_campaign(s, CAMPAIGN, CAMPAIGN, NOW),
    ),
    "campaigns.held_campaigns": (lambda s, _w: campaigns.held_campaigns(s),),
    "claims.claim_uploads": tuple(
        lambda s, _w, only=only: claims.claim_uploads(  # type: ignore[misc]
            s, now=NOW, owner="me", lease=LEASE, limit=8, only_finish=only
        )
        for only in (False, True)
    ),
    "claims.claim_checks": (
        lambda s, _w: claims.claim_checks(s, now=NOW, owner="me", lease=LEASE, limit=8),
    ),
    "claims.upcoming": (lambda s, _w: claims.upcoming(s, NOW, 8),),
    "claims.late_posts": (lambda s, _w: claims.late_posts(s, NOW, ON_TIME),),
    "claims.next_wake": (lambda s, _w: claims.next_wake(s, NOW),),
    "claims.is_busy": (
        lambda s, _w: claims.is_busy(s, NOW),
        lambda s, _w: claims.is_busy(s, NOW, held=True),
    ),
    "claims.renew": (lambda s, w: claims.renew(s, [w.claim], NOW),),
    "claims.give_back": (lambda s, w: claims.give_back(s, w.claim, NOW),),
    "claims.has_due": (lambda s, _w: claims.has_due(s, NOW),),
    "claims.write_lateness": (
        lambda s, w: claims.write_lateness(s, w.planned(), NOW + HOUR, "", {}, NOW),
    ),
    "downtime.adopt_orphans": (
        lambda s, _w: downtime.adopt_orphans(s, NOW, ON_TIME, LEASE, ["dead"]),
    ),
    "downtime.forget_tries": (
        lambda s, _w: downtime.forget_tries(s, NOW, ON_TIME),
        lambda s, _w: downtime.forget_tries(s, NOW, ON_TIME, account_id="a1"),
        lambda s, _w: downtime.forget_tries(s, NOW, ON_TIME, campaign_id="c1"),
    ),
    "downtime.shorten_waits": (lambda s, _w: downtime.shorten_waits(s, NOW),),
    "drafts.all_drafts": (lambda s, _w: drafts.all_drafts(s),),
    "drafts.put_drafts": (
        lambda s, _w: drafts.put_drafts(s, {"x": Draft(form="{}", post_id="x")}, NOW),
        lambda s, _w: drafts.put_drafts(s, {"x": None}, NOW),
    ),
    "drafts.clear_orphans": (lambda s, _w: drafts.clear_orphans(s, NOW),),
    "holds.get_hold": (lambda s, _w: holds.get_hold(s, "x"),),
    "holds.put_hold": (
        lambda s, _w: holds.put_hold(s, "x", Hold(error=WHY, at=NOW, until=NOW)),
        lambda s, _w: holds.put_hold(s, "x", None),
    ),
    "holds.hold_due": (lambda s, _w: holds.hold_due(s, NOW, NOW + HOUR, WHY),),
    "holds.explain_wait": (lambda s, _w: holds.explain_wait(s, "a1", WHY, NOW),),
    "holds.held_accounts": (lambda s, _w: holds.held_accounts(s),),
    "holds.ready_accounts": (lambda s, _w: holds.ready_accounts(s),),
    "holds.restored_posts": (lambda s, _w: holds.restored_posts(s),),
    "holds.release_held": (lambda s, _w: holds.release_held(s, "why", NOW),),
    "holds.look_again": (lambda s, _w: holds.look_again(s, "why", NOW),),
    "installation.get_install": (lambda s, _w: installation.get_install(s),),
    "installation.settle_at": (
        lambda s, _w: installation.settle_at(s, "i", machine="m", place="p", now=NOW),
    ),
    "installation.add_marks": (
        lambda s, _w: installation.settle_at(s, "i", machine="m", place="p", now=NOW),
        lambda s, _w: installation.add_marks(s, ["m"]),
    ),
    "installation.mark_restored": (
        lambda s, _w: installation.settle_at(s, "i", machine="m", place="p", now=NOW),
        lambda s, _w: installation.mark_restored(s, NOW, NOW),
        lambda s, _w: installation.clear_restored(s, NOW),
    ),
    "installation.clear_restored": (
        lambda s, _w: installation.settle_at(s, "i", machine="m", place="p", now=NOW),
        lambda s, _w: installation.clear_restored(s, NOW),
    ),
    "installation.journal_known": (lambda s, _w: installation.journal_known(s),),
    "installation.put_journal_known": (
        lambda s, _w: installation.settle_at(s, "i", machine="m", place="p", now=NOW),
        lambda s, _w: installation.put_journal_known(s, 1, "m"),
    ),
    "installation.newest_instant": (lambda s, _w: installation.newest_instant(s),),
    "past_uploads.ending_upload": (lambda s, w: past_uploads.ending_upload(s, w.post.id),),
    "past_uploads.inits_since": (lambda s, _w: past_uploads.inits_since(s, "a1", NOW),),
    "past_uploads.was_sent_from_here": (lambda s, _w: past_uploads.was_sent_from_here(s, "a1"),),
    "past_uploads.fruitless_inits": (lambda s, w: past_uploads.fruitless_inits(s, w.post.id, NOW),),
    "past_uploads.refused_plans": (lambda s, w: past_uploads.refused_plans(s, w.post.id, NOW),),
    "past_uploads.accepted_cut": (lambda s, _w: past_uploads.accepted_cut(s, "x"),),
    "past_uploads.keep_accepted_cut": (
        lambda s, _w: past_uploads.keep_accepted_cut(s, "x", "cut", "usual"),
    ),
    "past_uploads.posts_without_id": (lambda s, w: past_uploads.posts_without_id(s, w.post, NOW),),
    "media_facts.known_media": (lambda s, w: media_facts.known_media(s, [w.post.media.path]),),
    "media_facts.keep_media": (
        lambda s, w: media_facts.keep_media(s, [MediaFacts(media=w.post.media, info=None)], NOW),
    ),
    "media_facts.keep_pictures": (lambda s, w: media_facts.keep_pictures(s, w.post.media, (1, 2)),),
    "media_facts.video_prints": (lambda s, _w: media_facts.video_prints(s),),
    "plan_facts.read_plan_facts": (
        lambda s, _w: read_plan_facts(s, places={("a1", DIRECT)}, videos={SHA: ["a1"]}, since=NOW),
    ),
    "plan_facts.airings": (lambda s, _w: airings(s, {SHA}, NOW, NOW + HOUR),),
    "plan_facts.standing": (lambda s, _w: standing(s, ["a1", "a2"], NOW),),
    "post_search.changed_posts": (
        lambda s, _w: post_search.changed_posts(s, PostFilter(), limit=50),
        lambda s, _w: post_search.changed_posts(s, PostFilter(), before=(NOW, "x"), limit=50),
        lambda s, _w: post_search.changed_posts(
            s, PostFilter(statuses=SOME, account_id="a1"), before=(NOW, "x"), limit=50
        ),
        lambda s, _w: post_search.changed_posts(
            s, PostFilter(), text="x", before=(NOW, "x"), until=(NOW - HOUR, "x"), limit=50
        ),
    ),
    "post_search.change_after": (
        lambda s, _w: post_search.change_after(s, None, 50),
        lambda s, _w: post_search.change_after(s, (NOW, "x"), 50),
    ),
    "post_search.due_posts": tuple(
        lambda s, _w, is_past=is_past, until=until: post_search.due_posts(  # type: ignore[misc]
            s, "x", after=(NOW, ""), until=until, is_past=is_past, limit=6
        )
        for is_past, until in ((False, None), (True, None), (True, (NOW - HOUR, "x")))
    ),
    "post_search.due_after": tuple(
        lambda s, _w, is_past=is_past: post_search.due_after(  # type: ignore[misc]
            s, (NOW, ""), 50, is_past=is_past
        )
        for is_past in (False, True)
    ),
    "post_briefs.list_briefs": tuple(
        lambda s, _w, wanted=wanted, ids=ids: post_briefs.list_briefs(  # type: ignore[misc]
            s, replace(wanted, due_from=NOW, due_to=NOW + 24 * HOUR), Standing(), ids
        )
        for wanted in (
            PostFilter(),
            PostFilter(account_ids=frozenset({"a1", "a2"})),
            PostFilter(groups=frozenset({"x"}), tags=frozenset({"x"})),
            PostFilter(statuses=SOME, or_unconnected=True),
            PostFilter(campaign_id="c1"),
        )
        for ids in (None, ["p1", "p2"])
    ),
    "posts.add_posts": (lambda s, w: posts.add_posts(s, [replace(w.post, id="new")], NOW),),
    "posts.get_post": (lambda s, w: posts.get_post(s, w.post.id),),
    "posts.find_posts": (lambda s, _w: posts.find_posts(s, "0001"),),
    "posts.list_posts": (
        lambda s, _w: posts.list_posts(s, PostFilter(), limit=50),
        lambda s, _w: posts.list_posts(s, PostFilter(), after=(NOW, "x"), limit=50),
        lambda s, _w: posts.list_posts(s, PostFilter(account_id="a1"), limit=50),
        lambda s, _w: posts.list_posts(s, PostFilter(account_id="a1"), after=(NOW, "x"), limit=50),
        lambda s, _w: posts.list_posts(s, PostFilter(statuses=SOME), limit=50),
        lambda s, _w: posts.list_posts(s, PostFilter(batch="b1")),
        lambda s, _w: posts.list_posts(s, PostFilter(import_id="i1")),
        lambda s, _w: posts.list_posts(s, PostFilter(campaign_id="c1"), limit=50),
        lambda s, _w: posts.list_posts(s, PostFilter(rule_id="r1")),
        lambda s, _w: posts.list_posts(s, PostFilter(tags=frozenset({"t"})), limit=50),
        lambda s, _w: posts.list_posts(
            s, PostFilter(statuses=SOME), after=(NOW - HOUR, "x"), limit=50
        ),
        lambda s, _w: posts.list_posts(s, PostFilter(statuses=SOME, account_id="a1"), limit=50),
        lambda s, _w: posts.list_posts(s, PostFilter(statuses=SOME, or_unconnected=True), limit=50),
        *(
            lambda s, _w, ids=ids, some=some: posts.list_posts(
                s, PostFilter(account_ids=ids, statuses=some, due_from=NOW - HOUR), limit=50
            )
            for ids in (frozenset({"a1"}), frozenset({"a1", "a2"}))
            for some in (SOME, frozenset())
        ),
        lambda s, _w: posts.list_posts(s, PostFilter(due_from=NOW, due_to=NOW + HOUR)),
    ),
    "posts.same_files": (lambda s, _w: posts.same_files(s, {SHA: ["a1", "a2"]}),),
    "posts.get_posts": (lambda s, w: posts.get_posts(s, [w.post.id]),),
    "posts.update_posts": (lambda s, w: posts.update_posts(s, [(w.planned(), w.planned())], NOW),),
    "account_posts.stop_scheduled": (
        lambda s, _w: account_posts.stop_scheduled(s, "a1", WHY, NOW),
    ),
    "account_posts.resume_reconnected": (
        lambda s, _w: account_posts.resume_reconnected(s, "a1", NOW),
    ),
    "account_posts.count_held": (lambda s, _w: account_posts.count_held(s),),
    "posts.count": (lambda s, _w: posts.count(s, SOME),),
    "posts.next_due": (lambda s, _w: posts.next_due(s),),
    "account_posts.planned_of_each_account": (
        lambda s, _w: account_posts.planned_of_each_account(s),
    ),
    "account_posts.next_of_each_account": (lambda s, _w: account_posts.next_of_each_account(s),),
    "posts.last_result": (lambda s, _w: posts.last_result(s),),
    "posts.add_steps": (
        lambda s, w: posts.add_steps(
            s, [w.post, w.post], at=NOW, kind="x", actor=Actor.USER, params=[{}, {}]
        ),
    ),
    "posts.add_step": (lambda s, w: posts.add_step(s, w.post.id, at=NOW, epoch=1, kind="x"),),
    "posts.trail": (lambda s, w: posts.trail(s, w.post.id),),
    "presets.list_presets": (lambda s, _w: presets.list_presets(s, "x"),),
    "presets.remove_preset": (lambda s, _w: presets.remove_preset(s, "x", "y"),),
    "presets.get_preset": (lambda s, _w: presets.get_preset(s, "k", "x"),),
    "presets.put_preset": (lambda s, _w: presets.put_preset(s, "k", "x", "{}", NOW),),
    "campaigns.campaign_names": (lambda s, _w: campaigns.campaign_names(s),),
    "publishers.start": (
        lambda s, _w: publishers.start(s, "me", machine="m", folder="f", pid=1, now=NOW),
    ),
    "quota.sent_times": (lambda s, _w: quota.sent_times(s, "a1", DIRECT, NOW),),
    "quota.used_by_each_account": (lambda s, _w: quota.used_by_each_account(s, DIRECT, NOW),),
    "quota.sent_by_account": (lambda s, _w: quota.sent_by_account(s, ["a1", "a2"], NOW),),
    "quota.post_times_by_account": (
        lambda s, _w: quota.post_times_by_account(s, ["a1", "a2"], DIRECT, NOW),
    ),
    "restoring.is_restored": (lambda s, w: restoring.is_restored(s, {w.post.id: [_upload()]}),),
    "restoring.unknown_uploads": (
        lambda s, w: restoring.unknown_uploads(s, {w.post.id: [_upload()]}),
    ),
    "restoring.time_in_doubt": (
        lambda s, w: restoring.time_in_doubt(s, {w.post.id: [_upload()]}, NOW),
    ),
    "restoring.add_uploads": (
        lambda s, w: restoring.add_uploads(s, w.post.id, [_upload()], WHY, NOW),
    ),
    "restoring.quarantine": (lambda s, _w: restoring.quarantine(s, NOW - HOUR, NOW, WHY, NOW),),
    "rules.list_rules": (lambda s, _w: rules.list_rules(s),),
    "rules.get_rule": (lambda s, _w: rules.get_rule(s, "r1"),),
    "rules.add_rule": (lambda s, _w: rules.add_rule(s, RULE, NOW),),
    "rules.change_rule": (lambda s, _w: rules.change_rule(with_rule(s), RULE, RULE, NOW),),
    "rules.note_made": (lambda s, _w: rules.note_made(with_rule(s), RULE, NOW, ()),),
    "rules.posts_of_rules": (
        lambda s, _w: rules.posts_of_rules(s, ["r1", "r2"], NOW.date()),
        lambda s, _w: rules.posts_of_rules(s, ["r1"], NOW.date(), SOME),
    ),
    "rules.keys_of_rule": (lambda s, _w: rules.keys_of_rule(s, "r1", NOW.date()),),
    "rules.count_posts": (lambda s, _w: rules.count_posts(s, "r1"),),
    "slots.list_slots": (lambda s, _w: slots.list_slots(s),),
    "slots.list_blackouts": (lambda s, _w: slots.list_blackouts(s),),
    "slots.add_slots": (lambda s, _w: slots.add_slots(s, [SLOT], NOW),),
    "slots.add_blackouts": (lambda s, _w: slots.add_blackouts(s, [AWAY], NOW),),
    "slots.set_paused": (lambda s, _w: slots.set_paused(with_slot(s), [SLOT], paused=True),),
    "slots.remove": (lambda s, _w: slots.remove(with_slot(s), [SLOT, AWAY]),),
    "slots.group_or_tag": (
        lambda s, _w: slots.group_or_tag(s, AccountSelector(kind="group", name="x")),
    ),
    "wall_times.resting_schedules": (lambda s, _w: list(wall_times.resting_schedules(s)),),
    "wall_times.keep_wall": (
        lambda s, w: wall_times.keep_wall(
            s, w.post.id, w.post.schedule, at_instant(NOW, "UTC"), NOW
        ),
    ),
    "settings.all_settings": (lambda s, _w: settings.all_settings(s),),
    "settings.put_setting": (lambda s, _w: settings.put_setting(s, "x", "y"),),
    "settings.get_secret": (lambda s, _w: settings.get_secret(s, "x"),),
    "settings.put_secret": (lambda s, _w: settings.put_secret(s, "x", b"y", NOW),),
    "settings.has_secret": (lambda s, _w: settings.has_secret(s, "x"),),
    "settings.get_vault_record": (lambda s, _w: settings.get_vault_record(s),),
    "settings.add_vault_record": (lambda s, _w: settings.add_vault_record(s, "x"),),
}


def test_every_query_of_storage_is_asked_here() -> None:
    found = set()
    for name in MODULES:
        module = importlib.import_module(f"tiktok_manager.storage.{name}")
        for member, function in inspect.getmembers(module, inspect.isfunction):
            takes = list(inspect.signature(function).parameters)
            is_query = takes[:1] == ["session"] and not member.startswith("_")
            if is_query and function.__module__ == module.__name__:
                found.add(f"{name}.{member}")
    assert found == set(CALLS)


class _Undo(Exception):
    """Takes back what a query did."""


# Those of a history, of one in which all that there is waits yet, and none.
STATISTICS = {
    "none": (),
    "history": ("PRAGMA analysis_limit=400", "ANALYZE"),
    "all planned": (
        "PRAGMA analysis_limit=400",
        "ANALYZE",
        f"UPDATE sqlite_stat1 SET stat = '{POSTS} 1 1' WHERE idx = 'posts_by_wake'",
        "ANALYZE sqlite_schema",
    ),
}


@pytest.mark.parametrize("statistics", STATISTICS)
def test_no_statement_goes_through_the_history_or_sorts_it(
    history: Database, statistics: str
) -> None:
    with history.write() as session:
        for statement in STATISTICS[statistics]:
            session.connection().exec_driver_sql(statement)
    bad = {
        (name, step)
        for name in CALLS
        for step in plan_of(history, name)
        if is_costly(step) and (name, step) not in ALLOWED
    }
    assert not bad, "\n".join(f"{name}: {step}" for name, step in sorted(bad))


def plan_of(database: Database, name: str) -> list[str]:
    """Return the steps of SQLite's plans for all that a query sends, which is taken back."""
    asked: list[tuple[str, Any]] = []
    steps: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        asked.append((statement, values))

    with suppress(_Undo), database.write() as session:
        work = Work(session)
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", note)
        for call in CALLS[name]:
            call(session, work)
        session.flush()
        event.remove(connection, "before_cursor_execute", note)
        for statement, values in asked:
            first = values[0] if isinstance(values, list) else values
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", first)
            steps += [str(row[3]) for row in plan]
        raise _Undo
    assert asked, name
    return steps


def is_costly(step: str) -> bool:
    """Say whether a step reads a whole table that may be large, or sorts."""
    if step.startswith("USE TEMP B-TREE"):
        return True
    words = step.split()
    return words[0] == "SCAN" and words[1] not in {*SMALL, "CONSTANT", "(subquery-1)"}  # of no rows
