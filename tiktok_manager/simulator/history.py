"""A past for an account: public videos spread over the days before now."""

from random import Random

from .audience import liveliness
from .config import DAY_S
from .state import PUBLIC, Account, Video

OPENINGS = (
    "Three things I learned about",
    "Nobody tells you this about",
    "A quiet minute of",
    "Part two:",
    "How I start with",
    "You asked, so here is",
    "The mistake everyone makes with",
    "Before and after:",
    "One take, no edits:",
    "What a week of",
)
SUBJECTS = (
    "early mornings",
    "small studios",
    "cheap tools",
    "slow cooking",
    "night trains",
    "first tries",
    "old cameras",
    "good coffee",
    "rainy days",
    "hand lettering",
    "street sounds",
    "house plants",
)
TAGS = ("#learnontiktok", "#howto", "#behindthescenes", "#diy", "#dayinmylife", "#fyp", "#calm")


def invent_history(
    account: Account, seed: int, until_s: float, days: int, posts: int
) -> list[Video]:
    """Return `posts` public videos of the `days` before `until_s`, oldest first.

    The seed decides them. Hours near the creator's peak are likelier, all can occur.
    """
    if days <= 0 or posts < 0:
        raise ValueError("A history takes at least one day and no negative number of posts.")
    chance = Random(f"{seed}/{account.handle}/history/{len(account.videos)}")
    moments = sorted(_moment(chance, account, until_s, days) for _ in range(posts))
    return [_video(chance, account, created_s) for created_s in moments]


def _moment(chance: Random, account: Account, until_s: float, days: int) -> float:
    while True:
        created_s = until_s - 3_600 - chance.random() * (days * DAY_S - 3_600)
        if chance.random() < 0.15 + 0.85 * liveliness(account, created_s):
            return float(round(created_s, 3))


def _video(chance: Random, account: Account, created_s: float) -> Video:
    tags = " ".join(chance.sample(TAGS, chance.randint(0, 3)))
    caption = f"{chance.choice(OPENINGS)} {chance.choice(SUBJECTS)} {tags}".strip()
    return Video(
        id=(int(created_s) << 32) | chance.getrandbits(32) | 1,
        handle=account.handle,
        created_s=created_s,
        visible_at_s=created_s + 30,
        caption=caption,
        privacy=PUBLIC,
        duration_s=float(round(chance.lognormvariate(3.2, 0.6)) + 5),
        width=1080,
        height=1920,
    )
