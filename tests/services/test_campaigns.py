"""A campaign is looked at, started, held, ended and taken back as one, whatever happens between."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fakes.world import START, World, reopened
from tiktok_manager.domain.campaigns import Campaign, CampaignSpec, CampaignStatus, Pace, Strategy
from tiktok_manager.domain.errors import AppError, ChangedMeanwhile, InputError, NotFound
from tiktok_manager.domain.holds import Standing
from tiktok_manager.domain.posts import (
    Choices,
    Post,
    PostFilter,
    PostStatus,
    Privacy,
    WaitingLook,
)
from tiktok_manager.services.campaigns import CampaignChange, Campaigns
from tiktok_manager.services.planning import PlanRequest, PostEdit
from tiktok_manager.wording import message_and_action, words

DAY = timedelta(days=1)


def a_spec(world: World, *videos: Path, **parts: object) -> CampaignSpec:
    spec = CampaignSpec(
        name="Winter sale",
        videos=videos or tuple(world.file(2_000) for _ in range(4)),
        accounts=("all",),
        starts_at=START + DAY,
        ends_at=START + 5 * DAY,
        timezone="UTC",
        caption="{campaign} {n}: {video} by {account}",
        choices=Choices(privacy=Privacy.PUBLIC),
    )
    return replace(spec, **parts)  # type: ignore[arg-type]


def made(world: World, *, accounts: int = 2, consent: bool = True, **parts: object) -> Campaign:
    for number in range(1, accounts + 1):
        world.connect(f"sim{number:02d}")
    return world.workspace.campaigns.create(a_spec(world, **parts), consent=consent)


def started(world: World, **parts: object) -> CampaignChange:
    campaign = made(world, **parts)  # type: ignore[arg-type]
    return world.workspace.campaigns.start(campaign.id)


def status(world: World, campaigns: Campaigns | None = None) -> CampaignStatus:
    campaigns = campaigns or world.workspace.campaigns
    (campaign,) = campaigns.list()
    return campaign.status(world.clock.now())


def counts(world: World) -> dict[str, int]:
    (campaign,) = world.workspace.campaigns.list()
    assert campaign.posts == len(world.posts())
    return {status.value: number for status, number in campaign.counts.items() if number}


def shown(posts: Sequence[Post]) -> list[Post]:
    """Return posts without what counts changes and claims."""
    return [replace(post, version=0, epoch=0) for post in posts]


def test_a_draft_plans_nothing_and_its_preview_is_what_a_start_makes(world: World) -> None:
    campaign = made(world)
    preview = world.workspace.campaigns.preview(campaign.id)
    assert world.posts() == []
    assert status(world) is CampaignStatus.DRAFT
    change = world.workspace.campaigns.start("winter SALE", shown=preview.version)
    assert [(post.handle, post.file, post.schedule, post.caption) for post in preview.posts] == [
        (p.handle, p.media.path, p.schedule, p.caption) for p in world.posts()
    ]
    assert {post.origin.campaign_id for post in change.made} == {campaign.id}
    assert {post.caption for post in change.made} >= {"Winter sale 1: video-1 by sim01"}
    assert counts(world) == {"scheduled": 4}


def test_it_runs_from_its_first_post_on_until_all_have_ended(world: World) -> None:
    started(world)
    assert status(world) is CampaignStatus.SCHEDULED
    world.clock.advance(DAY * 1.5)
    world.run(DAY)
    assert status(world) is CampaignStatus.RUNNING
    world.run()
    assert status(world) is CampaignStatus.COMPLETED
    assert counts(world) == {"published": 4}
    assert len(set(world.arrived())) == 4


def test_one_video_for_all_is_one_batch_apart_by_its_stagger(world: World) -> None:
    how = Pace(stagger=timedelta(hours=2))
    change = started(world, accounts=3, strategy=Strategy.ALL, pace=how)
    assert len({post.origin.batch for post in change.made}) == 4
    for batch in {post.origin.batch for post in change.made}:
        due = sorted(p.schedule.due_at for p in change.made if p.origin.batch == batch)
        assert [b - a for a, b in pairwise(due)] == [timedelta(hours=2)] * 2


def test_the_users_own_stagger_goes_where_a_campaign_names_none(world: World) -> None:
    world.workspace.settings.set("stagger", "3h")
    campaigns = world.workspace.campaigns
    assert campaigns.create(a_spec(world, strategy=Strategy.ALL)).spec.stagger == DAY / 8
    named = a_spec(world, strategy=Strategy.ALL, pace=Pace(stagger=timedelta()))
    assert campaigns.create(named).spec.stagger == timedelta()


def test_nothing_of_a_paused_campaign_goes_out_over_a_restart(world: World) -> None:
    change = started(world)
    soon = change.made[0].schedule.due_at + timedelta(minutes=1) - world.clock.now()
    alone = world.plan(after=soon)
    world.workspace.campaigns.pause(change.after.id)
    with reopened(world) as again:
        again.run()
        assert status(again) is CampaignStatus.PAUSED
        assert again.post(alone).status is PostStatus.PUBLISHED
    assert len(world.arrived()) == 1
    held = [post for post in world.posts() if post.id != alone.id]
    assert {post.status for post in held} == {PostStatus.SCHEDULED}
    assert {post.error.code for post in held if post.error} == {"campaign_paused"}


def test_a_paused_campaigns_posts_look_paused_and_say_why(world: World) -> None:
    change = started(world)
    world.workspace.campaigns.pause(change.after.id)
    overview = world.workspace.planning.overview()
    assert (overview.paused, overview.next_due) == (4, None)
    blockers = [b for b in world.workspace.blockers.all() if b.code == "campaigns_paused"]
    assert [blocker.is_fault for blocker in blockers] == [False]
    assert "Winter sale" in words(blockers[0].finding).title
    alone = world.plan(after=DAY)
    looks = {p.id: p.waiting for p in world.workspace.blockers.look_at(world.posts(), blockers)}
    assert looks.pop(alone.id).is_safe  # type: ignore[union-attr]
    assert {each.look for each in looks.values() if each} == {WaitingLook.PAUSED}
    standing = Standing(blockers=blockers)
    briefs = {p.id: p.waiting for p in world.workspace.planning.briefs(PostFilter(), standing)}
    assert briefs.pop(alone.id).is_safe  # type: ignore[union-attr]
    assert {each.look for each in briefs.values() if each} == {WaitingLook.PAUSED}


def test_after_a_pause_lateness_decides_about_what_is_past(world: World) -> None:
    change = started(world, accounts=1, pace=Pace(times=(time(12),)))
    campaigns = world.workspace.campaigns
    campaigns.pause(change.after.id)
    world.clock.advance(DAY * 2 + timedelta(hours=1))  # one is a day late, one an hour
    campaigns.resume(change.after.id)
    world.work_off()
    assert counts(world) == {"missed": 1, "processing": 1, "scheduled": 2}
    world.run()
    assert counts(world) == {"missed": 1, "published": 3}
    assert status(world) is CampaignStatus.COMPLETED


def test_cancelling_leaves_nothing_to_go_out_and_is_taken_back_exactly(world: World) -> None:
    change = started(world)
    before, campaigns = shown(world.posts()), world.workspace.campaigns
    cancelled = campaigns.cancel(change.after.id)
    assert counts(world) == {"cancelled": 4}
    assert status(world) is CampaignStatus.CANCELLED
    undone = campaigns.put_back(cancelled)
    assert shown(world.posts()) == before
    assert status(world) is CampaignStatus.SCHEDULED
    campaigns.put_back(undone)
    assert counts(world) == {"cancelled": 4}
    world.run()
    assert world.arrived() == []


def test_what_is_under_way_runs_on_when_its_campaign_is_cancelled(world: World) -> None:
    change = started(world)
    world.clock.advance(change.made[0].schedule.due_at - world.clock.now())
    world.tick()
    assert counts(world) == {"processing": 1, "scheduled": 3}
    world.workspace.campaigns.cancel(change.after.id)
    assert counts(world) == {"processing": 1, "cancelled": 3}
    world.run()
    assert counts(world) == {"published": 1, "cancelled": 3}
    assert len(world.arrived()) == 1


def test_what_tiktok_gives_back_after_a_cancellation_is_not_sent_anew(world: World) -> None:
    change = started(world)
    world.fault(endpoint="upload.last", fail_reason="internal", times=1)
    world.clock.advance(change.made[0].schedule.due_at - world.clock.now())
    world.tick()
    world.workspace.campaigns.cancel(change.after.id)
    world.run()
    assert world.arrived() == []
    left = [post for post in world.posts() if post.status is not PostStatus.CANCELLED]
    assert len(left) == 1
    assert left[0].status is PostStatus.SCHEDULED
    blockers = {each.code for each in world.workspace.blockers.of(left[0])}
    assert blockers == {"no_publisher", "campaigns_cancelled"}
    world.workspace.campaigns.cancel(change.after.id)
    assert counts(world) == {"cancelled": 4}


def test_a_claimed_post_is_called_back_with_its_campaign(world: World) -> None:
    change = started(world)
    world.clock.advance(change.made[0].schedule.due_at - world.clock.now())
    (claim,), _asks = world.claim(uploads=1, checks=0)
    world.workspace.campaigns.cancel(change.after.id)
    world.workspace.publishing.send(claim, world.cancel)
    assert counts(world) == {"cancelled": 4}
    assert world.arrived() == []


def test_failed_and_missed_posts_are_retried_and_that_is_taken_back(world: World) -> None:
    change = started(world)
    world.fault(
        endpoint="video_init", status=403, code="spam_risk_user_banned_from_posting", times=2
    )
    world.run(DAY * 6)
    assert counts(world) == {"failed": 2, "published": 2}
    campaigns, before = world.workspace.campaigns, shown(world.posts())
    retried = campaigns.retry(change.after.id)
    assert len(retried.posts) == 2
    assert status(world) is CampaignStatus.RUNNING
    campaigns.put_back(retried)
    assert shown(world.posts()) == before
    campaigns.retry(change.after.id)
    world.run()
    assert counts(world) == {"published": 4}


def test_a_start_that_names_a_preview_plans_nothing_else(world: World) -> None:
    campaign, campaigns = made(world), world.workspace.campaigns
    seen = campaigns.preview(campaign.id).version
    account = world.workspace.accounts.get("sim01")
    world.workspace.accounts.set_paused(account.id, paused=True)
    with pytest.raises(ChangedMeanwhile) as refused:
        campaigns.start(campaign.id, shown=seen)
    assert "account_is_paused" in {finding.code for finding in refused.value.findings}
    assert world.posts() == []
    campaigns.start(campaign.id, shown=campaigns.preview(campaign.id).version)
    assert len(world.posts()) == 4


def test_what_does_not_fit_is_told_with_numbers_and_nothing_is_planned(world: World) -> None:
    how = Pace(per_day=1, times=(time(18), time(20)))
    campaign = made(world, accounts=1, ends_at=START + 2 * DAY, pace=how)
    campaigns = world.workspace.campaigns
    preview = campaigns.preview(campaign.id)
    assert [post.schedule is None for post in preview.posts] == [False, True, True, True]
    assert {f.code for p in preview.posts[1:] for f in p.findings} == {"campaign_no_room"}
    with pytest.raises(InputError) as refused:
        campaigns.start(campaign.id)
    assert refused.value.code == "campaign_does_not_fit"
    assert (refused.value.params["left"], refused.value.params["all"]) == (3, 4)
    assert world.posts() == []


def test_a_caption_too_long_for_one_account_is_told_at_its_posts(world: World) -> None:
    campaign = made(world, captions={"@SIM02": "x" * 2201})
    campaigns = world.workspace.campaigns
    told = {
        post.handle: [finding.code for finding in post.findings if post.is_refused]
        for post in campaigns.preview(campaign.id).posts
    }
    assert told == {"sim01": [], "sim02": ["caption_too_long"]}
    with pytest.raises(InputError, match="campaign_posts_refused"):
        campaigns.start(campaign.id)
    assert world.posts() == []


def test_of_two_that_start_it_one_does(world: World) -> None:
    campaign, campaigns = made(world), world.workspace.campaigns
    commit = world.workspace.planning.commit

    def overtaken(*args: object, **how: object) -> object:
        world.workspace.planning.__dict__.pop("commit")
        campaigns.start(campaign.id)
        return commit(*args, **how)  # type: ignore[arg-type]

    world.workspace.planning.commit = overtaken  # type: ignore[method-assign, assignment]
    with pytest.raises(AppError):
        campaigns.start(campaign.id)
    assert len(world.posts()) == 4


def test_a_start_that_breaks_off_leaves_a_draft(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = made(world)

    def fail(*_given: object, **_more: object) -> None:
        raise OSError("power")

    monkeypatch.setattr("tiktok_manager.storage.posts.insert", fail)
    with pytest.raises(OSError, match="power"):
        world.workspace.campaigns.start(campaign.id)
    monkeypatch.undo()
    assert status(world) is CampaignStatus.DRAFT
    assert world.posts() == []


def test_undoing_a_start_cancels_its_posts_and_leaves_a_draft(world: World) -> None:
    change, campaigns = started(world), world.workspace.campaigns
    campaigns.put_back(change)
    assert counts(world) == {"cancelled": 4}
    assert status(world) is CampaignStatus.DRAFT
    campaigns.start(change.after.id)
    assert counts(world) == {"cancelled": 4, "scheduled": 4}


def test_undo_stops_where_another_hand_changed_the_campaign_since(world: World) -> None:
    change, campaigns = started(world), world.workspace.campaigns
    paused = campaigns.pause(change.after.id)
    campaigns.resume(change.after.id)
    with pytest.raises(ChangedMeanwhile):
        campaigns.put_back(paused)
    with pytest.raises(ChangedMeanwhile):
        campaigns.pause(change.after.id, seen=change.after)


def test_consent_is_kept_with_the_time_it_was_given(world: World) -> None:
    campaign = made(world)
    world.clock.advance_hours(3)
    change = world.workspace.campaigns.start(campaign.id)
    assert campaign.consent is not None
    assert {post.consent for post in change.made} == {campaign.consent}


def test_without_consent_direct_posts_are_drafts(world: World) -> None:
    change = started(world, consent=False)
    assert {post.status for post in change.made} == {PostStatus.DRAFT}
    world.run()
    assert world.arrived() == []
    planned = world.workspace.planning.edit(
        change.made[0].id, PostEdit(consent=True, when="in 2 days")
    )
    assert planned.status is PostStatus.SCHEDULED


def test_only_a_draft_is_edited_and_other_choices_need_a_new_consent(world: World) -> None:
    campaign, campaigns = made(world), world.workspace.campaigns
    branded = replace(campaign.spec, choices=Choices(privacy=Privacy.PUBLIC, branded_content=True))
    changed = campaigns.edit(campaign.id, branded)
    assert changed.after.consent is None
    assert campaigns.get(campaign.id).spec == branded
    campaigns.put_back(changed)
    assert campaigns.get(campaign.id).consent == campaign.consent
    campaigns.start(campaign.id)
    with pytest.raises(InputError) as refused:
        campaigns.edit(campaign.id, branded)
    assert refused.value.params["change"] == "edited"


def test_a_folder_stands_for_its_videos_in_the_order_of_their_names(world: World) -> None:
    folder = world.folder / "clips"
    folder.mkdir()
    for name in ("clip 10.mp4", "clip 2.mp4", "notes.txt"):
        (folder / name).write_bytes(b"x")
    campaign = made(world, videos=(folder,))
    assert [video.name for video in campaign.spec.videos] == ["clip 2.mp4", "clip 10.mp4"]
    for video in campaign.spec.videos:
        video.unlink()
    with pytest.raises(InputError, match="no_table"):
        world.workspace.campaigns.create(replace(campaign.spec, videos=(folder,)))


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("bad_campaign_name", {"name": "  "}),
        ("campaign_window_reversed", {"ends_at": START}),
        ("campaign_window_over", {"starts_at": START - 2 * DAY, "ends_at": START - DAY}),
        ("no_account_chosen", {"accounts": ()}),
        ("not_found", {"accounts": ("all", "ghost")}),
        ("not_found", {"videos": (Path("/gone.mp4"),)}),
        ("bad_template", {"caption": "{handle}"}),
        ("bad_template", {"captions": {"sim01": "{x}"}}),
        ("campaign_slots_alone", {"pace": Pace(slots=True, times=(time(9),))}),
        ("privacy_missing", {"choices": Choices()}),
    ],
)
def test_what_can_be_no_campaign_is_refused(
    world: World, code: str, parts: dict[str, object]
) -> None:
    with pytest.raises(InputError) as refused:
        world.workspace.campaigns.create(a_spec(world, **parts), consent=True)
    assert refused.value.code == code
    assert world.workspace.campaigns.list() == []


def test_slots_are_taken_in_turn_and_days_off_left_out(world: World) -> None:
    world.connect()
    slots = world.workspace.slots
    slots.add(["sim01"], range(7), [time(18)], "UTC")
    slots.add_blackout(["all"], (START + 2 * DAY).date(), (START + 2 * DAY).date())
    taken = START.replace(hour=18) + DAY
    world.workspace.planning.plan(
        PlanRequest(file=world.file(), accounts=("sim01",), when=taken.isoformat(), or_draft=True)
    )
    campaign = made(world, accounts=0, pace=Pace(slots=True), videos=(world.file(), world.file()))
    preview = world.workspace.campaigns.preview(campaign.id)
    assert [post.schedule and post.schedule.due_at for post in preview.posts] == [
        datetime(2026, 11, day, 18, tzinfo=UTC) for day in (24, 25)
    ]


def test_an_account_without_slots_is_told_at_its_posts(world: World) -> None:
    campaign = made(world, accounts=1, pace=Pace(slots=True))
    posts = world.workspace.campaigns.preview(campaign.id).posts
    assert {finding.code for post in posts for finding in post.findings} == {"no_slots"}


def test_the_least_used_account_gets_the_first(world: World) -> None:
    world.connect("sim01")
    world.plan("sim01", after=DAY * 20)
    campaign = made(world, strategy=Strategy.LEAST_USED, videos=(world.file(),))
    (post,) = world.workspace.campaigns.preview(campaign.id).posts
    assert post.handle == "sim02"


def test_accounts_are_looked_up_when_it_is_looked_at(world: World) -> None:
    spec = a_spec(world, accounts=("status:connected",))
    campaigns = world.workspace.campaigns
    campaign = campaigns.create(spec, consent=True)
    with pytest.raises(NotFound):
        campaigns.preview(campaign.id)
    for handle in ("sim01", "sim02"):
        world.connect(handle)
    assert {p.handle for p in campaigns.preview(campaign.id).posts} == {"sim01", "sim02"}


def test_a_campaign_whose_time_is_over_cannot_start(world: World) -> None:
    campaign, campaigns = made(world), world.workspace.campaigns
    world.clock.advance(DAY * 5)
    with pytest.raises(InputError, match="campaign_window_over"):
        campaigns.start(campaign.id)


def test_a_report_holds_its_posts_and_what_became_of_each(world: World) -> None:
    change = started(world)
    world.plan(after=DAY)
    world.workspace.campaigns.cancel(change.after.id)
    out = world.folder / "report.csv"
    wanted = PostFilter(campaign_id=change.after.id)
    rows = world.workspace.reports.export("posts", out, message_and_action, wanted=wanted)
    with out.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert rows == len(table) == 4
    assert {row["status"] for row in table} == {"cancelled"}


def test_slots_are_not_for_accounts_by_their_status(world: World) -> None:
    world.connect()
    with pytest.raises(InputError, match="no_slots_by_status"):
        world.workspace.slots.add(["status:connected"], [0], [time(9)])
