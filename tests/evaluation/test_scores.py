"""Scores of samples that are right, too narrow, too wide, or no objects."""

import math

import numpy as np
import pytest
import torch
from torch.distributions import Normal

from gmn.evaluation.scores import (
    BRIGHT,
    LEVELS,
    coverage,
    energy_score,
    inner_products,
    scores_of,
    shows_object,
)

WIDTH = 0.1
SCENES, VIEWS, SIZE = 100, 2, 6


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def objects(count: int, seed: int) -> torch.Tensor:
    """Pictures of things in a black room, (count, SCENES, VIEWS, 3, H, W): a quarter is filled, in a random colour."""
    noise = drawn(seed)
    quarter = torch.randint(4, (count, SCENES, 1, 1, 1, 1), generator=noise)
    colour = 0.3 + 0.7 * torch.rand(count, SCENES, 1, 3, 1, 1, generator=noise)
    half = (torch.arange(SIZE) >= SIZE // 2).long()
    return ((2 * half[:, None] + half == quarter) * colour).expand(-1, -1, VIEWS, -1, -1, -1)


def noisy(pictures: torch.Tensor) -> torch.Tensor:
    """As the likelihood has them."""
    return pictures + WIDTH * torch.randn(pictures.shape, generator=drawn(9))


def in_cells(samples: torch.Tensor) -> torch.Tensor:
    """Every cell from a sample of its own: the same in each cell, no objects."""
    order = torch.rand(samples.shape[:3] + (1, SIZE, SIZE), generator=drawn(3)).argsort(0)
    return samples.gather(0, order.expand_as(samples))


def energy(samples: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    return energy_score(inner_products(samples, truth), truth[0, 0].numel()).flatten()


def test_energy_score_by_brute_force():
    samples, truth = (torch.randn(shape, generator=drawn()) for shape in ((5, 3, 1, 2, 4), (3, 1, 2, 4)))
    for n, score in enumerate(energy(samples, truth)):
        off = [math.dist(sample[n].flatten(), truth[n].flatten()) for sample in samples]
        apart = [
            math.dist(samples[a, n].flatten(), samples[b, n].flatten()) for a in range(5) for b in range(5) if a != b
        ]
        assert float(score) == pytest.approx((np.mean(off) - np.mean(apart) / 2) / math.sqrt(8), rel=1e-6)


@pytest.mark.parametrize("count", [2, 3, 8])
def test_energy_score_of_a_gaussian_whatever_the_number_of_samples(count):
    """Of one number it is the continuous ranked probability score, whose closed form for N(0, 1) is known."""
    many, truth = 20_000, 0.7
    found = energy(torch.randn(count, many, 1, 1, generator=drawn()), torch.full((many, 1, 1), truth))
    unit = Normal(0.0, 1.0)
    density, below = (float(f(torch.tensor(truth))) for f in (lambda x: unit.log_prob(x).exp(), unit.cdf))
    assert float(found.mean()) == pytest.approx(
        truth * (2 * below - 1) + 2 * density - 1 / math.sqrt(math.pi), abs=0.01
    )


def test_energy_score_is_least_for_the_truth_s_own_distribution():
    truth, samples = objects(1, 1)[0], objects(16, 2)
    mean = samples.mean(0)
    rivals = {
        "narrow": mean + 0.3 * (samples - mean),
        "wide": mean + 2 * (samples - mean),
        "no objects": in_cells(samples),
    }
    best = float(energy(samples, truth).mean())
    for name, rival in rivals.items():
        assert float(energy(rival, truth).mean()) > 1.04 * best, name


def test_only_scores_of_whole_views_tell_objects_from_mixtures_in_cells():
    """Cells have the same samples, so that spread, error and coverage are the same; energy and likelihood are not."""
    truth, samples = noisy(objects(1, 1)[0]), objects(16, 2)
    whole, cells = (scores_of(of, truth, WIDTH, is_picture=True) for of in (samples, in_cells(samples)))
    for measure in ("squared_error", "predicted_error", "coverage"):
        torch.testing.assert_close(whole[measure], cells[measure])
    assert cells["energy"].mean() > 1.03 * whole["energy"].mean()
    assert cells["log_likelihood"].mean() < whole["log_likelihood"].mean() - 0.5


def test_a_perfect_model_is_calibrated():
    truth, samples = noisy(objects(1, 1)[0]), objects(200, 2)
    lit = shows_object(samples[:16], truth)
    inside = coverage(samples, truth, WIDTH, lit).mean(1)
    np.testing.assert_allclose(inside, LEVELS, atol=0.04)
    for few in (2, 10):
        found = scores_of(samples[:few], objects(1, 1)[0], WIDTH, is_picture=True)
        assert float(found["squared_error"].mean() / found["predicted_error"].mean()) == pytest.approx(1, abs=0.1)


def test_counting_only_where_the_truth_is_lit_would_blame_a_perfect_model():
    truth, samples = noisy(objects(1, 1)[0]), objects(200, 2)
    lit = (objects(1, 1)[0].amax(2, keepdim=True) > BRIGHT).expand_as(truth)
    assert coverage(samples, truth, WIDTH, lit)[LEVELS.index(0.5)].mean() < 0.42


@pytest.mark.parametrize("spread, sign", [(0.3, -1), (3.0, 1)])
def test_samples_too_close_or_too_far_apart(spread, sign):
    truth, samples = (torch.randn(count, SCENES, 1, 40, generator=drawn(count)) for count in (1, 50))
    found = scores_of(spread * samples, truth[0], 0.1 * spread, is_picture=False)
    assert (np.sign(found["coverage"].mean(1).numpy() - LEVELS) == sign).all()
    assert np.sign(float(found["predicted_error"].mean() - found["squared_error"].mean())) == sign


def test_scores_by_the_book():
    samples, truth = (torch.randn(shape, generator=drawn()) for shape in ((3, 2, VIEWS, 4), (2, VIEWS, 4)))
    found = {name: values.float() for name, values in scores_of(samples, truth, 0.5, is_picture=False).items()}
    density = Normal(samples, 0.5).log_prob(truth).sum((2, 3))
    torch.testing.assert_close(found["log_likelihood"], density.logsumexp(0).sub(math.log(3)) / (4 * VIEWS))
    torch.testing.assert_close(found["squared_error"], (samples.mean(0) - truth).square().mean((1, 2)))
    torch.testing.assert_close(found["predicted_error"], 4 / 3 * samples.var(0).mean((1, 2)))
    torch.testing.assert_close(found["energy"], energy(samples, truth).unflatten(0, (2, VIEWS)).mean(1).float())


def test_where_any_sample_or_the_truth_shows_the_object():
    samples, truth = torch.zeros(2, 1, 1, 3, 2, 2), torch.zeros(1, 1, 3, 2, 2)
    samples[1, 0, 0, 2, 0, 0], truth[0, 0, 1, 1, 1] = 1, 1
    assert shows_object(samples, truth)[0, 0].tolist() == 3 * [[[True, False], [False, True]]]
