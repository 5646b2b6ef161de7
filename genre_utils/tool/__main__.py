"""`python -m genre_utils.tool`, where the command `genre` is not on the path."""

import sys

from genre_utils.tool.main import main

sys.exit(main())
