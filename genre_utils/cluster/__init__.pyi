from .dask import (
    ClusterError as ClusterError,
)
from .dask import (
    Extraction as Extraction,
)
from .dask import (
    connect as connect,
)
from .dask import (
    extract_partitions as extract_partitions,
)
from .partitions import (
    MANIFEST as MANIFEST,
)
from .partitions import (
    StorageError as StorageError,
)
from .partitions import (
    cut_batches as cut_batches,
)
from .partitions import (
    list_audio as list_audio,
)
from .partitions import (
    read_partitions as read_partitions,
)
