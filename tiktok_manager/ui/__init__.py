"""The window: the only room that knows Qt. It calls services and is called by `app` alone."""
