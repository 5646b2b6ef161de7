from .catalogue import (
    Library as Library,
    library_file as library_file,
    library_name as library_name,
    like_clip as like_clip,
    load_library as load_library,
    save_library as save_library,
    save_songs as save_songs,
)
from .hearing import (
    hear_tracks as hear_tracks,
    with_heard as with_heard,
)
from .histories import (
    PLAYED_OFTEN as PLAYED_OFTEN,
    read_history as read_history,
    same_songs as same_songs,
)
from .measures import (
    Collection as Collection,
    Space as Space,
    as_table as as_table,
    compare_spaces as compare_spaces,
    cross_fitted_similarities as cross_fitted_similarities,
    listening as listening,
    measure as measure,
    similarities as similarities,
    simulate_listener as simulate_listener,
)
from .playlists import (
    Entry as Entry,
    PLAYLIST_SUFFIXES as PLAYLIST_SUFFIXES,
    PlaylistError as PlaylistError,
    read_playlist as read_playlist,
    write_playlist as write_playlist,
)
from .recommender import (
    CosineRecommender as CosineRecommender,
    ROCCHIO as ROCCHIO,
    UnknownTrack as UnknownTrack,
    best_recommender as best_recommender,
)
from .tags import (
    tell_tags as tell_tags,
)
from .taste import (
    Taste as Taste,
    TasteError as TasteError,
    forget_taste as forget_taste,
    read_taste as read_taste,
    read_tastes as read_tastes,
    taste_path as taste_path,
    tastes_as_json as tastes_as_json,
    tell_taste as tell_taste,
)
from .crowds import (
    cold_start as cold_start,
    crowd_of as crowd_of,
    history_vectors as history_vectors,
    simulate_crowd as simulate_crowd,
)
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
