"""The widgets the first frame is made of, and nothing that would delay it.

Panes take them from `ui.widgets`, which has them all; importing that takes as long as Qt itself.
"""
