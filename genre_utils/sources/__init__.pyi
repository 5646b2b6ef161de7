from .archives import (
    DownloadError as DownloadError,
    unpack as unpack,
)
from .checkpoints import (
    CHECKPOINT_FILES as CHECKPOINT_FILES,
    ENCODER_LICENCE as ENCODER_LICENCE,
    ENCODER_PACKAGE as ENCODER_PACKAGE,
    ENCODER_SOURCE as ENCODER_SOURCE,
    encoder_checkpoint as encoder_checkpoint,
    find_checkpoint as find_checkpoint,
)
from .demo import (
    is_demo as is_demo,
    write_demo as write_demo,
)
from .download import (
    fetch as fetch,
    get_collection as get_collection,
    transfers as transfers,
)
from .remotes import (
    COMPANIONS as COMPANIONS,
    KAGGLE as KAGGLE,
    REMOTES as REMOTES,
    Remote as Remote,
    SETS as SETS,
)
from .synth import (
    GENRES as GENRES,
    synthesize as synthesize,
)
