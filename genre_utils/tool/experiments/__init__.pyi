# fmt: off
from .adapting import (Bandit as Bandit, ForgettingRocchio as ForgettingRocchio,
    StaticCosine as StaticCosine, taste_space as taste_space)
from .flowing import (FLOW as FLOW, SHUFFLED as SHUFFLED, compare_playlists as compare_playlists,
    flowing_playlist as flowing_playlist, steps_between as steps_between)
from .measuring import (calibration_table as calibration_table, head_of as head_of,
    hear_every_second as hear_every_second, said_after as said_after)
from .mixing import Mix as Mix, judge_mix as judge_mix
from .simulating import (ADAPTING as ADAPTING, BANDIT as BANDIT, Gain as Gain, STATIC as STATIC,
    gain_after_turn as gain_after_turn, regret_curves as regret_curves,
    simulate_listeners as simulate_listeners)
from .splicing import (Splice as Splice, WITHIN as WITHIN, choose_threshold as choose_threshold,
    compare_windows as compare_windows, draw_splices as draw_splices, hear_splices as hear_splices,
    judge_splices as judge_splices, summarise_splices as summarise_splices,
    tell_splices as tell_splices)
from .telling import (lengths_table as lengths_table, tell_flow as tell_flow,
    tell_lengths as tell_lengths, tell_windows as tell_windows, windows_table as windows_table)
