"""The pages a person sees: consent, its error page, the list of creators and their profiles.

Plain HTML without scripts. Every text from outside passes `escape`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from .audience import AccountCounts, VideoCounts
from .state import Account, Video

APP_NAME = "TikTok Manager"
STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #d6204e; }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 32px 16px;
       max-width: 960px }
h1 { font-size: 24px; margin: 0 0 8px } h2 { font-size: 18px; margin: 24px 0 8px }
a { color: inherit } p { margin: 0 0 16px } .quiet { opacity: .75 }
.card { border: 1px solid var(--line); border-radius: 12px; padding: 16px; margin: 0 0 16px }
.row { display: flex; gap: 16px; align-items: center } .row img { border-radius: 50% }
.grid { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)) }
.grid img, .grid video { width: 100%; aspect-ratio: 9/16; object-fit: cover; border-radius: 8px;
       background: #000 }
label { display: block; padding: 8px 0 } .narrow { max-width: 480px; margin: 0 auto }
button { font: inherit; padding: 8px 24px; border-radius: 8px; border: 1px solid var(--line);
       background: var(--soft); color: inherit; cursor: pointer }
button.main { background: var(--accent); color: #fff; border-color: var(--accent) }
.caption { white-space: pre-wrap; overflow-wrap: anywhere; margin: 8px 0 4px }
.tag { border: 1px solid var(--line); border-radius: 8px; padding: 0 8px; font-size: 13px }
"""

SCOPE_TEXTS = {
    "user.info.basic": "See your name and avatar",
    "user.info.profile": "See your username, bio and profile link",
    "user.info.stats": "See your follower, like and video counts",
    "video.list": "See your public videos and their counters",
    "video.publish": "Post videos to your profile",
    "video.upload": "Send drafts to your inbox",
}


def page(title: str, body: str) -> str:
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'>"
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{body}</body></html>"
    )


def consent_page(accounts: Sequence[Account], scopes: Sequence[str], ticket: str) -> str:
    people = "".join(
        f"<label><input type='radio' name='account' value='{escape(account.handle)}'"
        f"{' checked' if number == 0 else ''}> {escape(account.display_name)} "
        f"<span class='quiet'>@{escape(account.handle)}</span></label>"
        for number, account in enumerate(accounts)
    )
    boxes = "".join(
        f"<label><input type='checkbox' name='scope' value='{escape(scope)}' checked> "
        f"{escape(SCOPE_TEXTS.get(scope, scope))} <span class='quiet'>{escape(scope)}</span>"
        "</label>"
        for scope in scopes
    )
    return page(
        f"Authorize {APP_NAME}",
        f"<div class='narrow'><h1>{APP_NAME} would like to use your account</h1>"
        "<p class='quiet'>This is a local TikTok for trying things out.</p>"
        "<form method='post' action='/v2/auth/authorize/decision/'>"
        f"<input type='hidden' name='ticket' value='{escape(ticket)}'>"
        f"<h2>Account</h2><div class='card'>{people}</div>"
        f"<h2>It may</h2><div class='card'>{boxes}</div>"
        "<button class='main' name='answer' value='allow'>Allow</button> "
        "<button name='answer' value='refuse'>Refuse</button></form></div>",
    )


def parameter_error_page(parameter: str, log_id: str) -> str:
    """As bare as TikTok's: the parameter, and not what is wrong with it (`/_sim/violations` is)."""
    return page(
        "Something went wrong",
        "<div class='narrow'><h1>Something went wrong</h1>"
        "<p>We couldn’t log in with TikTok. The app has a problem with its login settings.</p>"
        f"<div class='card'><strong>{escape(parameter)}</strong>"
        f"<span class='quiet'>Log id {escape(log_id)}</span></div></div>",
    )


def people_page(people: Sequence[tuple[Account, AccountCounts, int]]) -> str:
    """`people` are accounts with their counts and how many public videos they have."""
    rows = "".join(
        f"<a class='card row' href='/@{escape(account.handle)}'>"
        f"<img src='/picture/avatar/{escape(account.handle)}/100.png' width='56' height='56' "
        f"alt=''><span><strong>{escape(account.display_name)}</strong> "
        f"<span class='quiet'>@{escape(account.handle)}</span><br>"
        f"<span class='quiet'>{short(counts.followers)} followers · {videos} videos</span></span>"
        f"{_tags(account)}</a>"
        for account, counts, videos in people
    )
    return page(
        "Local TikTok",
        "<h1>Local TikTok</h1><p class='quiet'>For trying things out: nothing here is on "
        f"TikTok.</p>{rows}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a profile page shows; `drafts` are publish_ids waiting in the inbox."""

    account: Account
    counts: AccountCounts
    public: Sequence[tuple[Video, VideoCounts]]
    hidden: Sequence[Video]
    drafts: Sequence[str]


def profile_page(profile: Profile) -> str:
    account, counts = profile.account, profile.counts
    head = (
        "<p><a class='quiet' href='/'>All creators</a></p><div class='row'>"
        f"<img src='/picture/avatar/{escape(account.handle)}/168.png' width='96' height='96' "
        f"alt=''><div><h1>{escape(account.display_name)}</h1>"
        f"<span class='quiet'>@{escape(account.handle)}</span> {_tags(account)}"
        f"<p class='caption'>{escape(account.bio)}</p><strong>{short(account.following)}</strong> "
        f"following · <strong>{short(counts.followers)}</strong> followers · "
        f"<strong>{short(counts.likes)}</strong> likes</div></div>"
    )
    return page(
        f"@{account.handle}",
        head
        + _drafts(account, profile.drafts)
        + _gallery("Videos", [_tile(video, _numbers(seen)) for video, seen in profile.public])
        + _gallery("Not public", [_tile(video, video.privacy) for video in profile.hidden]),
    )


def video_page(video: Video, counts: VideoCounts) -> str:
    return page(
        f"@{video.handle}",
        f"<div class='narrow'><p><a href='/@{escape(video.handle)}'>@{escape(video.handle)}</a></p>"
        f"<div class='grid'>{_tile(video, _numbers(counts))}</div></div>",
    )


def confirmed_page(account: Account, *, granted: bool) -> str:
    """What the phone shows that scanned a QR code."""
    words = f"You are signed in as @{account.handle}." if granted else "You gave no permission."
    return page("TikTok", f"<div class='narrow'><h1>{escape(words)}</h1></div>")


def missing_page() -> str:
    return page("Not found", "<div class='narrow'><h1>Couldn’t find this page</h1></div>")


def short(number: int) -> str:
    """1234 as 1.2K, the way TikTok writes counts."""
    for size, letter in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")):
        if number >= size:
            return f"{number / size:.1f}{letter}"
    return str(number)


def _tags(account: Account) -> str:
    shown = {"private": account.private, "banned": account.banned, "verified": account.verified}
    return "".join(f"<span class='tag'>{name}</span> " for name, is_so in shown.items() if is_so)


def _gallery(title: str, tiles: Sequence[str]) -> str:
    if not tiles:
        return ""
    return f"<h2>{title} <span class='quiet'>{len(tiles)}</span></h2><div class='grid'>" + (
        "".join(tiles) + "</div>"
    )


def _tile(video: Video, numbers: str) -> str:
    cover = f"/picture/cover/{video.id}.png"
    if video.publish_id is None:
        picture = f"<img src='{cover}' alt='' loading='lazy'>"
    else:
        media = f"/media/{quote(video.publish_id)}"
        picture = (
            f"<img src='{media}' alt='' loading='lazy'>"
            if video.is_photo
            else f"<video src='{media}' poster='{cover}' controls preload='none'></video>"
        )
    label = "<span class='tag'>AI-generated</span>" if video.is_aigc else ""
    when = datetime.fromtimestamp(video.created_s, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"<div>{picture}<div class='caption'>{escape(video.caption)}</div>{label}"
        f"<div class='quiet'>{escape(numbers)}<br>{when}</div></div>"
    )


def _numbers(counts: VideoCounts) -> str:
    return (
        f"{short(counts.views)} views · {short(counts.likes)} likes · "
        f"{short(counts.comments)} comments · {short(counts.shares)} shares"
    )


def _drafts(account: Account, drafts: Sequence[str]) -> str:
    if not drafts:
        return ""
    forms = "".join(
        f"<form method='post' action='/@{escape(account.handle)}/drafts/{quote(publish_id)}/post/'>"
        f"<div class='card'>A draft arrived from {APP_NAME}. "
        f"<video src='/media/{quote(publish_id)}' controls preload='none' height='160'></video>"
        "<p><button class='main'>Post it</button></p></div></form>"
        for publish_id in drafts
    )
    return f"<h2>Inbox</h2>{forms}"
