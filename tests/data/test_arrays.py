import numpy as np
import pytest
import torch

from gmn.data.arrays import ArrayReader
from gmn.data.modalities import Modality
from gmn.data.reader import Reader
from gmn.data.symmetries import Variant
from gmn.errors import UserError

EYE = Modality("eye", sense="vision", shape=(3, 4, 4), query=2)
SKIN = Modality("skin", sense="warmth", shape=(5,), query=0)
RNG = np.random.default_rng(0)


def arrays() -> dict:
    pictures = RNG.integers(0, 256, (6, 3, 3, 4, 4), dtype=np.uint8)
    return {"eye": (pictures, RNG.random((6, 3, 2))), "skin": (RNG.random((6, 3, 5)), np.zeros((6, 3, 0)))}


def test_scenes_are_the_arrays():
    given = arrays()
    reader = ArrayReader((EYE, SKIN), given)
    assert isinstance(reader, Reader) and len(reader) == 6 and reader.views == 3
    episodes = reader.read(np.array([4, 1]), Variant.none(2))
    torch.testing.assert_close(episodes.senses[0], torch.from_numpy(given["eye"][0][[4, 1]] / np.float32(255)))
    torch.testing.assert_close(episodes.senses[1], torch.from_numpy(given["skin"][0][[4, 1]]).float())
    torch.testing.assert_close(episodes.queries[0], torch.from_numpy(given["eye"][1][[4, 1]]).float())
    assert episodes.queries[1].shape == (2, 3, 0) and not episodes.context.any() and not episodes.target.any()


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda a: a.pop("skin"), "arrays: got eye; give those of eye, skin"),
        (lambda a: a.update(nose=a["skin"]), "got eye, skin, nose"),
        (lambda a: a.update(skin=a["skin"][:1]), "skin: got 1 arrays; give two"),
        (lambda a: a.update(eye=(np.moveaxis(a["eye"][0], 2, -1), a["eye"][1])), r"eye: got shape \(6, 3, 4, 4, 3\)"),
        (lambda a: a.update(eye=(a["eye"][0], a["eye"][1][:, :2])), r"eye: queries: got shape \(6, 2, 2\); wanted"),
        (lambda a: a.update(skin=tuple(x[:5] for x in a["skin"])), "scenes and views differ"),
        (lambda a: a.update(skin=(a["skin"][0] * np.nan, a["skin"][1])), "skin: some are no finite numbers"),
        (lambda a: a.update(eye=(a["eye"][0], a["eye"][1].astype(str))), "eye: queries: some are no finite numbers"),
    ],
)
def test_other_arrays_are_refused(change, words):
    given = arrays()
    change(given)
    with pytest.raises(UserError, match=words):
        ArrayReader((EYE, SKIN), given)


def test_scenes_that_are_not_there_are_refused():
    reader = ArrayReader((EYE, SKIN), arrays())
    for indices in ([6], [-1], []):
        with pytest.raises(UserError, match="give some of 0 to 5"):
            reader.read(np.array(indices, int))
    with pytest.raises(UserError, match="symmetries"):
        reader.read(np.array([0]), Variant.of_numbers(np.array([1])))
