"""The sentence the user agrees to by posting, with links to TikTok's own pages only."""

from html import escape

_LEGAL = "https://www.tiktok.com/legal/page/global"
LINKS = {
    "Branded Content Policy": f"{_LEGAL}/bc-policy/en",
    "Music Usage Confirmation": f"{_LEGAL}/music-usage-confirmation/en",
}


def consent_html(text: str, colour: str) -> str:
    """Return the sentence with its known names as links in one `#RRGGBB` colour."""
    html = escape(text, quote=False)
    for name, url in LINKS.items():
        link = f'<a href="{url}" style="color: {colour}">{name}</a>'
        html = html.replace(name, link)
    return html
