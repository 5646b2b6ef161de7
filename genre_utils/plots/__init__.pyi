# fmt: off
from .drawing import GRID as GRID, INK as INK
from .scores import confusion as confusion
from .songs import shares as shares, song_map as song_map
from .style import (genre_colors as genre_colors, genre_markers as genre_markers, player as player,
    players as players, say as say, set_style as set_style, show as show)
from .transfer import (decade_map as decade_map, falls as falls, label_curves as label_curves,
    recalls as recalls, tag_map as tag_map)
