import numpy as np

from gmn.data.scaling import Scale


def test_robust_scale_saturates_beyond_its_percentiles(scenes):
    scale = Scale.fitted("haptics", "robust", scenes.manifest["haptics"])
    readings = scenes.read_all("haptics")
    scaled = scale.scaled(readings)
    assert scaled.min() >= -1 and scaled.max() <= 1
    inside = (readings > scale.low) & (readings < scale.high)
    np.testing.assert_allclose(scale.readings(scaled)[inside], readings[inside], rtol=1e-4, atol=1e-4)


def test_minmax_is_the_papers_formula(scenes):
    scale = Scale.fitted("haptics", "minmax", scenes.manifest["haptics"])
    touch = np.zeros(132)
    assert scale.scaled(touch)[113] == -1  # a finger that touches nothing
    touch[113] = 149.9997
    assert abs(scale.scaled(touch)[113] - 1) < 1e-6
    assert abs(scale.scaled(np.zeros(132))[0] - (0.0087 / 0.05 - 1)) < 1e-6  # a narrow channel is stretched over 0.1
