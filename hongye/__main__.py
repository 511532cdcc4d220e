"""`python -m hongye`."""

import sys

from hongye.cli import main

sys.exit(main())
