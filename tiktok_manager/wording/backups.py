"""What restoring a backup would do and has done, in words."""

from tiktok_manager.wording.translation import _, users_language

_ALL_ASIDE = _(
    "What was changed in TikTok Manager after it was made is set aside: kept as a file, but no "
    "longer shown. Publishing stops for the moment this takes."
)
_NUMBERS_ASIDE = _(
    "Followers, views and likes counted after that are set aside: kept as a file, but no longer "
    "shown. Publishing stops for the moment this takes; posts stay as they are."
)
_HELD_SINCE = _(
    "Posts that were due since {since} are held until it is known that they are not on TikTok, so "
    "nothing is posted twice."
)
_HELD_SINCE_A_DAY_BEFORE = _(
    "Posts that were due since a day before it was made are held until it is known that they are "
    "not on TikTok, so nothing is posted twice."
)
_RESTORED = _(
    "Posts that may have gone out since are held until it is known that they are not on TikTok. "
    "The former database lies in {folder}."
)
_VALUES = {
    "posts": _("Posts and accounts"),
    "metrics": _("Numbers"),
    "auto": _("By itself"),
    "manual": _("By you"),
    "before-upgrade": _("Before an update"),
    "until_deleted": _("Until you delete it"),
    "until_next_backup": _("Until the next backup"),
    "for_24_hours": _("24 hours"),
    "for_7_days": _("7 days"),
    "for_4_weeks": _("4 weeks"),
}


def backup_words(code: str) -> str:
    """Say what a backup holds, who made it, or how long it is kept."""
    return _said(_VALUES[code])


def restore_question(when: str, *, since: str, is_of_posts: bool) -> str:
    """Ask before a backup of the list is restored; `when` it was taken, held `since` that time."""
    if not is_of_posts:
        return _said(_("Restore the numbers of {when}?"), _NUMBERS_ASIDE, when=when)
    asked = _("Restore the backup of {when}?")
    return _said(asked, _ALL_ASIDE, _HELD_SINCE, when=when, since=since)


def restore_file_question(file: str, *, is_of_posts: bool) -> str:
    """Ask before a file from elsewhere is restored."""
    asked = _("Restore {file}?")
    if not is_of_posts:
        return _said(asked, _NUMBERS_ASIDE, file=file)
    return _said(asked, _ALL_ASIDE, _HELD_SINCE_A_DAY_BEFORE, file=file)


def restored_words(when: str, folder: str, *, is_of_posts: bool) -> tuple[str, str]:
    """Say what was restored: in a line, and in full."""
    if is_of_posts:
        return _said(_("Restored as of {when}."), when=when), _said(_RESTORED, folder=folder)
    kept = _("Posts are as they were. The former file lies in {folder}.")
    return _said(_("Numbers restored as of {when}."), when=when), _said(kept, folder=folder)


def _said(*sentences: str, **params: str) -> str:
    speech = users_language()
    return "\n".join(speech.gettext(each).format(**params) for each in sentences)
