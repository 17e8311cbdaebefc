"""A local TikTok that notes when it is asked. Run by `bench_publisher` and `bench_queue`.

It says its address, and after each line it hears, the arrivals so far: after "inits?" the account
(or the name in a yardstick's token) and wall time of each upload asked for, after "requests?" the
endpoint and wall time of every request. The time is that at which the request's head was read.
"""

import argparse
import sys
from collections.abc import Callable

from starlette.requests import Request

from tests.benchmarks.measure import say
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.simulator import Fault, Simulator, SimulatorConfig
from tiktok_manager.simulator.gateway import Gateway
from tiktok_manager.simulator.wire import Call

BEARER = "Bearer "
HANG_S = 3600.0
Arrivals = list[tuple[str, float]]


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, required=True)
    parser.add_argument("--answer-s", type=float, default=0.0)
    parser.add_argument("--upload-s", type=float, default=0.0)
    parser.add_argument("--hang-on-first-upload", action="store_true")
    options = parser.parse_args()
    config = SimulatorConfig(
        accounts=options.accounts, auto_approve=True, processing_s=0.1, moderation_s=0.1
    )
    with Simulator(config) as sim:
        inits: Arrivals = []
        requests: Arrivals = []

        def owner(token: str) -> str:
            return sim.world.grants.owner(token) or token

        _slow_down(sim, options)
        _note_arrivals(inits, requests, owner)
        say(url=sim.base_url)
        for line in sys.stdin:
            say(**({"inits": inits} if line.startswith("inits") else {"requests": requests}))


def _slow_down(sim: Simulator, options: argparse.Namespace) -> None:
    faults = sim.world.faults
    if options.hang_on_first_upload:
        faults.add(Fault(endpoint="upload", delay_s=HANG_S, times=1))
    if options.upload_s:
        faults.add(Fault(endpoint="upload", delay_s=options.upload_s))
    if options.answer_s:
        for endpoint in ("creator_info", "video_init", "status"):
            faults.add(Fault(endpoint=endpoint, delay_s=options.answer_s))


def _note_arrivals(inits: Arrivals, requests: Arrivals, owner: Callable[[str], str]) -> None:
    clock = SystemClock()
    plain = Gateway._call

    def noting(gateway: Gateway, request: Request, endpoint: str) -> Call:
        at_s = clock.now().timestamp()
        call = plain(gateway, request, endpoint)
        requests.append((endpoint, at_s))
        if endpoint == "video_init":
            token = call.headers.get("authorization", "").removeprefix(BEARER)
            inits.append((owner(token), at_s))
        return call

    Gateway._call = noting  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    main()
