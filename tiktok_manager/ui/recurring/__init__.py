"""Recurring posts: what repeats, its next times, and what can be done with it."""
