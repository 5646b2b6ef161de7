# fmt: off
from .index import (build_index as build_index, build_performance as build_performance,
    outdated as outdated)
from .notebooks import (NotebookError as NotebookError, execute as execute,
    package_address as package_address, pair_text as pair_text, to_notebook as to_notebook)
from .pages import render as render
