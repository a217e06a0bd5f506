"""``python -m staffing``."""

import sys

from staffing.cli import main

if __name__ == "__main__":
    sys.exit(main())
