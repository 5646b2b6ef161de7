# fmt: off
from .auditing import CHECKS as CHECKS, audit as audit
from .dataset import (Dataset as Dataset, DatasetError as DatasetError,
    TRACK_COLUMNS as TRACK_COLUMNS, artist_decades as artist_decades, read_dataset as read_dataset)
from .deduplicate import identify as identify, members as members, normalize_name as normalize_name
from .download import (CHECKPOINTS as CHECKPOINTS, CHECKPOINT_FILES as CHECKPOINT_FILES,
    DownloadError as DownloadError, ENCODER_LICENSE as ENCODER_LICENSE,
    ENCODER_SOURCE as ENCODER_SOURCE, encoder_checkpoint as encoder_checkpoint,
    find_checkpoint as find_checkpoint, get_collection as get_collection)
from .feature_tables import (EMBEDDING_AND_TAGS as EMBEDDING_AND_TAGS,
    ENCODER_COLUMNS as ENCODER_COLUMNS, Features as Features, INPUTS as INPUTS,
    NoUsableAudio as NoUsableAudio, cache_dir as cache_dir, cache_key as cache_key,
    fault_table as fault_table, features_or_reason as features_or_reason,
    load_features as load_features, read_feature_table as read_feature_table,
    remove_leftovers as remove_leftovers, track_means as track_means)
from .images import PictureError as PictureError, picture_frames as picture_frames
from .naming import (GTZAN_GENRES as GTZAN_GENRES, find_audio as find_audio,
    find_parts as find_parts, name_tracks as name_tracks, printable as printable,
    read_artist_and_title as read_artist_and_title, song_words as song_words,
    walk_files as walk_files)
from .opening import (NoCollection as NoCollection, find_root as find_root,
    open_dataset as open_dataset)
from .splits import SPLITS as SPLITS, Split as Split, make_splits as make_splits
from .synthetic import GENRES as GENRES, synthesize as synthesize, write_demo as write_demo
