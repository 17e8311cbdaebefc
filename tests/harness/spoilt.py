"""The real program with a design bug on order: what the strikes must be able to see.

Run as `python -m tests.harness.spoilt <name in mutations> <arguments of the program>`.
"""

import sys

from tests.harness.mutations import MUTATIONS
from tiktok_manager.__main__ import main

if __name__ == "__main__":
    MUTATIONS[sys.argv[1]].apply()
    sys.exit(main(sys.argv[2:]))
