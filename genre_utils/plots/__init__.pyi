# fmt: off
from .conversion import (conversion_plane as conversion_plane, probability_path as probability_path,
    repainted as repainted)
from .drawing import GRID as GRID, INK as INK
from .fusion import (cold_starts as cold_starts, fusion_diagram as fusion_diagram,
    shares_of_sources as shares_of_sources, trust as trust)
from .lessons import tell_windows as tell_windows
from .live import (change_delays as change_delays, listening_curves as listening_curves,
    playlist_steps as playlist_steps, regrets as regrets, timeline as timeline)
from .networks import training_panels as training_panels
from .representations import strongest as strongest
from .scores import confusion as confusion
from .sequences import (frame_weights as frame_weights, order_worth as order_worth,
    piece_weights as piece_weights, reading_diagram as reading_diagram)
from .songs import shares as shares
from .sounding import hear as hear, sound_of_mel as sound_of_mel
from .style import (genre_colors as genre_colors, genre_markers as genre_markers, player as player,
    players as players, say as say, set_style as set_style, show as show)
from .texts import (tell_frame_weights as tell_frame_weights,
    tell_piece_weights as tell_piece_weights, tell_training as tell_training)
