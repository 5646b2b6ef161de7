"""`python -m genre_utils.report`: the steps that the Makefile puts in order."""

import sys

from genre_utils.report.steps import main

sys.exit(main())
