from .dependencies import (
    rules as rules,
)
from .notebooks import (
    NotebookError as NotebookError,
    execute as execute,
    package_address as package_address,
    pair_text as pair_text,
    to_notebook as to_notebook,
)
from .overview import (
    build_index as build_index,
    outdated as outdated,
)
from .speed import (
    build_performance as build_performance,
)
from .pages import (
    render as render,
)
