"""Where the packaged program begins: the same as `python -m tiktok_manager`."""

import sys

from tiktok_manager.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
