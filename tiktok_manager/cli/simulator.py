"""`simulator`: a local TikTok to try things on."""

from typing import Annotated

import typer

from tiktok_manager.cli.output import note, print_line, said
from tiktok_manager.domain.errors import InputError

Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")]
AccountCount = Annotated[int, typer.Option("--accounts", min=1, max=500)]
AutoApprove = Annotated[
    bool, typer.Option("--auto-approve", help="Answer every consent request with yes.")
]
AppScopes = Annotated[
    str,
    typer.Option(
        "--scopes",
        metavar="S,…",
        help="The scopes the app has; asking for another fails TikTok's page.",
    ),
]
Unaudited = Annotated[
    bool,
    typer.Option(
        "--unaudited",
        help="SELF_ONLY posts of private accounts alone, five posting users in 24 hours.",
    ),
]
RedirectUris = Annotated[
    list[str] | None,
    typer.Option(
        "--redirect-uri", metavar="U", help="A registered one, with a port or *; repeatable."
    ),
]
Pull = Annotated[
    str,
    typer.Option(
        metavar="never|loopback|anywhere",
        help="From where videos and photos are fetched by their address.",
    ),
]
VerifiedUrls = Annotated[
    list[str] | None,
    typer.Option(
        "--verified-url",
        metavar="U",
        help="A verified domain or URL prefix to fetch from; repeatable.",
    ),
]


def simulator(
    port: Port = 0,
    accounts: AccountCount = 3,
    auto_approve: AutoApprove = False,
    scopes: AppScopes = "",
    unaudited: Unaudited = False,
    redirect_uri: RedirectUris = None,
    pull: Pull = "loopback",
    verified_url: VerifiedUrls = None,
) -> None:
    """Run a local TikTok: its base URL is the first line; app keys `sim-key`, `sim-secret`."""
    from tiktok_manager.simulator import SimulatorConfig, serve

    plain = SimulatorConfig()
    try:
        config = SimulatorConfig(
            accounts=accounts,
            auto_approve=auto_approve,
            port=port,
            app_scopes=tuple(scopes.replace(",", " ").split()) or plain.app_scopes,
            audited=not unaudited,
            redirect_uris=tuple(redirect_uri or plain.redirect_uris),
            pull=pull,
            url_properties=(*plain.url_properties, *(verified_url or ())),
        )
    except ValueError as exc:
        raise InputError("bad_simulator", why=str(exc)) from exc
    note(said("simulator_runs"))
    serve(config, announce=print_line)
