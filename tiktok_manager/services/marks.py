"""Groups and tags of accounts: with them several accounts go by one word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from tiktok_manager.domain.captions import read_tags
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.events import AccountChanged, EventBus
from tiktok_manager.storage import marks as queries
from tiktok_manager.storage.database import Database, Session

if TYPE_CHECKING:
    from tiktok_manager.domain.accounts import Account
    from tiktok_manager.services.accounts import Accounts

Write = Callable[[Session, Sequence[tuple["Account", Iterable[str]]]], list["Account"]]


class Marks:
    """Puts accounts into groups and marks them with tags. A name counts in any case."""

    def __init__(self, database: Database, accounts: Accounts, events: EventBus) -> None:
        self._database = database
        self._accounts = accounts
        self._events = events

    def group(
        self, accounts: Sequence[Account | str], *, add: Iterable[str], remove: Iterable[str]
    ) -> Sequence[Account]:
        """Put accounts into groups and take them out of others, all or none.

        Each is named, also by `group:NAME`, `tag:NAME` or `all`, or as it was seen. A group that
        nobody is in and that has no slots is gone. Raises NotFound, InputError, ChangedMeanwhile.
        """
        return self._change(accounts, lambda a: a.groups, add, remove, queries.set_groups)

    def tag(
        self, accounts: Sequence[Account | str], *, add: Iterable[str], remove: Iterable[str]
    ) -> Sequence[Account]:
        """Mark accounts with tags and take others away; as `group` does."""
        return self._change(accounts, lambda a: a.tags, add, remove, queries.set_tags)

    def _change(
        self,
        named: Sequence[Account | str],
        have: Callable[[Account], tuple[str, ...]],
        add: Iterable[str],
        remove: Iterable[str],
        write: Write,
    ) -> Sequence[Account]:
        added, removed = read_tags(add), {name.casefold() for name in read_tags(remove)}
        if clash := [name for name in added if name.casefold() in removed]:
            raise InputError("added_and_removed", name=clash[0])
        accounts: dict[str, Account] = {}
        for each in named:
            found = self._accounts.select([each]) if isinstance(each, str) else [each]
            accounts |= {account.id: account for account in found if account.id not in accounts}
        changes = []
        for account in accounts.values():
            old = [name for name in have(account) if name.casefold() not in removed]
            wanted = read_tags([*old, *added])
            if set(wanted) != set(have(account)):
                changes.append((account, wanted))
        if not changes:
            return list(accounts.values())
        with self._database.write() as session:
            written = {account.id: account for account in write(session, changes)}
        for account_id in written:
            self._events.publish(AccountChanged(account_id=account_id))
        return [written.get(id_, account) for id_, account in accounts.items()]
