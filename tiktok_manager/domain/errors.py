"""The errors a user may see, mapped at the edge from whatever a library raised.

AppError
├── InputError            the user's input is wrong: names the field and the limit (exit 2)
│   ├── ChangedMeanwhile  another hand changed the row since it was read
│   └── NotFound          no such account, post, file
├── ActionNeeded          only the user can lead on: reconnect, unlock, set keys (exit 3)
│   ├── ReconnectNeeded   the account's permission is gone
│   ├── AppKeysMissing    no TikTok app keys yet
│   ├── VaultLocked       secrets cannot be read now
│   └── OutcomeUnknown    retrying might post twice
├── StorageError          the data folder or database cannot be used (exit 1)
│   ├── DatabaseTooNew    written by a newer version
│   ├── DatabaseTooOld    written before the first release
│   ├── DatabaseBusy      another program holds the lock too long
│   ├── DatabaseDamaged   it is not whole: only reading goes on
│   ├── DatabaseReadOnly  it cannot be written
│   └── DiskFull          no space is left; work goes on when there is some
├── PublisherBusy         another publisher works on this data folder
├── ConsentRefused        the user said no on TikTok's page, or closed it
├── Cancelled             the user cancelled the work
├── Unforeseen            a fault of ours ended the work; the stack is in the log
└── RemoteError           TikTok or the way to it
    ├── NetworkDown       no answer, or none that can be trusted
    └── TikTokRefused     TikTok answered with an error code
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Self

from tiktok_manager.domain.findings import Finding, Param


class FailureClass(StrEnum):
    """What a failure means for a post; each has one way on (see `services.publishing`)."""

    RETRY = "retry"
    WAIT_RESET = "wait_reset"
    NEEDS_RECONNECT = "needs_reconnect"
    NEEDS_EDIT = "needs_edit"
    PERMANENT = "permanent"
    OUR_BUG = "our_bug"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Everything that went wrong, as one value: our code, its parameters, what follows for a post.

    `raw_code` is what TikTok called it, `log_id` TikTok's; both stay one click away. The parameter
    `advice` names other advice than the code's own (`wording.tiktok.ADVICE`).
    """

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)
    kind: FailureClass | None = None
    raw_code: str = ""
    log_id: str = ""
    retry_after: timedelta | None = None

    def adding(self, **params: Param) -> "Failure":
        """Return the same failure with more parameters."""
        return replace(self, params={**self.params, **params})

    @property
    def as_cause(self) -> dict[str, Param]:
        """The failure as parameters of what it led to, said as `{cause:title}`."""
        known = {**self.params, "cause": self.code}
        return known | {
            name: value
            for name, value in (("raw_code", self.raw_code), ("log_id", self.log_id))
            if value
        }

    @property
    def kept(self) -> "Failure":
        """The failure as a post keeps it: the wait it asked for stands in the post's own times."""
        return replace(self, retry_after=None)


class AppError(Exception):
    """Something that went wrong, as a code with parameters; `wording` says it in sentences.

    Attributes:
        code: Ours, ASCII snake_case; the class's own where none is given.
        params: What the sentences need; a class may give them defaults.
        raw_code: What TikTok called it, where it was TikTok.
        log_id: TikTok's log id, where there is one.
        findings: What a check found, where that is why.
    """

    exit_code = 1
    code = "error"
    kind: FailureClass | None = None

    def __init__(
        self,
        code: str = "",
        /,
        *,
        raw_code: str = "",
        log_id: str = "",
        findings: Sequence[Finding] = (),
        **params: Param,
    ) -> None:
        self.code = code or type(self).code
        self.params: Mapping[str, Param] = params
        self.raw_code = raw_code
        self.log_id = log_id
        self.findings = tuple(findings)
        super().__init__(self.code)

    @property
    def failure(self) -> Failure:
        """The error as a value."""
        return Failure(
            code=self.code,
            params=self.params,
            kind=self.kind,
            raw_code=self.raw_code,
            log_id=self.log_id,
        )

    def adding(self, **params: Param) -> Self:
        """Return the same error with more parameters."""
        other = type(self).__new__(type(self))
        other.__dict__ |= self.__dict__ | {"params": {**self.params, **params}}
        return other

    def __str__(self) -> str:
        """Code and parameters, for logs: words for people are made in `wording`."""
        told = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({told})" if told else self.code


class InputError(AppError):
    """The input is wrong; nothing was changed."""

    exit_code = 2
    code = "bad_input"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field that another hand changed meanwhile: the value wanted, and the one that stands."""

    field: str
    yours: Param
    theirs: Param


class ChangedMeanwhile(InputError):
    """The row has another version than the one this change was made from; nothing was written.

    `what` it is (`post`, `account`), `id` which one, `changes` what stands now beside what was
    wanted. Empty where the row is gone, or nothing a person sees was changed. `findings` are what
    is to be known of a plan by now that was not when it was proposed.
    """

    code = "changed_meanwhile"

    def __init__(
        self,
        what: str,
        id_: str,
        changes: Sequence[Change] = (),
        findings: Sequence[Finding] = (),
    ) -> None:
        super().__init__(
            findings=findings,
            what=what,
            id=id_,
            fields=tuple(each.field for each in changes),
            theirs=tuple(str(each.theirs) for each in changes),
            yours=tuple(str(each.yours) for each in changes),
        )
        self.what = what
        self.id = id_
        self.changes = tuple(changes)


class NotFound(InputError):
    """What the user named does not exist; `what` says what it is: a post, an account, a file."""

    code = "not_found"


class ActionNeeded(AppError):
    """Only the user can lead on."""

    exit_code = 3
    code = "action_needed"


class ReconnectNeeded(ActionNeeded):
    """TikTok no longer accepts this account's permission."""

    code = "reconnect_needed"
    kind = FailureClass.NEEDS_RECONNECT


class AppKeysMissing(ActionNeeded):
    """The user has not given TikTok app keys yet."""

    code = "app_keys_missing"


class VaultLocked(ActionNeeded):
    """Secrets cannot be read: no keyring, a locked one, or a wrong passphrase."""

    code = "vault_locked"


class OutcomeUnknown(ActionNeeded):
    """Doing it again might post twice."""

    code = "outcome_unknown"


class StorageError(AppError):
    """The data folder or the database cannot be used."""

    code = "storage"


class DatabaseTooNew(StorageError):
    """The database was written by a newer version of the app."""

    code = "database_too_new"


class DatabaseTooOld(StorageError):
    """The database was written before the first release."""

    code = "database_too_old"


class DatabaseBusy(StorageError):
    """Another program holds the database's lock for too long."""

    code = "database_busy"


class DatabaseDamaged(StorageError):
    """The database is not whole, or not known to be: nothing more is written into it."""

    code = "database_damaged"


class DatabaseReadOnly(StorageError):
    """The database or its folder cannot be written."""

    code = "database_read_only"


class DiskFull(StorageError):
    """The data folder's disk has no space left."""

    code = "disk_full"


class PublisherBusy(AppError):
    """Another publisher works on this data folder."""

    code = "publisher_busy"


class ConsentRefused(AppError):
    """The account's owner did not give permission."""

    code = "consent_refused"


class Cancelled(AppError):
    """The user cancelled the work."""

    code = "cancelled"


class Unforeseen(AppError):
    """A fault of ours ended the work; what it was is in the log, and reported by itself."""

    code = "unforeseen"


class RemoteError(AppError):
    """TikTok or the way to it failed; `failure` says what follows for a post."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code, raw_code=failure.raw_code, log_id=failure.log_id)
        self.params = failure.params
        self._failure = failure

    @property
    def failure(self) -> Failure:
        """What failed, with what follows for a post."""
        return self._failure


class NetworkDown(RemoteError):
    """No answer, or none that can be trusted. Whether the request arrived is not known."""


class TikTokRefused(RemoteError):
    """TikTok answered with an error code."""
