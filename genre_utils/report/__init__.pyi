from .dependencies import (
    rules as rules,
)
from .notebooks import (
    NotebookError as NotebookError,
)
from .notebooks import (
    execute as execute,
)
from .notebooks import (
    pair_text as pair_text,
)
from .notebooks import (
    package_address as package_address,
)
from .notebooks import (
    to_notebook as to_notebook,
)
from .overview import (
    build_index as build_index,
)
from .overview import (
    outdated as outdated,
)
from .pages import (
    render as render,
)
from .speed import (
    build_performance as build_performance,
)
