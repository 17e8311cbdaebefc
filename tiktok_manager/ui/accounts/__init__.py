"""The accounts pane: who is connected, how they are, and connecting more."""
