"""Design bugs on order: what a hurried hand might write. Each must make the harness fail.

They are applied inside a worker after its fork, so that the product's files stay as they are.
`probe` is the way of dying that shows the bug soonest; the harness may find it by others too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tests.harness import bugs_of_keeping as keeping
from tests.harness import bugs_of_sending as sending
from tests.harness import routes
from tiktok_manager.simulator import Fault


class Probe(StrEnum):
    """A way of dying."""

    RANDOM = "random"
    POINTS = "every point"
    FREEZE = "every freeze"
    STOP = "every stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """One design bug; `seen_by` is the test that must fail under it, where no death shows it."""

    what: str
    apply: Callable[[], None]
    probe: Probe = Probe.RANDOM
    weather: tuple[Fault, ...] = ()
    seen_by: str = ""


EXPIRING = (Fault(endpoint="status", expire_access=True, probability=0.4),)
FAILING = (Fault(endpoint="upload.last", fail_reason="internal", probability=0.4),)
SLOW = (Fault(endpoint="upload.last", processing_s=2_400.0, probability=0.5),)
DEAF = (
    Fault(endpoint="upload.last", drop="after", probability=0.4),
    Fault(endpoint="status", drop="before", probability=0.4),
)
FORGETFUL = (Fault(endpoint="upload", drop="after", probability=0.4),)


CONTROLS: dict[str, Mutation] = {
    "routes-come-and-go": Mutation(
        what="an account's route is missing now and then", apply=routes.come_and_go
    ),
}
"""Weather in which a mutant is looked for; without its bug nothing may be found in it."""

MUTATIONS: dict[str, Mutation] = {
    "no-final-intent": Mutation(
        what="nothing is committed before the last byte", apply=sending.no_final_intent
    ),
    "no-fence": Mutation(
        what="writes do not check the claim's epoch",
        apply=keeping.no_fence,
        probe=Probe.FREEZE,
    ),
    "reinit-on-401": Mutation(
        what="a token that expires while polling starts the post anew",
        apply=sending.reinit_on_401,
        weather=EXPIRING,
    ),
    "ceil": Mutation(what="the chunk count is rounded up", apply=sending.ceil),
    "ids-kept-late": Mutation(
        what="publish id and URL are kept after the upload only",
        apply=sending.ids_kept_late,
        probe=Probe.POINTS,
    ),
    "no-verdict": Mutation(
        what="201 to the last chunk means published",
        apply=sending.no_verdict,
        weather=FAILING,
    ),
    "doubt-starts-anew": Mutation(
        what="a failure after the final intent opens a new upload",
        apply=sending.doubt_starts_anew,
        weather=DEAF,
    ),
    "timeout-means-lost": Mutation(
        what="no answer to the last chunk means that it is lost",
        apply=sending.timeout_means_lost,
        weather=DEAF,
    ),
    "books-only": Mutation(
        what="uploaded_bytes is ignored, own books rule",
        apply=sending.books_only,
        weather=FORGETFUL,
    ),
    "guesses-arrival": Mutation(
        what="a chunk without an answer is taken for arrived",
        apply=sending.guesses_arrival,
        weather=FORGETFUL,
    ),
    "token-used-before-kept": Mutation(
        what="a new token pair is used before it is stored",
        apply=keeping.token_used_before_kept,
    ),
    "adopting-resets": Mutation(
        what="orphans are planned anew whatever they had reached",
        apply=keeping.adopting_resets,
        probe=Probe.POINTS,
    ),
    "failed-is-published": Mutation(
        what="FAILED is taken for an end like any other",
        apply=sending.failed_is_published,
        weather=FAILING,
    ),
    "processing-is-published": Mutation(
        what="a post is green while TikTok still checks it",
        apply=sending.processing_is_published,
        weather=FAILING,
    ),
    "no-file-proof": Mutation(
        what="the file's hash is not compared before the last chunk",
        apply=keeping.no_file_proof,
    ),
    "silence-means-lost": Mutation(
        what="after half an hour without a verdict the post starts anew",
        apply=sending.silence_means_lost,
        weather=SLOW,
    ),
    "dead-at-once": Mutation(
        what="an upload TikTok has not counted whole is taken for dead",
        apply=sending.dead_at_once,
        seen_by="faults/test_lying_tiktok.py::"
        "test_a_video_tiktok_has_is_not_sent_anew_because_its_count_lags[0]",
    ),
    "call-without-a-route": Mutation(
        what="where an account's route is missing, the common one is taken",
        apply=keeping.call_without_a_route,
    ),
    "stop-forgets": Mutation(
        what="stopping the app drops the upload, sent or not",
        apply=sending.stop_forgets,
        probe=Probe.STOP,
    ),
    "hold-lost-on-restart": Mutation(
        what="a restart forgets what holds every post",
        apply=keeping.hold_lost_on_restart,
        seen_by="services/test_publish_blockers.py"
        "::test_a_cap_of_the_app_and_a_fault_of_ours_survive_a_restart[app_cap]",
    ),
    "stop-waits-for-backup": Mutation(
        what="stopping waits until a backup is done",
        apply=keeping.stop_waits_for_a_backup,
        seen_by="scheduler/test_stop.py"
        "::test_stopping_takes_no_longer_than_it_may_whatever_hangs[backup]",
    ),
    "no-version-check": Mutation(
        what="an edit is written over what was changed meanwhile",
        apply=keeping.no_version_check,
        seen_by="storage/test_versions.py::"
        "test_a_change_of_what_was_changed_since_writes_nothing_and_says_what",
    ),
    "no-owner-in-fence": Mutation(
        what="a worker taken for dead may write on, as long as nobody claimed",
        apply=keeping.no_owner_in_the_fence,
        seen_by="storage/test_versions.py::test_who_was_taken_for_dead_writes_nothing_more",
    ),
    "paused-campaign-posts": Mutation(
        what="posts of a paused campaign are claimed like any other",
        apply=keeping.paused_campaign_posts,
        seen_by="services/test_campaigns.py::"
        "test_nothing_of_a_paused_campaign_goes_out_over_a_restart",
    ),
    "tokens-merged": Mutation(
        what="a refreshed pair is kept whatever happened meanwhile",
        apply=keeping.tokens_merged,
        seen_by="services/test_late_answers.py::"
        "test_a_refresh_answered_after_a_reconnect_keeps_the_new_permission",
    ),
}
