"""`plan tonight`: what will become of the plan in the next 24 hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import typer

from tiktok_manager.cli.context import command_line
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import local_time, print_json, print_line, print_table, said, told_of
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.schedule import at_instant
from tiktok_manager.domain.tonight import CREATOR_NOT_ASKED, DryRun, Verdict, of_all
from tiktok_manager.services.serializers import dry_run_json
from tiktok_manager.wording import message_and_action


def tonight(context: typer.Context, json: Json = False) -> None:
    """Look at the posts of the next 24 hours: what will go out, and what stands in its way."""
    with command_line(context).workspace() as workspace:
        runs = workspace.tonight.look()
    if json:
        print_json([dry_run_json(run, message_and_action) for run in runs])
    elif not runs:
        print_line(said("tonight_nothing"))
    else:
        _show(runs)


def _show(runs: Sequence[DryRun]) -> None:
    common = of_all(runs)
    for finding in common:
        print_line(f"!! {told_of(finding)}")
    rows = [row for run in runs for row in _rows(run, common)]
    print_table(("", "GOES OUT", "ACCOUNT", "ID", "WHAT TO KNOW"), rows)
    count = Counter(run.verdict for run in runs)
    print_line(
        said(
            "tonight_sum",
            count=len(runs),
            ok=count[Verdict.OK],
            warnings=count[Verdict.WARNING],
            problems=count[Verdict.PROBLEM],
        )
    )


def _rows(run: DryRun, common: Sequence[Finding]) -> Iterator[Sequence[object]]:
    """Yield a line for a post, and one more for each further thing that is to be known."""
    post, zone = run.post, run.post.schedule.timezone
    first, *more = [told_of(each) for each in run.findings if _is_told(each, run, common)] or [""]
    when = local_time(None, at_instant(run.at, zone).shown, zone)
    yield _MARKS[run.verdict], when, f"@{post.handle}", post.id[:8], first
    for told in more:
        yield "", "", "", "", told


def _is_told(finding: Finding, run: DryRun, common: Sequence[Finding]) -> bool:
    """Leave out what is told of all, and what is not known yet where something is wrong."""
    is_unknown = finding.code == CREATOR_NOT_ASKED and run.verdict is not Verdict.OK
    return finding not in common and not is_unknown


_MARKS = {Verdict.OK: "ok", Verdict.WARNING: "!", Verdict.PROBLEM: "!!"}
