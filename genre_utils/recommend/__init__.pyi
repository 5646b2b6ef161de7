from .catalogue import (
    Library as Library,
)
from .hearing import (
    hear_tracks as hear_tracks,
)
from .catalogue import (
    library_file as library_file,
)
from .catalogue import (
    library_name as library_name,
)
from .catalogue import (
    like_clip as like_clip,
)
from .catalogue import (
    load_library as load_library,
)
from .catalogue import (
    save_library as save_library,
)
from .catalogue import (
    save_songs as save_songs,
)
from .hearing import (
    with_heard as with_heard,
)
from .histories import (
    PLAYED_OFTEN as PLAYED_OFTEN,
)
from .histories import (
    read_history as read_history,
)
from .histories import (
    same_songs as same_songs,
)
from .measures import (
    Collection as Collection,
)
from .measures import (
    Space as Space,
)
from .measures import (
    as_table as as_table,
)
from .measures import (
    compare_spaces as compare_spaces,
)
from .measures import (
    cross_fitted_similarities as cross_fitted_similarities,
)
from .measures import (
    listening as listening,
)
from .measures import (
    measure as measure,
)
from .measures import (
    similarities as similarities,
)
from .measures import (
    simulate_listener as simulate_listener,
)
from .playlists import (
    PLAYLIST_SUFFIXES as PLAYLIST_SUFFIXES,
)
from .playlists import (
    Entry as Entry,
)
from .playlists import (
    PlaylistError as PlaylistError,
)
from .playlists import (
    read_playlist as read_playlist,
)
from .playlists import (
    write_playlist as write_playlist,
)
from .recommender import (
    ROCCHIO as ROCCHIO,
)
from .recommender import (
    CosineRecommender as CosineRecommender,
)
from .recommender import (
    UnknownTrack as UnknownTrack,
)
from .recommender import (
    best_recommender as best_recommender,
)
from .tags import (
    tell_tags as tell_tags,
)
from .taste import (
    Taste as Taste,
)
from .taste import (
    TasteError as TasteError,
)
from .taste import (
    forget_taste as forget_taste,
)
from .taste import (
    read_taste as read_taste,
)
from .taste import (
    read_tastes as read_tastes,
)
from .taste import (
    taste_path as taste_path,
)
from .taste import (
    tastes_as_json as tastes_as_json,
)
from .taste import (
    tell_taste as tell_taste,
)
from .crowds import (
    cold_start as cold_start,
    crowd_of as crowd_of,
    history_vectors as history_vectors,
    simulate_crowd as simulate_crowd,
from .lists import (
    Gain as Gain,
    check_copies as check_copies,
    compare_lists as compare_lists,
    feedback_gain as feedback_gain,
)
from .telling import (
    measured_facts as measured_facts,
    show_list as show_list,
    show_spaces as show_spaces,
    show_trials as show_trials,
    song_names as song_names,
    tell_bars as tell_bars,
    tell_ears as tell_ears,
    tell_feedback as tell_feedback,
    tell_map as tell_map,
    tell_parts as tell_parts,
    tell_precisions as tell_precisions,
    tell_recommender as tell_recommender,
    tell_rounds as tell_rounds,
    tell_short_feedback as tell_short_feedback,
    tell_weights as tell_weights,
)
