from .changes import (
    HOP_SECONDS as HOP_SECONDS,
)
from .changes import (
    ChangeDetector as ChangeDetector,
)
from .listening import (
    WINDOW_SECONDS as WINDOW_SECONDS,
)
from .listening import (
    Event as Event,
)
from .listening import (
    Listener as Listener,
)
from .listening import (
    Now as Now,
)
from .listening import (
    listen as listen,
)
from .sources import (
    Block as Block,
)
from .sources import (
    Part as Part,
)
from .sources import (
    is_address as is_address,
)
from .sources import (
    of_file as of_file,
)
from .sources import (
    of_microphone as of_microphone,
)
from .sources import (
    of_pipe as of_pipe,
)
from .sources import (
    of_radio as of_radio,
)
from .sources import (
    of_samples as of_samples,
)
from .sources import (
    stream as stream,
)
