"""What can be done with accounts, for the drawer, the menu of the table and the bulk bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tiktok_manager.ui.accounts.wording import disconnect_question, may_sync
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.link_gate import profile_url
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from tiktok_manager.services.accounts import AccountOverview
    from tiktok_manager.ui.accounts.viewmodel import AccountsViewModel
    from tiktok_manager.ui.frame import Frame

Items = Callable[[], "Sequence[AccountOverview]"]


def bulk_actions(model: AccountsViewModel, items: Items) -> Sequence[Action]:
    """Return what can be done with any number of accounts."""

    def ids() -> Sequence[str]:
        return [item.account.id for item in items() if may_sync(item.account)]

    def some(paused: bool) -> bool:
        return any(i.account.paused == paused for i in items() if may_sync(i.account))

    return (
        Action(
            words=lambda: tr("Sync now"),
            icon="sync",
            shown=lambda: bool(ids()),
            allowed=lambda: not model.syncing.busy,
            why_not=lambda: tr("Accounts are being read."),
            run=lambda: model.sync(ids()),
        ),
        Action(
            words=lambda: tr("Pause"),
            icon="pause",
            hint=lambda: tr("Posts wait until the account is resumed."),
            shown=lambda: some(paused=False),
            run=lambda: model.set_paused(ids(), True),
        ),
        Action(
            words=lambda: tr("Resume"),
            icon="play",
            shown=lambda: some(paused=True),
            run=lambda: model.set_paused(ids(), False),
        ),
    )


def account_actions(
    model: AccountsViewModel, frame: Frame, account_id: str
) -> tuple[Sequence[Action], Action]:
    """Return what can be done with one account, and what cannot be undone."""

    def items() -> Sequence[AccountOverview]:
        item = model.item(account_id)
        return () if item is None else (item,)

    def handle() -> str:
        return next((item.account.handle for item in items()), "")

    reconnect = Action(
        words=lambda: tr("Reconnect"),
        icon="link",
        look="primary",
        shown=lambda: any(map(model.may_reconnect, items())),
        allowed=lambda: not model.connecting.job.busy,
        why_not=lambda: tr("Another account is being connected."),
        run=lambda: model.connecting.start(account_id),
    )
    numbers = Action(
        words=lambda: tr("Analytics"),
        icon="analytics",
        run=lambda: frame.go("analytics", account_id),
    )
    profile = Action(
        words=lambda: tr("Open on TikTok"),
        icon="external",
        shown=lambda: bool(handle()),
        run=lambda: frame.open_url(profile_url(handle())),
    )
    able = (reconnect, *bulk_actions(model, items), numbers, profile)
    return able, _disconnect(model, account_id, items)


def _disconnect(
    model: AccountsViewModel, account_id: str, items: Callable[[], Sequence[AccountOverview]]
) -> Action:
    return Action(
        words=lambda: tr("Disconnect…"),
        icon="unlink",
        look="danger",
        shown=lambda: any(may_sync(i.account) or model.may_reconnect(i) for i in items()),
        question=lambda: next(
            (disconnect_question(item.account.handle, item.planned) for item in items()), ""
        ),
        no=lambda: tr("Keep it"),
        run=lambda: model.disconnect_account(account_id),
    )
