"""One post, wherever it is opened: what its state means, what can be done, its flight record."""
