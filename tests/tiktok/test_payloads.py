"""Reading TikTok's answers."""

import subprocess
import sys

# Many uploads that fall due at once read their first answers at the same moment. In a process of
# its own: what breaks here is native code, and it breaks at the first use only.
FIRST_ANSWERS = """
import importlib, logging, sys, threading
from tiktok_manager.tiktok import payloads

logging.disable()
sys.setswitchinterval(1e-6)
ANSWER = b'{"error": {"code": "ok"}, "videos": [{"id": "1"}, {}], "user": {"open_id": []}}'
for _again in range(5):
    importlib.reload(payloads)
    for kind in payloads._DECODERS:
        together = threading.Barrier(6)

        def read(kind=kind):
            together.wait()
            try:
                payloads.decode(ANSWER, kind)
            except payloads.BadAnswer:
                pass

        threads = [threading.Thread(target=read) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
"""


def test_many_threads_may_read_their_first_answers_at_once() -> None:
    run = subprocess.run([sys.executable, "-c", FIRST_ANSWERS], capture_output=True, check=False)
    assert (run.returncode, run.stderr) == (0, b"")
