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
from .recommender import (
    CosineRecommender as CosineRecommender,
    IDENTITY as IDENTITY,
    KNOWN as KNOWN,
    UnknownTrack as UnknownTrack,
    best_recommender as best_recommender,
)
from .feedback import (
    Feedback as Feedback,
    ROCCHIO as ROCCHIO,
    rocchio_query as rocchio_query,
)
from .crowds import (
    cold_start as cold_start,
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
