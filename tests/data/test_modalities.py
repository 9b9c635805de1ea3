import numpy as np
import pytest

from gmn.data.modalities import modality_set
from gmn.errors import UserError

SHAPES = {
    2: [(3, 64, 64), (132,)],
    5: [(3, 32, 32)] * 4 + [(132,)],
    8: [(1, 48, 24)] * 6 + [(61,), (71,)],
    14: [(1, 24, 24)] * 12 + [(61,), (71,)],
}


@pytest.mark.parametrize("count", SHAPES)
def test_shapes_and_names(count):
    modalities = modality_set(count, 64, 48)
    assert [m.shape for m in modalities] == SHAPES[count]
    assert len({m.name for m in modalities}) == count


@pytest.mark.parametrize("count", SHAPES)
def test_cutting_and_pasting_gives_the_whole_back(count):
    rng = np.random.default_rng(0)
    modalities = modality_set(count, 64, 48)
    size = 64 if count in (2, 5) else 48
    wholes = {"vision": rng.random((2, 4, 3, size, size)), "haptics": rng.random((2, 4, 132))}
    empty = {sense: np.full_like(whole, np.nan) for sense, whole in wholes.items()}
    for m in modalities:
        part = m.cut(wholes[m.sense])
        assert part.shape == (2, 4, *m.shape)
        m.paste(part, empty[m.sense])
    for sense, whole in wholes.items():
        np.testing.assert_array_equal(empty[sense], whole)


def test_named_parts_are_where_the_name_says():
    parts = {m.name: m for m in modality_set(14, 64, 48)}
    picture = np.zeros((3, 48, 48))
    picture[1, :24, 24:] = 1
    assert parts["green-right-upper"].cut(picture).all()
    assert not any(
        m.cut(picture).any() for name, m in parts.items() if m.sense == "vision" and name != "green-right-upper"
    )
    quarters = {m.name: m for m in modality_set(5, 64, 48)}
    assert quarters["left-lower"].cut(np.arange(64 * 64).reshape(1, 64, 64).repeat(3, 0))[0, 0, 0] == 32 * 64


def test_halves_of_the_hand():
    thumb_first, rest = modality_set(8, 64, 48)[-2:]
    assert thumb_first.channels[:4] == (3, 4, 5, 6) and rest.channels[-3:] == (70, 71, 72)
    assert set(range(113, 132)) < set(rest.channels)


def test_unknown_set():
    with pytest.raises(UserError, match="3 is not a modality set"):
        modality_set(3, 64, 48)
