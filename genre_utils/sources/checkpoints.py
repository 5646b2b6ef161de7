"""Where the weights of the pretrained encoder come from: a package of the Python package index."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from genre_utils.files import file_digest
from genre_utils.sources.archives import DownloadError

ENCODER_SOURCE = "musicnn 0.1.0 MSD_vgg"
ENCODER_LICENCE = "ISC, Music Technology Group, Universitat Pompeu Fabra, 2019"
# Of the folder's files, the two that hold weights, and their sha256.
CHECKPOINT_FILES: Mapping[str, str] = {
    ".index": "50e499238457558bba9f34f8b84d4afb8279afd43520cdf0a4fdf805a49c9ca3",
    ".data-00000-of-00001": "9683d756b8311146534f333502ebf4a2a78a3e320c54ab0411dff6186d8375fc",
}
PACKAGE, MODEL = "musicnn", "MSD_vgg"


def find_checkpoint() -> Path | None:
    """Folder of the checkpoint in the installed package, which is not imported; None if not there.

    Its own code needs libraries that are long gone. Only the files of the checkpoint are used.
    """
    spec = importlib.util.find_spec(PACKAGE)
    places = spec.submodule_search_locations if spec else None
    found = (Path(place) / MODEL for place in places or ())
    return next((folder for folder in found if folder.is_dir()), None)


def check_checkpoint(folder: Path) -> None:
    """See that a checkpoint is the one that was published.

    Raises
    ------
    DownloadError
        If a file is missing or has other bytes.
    """
    for name, sha256 in CHECKPOINT_FILES.items():
        try:
            digest = file_digest(folder / name)
        except OSError as error:
            why = error.strerror or error
            raise DownloadError(
                f"The encoder's checkpoint cannot be read from {folder} ({name}: {why})."
            ) from error
        if digest != sha256:
            raise DownloadError(
                f"The encoder's checkpoint in {folder} is not the one that was published "
                f"({name} has another checksum)."
            )
