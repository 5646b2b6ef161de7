from .auditing import (
    CHECKS as CHECKS,
)
from .auditing import (
    Audit as Audit,
)
from .auditing import (
    audit as audit,
)
from .auditing import (
    in_ranges as in_ranges,
)
from .dataset import (
    TRACK_COLUMNS as TRACK_COLUMNS,
)
from .dataset import (
    Dataset as Dataset,
)
from .dataset import (
    DatasetError as DatasetError,
)
from .dataset import (
    read_dataset as read_dataset,
)
from .decades import (
    artist_decades as artist_decades,
)
from .fidelity import (
    compare_with_table as compare_with_table,
)
from .fidelity import (
    tell_fidelity as tell_fidelity,
)
from .identity import (
    identify as identify,
)
from .identity import (
    members as members,
)
from .identity import (
    normalised as normalised,
)
from .inputs import (
    ENCODER_COLUMNS as ENCODER_COLUMNS,
)
from .inputs import (
    EXTRACTION_VERSION as EXTRACTION_VERSION,
)
from .inputs import (
    INPUTS as INPUTS,
)
from .inputs import (
    cache_dir as cache_dir,
)
from .inputs import (
    extract_collection as extract_collection,
)
from .inputs import (
    features_or_reason as features_or_reason,
)
from .inputs import (
    load_features as load_features,
)
from .naming import (
    GTZAN_GENRES as GTZAN_GENRES,
)
from .naming import (
    find_audio as find_audio,
)
from .naming import (
    find_parts as find_parts,
)
from .naming import (
    name_tracks as name_tracks,
)
from .naming import (
    parse_track_id as parse_track_id,
)
from .naming import (
    printable as printable,
)
from .naming import (
    walk_files as walk_files,
)
from .opening import (
    NoCollection as NoCollection,
)
from .opening import (
    find_root as find_root,
)
from .opening import (
    open_dataset as open_dataset,
)
from .pictures import (
    PictureError as PictureError,
)
from .pictures import (
    picture_frames as picture_frames,
)
from .pictures import (
    read_picture as read_picture,
)
from .keeping import (
    kept_song as kept_song,
)
from .songs import (
    HEARD_COLUMNS as HEARD_COLUMNS,
)
from .songs import (
    Songs as Songs,
)
from .songs import (
    artist_and_title as artist_and_title,
)
from .songs import (
    Described as Described,
)
from .songs import (
    gather_songs as gather_songs,
)
from .songs import (
    hear_song as hear_song,
)
from .songs import (
    list_songs as list_songs,
)
from .songs import (
    told_artist_and_title as told_artist_and_title,
)
from .songs import (
    read_songs as read_songs,
)
from .splits import (
    PROTOCOLS as PROTOCOLS,
)
from .splits import (
    GroupedKFold as GroupedKFold,
)
from .splits import (
    PartitionSplit as PartitionSplit,
)
from .splits import (
    Protocol as Protocol,
)
from .splits import (
    make_protocols as make_protocols,
)
from .tables import (
    Features as Features,
)
from .tables import (
    NoUsableAudio as NoUsableAudio,
)
from .tables import (
    as_published_table as as_published_table,
)
from .tables import (
    track_means as track_means,
)
from .tables import (
    read_feature_table as read_feature_table,
)
from .recordings import (
    with_recordings as with_recordings,
)
from .words import (
    plain_text as plain_text,
    song_words as song_words,
)
