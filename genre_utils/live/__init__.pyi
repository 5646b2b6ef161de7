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
from .hearing import (
    hear_file as hear_file,
)
from .settling import (
    state_of as state_of,
)
from .titles import (
    Title as Title,
)
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
from .flowing import (
    flowing_playlist as flowing_playlist,
)
from .flowing import (
    steps_between as steps_between,
)
from .measuring import (
    calibration_table as calibration_table,
)
from .measuring import (
    head_of as head_of,
)
from .measuring import (
    hear_every_second as hear_every_second,
)
from .measuring import (
    said_after as said_after,
)
from .splicing import (
    WITHIN as WITHIN,
)
from .splicing import (
    Splice as Splice,
)
from .splicing import (
    choose_threshold as choose_threshold,
)
from .splicing import (
    draw_splices as draw_splices,
)
from .splicing import (
    hear_splices as hear_splices,
)
from .splicing import (
    judge_splices as judge_splices,
)
from .splicing import (
    summarise_splices as summarise_splices,
)
from .simulating import (
    ADAPTING as ADAPTING,
)
from .simulating import (
    BANDIT as BANDIT,
)
from .simulating import (
    STATIC as STATIC,
)
from .flowing import (
    FLOW as FLOW,
    SHUFFLED as SHUFFLED,
    compare_playlists as compare_playlists,
)
from .splicing import (
    compare_windows as compare_windows,
)
from .mixing import (
    Mix as Mix,
    judge_mix as judge_mix,
)
from .splicing import (
    tell_splices as tell_splices,
)
