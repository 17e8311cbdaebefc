"""What changes posts: `posts edit`, `cancel`, `retry` and `resolve`, of one post or of many."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from tiktok_manager.cli.context import cancelled_by_signals, command_line
from tiktok_manager.cli.options import Json, PostArgument
from tiktok_manager.cli.output import local_time, note, print_json, print_line, said, told_of
from tiktok_manager.cli.post_options import (
    BatchIds,
    ConsentGiven,
    CoverMs,
    Late,
    LateWithin,
    NewAiGenerated,
    NewAllowComment,
    NewAllowDuet,
    NewAllowStitch,
    NewAt,
    NewBrandedContent,
    NewCaption,
    NewFile,
    NewMode,
    NewTags,
    NewYourBrand,
    PostIds,
    PrivacyLevel,
    ShiftBy,
    Strict,
    Version,
    Zone,
    read_choices,
    read_lateness,
    read_mode,
)
from tiktok_manager.domain.errors import Change, ChangedMeanwhile, InputError, NotFound
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.plans import PostEdit, Proposal
from tiktok_manager.domain.posts import EDITABLE, Post, PostFilter
from tiktok_manager.domain.schedule import read_shift
from tiktok_manager.domain.when import is_next_slot
from tiktok_manager.services.serializers import findings_json, post_json
from tiktok_manager.wording import message_and_action, words

if TYPE_CHECKING:
    from tiktok_manager.services.planning import Planning

_EXACT = re.compile(r"\s*([0-9]{4}-|now\s*$)", re.IGNORECASE)


def edit(
    context: typer.Context,
    post_id: PostIds = None,
    batch: BatchIds = None,
    file: NewFile = None,
    at: NewAt = None,
    shift: ShiftBy = None,
    tz: Zone = None,
    caption: NewCaption = None,
    tag: NewTags = None,
    privacy: PrivacyLevel = None,
    allow_comment: NewAllowComment = None,
    allow_duet: NewAllowDuet = None,
    allow_stitch: NewAllowStitch = None,
    your_brand: NewYourBrand = None,
    branded_content: NewBrandedContent = None,
    ai_generated: NewAiGenerated = None,
    cover_ms: CoverMs = None,
    mode: NewMode = None,
    late: Late = None,
    late_within: LateWithin = None,
    consent: ConsentGiven = False,
    strict: Strict = False,
    version: Version = None,
    json: Json = False,
) -> None:
    """Change posts that are not on their way yet, all or none; what is not named stays as it is."""
    ticked = (allow_comment, allow_duet, allow_stitch, your_brand, branded_content, ai_generated)
    new = PostEdit(file=file, caption=caption, consent=consent, mode=read_mode(mode))
    change = _retagged(_moved(new, at, shift, tz), tag)
    chosen = partial(_with_choices, change, privacy, ticked, cover_ms, late, late_within)
    with command_line(context).workspace() as workspace, cancelled_by_signals() as stop:
        posts = _named(workspace.planning, post_id, batch, version)
        edits = [(post, chosen(post)) for post in posts]
        proposal = workspace.planning.propose_edits(edits, cancel=stop)
        _tell(at, proposal, posts)
        result = workspace.planning.commit(proposal, strict=strict)
    as_list = _are_many(post_id, batch)
    _show(result.posts, _changed_words, result.found, as_list=as_list, as_json=json)


def cancel(
    context: typer.Context,
    post_id: PostIds = None,
    batch: BatchIds = None,
    version: Version = None,
    json: Json = False,
) -> None:
    """Take posts out of the plan, all or none; works until their last bytes are about to leave."""
    with command_line(context).workspace() as workspace:
        posts = workspace.planning.cancel_many(_named(workspace.planning, post_id, batch, version))
    many = _are_many(post_id, batch)
    _show(posts, _cancelled_words, [()] * len(posts), as_list=many, as_json=json)


def _changed_words(post: Post) -> str:
    return f"Changed {post.id}: goes out at {when_of(post)}."


def _cancelled_words(post: Post) -> str:
    return said("post_cancelled", post=post.id)


def _moved(change: PostEdit, at: str | None, shift: str | None, tz: str | None) -> PostEdit:
    if shift is None:
        return replace(change, when=at, timezone=tz)
    if at is not None:
        raise InputError("time_or_shift")
    days, by = read_shift(shift)
    return replace(change, shift_days=days, shift=by, timezone=tz)


def _with_choices(
    change: PostEdit,
    privacy: str | None,
    ticked: Sequence[bool | None],
    cover_ms: int | None,
    late: str | None,
    late_within: str | None,
    post: Post,
) -> PostEdit:
    """Return the change with what was chosen over the choices of a post."""
    choices = read_choices(post.choices, privacy, ticked, cover_ms)
    return replace(
        change, choices=choices, lateness=read_lateness(post.lateness, late, late_within)
    )


def _retagged(change: PostEdit, tags: list[str] | None) -> PostEdit:
    return change if tags is None else replace(change, tags=tuple(filter(None, tags)))


def retry(
    context: typer.Context,
    post_id: Annotated[str | None, typer.Argument(metavar="ID")] = None,
    all_failed: Annotated[bool, typer.Option("--all-failed", help="Every failed post.")] = False,
    version: Version = None,
    json: Json = False,
) -> None:
    """Let a stopped post go out again: now, or at its time if that is still to come."""
    if (post_id is None) != all_failed or (all_failed and version is not None):
        raise InputError("one_post_or_all")
    with command_line(context).workspace() as workspace:
        if post_id is not None:
            post = workspace.planning.retry(post_id, seen=version)
            done(post, said("post_again", post=post.id), as_json=json)
            return
        retried = workspace.planning.retry_all_failed()
    if json:
        print_json([post_json(post, message_and_action) for post in retried])
    else:
        print_line(said("posts_again", count=len(retried)))


def resolve(
    context: typer.Context,
    post_id: PostArgument,
    posted: Annotated[bool, typer.Option("--posted", help="The video is on TikTok.")] = False,
    not_posted: Annotated[
        bool, typer.Option("--not-posted", help="The video is not on TikTok.")
    ] = False,
    post_again: Annotated[
        bool, typer.Option("--post-again", help="With --not-posted: post it anew.")
    ] = False,
    version: Version = None,
    json: Json = False,
) -> None:
    """Say what became of an unconfirmed video, after a look at the account on TikTok."""
    if posted == not_posted or (post_again and posted):
        raise InputError("posted_or_not")
    with command_line(context).workspace() as workspace:
        post = workspace.planning.resolve(
            post_id, posted=posted, post_again=post_again, seen=version
        )
    done(post, said("post_is", post=post.id, status=post.status.value), as_json=json)


def _tell(at: str | None, proposal: Proposal, posts: Sequence[Post]) -> None:
    """Say what times mean, what is to be known, and of which of many posts something is wrong."""
    if len(posts) > 1:
        for place, error in proposal.refused.items():
            note(said("about_post", post=posts[place].id[:8], told=told_of(error)))
    echo_when(at, [row.post for row in proposal.rows])
    warn(proposal.findings)


def warn(findings: Iterable[Finding]) -> None:
    """Tell what is to be known of a plan."""
    for finding in findings:
        note(said("command_warning", told=words(finding).title))


def when_of(post: Post) -> str:
    """Return when a post goes out, as the user meant it."""
    return local_time(None, post.schedule.shown, post.schedule.timezone)


def echo_when(text: str | None, posts: Sequence[Post]) -> None:
    """Say what a time means that was not written out, before it counts."""
    if text is None or _EXACT.match(text):
        return
    if is_next_slot(text):
        for post in posts:
            note(said("slot_means", handle=post.handle, at=when_of(post)))
        return
    for at in dict.fromkeys(map(when_of, posts)):
        note(said("when_means", text=text, at=at))


def _named(
    planning: Planning, ids: list[str] | None, batches: list[str] | None, version: int | None
) -> list[Post]:
    """Return the posts of ids and batches, each once; of a batch those that can still be changed.

    Raises ChangedMeanwhile if the one post has not the version that is insisted on.
    """
    if not ids and not batches:
        raise InputError("name_posts")
    found = {post.id: post for post in map(planning.get, ids or [])}
    for batch in batches or []:
        there = planning.page(PostFilter(batch=batch))
        if not there:
            raise NotFound("not_found", what="batch", id=batch)
        open_posts = [post for post in there if post.status in EDITABLE]
        if len(open_posts) < len(there):
            note(said("batch_left", count=len(there) - len(open_posts)))
        found |= {post.id: post for post in open_posts if post.id not in found}
    if version is not None:
        if _are_many(ids, batches):
            raise InputError("version_of_one")
        (post,) = found.values()
        if post.version != version:
            change = Change(field="version", yours=str(version), theirs=str(post.version))
            raise ChangedMeanwhile("post", post.id, [change])
    return list(found.values())


def _are_many(ids: list[str] | None, batches: list[str] | None) -> bool:
    return bool(batches) or len(ids or []) != 1


def _show(
    posts: Sequence[Post],
    words_of: Callable[[Post], str],
    found: Sequence[Sequence[Finding]],
    *,
    as_list: bool,
    as_json: bool,
) -> None:
    if not as_list:
        done(posts[0], words_of(posts[0]), findings=found[0], as_json=as_json)
        return
    if as_json:
        told = zip(posts, found, strict=True)
        print_json([_record(post, findings) for post, findings in told])
        return
    for post in posts:
        print_line(words_of(post))


def done(post: Post, text: str, *, findings: Iterable[Finding] = (), as_json: bool) -> None:
    """Print what became of one post."""
    if as_json:
        print_json(_record(post, findings))
    else:
        print_line(text)


def _record(post: Post, findings: Iterable[Finding]) -> dict[str, object]:
    return {**post_json(post, message_and_action), **findings_json(findings, message_and_action)}
