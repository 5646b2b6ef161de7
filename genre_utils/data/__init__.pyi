from .auditing import (
    Audit as Audit,
    CHECKS as CHECKS,
    audit as audit,
    in_ranges as in_ranges,
)
from .dataset import (
    Dataset as Dataset,
    DatasetError as DatasetError,
    TRACK_COLUMNS as TRACK_COLUMNS,
    read_dataset as read_dataset,
)
from .decades import (
    artist_decades as artist_decades,
)
from .fidelity import (
    compare_with_table as compare_with_table,
    tell_fidelity as tell_fidelity,
)
from .identity import (
    identify as identify,
    members as members,
    normalised as normalised,
)
from .inputs import (
    ENCODER_COLUMNS as ENCODER_COLUMNS,
    EXTRACTION_VERSION as EXTRACTION_VERSION,
    INPUTS as INPUTS,
    cache_dir as cache_dir,
    extract_collection as extract_collection,
    features_or_reason as features_or_reason,
    load_features as load_features,
)
from .naming import (
    GTZAN_GENRES as GTZAN_GENRES,
    find_audio as find_audio,
    find_parts as find_parts,
    name_tracks as name_tracks,
    parse_track_id as parse_track_id,
    printable as printable,
    walk_files as walk_files,
)
from .opening import (
    NoCollection as NoCollection,
    find_root as find_root,
    open_dataset as open_dataset,
)
from .pictures import (
    PictureError as PictureError,
    picture_frames as picture_frames,
    read_picture as read_picture,
)
from .keeping import (
    kept_song as kept_song,
)
from .songs import (
    Described as Described,
    HEARD_COLUMNS as HEARD_COLUMNS,
    Songs as Songs,
    artist_and_title as artist_and_title,
    gather_songs as gather_songs,
    hear_song as hear_song,
    list_songs as list_songs,
    read_songs as read_songs,
    told_artist_and_title as told_artist_and_title,
)
from .splits import (
    GroupedKFold as GroupedKFold,
    SPLITS as SPLITS,
    PartitionSplit as PartitionSplit,
    Split as Split,
    make_splits as make_splits,
)
from .tables import (
    Features as Features,
    NoUsableAudio as NoUsableAudio,
    as_published_table as as_published_table,
    read_feature_table as read_feature_table,
    track_means as track_means,
)
from .recordings import (
    with_recordings as with_recordings,
)
from .words import (
    plain_text as plain_text,
    song_words as song_words,
)
