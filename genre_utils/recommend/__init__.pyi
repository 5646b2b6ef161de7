# fmt: off
from .crowds import (cold_start as cold_start, history_vectors as history_vectors,
    simulate_crowd as simulate_crowd)
from .feedback import Feedback as Feedback
from .measures import Collection as Collection, measure as measure, similarities as similarities
from .recommender import (CosineRecommender as CosineRecommender, IDENTITY as IDENTITY,
    KNOWN as KNOWN, UnknownTrack as UnknownTrack, best_recommender as best_recommender)
