from .adapting import (
    Bandit as Bandit,
)
from .adapting import (
    ForgettingRocchio as ForgettingRocchio,
)
from .adapting import (
    StaticCosine as StaticCosine,
)
from .adapting import (
    taste_space as taste_space,
)
from .calendars import (
    EventsError as EventsError,
)
from .calendars import (
    read_events as read_events,
)
from .concerts import (
    rank_events as rank_events,
)
from .pleasing import (
    nearness as nearness,
)
from .simulating import (
    Gain as Gain,
)
from .simulating import (
    gain_after_turn as gain_after_turn,
)
from .simulating import (
    regret_curves as regret_curves,
)
from .watching import (
    Placed as Placed,
)
from .watching import (
    WatchError as WatchError,
)
from .watching import (
    watch_folder as watch_folder,
)
from .simulating import (
    simulate_listeners as simulate_listeners,
)
