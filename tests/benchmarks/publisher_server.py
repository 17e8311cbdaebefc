"""A local TikTok that notes when each upload is asked for. Run by `bench_publisher`.

It says its address, and after each line it hears, the arrivals so far: the account (or the name in
a yardstick's token) and the wall time at which the request's head was read.
"""

import argparse
import sys
from collections.abc import Callable

from starlette.requests import Request

from tests.benchmarks.measure import say
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.simulator import Simulator, SimulatorConfig
from tiktok_manager.simulator.gateway import Gateway
from tiktok_manager.simulator.wire import Call

BEARER = "Bearer "
Arrivals = list[tuple[str, float]]


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, required=True)
    options = parser.parse_args()
    config = SimulatorConfig(
        accounts=options.accounts, auto_approve=True, processing_s=0.1, moderation_s=0.1
    )
    with Simulator(config) as sim:
        arrivals: Arrivals = []

        def owner(token: str) -> str:
            return sim.world.grants.owner(token) or token

        _note_arrivals(arrivals, owner)
        say(url=sim.base_url)
        for _line in sys.stdin:
            say(arrivals=arrivals)


def _note_arrivals(arrivals: Arrivals, owner: Callable[[str], str]) -> None:
    clock = SystemClock()
    plain = Gateway._call

    def noting(gateway: Gateway, request: Request, endpoint: str) -> Call:
        at_s = clock.now().timestamp()
        call = plain(gateway, request, endpoint)
        if endpoint == "video_init":
            token = call.headers.get("authorization", "").removeprefix(BEARER)
            arrivals.append((owner(token), at_s))
        return call

    Gateway._call = noting  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    main()
