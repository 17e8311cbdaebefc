"""Every code that is raised, kept or told has words, and gets the parameters they name."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest

from tests.wording.scanner import Use, prose, sentences, uses
from tiktok_manager.domain import errors
from tiktok_manager.domain.errors import AppError
from tiktok_manager.services.backups import Backup, BackupKind, BackupOf, Rank
from tiktok_manager.services.settings import DEFINITIONS
from tiktok_manager.wording import speech
from tiktok_manager.wording.backups import backup_words
from tiktok_manager.wording.catalogue import (
    Catalogue,
    Choice,
    Each,
    Entry,
    Plural,
    chosen,
    names_in,
)
from tiktok_manager.wording.settings import LABELS, SETTINGS
from tiktok_manager.wording.speech import CATALOGUE
from tiktok_manager.wording.trail import TRAIL

PACKAGE = Path(errors.__file__).parents[1]
BELOW = ("domain", "storage", "tiktok", "system", "services", "scheduler")
ALL = (*BELOW, "cli", "ui")
ERRORS = frozenset(
    {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    | {"MediaChanged", "UploadGone", "SecretDamaged", "Fenced", "said"}
) - {"Failure", "Finding", "Change", "FailureClass", "ChangedMeanwhile"}
SPOKEN: Catalogue = {**TRAIL, **CATALOGUE}
BY_ITSELF = frozenset({"code", "raw_code", "findings"})


def files(rooms: tuple[str, ...]) -> Iterator[Path]:
    for room in rooms:
        yield from sorted((PACKAGE / room).rglob("*.py"))


def entries(entry: Entry | Choice, spelt: Mapping[str, str]) -> tuple[Entry, ...]:
    """Return the sentences that may be said: one where what chooses among them is written out."""
    if isinstance(entry, Entry):
        return (entry,)
    if entry.by in spelt:
        return (chosen(entry, spelt),)
    return tuple(entry.entries.values())


def titles(entry: Entry) -> Iterator[str]:
    match entry.title:
        case Plural(one, many):
            yield from (one, many)
        case Each(every):
            yield every
        case str(text):
            yield text


def wordless(found: Use) -> bool:
    entry = SPOKEN.get(found.code)
    if isinstance(entry, Choice) and found.params is not None:
        value = found.spelt.get(entry.by, "" if entry.by not in found.params else None)
        return value is not None and {value, ""}.isdisjoint(entry.entries)
    return entry is None


def unfilled(found: Use) -> set[str]:
    """Return the parameters that no title of the code can do without and that are not given."""
    if found.params is None or found.code not in SPOKEN:
        return set()
    needed = [
        {name for text in titles(entry) for name in names_in(text)}
        for entry in entries(SPOKEN[found.code], found.spelt)
    ]
    return set.intersection(*needed) - found.params - BY_ITSELF


@pytest.mark.parametrize("room", ALL)
def test_every_code_in_the_source_has_words(room: str) -> None:
    found = [(file.name, use) for file in files((room,)) for use in uses(file.read_text(), ERRORS)]
    assert [(name, use.line, use.code) for name, use in found if wordless(use)] == []


@pytest.mark.parametrize("room", ALL)
def test_every_code_gets_the_parameters_of_its_title(room: str) -> None:
    found = [(file.name, use) for file in files((room,)) for use in uses(file.read_text(), ERRORS)]
    assert [(name, use, unfilled(use)) for name, use in found if unfilled(use)] == []


def test_every_errors_own_code_has_words() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    own = {kind.code for kind in kinds if issubclass(kind, AppError)}
    bare = {"bad_input", "action_needed", "storage"}  # always raised by another code
    assert own - bare - set(SPOKEN) == set()


@pytest.mark.parametrize("room", BELOW)
def test_no_sentence_is_made_below_this_room(room: str) -> None:
    found = [
        f"{file.name}:{text}"
        for file in files((room,))
        for text in sentences(file.read_text(), ERRORS)
    ]
    assert found == []


# What is no word of ours: read rather than told, or said by TikTok or a standard.
NOT_OURS = frozenset(
    {
        "callback_pages.py",  # headers and mark-up
        "when.py",  # what people write for a time
        "filesystem.py",  # names of programs
        "migrations",
    }
)
NOT_OURS_EITHER = (
    "By posting, you agree to TikTok's",  # kept as what was agreed to, word for word
    "post info is empty",  # TikTok's
)


@pytest.mark.parametrize("room", BELOW)
def test_no_words_for_people_stand_below_this_room(room: str) -> None:
    found = [
        f"{file.name}:{text}"
        for file in files((room,))
        if NOT_OURS.isdisjoint(file.parts)
        for text in prose(file.read_text())
        if not any(known in text for known in NOT_OURS_EITHER)
    ]
    assert found == []


def test_doctor_makes_no_words_of_its_own() -> None:
    assert list(prose((PACKAGE / "cli" / "doctor.py").read_text())) == []


def test_the_scan_sees_words_for_people_wherever_they_stand() -> None:
    assert list(prose('TITLE = "You are signed in"'))
    assert list(prose('def f(): return f"{n} days are left"'))
    assert not list(prose('"""Says so in words."""\nlogger.info("It went on from there")'))


def test_every_setting_has_words() -> None:
    assert {each.name for each in DEFINITIONS} == set(SETTINGS) == set(LABELS)


def test_every_backup_is_told_whatever_it_is() -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    made = Backup(path=Path("b"), kind=BackupKind.MANUAL, taken_at=at, size_bytes=1, sha256=None)
    for kind, of, rank in product(BackupKind, BackupOf, (None, *Rank)):
        backup = replace(made, kind=kind, of=of, rank=rank)
        assert all(map(backup_words, (backup.kind, backup.of, backup.kept_as)))


def test_the_scan_sees_a_code_without_words() -> None:
    (found,) = uses('raise InputError("no_such_code", text=text)', ERRORS)
    assert wordless(found)


def test_the_scan_sees_a_parameter_that_is_missing() -> None:
    (found,) = uses('raise NotFound("not_found", what="account")', ERRORS)
    assert unfilled(found) == {"handle"}


@pytest.mark.parametrize("given", ["", ', what="unicorn"'])
def test_the_scan_sees_a_kind_of_thing_without_words(given: str) -> None:
    (found,) = uses(f'raise NotFound("not_found"{given})', ERRORS)
    assert wordless(found)


def test_the_scan_sees_a_sentence() -> None:
    assert list(sentences('raise InputError("x", why="It is not a file.")', ERRORS))


def test_no_code_is_spoken_for_twice() -> None:
    """A later catalogue would silently take the place of an earlier one's sentences."""
    parts = [each for each in vars(speech).values() if isinstance(each, dict)]
    catalogues = [
        each for each in parts if each is not CATALOGUE and each.keys() <= CATALOGUE.keys()
    ]
    every = [code for each in catalogues for code in each]
    assert len(every) >= len(CATALOGUE)
    assert sorted(code for code in set(every) if every.count(code) > 1) == []
