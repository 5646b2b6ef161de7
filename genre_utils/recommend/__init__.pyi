# fmt: off
from .feedback import Feedback as Feedback
from .measures import Collection as Collection, measure as measure, similarities as similarities
from .recommender import (CosineRecommender as CosineRecommender, IDENTITY as IDENTITY,
    KNOWN as KNOWN, UnknownTrack as UnknownTrack, best_recommender as best_recommender)
