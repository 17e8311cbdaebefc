"""The way to TikTok: sign-in, API calls, uploads, and how often they may be made.

The only room that speaks HTTP. Services call it through `gateway`, which knows by which route an
account's calls leave (`routes`), keeps few connections (`connections`) and every rate (`limits`).
It imports the domain alone, keeps no state of the product, and turns every failure into an error of
`domain.errors`. Tokens, codes, app secrets and upload addresses pass through it and appear in no
log, message or repr.
"""
