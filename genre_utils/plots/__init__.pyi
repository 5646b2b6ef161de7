# fmt: off
from .conversion import (conversion_plane as conversion_plane, probability_path as probability_path,
    repainted as repainted)
from .drawing import GRID as GRID, INK as INK
from .fusion import (cold_starts as cold_starts, fusion_diagram as fusion_diagram,
    shares_of_sources as shares_of_sources, trust as trust)
from .lessons import tell_windows as tell_windows
from .live import (change_delays as change_delays, listening_curves as listening_curves,
    playlist_steps as playlist_steps, regrets as regrets, timeline as timeline)
from .representations import strongest as strongest
from .scores import confusion as confusion
from .songs import shares as shares, song_map as song_map
from .sounding import hear as hear, sound_of_mel as sound_of_mel
from .style import (genre_colors as genre_colors, genre_markers as genre_markers, player as player,
    players as players, say as say, set_style as set_style, show as show)
from .transfer import (decade_map as decade_map, falls as falls, label_curves as label_curves,
    recalls as recalls, tag_map as tag_map)
