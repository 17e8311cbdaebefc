"""Run many TikTok accounts from your own desktop."""

__version__ = "0.1.0"
