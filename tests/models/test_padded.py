"""Fixed shapes: the padded route has the ragged one's value and gradients, whatever is shown."""

import numpy as np
import pytest
import torch

from gmn.data.settings import Contexts
from gmn.data.views import draw_views
from gmn.models.noise import Noise
from tests.conftest import NETWORKS, VOLUME, doubled, reader_for, tiny_model

CASES = [(network, m, VOLUME) for network in NETWORKS for m in (2, 8, 14)]
CASES += [("apoe", 5, {}), ("poe", 5, {}), ("apoe", 2, VOLUME | {"hierarchical": True})]


def batch(scenes, model, seed: int, reading: str = "paper"):
    """Scenes that show some modalities, one of them none but the first; some contexts cross or are empty."""
    rng = np.random.default_rng(seed)
    shown = rng.random((4, len(model.modalities))) < 0.5
    shown[:, 0] = True
    shown[0, 1:] = False
    views = draw_views(
        rng, shown, 15, reading, shares=Contexts(few=0.3, crossed=0.3) if reading == "paper" else Contexts()
    )
    return doubled(reader_for(scenes, model).read(np.arange(4))).with_views(*views)


@pytest.mark.parametrize(("network", "modalities", "changes"), CASES)
@pytest.mark.parametrize("rendered", [None, 4])
def test_padding_changes_no_value_and_no_gradient(scenes, network, modalities, changes, rendered):
    model = tiny_model(network, modalities, **changes)
    episodes = batch(scenes, model, modalities)
    found = {}
    for padded in (False, True):
        model.zero_grad()
        bound = model.elbo(episodes, Noise(3), rendered, padded)
        (-bound.elbo.sum()).backward()
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in model.parameters()]
        found[padded] = (bound.log_likelihood, bound.kl, *gradients)
    for ragged, full in zip(found[False], found[True], strict=True):
        torch.testing.assert_close(full, ragged, rtol=1e-8, atol=1e-8)


def test_the_releases_reading(scenes):
    model = tiny_model("apoe", 5, reading="released", **VOLUME)
    episodes = batch(scenes, model, 0, "released")
    ragged, full = (model.elbo(episodes, Noise(3), padded=padded).elbo for padded in (False, True))
    torch.testing.assert_close(full, ragged)


@pytest.mark.parametrize("network", NETWORKS)
def test_shapes_do_not_depend_on_what_is_shown(scenes, network, monkeypatch):
    """What encoders, renderers and experts are given, batch after batch."""
    model = tiny_model(network, 5, **VOLUME)
    seen = []
    for part in (
        *model.encoders,
        *model.renderers,
        *(lstm for cell in model.inference.cells for lstm, _ in cell.heard()),
    ):
        part.register_forward_pre_hook(lambda _, given: seen[-1].append([x.shape for x in given if torch.is_tensor(x)]))
    for seed in range(3):
        seen.append([])
        model.elbo(batch(scenes, model, seed), Noise(0), padded=True)
    assert seen[0] == seen[1] == seen[2] and len(seen[0]) > 9
