from .dask import (
    ClusterError as ClusterError,
    Extraction as Extraction,
    connect as connect,
    extract_partitions as extract_partitions,
)
from .partitions import (
    MANIFEST as MANIFEST,
    StorageError as StorageError,
    cut_batches as cut_batches,
    list_audio as list_audio,
    read_partitions as read_partitions,
)
