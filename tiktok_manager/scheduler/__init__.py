"""Time and threads of the publisher: when to look, how much at once, when to stop."""
