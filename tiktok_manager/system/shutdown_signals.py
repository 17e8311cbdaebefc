"""The signals by which a system, a terminal or a user asks a process to end."""

import signal


def shutdown_signals() -> list[signal.Signals]:
    """Return what is to end this process in order; `nohup` has a closed terminal not count."""
    wanted = [signal.SIGINT, signal.SIGTERM]
    hangup = signal.Signals.__members__.get("SIGHUP")
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        wanted.append(hangup)
    return wanted
