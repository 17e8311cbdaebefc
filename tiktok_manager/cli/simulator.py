"""`simulator`: a local TikTok to try things on."""

from typing import Annotated

import typer

from tiktok_manager.cli.output import note, print_line


def simulator(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 0,
    accounts: Annotated[int, typer.Option(min=1, max=500)] = 3,
    auto_approve: Annotated[
        bool, typer.Option("--auto-approve", help="Answer every consent request with yes.")
    ] = False,
) -> None:
    """Run a local TikTok: its base URL is the first line; app keys `sim-key`, `sim-secret`."""
    from tiktok_manager.simulator import SimulatorConfig, serve

    note("A local TikTok for trying things; Ctrl+C ends it. App keys: sim-key, sim-secret.")
    serve(
        SimulatorConfig(accounts=accounts, auto_approve=auto_approve, port=port),
        announce=print_line,
    )
