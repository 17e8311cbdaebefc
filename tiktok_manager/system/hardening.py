"""Keep secrets in memory out of core dumps, other processes' sight and other users' files."""

import ctypes
import logging
import os
import sys

logger = logging.getLogger(__name__)

_PR_SET_DUMPABLE = 4


def harden_process() -> None:
    """Forbid core dumps and debuggers where the system can, and make new files owner-only.

    Call it first thing. A system that refuses a part is left as it is.
    """
    os.umask(0o077)
    if sys.platform != "win32":
        _forbid_core_dumps()
    if sys.platform == "linux":
        _keep_debuggers_out()


if sys.platform != "win32":
    import resource

    def _forbid_core_dumps() -> None:
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        except (ValueError, OSError) as exc:
            logger.info("Core dumps cannot be switched off: %s", exc)


def _keep_debuggers_out() -> None:
    try:
        refused = ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    except (OSError, AttributeError) as exc:
        logger.info("Debuggers cannot be kept out: %s", exc)
        return
    if refused:
        logger.info("Debuggers cannot be kept out: %s", os.strerror(ctypes.get_errno()))
