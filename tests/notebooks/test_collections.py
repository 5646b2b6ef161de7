"""Notebooks run or end with a reason on any collection (run by make collections)."""

from pathlib import Path

import nbformat
import numpy as np
import pytest
import soundfile as sf

from genre_utils.data import synthesize, write_demo
from genre_utils.report import execute

pytestmark = [pytest.mark.collections, pytest.mark.timeout(900)]
NOTEBOOKS = sorted(Path("notebooks").glob("[0-9]*.py"))
SMALL = {
    "two genres of three songs": {
        genre: [f"song {n}.wav" for n in range(3)] for genre in ("a", "b")
    },
    "names that are not ASCII": {
        genre: [f"Künstler/{album}/Straße {n}.wav" for album in "äö" for n in range(3)][:5]
        for genre in ("Ska $ & <b>Punk", "日本", "čardáš")
    },
}


def small(folder, genres):
    """Write songs of 4 s into nested folders, none equal to another."""
    sources = "blues jazz rock".split()
    for g, (genre, names) in enumerate(genres.items()):
        for n, name in enumerate(names):
            path = folder / genre / name
            path.parent.mkdir(parents=True, exist_ok=True)
            y, _ = synthesize(sources[g % 3], seconds=4.0, seed=n)
            sf.write(path, np.asarray(y), 22050)
    return folder


def linked(folder, real_root, without):
    """Link a collection of GTZAN except for some of its parts."""
    folder.mkdir()
    for part in real_root.iterdir():
        if part.name not in without:
            (folder / part.name).symlink_to(part.resolve())
    return folder


@pytest.fixture(scope="module")
def collection(request, tmp_path_factory):
    name = request.param
    folder = tmp_path_factory.mktemp("collections") / "collection"
    if name == "demo":
        return write_demo(folder, tracks_per_genre=8, seconds=12.0, progress=False)
    if name in SMALL:
        return small(folder, SMALL[name])
    return linked(folder, request.getfixturevalue("real_root"), WITHOUT[name])


WITHOUT = {
    "GTZAN without its index": ["meta"],
    "GTZAN without pictures": ["images_original"],
    "tables only": ["images_original", "genres_original"],
}


@pytest.mark.parametrize("collection", ["demo", *SMALL, *WITHOUT], indirect=True)
@pytest.mark.parametrize("script", NOTEBOOKS, ids=lambda script: script.stem)
def test_a_notebook_runs_or_ends_with_the_reason(
    collection, script, tmp_path, tiny_encoder, monkeypatch
):
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(tiny_encoder))
    output = tmp_path / f"{script.stem}.ipynb"
    parameters = {"data": str(collection), "profile": "quick", "output": str(tmp_path)}
    execute(script, output, parameters | {"listen": False})
    assert (tmp_path / f"{script.stem}.json").is_file()
    notebook = nbformat.read(output, as_version=4)
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    assert not [out for out in outputs if out.output_type == "error"]
