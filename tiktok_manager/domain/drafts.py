"""What a person has entered and not sent yet."""

from dataclasses import dataclass
from datetime import timedelta

LASTS = timedelta(days=30)
"""How long a draft over a post that can no longer be changed is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The input of one form: of a new post, or over the post that `post_id` names.

    `form` is its text, of the form's own making. An edit was entered over the `shown` form, which
    showed that version of the post: so a change names what its author saw, however long ago.
    """

    form: str
    post_id: str = ""
    shown: str = ""
    shown_version: int = 0
