"""The home pane: what is wrong, what happens tonight, what happened meanwhile, the accounts."""
