"""Activity: all posts by their last change, newest first."""
