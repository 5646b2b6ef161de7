from .archives import (
    DownloadError as DownloadError,
)
from .archives import (
    unpack as unpack,
)
from .checkpoints import (
    CHECKPOINT_FILES as CHECKPOINT_FILES,
)
from .checkpoints import (
    ENCODER_LICENCE as ENCODER_LICENCE,
)
from .checkpoints import (
    ENCODER_PACKAGE as ENCODER_PACKAGE,
)
from .checkpoints import (
    ENCODER_SOURCE as ENCODER_SOURCE,
)
from .checkpoints import (
    encoder_checkpoint as encoder_checkpoint,
)
from .checkpoints import (
    find_checkpoint as find_checkpoint,
)
from .demo import (
    is_demo as is_demo,
)
from .demo import (
    write_demo as write_demo,
)
from .download import (
    fetch as fetch,
)
from .download import (
    get_collection as get_collection,
)
from .download import (
    transfers as transfers,
)
from .remotes import (
    COMPANIONS as COMPANIONS,
)
from .remotes import (
    KAGGLE as KAGGLE,
)
from .remotes import (
    REMOTES as REMOTES,
)
from .remotes import (
    SETS as SETS,
)
from .remotes import (
    Remote as Remote,
)
from .synth import (
    GENRES as GENRES,
)
from .synth import (
    synthesize as synthesize,
)
