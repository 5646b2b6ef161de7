# fmt: off
from .feedback import Feedback as Feedback
from .recommender import (CosineRecommender as CosineRecommender, IDENTITY as IDENTITY,
    KNOWN as KNOWN, UnknownTrack as UnknownTrack, best_recommender as best_recommender)
