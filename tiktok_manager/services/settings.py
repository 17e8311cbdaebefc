"""Typed settings: each has a name, a check, a default and a sentence for the user."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tiktok_manager.domain.accounts import ALL_SCOPES, POSTING_SCOPES, Scope
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import AppKeysMissing, InputError, NotFound
from tiktok_manager.domain.events import EventBus, SettingsChanged
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import ON_TIME, Lateness, LatePolicy
from tiktok_manager.domain.schedule import parse_duration, zone
from tiktok_manager.domain.slots import Limits
from tiktok_manager.storage import holds
from tiktok_manager.storage import settings as queries
from tiktok_manager.storage.database import Database
from tiktok_manager.system.timezone import local_zone, local_zone_name
from tiktok_manager.tiktok.endpoints import AppKeys

if TYPE_CHECKING:
    from tiktok_manager.services.vault import VaultService

ENV_CLIENT_KEY = "TIKTOK_MANAGER_CLIENT_KEY"
ENV_CLIENT_SECRET = "TIKTOK_MANAGER_CLIENT_SECRET"  # noqa: S105 - a variable's name
_OFF = "off"
_SECRET_AAD = "settings/client-secret"  # noqa: S105 - associated data, not a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A setting's name, kind, default, words and check; `check` returns the value to keep."""

    name: str
    section: str
    kind: str
    default: str | None
    check: Callable[[str], str]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingValue:
    """A setting as it is shown; a secret's value is only ever `set` or None."""

    name: str
    value: str | None
    secret: bool
    section: str
    kind: str
    choices: tuple[str, ...]
    from_environment: bool = False


class Settings:
    """The settings of one data folder. Environment variables go before stored app keys."""

    def __init__(
        self,
        database: Database,
        vault: VaultService,
        events: EventBus,
        clock: Clock,
        env: Mapping[str, str],
    ) -> None:
        self._database = database
        self._vault = vault
        self._events = events
        self._clock = clock
        self._env_keys = {
            "client-key": env.get(ENV_CLIENT_KEY, "").strip(),
            "client-secret": env.get(ENV_CLIENT_SECRET, "").strip(),
        }
        vault.hide(self._env_keys["client-secret"])

    def list(self) -> list[SettingValue]:
        """Return every setting in the order of the settings page."""
        with self._database.read() as session:
            stored = queries.all_settings(session)
            has_secret = queries.has_secret(session, "client-secret")
        return [self._shown(definition, stored, has_secret) for definition in DEFINITIONS]

    def get(self, name: str) -> str | None:
        """Return a setting's value, its default if it was never set; raises NotFound."""
        definition = _definition(name)
        if definition.kind == "secret":
            raise InputError("setting_is_secret", name=name)
        if self._env_keys.get(name):
            return self._env_keys[name]
        with self._database.read() as session:
            return queries.all_settings(session).get(name, definition.default)

    def set(self, name: str, value: str) -> None:
        """Check and keep a value; raises NotFound, InputError, VaultLocked."""
        definition = _definition(name)
        checked = definition.check(value.strip())
        if definition.kind == "secret":
            sealed = self._vault.seal(checked, aad=_SECRET_AAD, lasting=True)
            with self._database.write() as session:
                queries.put_secret(session, name, sealed, self._clock.now())
        else:
            with self._database.write() as session:
                queries.put_setting(session, name, checked)
                if (name, checked) == ("publishing", "on"):
                    from tiktok_manager.storage import downtime

                    downtime.forget_tries(session, self._clock.now(), ON_TIME)
                if name == "direct-posts-per-day":
                    holds.look_again(session, "daily_cap", self._clock.now())
        self._events.publish(SettingsChanged(name=name))

    def app_keys_ready(self) -> bool:
        """Say whether both app keys are known, without opening the vault."""
        values = {setting.name: setting.value for setting in self.list()}
        return bool(values["client-key"] and values["client-secret"])

    def app_keys(self) -> AppKeys:
        """Return the TikTok app keys; raises AppKeysMissing, VaultLocked."""
        key = self.get("client-key")
        secret = self._env_keys["client-secret"] or self._stored_secret()
        if not key or not secret:
            raise AppKeysMissing()
        return AppKeys(client_key=key, client_secret=secret)

    def lateness(self) -> Lateness:
        """Return how late posts may go out unless they say otherwise."""
        return Lateness(
            policy=LatePolicy(self._text("late")),
            within=parse_duration(self._text("late-within")),
        )

    def late_spacing(self) -> timedelta:
        """Return the pause between late posts of one account."""
        return parse_duration(self._text("late-spacing"))

    def plan_limits(self) -> Limits:
        """Return how closely posts may stand."""
        with self._database.read() as session:
            stored = queries.all_settings(session)
        names = ("min-gap", "daily-cap", "stagger")
        gap, per_day, stagger = (stored.get(name, _OFF) for name in names)
        return Limits(
            gap=None if gap == _OFF else parse_duration(gap),
            per_day=None if per_day == _OFF else int(per_day),
            stagger=None if stagger == _OFF else parse_duration(stagger),
        )

    def recurring_ahead_days(self) -> int:
        """Return for how many days, today's first, posts of rules are made ahead of time."""
        return int(self._text("recurring-ahead"))

    def timezone(self) -> str:
        """Return the zone in which times are read and shown."""
        value = self._text("timezone")
        return local_zone_name() if value == "system" else value

    def zone_doubt(self) -> Finding | None:
        """Return what is to be known if the machine's zone, which goes here, is not surely told."""
        if self._text("timezone") != "system":
            return None
        found = local_zone(self._clock.now())
        if found.is_sure:
            return None
        minutes = int(found.offset.total_seconds()) // 60
        shown = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
        return Finding(code="zone_in_doubt", params={"zone": found.name, "offset": shown})

    def max_concurrent_uploads(self) -> int:
        """Return how many videos may be sent at the same time: none while the user holds posts."""
        with self._database.read() as session:
            stored = queries.all_settings(session)
        names = ("publishing", "uploads-at-once")
        on, places = (stored.get(name, _definition(name).default) for name in names)
        return int(places or 0) if on == "on" else 0

    def direct_posts_per_day(self) -> int:
        """Return how many direct posts an account may send in 24 hours."""
        return int(self._text("direct-posts-per-day"))

    def publishing_on(self) -> bool:
        """Say whether new posts may start; the user can hold them all."""
        return self.get("publishing") == "on"

    def hold_publishing(self, *, hold: bool) -> None:
        """Hold all posts, or let them go."""
        self.set("publishing", "off" if hold else "on")

    def requested_scopes(self) -> tuple[Scope, ...]:
        """Return the permissions asked for when an account connects."""
        return tuple(Scope(part) for part in self._text("scopes").split(","))

    def _text(self, name: str) -> str:
        return self.get(name) or ""

    def _stored_secret(self) -> str | None:
        with self._database.read() as session:
            sealed = queries.get_secret(session, "client-secret")
        return None if sealed is None else self._vault.open(sealed, aad=_SECRET_AAD, lasting=True)

    def _shown(
        self, definition: Definition, stored: Mapping[str, str], has_secret: bool
    ) -> SettingValue:
        secret = definition.kind == "secret"
        from_environment = bool(self._env_keys.get(definition.name))
        if secret:
            value = "set" if has_secret or from_environment else None
        else:
            value = self._env_keys.get(definition.name) or stored.get(
                definition.name, definition.default
            )
        return SettingValue(
            name=definition.name,
            value=value,
            secret=secret,
            section=definition.section,
            kind=definition.kind,
            choices=definition.choices,
            from_environment=from_environment,
        )


def _definition(name: str) -> Definition:
    for definition in DEFINITIONS:
        if definition.name == name:
            return definition
    names = tuple(each.name for each in DEFINITIONS)
    raise NotFound("not_found", what="setting", name=name, names=names)


def _key(value: str) -> str:
    if not value or len(value) > 256 or not value.isprintable() or " " in value:
        raise InputError("bad_app_key")
    return value


def _one_of(*choices: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in choices:
            raise InputError("bad_choice", value=value, choices=choices)
        return value

    return check


def _whole_number(low: int, high: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not value.isdecimal() or not low <= int(value) <= high:
            raise InputError("bad_number", value=value, low=low, high=high)
        return str(int(value))

    return check


def _duration(value: str) -> str:
    if not timedelta(minutes=1) <= parse_duration(value) <= timedelta(days=30):
        raise InputError("duration_out_of_range", value=value)
    return value.lower()


def _or_off(check: Callable[[str], str]) -> Callable[[str], str]:
    return lambda value: _OFF if value.lower() == _OFF else check(value)


def _zone(value: str) -> str:
    return "system" if value == "system" else zone(value).key


def _scopes(value: str) -> str:
    if named := _SCOPE_SETS.get(value.lower()):
        return ",".join(named)
    parts = value.replace(",", " ").split()
    unknown = [part for part in parts if part not in ALL_SCOPES]
    if unknown or Scope.BASIC not in parts:
        raise InputError(
            "bad_scopes", value=value, needed=Scope.BASIC.value, scopes=tuple(ALL_SCOPES)
        )
    return ",".join(scope for scope in ALL_SCOPES if scope in parts)


_SCOPE_SETS = {"posting": POSTING_SCOPES, "all": ALL_SCOPES}
DEFINITIONS = (
    Definition(
        name="client-key",
        section="TikTok app",
        kind="text",
        default=None,
        check=_key,
    ),
    Definition(
        name="client-secret",
        section="TikTok app",
        kind="secret",
        default=None,
        check=_key,
    ),
    Definition(
        name="scopes",
        section="TikTok app",
        kind="text",
        default=",".join(POSTING_SCOPES),
        check=_scopes,
    ),
    Definition(
        name="timezone",
        section="Planning",
        kind="zone",
        default="system",
        check=_zone,
    ),
    Definition(
        name="late",
        section="Planning",
        kind="choice",
        default=LatePolicy.PUBLISH.value,
        check=_one_of(*LatePolicy),
        choices=tuple(LatePolicy),
    ),
    Definition(
        name="late-within", section="Planning", kind="duration", default="2h", check=_duration
    ),
    Definition(
        name="late-spacing", section="Planning", kind="duration", default="5m", check=_duration
    ),
    Definition(
        name="min-gap", section="Planning", kind="duration", default=_OFF, check=_or_off(_duration)
    ),
    Definition(
        name="daily-cap",
        section="Planning",
        kind="text",
        default=_OFF,
        check=_or_off(_whole_number(1, 100)),
    ),
    Definition(
        name="stagger", section="Planning", kind="duration", default=_OFF, check=_or_off(_duration)
    ),
    Definition(
        name="recurring-ahead",
        section="Planning",
        kind="int",
        default="30",
        check=_whole_number(1, 366),
    ),
    Definition(
        name="publishing",
        section="Publishing",
        kind="bool",
        default="on",
        check=_one_of("on", "off"),
        choices=("on", "off"),
    ),
    Definition(
        name="direct-posts-per-day",
        section="Publishing",
        kind="int",
        default="15",
        check=_whole_number(1, 100),
    ),
    Definition(
        name="uploads-at-once",
        section="Publishing",
        kind="int",
        default="8",
        check=_whole_number(1, 16),
    ),
    Definition(
        name="theme",
        section="Window",
        kind="choice",
        default="system",
        check=_one_of("system", "light", "dark"),
        choices=("system", "light", "dark"),
    ),
    Definition(
        name="close-to-tray",
        section="Window",
        kind="bool",
        default="on",
        check=_one_of("on", "off"),
        choices=("on", "off"),
    ),
    Definition(
        name="freeze-log-ms",
        section="Window",
        kind="int",
        default="200",
        check=_whole_number(20, 60_000),
    ),
)
