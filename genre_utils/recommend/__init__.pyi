from .hearing import (
    hear_tracks as hear_tracks,
    with_heard as with_heard,
)
from .identity import (
    IDENTITY as IDENTITY,
    KNOWN as KNOWN,
)
from .measures import (
    Collection as Collection,
    measure as measure,
    similarities as similarities,
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
from .feedback import (
    Taste as Taste,
)
from .crowds import (
    cold_start as cold_start,
    history_vectors as history_vectors,
    simulate_crowd as simulate_crowd,
)
from .lists import (
    Gain as Gain,
)
