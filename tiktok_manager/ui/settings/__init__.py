"""The settings pane: every change holds at once and can be undone."""
