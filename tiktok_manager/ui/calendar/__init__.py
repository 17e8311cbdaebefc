"""The calendar: what goes out when, what came of it, and a post's whole story."""
