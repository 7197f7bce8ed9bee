"""`python -m cxzy_study.cli` is `cxzy`."""

import sys

from cxzy_study.cli import main

sys.exit(main())
