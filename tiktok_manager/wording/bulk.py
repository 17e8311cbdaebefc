"""Tables that are imported, and the plan as a file, in words."""

from tiktok_manager.wording.catalogue import Catalogue, Choice, Entry, Plural
from tiktok_manager.wording.translation import _, users_language

_TABLE = _("A table is a CSV or XLSX file with a row of column names first.")

_FILES: Catalogue = {
    "no_table": Choice(
        "why",
        {
            "": Entry(_("{file} cannot be read as a table."), _TABLE),
            "not_a_file": Entry(_("{file} is not a regular file."), _TABLE),
            "too_large": Entry(
                _("{file} is too large for a table."),
                _("At most {most} MB are read."),
                _("Split it into several files."),
            ),
            "line_too_long": Entry(
                _("Line {line} of {file} is too long for a table."),
                _("It has more than {most:,} characters."),
                _("Check that the file is a CSV file, with a line for each row."),
            ),
            "too_many_rows": Entry(
                _("{file} has too many rows."),
                _("At most {most:,} are planned at once."),
                _("Split it into several files."),
            ),
            "too_many_columns": Entry(
                _("{file} has too many columns."), _("At most {most} are read.")
            ),
            "bad_quotes": Entry(
                _("A quotation mark in {file} is never closed."),
                hint=_("Save the table anew, as CSV from a spreadsheet."),
            ),
            "not_text": Entry(
                _("{file} is neither text nor a workbook."),
                hint=_("Save the table as CSV (UTF-8) or XLSX."),
            ),
            "old_excel": Entry(
                _("{file} is a workbook of old Excel."), hint=_("Save it as XLSX or CSV.")
            ),
            "damaged": Entry(
                _("{file} is not a whole workbook."), hint=_("Save it anew as XLSX, or as CSV.")
            ),
            "unpacks_to_much": Entry(
                _("{file} unpacks to more than a table needs."),
                hint=_("Save only the sheet with the table, as XLSX or CSV."),
            ),
            "entities": Entry(
                _("{file} holds declarations that no spreadsheet writes."),
                hint=_("Save it anew from a spreadsheet, as XLSX or CSV."),
            ),
            "not_calculated": Entry(
                _("{file} holds formulas that were never worked out."),
                hint=_("Open and save it in a spreadsheet, or write values."),
            ),
            "empty": Entry(_("{file} has no rows."), _TABLE),
            "no_videos": Entry(
                _("{file} holds no videos."),
                _("MP4, MOV and WebM files that lie in the folder itself are planned."),
            ),
        },
    ),
    "bad_template": Entry(
        _("“{variable}” is not known in a caption's template."),
        hint=_("The variables are: {variables}."),
    ),
    "every_without_at": Entry(
        _("The time of the first video is missing."),
        typed=_("Name it with `--at`, or leave `--every` off for the next free slots."),
    ),
}

_COLUMNS: Catalogue = {
    "column_unknown": Entry(
        _("There is no column “{column}”."), hint=_("The columns are: {columns}.")
    ),
    "header_missing": Entry(_("The file has no column “{header}”."), hint=_("It has: {headers}.")),
    "columns_missing": Entry(
        _("The file lacks the column {columns}."),
        _("Its columns are: {headers}."),
        typed=_("Say which one it is with `--map file=NAME`."),
        shown=_("Choose which one it is."),
    ),
    "columns_left_out": Entry(_("Not used, as no column of a plan goes by that name: {headers}.")),
    "dates_in_doubt": Entry(
        _("{text} can mean two days, and no other date in its column tells which."),
        typed=_("Say `--dates day-first` or `--dates month-first`."),
        shown=_("Choose whether the day or the month comes first."),
    ),
}

_CELLS: Catalogue = {
    "cell_missing": Entry(_("It is empty.")),
    "row_too_long": Entry(
        _("The row has more cells than there are columns."),
        hint=_("Put what holds the delimiter into quotation marks."),
    ),
    "cell_with_nul": Entry(_("The row holds a NUL character."), hint=_("Take it out.")),
    "bad_switch": Entry(_("“{value}” is neither yes nor no."), hint=_("Write yes or no.")),
    "no_whole_number": Entry(_("“{value}” is not a whole number.")),
    "file_outside": Entry(
        _("{file} leads out of the folder of the table."),
        hint=_("Put the video beside the table, or write its whole path."),
    ),
    "campaign_unknown": Entry(
        _("There is no campaign “{name}”, or more than one."),
        hint=_("Make it first, or name it by its id."),
    ),
    "field_is_fixed": Entry(
        _("This cannot be changed in a plan: {was} became {wanted}."),
        hint=_("Put it back, or write a new row without an id."),
    ),
}

_RESULTS: Catalogue = {
    "rows_refused": Entry(
        Plural(
            "{count} row cannot be planned as it is: nothing was changed.",
            "{count} rows cannot be planned as they are: nothing was changed.",
            "count",
        ),
        _("Rows: {rows}."),
        typed=_("Mend them, or plan the others with `--good-rows`."),
        shown=_("Mend them, or plan the others alone."),
    ),
    "table_missing": Entry(
        _("No file was named."), typed=_("Name a CSV or XLSX file, or a folder of videos.")
    ),
    "no_good_rows": Entry(_("No row can be planned: nothing was changed.")),
    "import_unknown": Entry(_("There is no import “{id}”.")),
    "row_said": Entry(_("Row {row}: {told}")),
    "cell_said": Entry(_("Row {row}, {column}: {told}")),
    "import_would": Entry(Plural("Would plan {count} post.", "Would plan {count} posts.", "count")),
    "import_done": Entry(
        Plural(
            "Planned {count} post; `posts import --undo {id}` takes it back.",
            "Planned {count} posts; `posts import --undo {id}` takes them back.",
            "count",
        )
    ),
    "drafts_made": Entry(
        Plural(
            "{count} of them is a draft: it was not agreed that it is posted.",
            "{count} of them are drafts: it was not agreed that they are posted.",
            "count",
        ),
        typed=_("`--consent` plans direct posts; `posts edit ID --consent` does for one."),
    ),
    "rows_left_out": Entry(
        Plural("{count} row was left out: {rows}.", "{count} rows were left out: {rows}.", "count")
    ),
    "import_undone": Entry(Plural("Took back {count} post.", "Took back {count} posts.", "count")),
    "import_not_undone": Entry(
        Plural(
            "{count} post is under way or was posted, and stays: {posts}.",
            "{count} posts are under way or were posted, and stay: {posts}.",
            "count",
        )
    ),
    "plan_file_refused": Entry(
        Plural(
            "{count} row cannot be applied: nothing was changed.",
            "{count} rows cannot be applied: nothing was changed.",
            "count",
        ),
        _("Rows: {rows}."),
    ),
    "post_named_twice": Entry(_("Another row bears the id {id}, too.")),
    "row_added": Entry(_("Row {row}: {file} is new.")),
    "row_changed": Entry(_("Row {row}, {field}: “{old}” becomes “{new}”.")),
    "row_missing": Entry(_("Not in the file: {post} of @{account} at {at}.")),
    "plan_compared": Entry(
        _(
            "Added: {added}, changed: {changed}, unchanged: {unchanged}, refused: {refused}, "
            "not in the file: {missing}."
        )
    ),
    "plan_applied": Entry(_("The plan is what the file says.")),
    "template_written": Entry(_("Wrote a template to {file}.")),
}

_COLUMN_HELP = {
    "file": _("The video: a path on this computer, or one from the folder of this table on."),
    "account": _("A handle, group:NAME, tag:NAME or all; several with ; between them."),
    "publish_at": _("2026-12-24 18:30, fri 18:00, in 2 hours. Blank: the next free slot."),
    "timezone": _("The zone of the time, such as Europe/Berlin. Blank: the usual one."),
    "caption": _("At most 2200 characters, as TikTok counts them."),
    "hashtags": _("Are put behind the caption, with or without #."),
    "privacy": _("public, friends, followers or private."),
    "comments": _("yes or no: whether others may comment."),
    "duet": _("yes or no: whether others may duet."),
    "stitch": _("yes or no: whether others may stitch."),
    "your_brand": _("yes if it promotes your own business."),
    "branded_content": _("yes if it is a paid partnership."),
    "ai_generated": _("yes if it was made with AI: it is labelled so."),
    "cover_ms": _("The frame of the cover, in milliseconds from the start."),
    "mode": _("direct posts it, inbox leaves a draft in the creator's TikTok inbox."),
    "campaign": _("The name of a campaign that it belongs to."),
    "tags": _("Your own words to find it by; several with ; between them."),
    "late": _("If its time was missed: publish, ask or next-slot, and how late: publish 2h."),
}


def column_help(column: str) -> str:
    """Say what a column of an import takes."""
    return users_language().gettext(_COLUMN_HELP[column])


BULK: Catalogue = {**_FILES, **_COLUMNS, **_CELLS, **_RESULTS}
