# fmt: off
from .calendars import read_events as read_events
from .change_detector import ChangeDetector as ChangeDetector
from .cluster import connect as connect, extract_partitions as extract_partitions
from .concerts import rank_events as rank_events
from .history import read_history as read_history
from .library import (Library as Library, library_name as library_name, like_clip as like_clip,
    load_library as load_library, save_library as save_library)
from .listener import Listener as Listener, listen as listen
from .partitions import read_partitions as read_partitions
from .streams import Block as Block, of_samples as of_samples, stream as stream
