"""`python -m genre_utils.report`: the steps that the Makefile puts in order."""

import sys

from genre_utils.report.notebooks import main

sys.exit(main())
