"""Thin commands over the services; everything the window does can be scripted."""
