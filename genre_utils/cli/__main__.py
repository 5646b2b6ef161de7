"""`python -m genre_utils.cli`, where the command `genre` is not on the path."""

import sys

from genre_utils.cli.main import main

sys.exit(main())
