"""`accounts`: connect, list, show, sync, pause, tag, group, disconnect."""

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from tiktok_manager.cli.context import cancelled_by_signals, command_line
from tiktok_manager.cli.options import AccountArgument, Json
from tiktok_manager.cli.output import (
    local_time,
    note,
    print_json,
    print_line,
    print_table,
    said,
    told_of,
)
from tiktok_manager.cli.sync import show_results
from tiktok_manager.domain.accounts import (
    POSTING_SCOPES,
    Account,
    Profile,
    Scope,
    fewer_scopes,
    without_publishing,
)
from tiktok_manager.services.serializers import account_json, findings_json
from tiktok_manager.system.browser import open_in_browser
from tiktok_manager.wording import message_and_action

app = typer.Typer(no_args_is_help=True)

PrintUrl = Annotated[
    bool, typer.Option("--print-url", help="Print the consent page's address, open nothing.")
]
PostingOnly = Annotated[
    bool, typer.Option("--posting-only", help="Ask for posts and drafts, for no numbers.")
]
InboxOnly = Annotated[bool, typer.Option("--inbox-only", help="Ask for drafts to the inbox only.")]
Reconnect = Annotated[str | None, typer.Option(metavar="HANDLE", help="Insist on this account.")]
Named = Annotated[
    list[str], typer.Argument(metavar="HANDLE…", help="Or group:NAME, tag:NAME, all.")
]
ToAdd = Annotated[list[str] | None, typer.Option("--add", metavar="NAME", help="Repeatable.")]
ToRemove = Annotated[list[str] | None, typer.Option("--remove", metavar="NAME", help="Repeatable.")]
Ask = Annotated[bool, typer.Option("--ask", help="Ask before the account is kept.")]


@app.command()
def connect(
    context: typer.Context,
    print_url: PrintUrl = False,
    posting_only: PostingOnly = False,
    inbox_only: InboxOnly = False,
    reconnect: Reconnect = None,
    ask: Ask = False,
    json: Json = False,
) -> None:
    """Connect a TikTok account through its owner's consent in the browser."""
    with command_line(context).workspace() as workspace, cancelled_by_signals() as cancel:
        asked = _scopes(
            workspace.settings.requested_scopes(), posting_only=posting_only, inbox_only=inbox_only
        )
        account = workspace.accounts.connect(
            open_url=print_line if print_url else _open,
            cancel=cancel,
            scopes=asked,
            reconnect=reconnect,
            confirm=_confirm if ask else None,
            on_stage=lambda stage: note(said("connect_stage", stage=stage.value)),
            on_overdue=lambda: _offer_fewer(asked),
        )
        if missing := [scope for scope in asked if not account.may(scope)]:
            note(said("scopes_not_granted", scopes=tuple(missing)))
        if json:
            print_json(account_json(account))
        else:
            print_line(said("connected", handle=account.handle, name=account.display_name))
        workspace.accounts.see_off(cancel)


@app.command("list")
def list_accounts(context: typer.Context, json: Json = False) -> None:
    """List the accounts."""
    with command_line(context).workspace() as workspace:
        accounts = workspace.accounts.list()
    if json:
        print_json([account_json(account) for account in accounts])
        return
    if not accounts:
        print_line(said("no_account_yet"))
        return
    print_table(
        ("HANDLE", "NAME", "STATUS", "FOLLOWERS", "LAST SYNC"),
        (
            (
                f"@{account.handle}",
                account.display_name,
                _status_words(account),
                account.followers,
                local_time(account.last_sync_at) or "never",
            )
            for account in accounts
        ),
    )


@app.command()
def show(context: typer.Context, account: AccountArgument, json: Json = False) -> None:
    """Show one account."""
    with command_line(context).workspace() as workspace:
        found = workspace.accounts.get(account)
    record = account_json(found)
    if json:
        print_json(record)
        return
    for name, value in record.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else value
        print_line(f"{name:13} {'' if text is None else text}")


@app.command("sync")
def sync_account(context: typer.Context, account: AccountArgument, json: Json = False) -> None:
    """Pull one account's profile and video counters."""
    with command_line(context).workspace() as workspace, cancelled_by_signals() as cancel:
        results = workspace.accounts.sync([account], cancel)
    show_results(results, as_json=json)


@app.command()
def pause(context: typer.Context, account: AccountArgument, json: Json = False) -> None:
    """Hold an account's posts until it is resumed."""
    _set_paused(context, account, paused=True, as_json=json)


@app.command()
def resume(context: typer.Context, account: AccountArgument, json: Json = False) -> None:
    """Let a paused account's posts go again."""
    _set_paused(context, account, paused=False, as_json=json)


@app.command()
def tag(
    context: typer.Context,
    account: Named,
    add: ToAdd = None,
    remove: ToRemove = None,
    json: Json = False,
) -> None:
    """Mark accounts with tags: `tag:NAME` names them all wherever accounts are named."""
    with command_line(context).workspace() as workspace:
        found = workspace.marks.tag(account, add=add or [], remove=remove or [])
    _show_marks(found, lambda each: each.tags, as_json=json)


@app.command()
def group(
    context: typer.Context,
    account: Named,
    add: ToAdd = None,
    remove: ToRemove = None,
    json: Json = False,
) -> None:
    """Put accounts into groups: `group:NAME` names them all wherever accounts are named."""
    with command_line(context).workspace() as workspace:
        found = workspace.marks.group(account, add=add or [], remove=remove or [])
    _show_marks(found, lambda each: each.groups, as_json=json)


def _show_marks(
    found: Sequence[Account], marks: Callable[[Account], Sequence[str]], *, as_json: bool
) -> None:
    if as_json:
        print_json([account_json(account) for account in found])
        return
    for account in found:
        print_line(f"@{account.handle}  {', '.join(marks(account))}".rstrip())


@app.command()
def disconnect(context: typer.Context, account: AccountArgument, json: Json = False) -> None:
    """Take the permission back at TikTok and forget it; planned posts stop with a reason."""
    with command_line(context).workspace() as workspace:
        found = workspace.accounts.get(account)
        warnings = workspace.accounts.disconnect(found.id)
        found = workspace.accounts.get(found.id)
    for warning in warnings:
        note(said("command_warning", told=told_of(warning)))
    if json:
        print_json({**account_json(found), **findings_json(warnings, message_and_action)})
    else:
        print_line(said("disconnected", handle=found.handle))


def _set_paused(context: typer.Context, name: str, *, paused: bool, as_json: bool) -> None:
    with command_line(context).workspace() as workspace:
        account = workspace.accounts.set_paused(name, paused)
    if as_json:
        print_json(account_json(account))
    else:
        handle = account.handle
        print_line(
            said("account_now_paused", handle=handle)
            if paused
            else said("account_now_active", handle=handle)
        )


def _open(url: str) -> None:
    # Whoever opens it may only claim to have done so, or not return for long.
    note(said("connect_address", url=url))
    open_in_browser(url)


def _confirm(profile: Profile) -> bool:
    handle = profile.handle or profile.display_name
    question = said("connect_asked", handle=handle, name=profile.display_name)
    return typer.confirm(question, err=True)


def _scopes(asked: tuple[Scope, ...], *, posting_only: bool, inbox_only: bool) -> tuple[Scope, ...]:
    if posting_only:
        asked = POSTING_SCOPES
    return without_publishing(asked) if inbox_only else asked


def _offer_fewer(asked: tuple[Scope, ...]) -> None:
    fewer = fewer_scopes(asked)
    option = ""
    if fewer is not None:
        option = "--posting-only" if Scope.PUBLISH in fewer else "--posting-only --inbox-only"
    note(said("connect_overdue", scopes=tuple(asked), option=option))


def _status_words(account: Account) -> str:
    words = account.status.replace("_", " ")
    if account.paused:
        words += ", paused"
    if account.restriction:
        words += f", {account.restriction}"
    return words
