"""Seams to the operating system: key vault, paths, logs, power, media. No Qt."""
