# fmt: off
from .drawing import GRID as GRID, INK as INK
from .style import (genre_colors as genre_colors, genre_markers as genre_markers, player as player,
    players as players, set_style as set_style, show as show)
