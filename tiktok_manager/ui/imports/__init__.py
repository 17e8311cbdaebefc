"""Imports: many posts from a folder of videos or a table, in a few steps."""
