"""Campaigns: many videos for many accounts over some days, seen before they are made."""
