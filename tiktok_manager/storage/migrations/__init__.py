"""Frozen schema changes, oldest first."""
