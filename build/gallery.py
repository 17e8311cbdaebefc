"""Pictures of every pane and every piece of the kit, to look at before saying done.

    python build/dev.py gallery FOLDER [--pane calendar] [--size 1024x700] [--theme dark]
                                       [--scale 2] [--pseudo long]

Each option may be repeated; all there is of it when it is not given. `--pane` takes panes, what
is opened on them (`post`, `account`, `editing`), boards of the kit (`kit-labels`) and `kit` for
all boards; FOLDER/index.html shows everything. Runs without a display; nothing reaches TikTok and
the data is thrown away at the end.
"""

import argparse
import html
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

if TYPE_CHECKING:
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.ui.session import WindowSession

SIZES = ("1280x800", "1024x700", "1920x1080")
THEMES = ("light", "dark")
SCALES = ("1", "2")
PSEUDO = ("no", "long", "mirrored")
VIEWS = ("week", "day", "agenda")
OPENED = (
    *("post", "account", "editing", "needs-you", "messages", "palette", "keys", "record"),
    *("import-settings", "import-check", "campaign", "campaign-whom", "campaign-when"),
    *("recurring", "rule", "repeat"),
    *VIEWS,
)
KIT = "kit-"
PATIENCE_MS = 20_000
LOOK_MS = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which pictures to take, and where they go."""

    folder: Path
    subjects: tuple[str, ...]
    sizes: tuple[str, ...]
    themes: tuple[str, ...]
    scales: tuple[str, ...]
    pseudo: tuple[str, ...]

    @property
    def of_window(self) -> list[str]:
        """The subjects that need the whole window and its data."""
        return [name for name in self.subjects if not name.startswith(KIT)]

    @property
    def boards(self) -> list[str]:
        """The boards of the kit."""
        return [name for name in self.subjects if name.startswith(KIT)]


def main(argv: Sequence[str]) -> int:
    """Write the pictures and their index; one process a scale, for Qt reads it when loaded."""
    wanted = arguments(argv)
    if "GALLERY_SCALE" in os.environ:
        _take_pictures(wanted, os.environ["GALLERY_SCALE"])
        return 0
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with _world(wanted) as env:
        for scale in wanted.scales:
            of_scale = {"QT_SCALE_FACTOR": scale, "GALLERY_SCALE": scale}
            command = (sys.executable, str(Path(__file__).resolve()), *argv)
            done = subprocess.run(command, env={**env, **of_scale}, check=False)
            if done.returncode:
                return done.returncode
    index = write_index(wanted.folder)
    print(f"Written: {index}")
    return 0


def arguments(argv: Sequence[str]) -> Wanted:
    """Return what the command line asks for."""
    about, _usage, rest = (__doc__ or "").split("\n\n")
    parser = argparse.ArgumentParser(prog="dev.py gallery", description=about, epilog=rest)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pane", action="append", choices=(*subjects(), "kit"), metavar="NAME")
    for name, values in (("size", SIZES), ("theme", THEMES), ("scale", SCALES), ("pseudo", PSEUDO)):
        parser.add_argument(f"--{name}", action="append", choices=values)
    told = parser.parse_args(argv)
    panes = set(told.pane or subjects())
    chosen = (
        name for name in subjects() if name in panes or (name.startswith(KIT) and "kit" in panes)
    )
    return Wanted(
        folder=told.folder.resolve(),
        subjects=tuple(chosen),
        sizes=tuple(told.size or SIZES),
        themes=tuple(told.theme or THEMES),
        scales=tuple(told.scale or SCALES),
        pseudo=tuple(told.pseudo or PSEUDO),
    )


def subjects() -> list[str]:
    """Return everything there are pictures of: panes, what opens on them, boards of the kit."""
    from build.gallery_kit import BOARDS
    from tiktok_manager.ui.panes import PANES

    return [*(pane.name for pane in PANES), *OPENED, *(f"{KIT}{name}" for name in BOARDS)]


def write_index(folder: Path) -> Path:
    """Write a page that shows every picture in the folder, a row a subject."""
    rows: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.png")):
        rows.setdefault(path.stem.partition("_")[0], []).append(path.name)
    page = ["<!doctype html><meta charset=utf-8><title>Gallery</title><style>", _STYLE, "</style>"]
    for subject, names in rows.items():
        page.append(f"<h2 id={subject}>{html.escape(subject)}</h2><div>")
        page += [f"<a href='{n}'><img loading=lazy src='{n}'>{Path(n).stem}</a>" for n in names]
        page.append("</div>")
    index = folder / "index.html"
    index.write_text("\n".join(page), encoding="utf-8")
    return index


_STYLE = """
body { font: 13px sans-serif; background: #888; margin: 16px }
div { display: flex; flex-wrap: wrap; gap: 12px }
a { width: 420px; color: #000; text-decoration: none } img { width: 100%; display: block }
"""


# --- in the process of one scale --------------------------------------------------------------


def _take_pictures(wanted: Wanted, scale: str) -> None:
    from tiktok_manager.ui.application import application

    app = application(["tiktok-manager"])
    for pseudo in wanted.pseudo:
        from PySide6.QtCore import Qt

        from tests.fakes.pseudo_locale import PseudoLocale
        from tiktok_manager.wording.translation import ENGLISH, speak

        mirrored = pseudo == "mirrored"
        direction = Qt.LayoutDirection
        app.setLayoutDirection(direction.RightToLeft if mirrored else direction.LeftToRight)
        speak(ENGLISH if pseudo == "no" else PseudoLocale(is_mirrored=mirrored))
        ending = f"{scale}x" + ("" if pseudo == "no" else f"_{pseudo}")
        if wanted.of_window:
            _picture_window(wanted, ending)
        if wanted.boards:
            _picture_boards(wanted, ending)


def _picture_boards(wanted: Wanted, ending: str) -> None:
    from PySide6.QtWidgets import QApplication

    from build.gallery_kit import board
    from tiktok_manager.ui.theme import Theme, ThemeChoice

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise TypeError("boards need an application")
    look = Theme(app)
    for theme in wanted.themes:
        look.choose(ThemeChoice(theme))
        for size in wanted.sizes:
            for name in wanted.boards:
                sheet = board(name.removeprefix(KIT), int(size.split("x")[0]))
                sheet.show()
                _let_pass(LOOK_MS)
                sheet.grab().save(str(wanted.folder / f"{name}_{size}_{theme}_{ending}.png"))
                sheet.close()
                sheet.deleteLater()
    look.deleteLater()


def _picture_window(wanted: Wanted, ending: str) -> None:
    with _window() as (session, workspace):
        for size in wanted.sizes:
            session.window.resize(*(int(side) for side in size.split("x")))
            for theme in wanted.themes:
                workspace.settings.set("theme", theme)
                _wait(partial(_has_theme, session, theme))
                for name in wanted.of_window:
                    _open(session, workspace, name)
                    _save(session, wanted.folder / f"{name}_{size}_{theme}_{ending}.png")


@contextmanager
def _world(wanted: Wanted) -> Iterator[Mapping[str, str]]:
    """Make the data for the window, if it is wanted; yields the environment to start in."""
    from build.gallery_world import gallery_world

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    plain = nullcontext(dict(os.environ))
    with gallery_world() if wanted.of_window else plain as env:
        yield env


@contextmanager
def _window() -> "Iterator[tuple[WindowSession, Workspace]]":
    """Open the window on the gallery's world, without a publisher."""
    from tests.fakes.window_world import window_on
    from tiktok_manager.app import open_workspace
    from tiktok_manager.system.paths import data_root

    with (
        open_workspace(os.environ) as workspace,
        window_on(workspace, data_root(os.environ)) as session,
    ):
        _wait(lambda: bool(session.host.current_pane) and not session.tasks.busy)
        yield session, workspace


def _open(session: "WindowSession", workspace: "Workspace", subject: str) -> None:
    from tiktok_manager.domain.posts import PostFilter, PostStatus
    from tiktok_manager.ui.calendar.span import View

    _put_away(session)
    page, following = workspace.planning.page, workspace.planning.overview().next_due
    failed = PostFilter(statuses=frozenset({PostStatus.FAILED}))
    today = workspace.clock.now().date()
    places: dict[str, tuple[str, object]] = {
        "account": ("accounts", workspace.accounts.list()[1].id),
        "calendar": ("calendar", today),
        "composer": ("composer", "new"),
        "editing": ("composer", None if following is None else following.id),
        "campaign": ("campaigns", _campaign_of(workspace)),
        "recurring": ("campaigns", "recurring"),
        "repeat": ("composer", "new"),
        "rule": ("campaigns", "recurring"),
        "campaign-whom": ("campaigns", "new"),
        "campaign-when": ("campaigns", "new"),
        "imports": ("imports", "new"),
        "import-settings": ("imports", _videos_of(workspace)),
        "import-check": ("imports", _videos_of(workspace)),
        "keys": ("calendar", today),
        "messages": ("calendar", today),
        "needs-you": ("calendar", "needs-you"),
        "palette": ("calendar", today),
        **{view.value: ("calendar", view) for view in View},
        "post": ("calendar", page(failed)[0].id),
        "record": ("activity", _longest_record(workspace)),
    }
    session.host.go(*places.get(subject, (subject, None)))
    match subject:
        case "messages":
            _say(session)
        case "palette":
            _search(session, "a")
        case "keys":
            session.host.show_keys()
        case "rule":
            _open_rule(session)
        case "repeat":
            _let_repeat(session)
        case "campaign-when":
            _leaf_campaign(session)
        case "import-check":
            _fill_import(session)


def _campaign_of(workspace: "Workspace") -> str:
    """Return a campaign that has started; it is made the first time."""
    from tiktok_manager.domain.campaigns import CampaignSpec, Strategy
    from tiktok_manager.domain.posts import Choices, Privacy

    known = workspace.campaigns.list()
    if known:
        return known[-1].id
    accounts = tuple(account.handle for account in workspace.accounts.list()[:3])
    now = workspace.clock.now()
    spec = CampaignSpec(
        name="Spring in the kitchen",
        videos=_videos_of(workspace),
        accounts=accounts,
        starts_at=now + timedelta(days=2),
        ends_at=now + timedelta(days=12),
        timezone="Europe/Berlin",
        strategy=Strategy.ALL,
        choices=Choices(privacy=Privacy.PUBLIC),
    )
    made = workspace.campaigns.create(spec, consent=True)
    workspace.campaigns.create(replace(spec, name="Summer, a draft"))
    return workspace.campaigns.start(made.id).after.id


def _leaf_campaign(session: "WindowSession") -> None:
    from tiktok_manager.ui.campaigns.view import WHEN, CampaignsView

    (view,) = session.window.findChildren(CampaignsView)
    if view.wizard is not None:
        view.wizard.go_to(WHEN)


def _open_rule(session: "WindowSession") -> None:
    from tiktok_manager.ui.recurring.page import RulesPage

    (page,) = session.window.findChildren(RulesPage)
    _wait(lambda: bool(page.table.rows.rows))
    page.table.row_opened.emit(page.table.rows.rows[0].rule.id, False)


def _let_repeat(session: "WindowSession") -> None:
    from tiktok_manager.ui.composer.form import Repeat
    from tiktok_manager.ui.composer.view import ComposerView

    (view,) = session.window.findChildren(ComposerView)
    _wait(lambda: view.model.state.is_open)
    view.model.enter(replace(view.model.form, repeat=Repeat.WEEKLY))


def _videos_of(workspace: "Workspace") -> tuple[Path, ...]:
    """Return some videos that are planned, to be planned once more."""
    from tiktok_manager.domain.posts import PostFilter

    found = {post.media.path for post in workspace.planning.page(PostFilter(), limit=40)}
    return tuple(sorted(path for path in found if path.exists())[:6])


def _fill_import(session: "WindowSession") -> None:
    from tiktok_manager.domain.posts import Privacy
    from tiktok_manager.ui.imports.view import CHECK, ImportView

    (view,) = session.window.findChildren(ImportView)
    _wait(lambda: view.model.sheet is not None and not view.model.job.busy)
    view.model.settings.choose_accounts(view.settings.accounts.picker.choices.shown_ids()[:3])
    _wait(lambda: not session.tasks.busy)
    view.model.settings.enter(view.model.settings.form.chosen(privacy=Privacy.PUBLIC))
    view.wizard.go_to(CHECK)


def _longest_record(workspace: "Workspace") -> str:
    from tiktok_manager.domain.posts import PostFilter

    found = [each.post.id for each in workspace.planning.changed(PostFilter(), limit=200)]
    return max(found, key=lambda post_id: len(workspace.planning.trail(post_id)))


def _put_away(session: "WindowSession") -> None:
    from tiktok_manager.ui.key_sheet import KeySheet

    session.host.close_drawer()
    session.host.messages.clear()
    session.window.top_bar.search.clear()
    session.window.setFocus()
    for sheet in session.window.findChildren(KeySheet):
        sheet.close()


def _say(session: "WindowSession") -> None:
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.ui.kit.action import Action
    from tiktok_manager.ui.kit.notices import Notice, Tone

    host, undo = session.host, Action(words=lambda: "Undo", run=lambda: None)
    host.notify(Notice(text="Moved: Tue 18:30 (Berlin) @sim01.", step=undo, stays=False))
    host.notify(Notice(text="Restored.", tone=Tone.GOOD))
    host.show_error(AppError("workspace_not_opened"), lambda: None)


def _search(session: "WindowSession", text: str) -> None:
    field = session.window.top_bar.search
    field.begin()
    field.setText(text)
    field.textEdited.emit(text)


def _has_theme(session: "WindowSession", theme: str) -> bool:
    return session.theme.choice.value == theme


def _save(session: "WindowSession", path: Path) -> None:
    _let_pass(LOOK_MS)
    _wait(lambda: not session.tasks.busy)
    _let_pass(LOOK_MS)
    session.window.grab().save(str(path))


def _let_pass(time_ms: int) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(time_ms, loop.quit)
    loop.exec()


def _wait(is_so: Callable[[], bool]) -> None:
    waited_ms = 0
    while not is_so():
        if waited_ms > PATIENCE_MS:
            raise SystemExit("the window did not get ready")
        _let_pass(50)
        waited_ms += 50


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
