"""Pictures of a field: rays that are left out met nothing, some rays stand for all, finer pictures are the same."""

import pytest
import torch
from torch.nn import functional as F

from gmn.models.field import LEAST
from gmn.models.gmn import GMN
from gmn.models.noise import Noise
from gmn.models.rays import draw_pixels
from tests.conftest import SHARED, episodes_for, tiny_model


def solid_model(modalities: int = 2, **changes) -> GMN:
    """A network whose pictures show an L of two blocks, each of its own colour."""
    model = tiny_model("apoe", modalities, **SHARED | changes).eval()
    for field in model.fields:
        torch.nn.init.normal_(field.shading[-1].weight, std=0.1)
        field.forward = _blocks
    return model


def _blocks(z):
    field = z.new_full((len(z), 8, 6, 6, 6), -6.0)  # (E, F, z, y, x)
    field[:, 1:] = 0.2
    for colour, block in ((1, (slice(1, 3), slice(2, 4), slice(2, 4))), (2, (slice(3, 5), slice(2, 4), slice(1, 4)))):
        field[(slice(None), 0, *block)] = 4.0
        field[(slice(None), colour, *block)] = 0.9
    return field * (1 + 0.01 * z.mean((1, 2, 3, 4)))[:, None, None, None, None]


def every_ray(renderer, z, episode, query):
    rays = renderer.rays.expand(len(query), -1, -1)
    return renderer.along_rays(renderer.field(z)[episode], query, rays).unflatten(2, renderer.raster)


@pytest.mark.parametrize("modalities", [2, 8, 14])
def test_rays_that_are_left_out_met_nothing(scenes, modalities):
    model = solid_model(modalities)
    episodes = episodes_for(scenes, model)
    z = torch.randn(3, model.config.latent_channels, *model.config.grid, dtype=torch.double)
    episode = torch.arange(3).repeat_interleave(15)
    for renderer, modality, queries in zip(model.renderers, model.modalities, episodes.queries, strict=True):
        if modality.is_picture:
            query = queries.flatten(0, 1)
            whole, every = renderer(renderer.field.whole(z), episode, query), every_ray(renderer, z, episode, query)
            assert every.amax() > 0.1
            assert (whole - every).abs().max() < 16 * LEAST
            if modality.shape[1] == 16:
                assert (whole == 0).all(1).float().mean() > 0.4  # much is empty, and seen to be


def test_an_empty_volume_is_black(scenes):
    model = solid_model()
    model.fields[0].forward = lambda z: z.new_full((len(z), 8, 6, 6, 6), -6.0)
    query = episodes_for(scenes, model).queries[0][0]
    z = torch.zeros(1, model.config.latent_channels, *model.config.grid, dtype=torch.double)
    assert not model.render(0, z, torch.zeros(15, dtype=torch.long), query).any()


@pytest.mark.parametrize("modalities", [2, 5])
def test_a_picture_at_twice_the_size_is_the_picture(scenes, modalities):
    model = solid_model(modalities)
    query = episodes_for(scenes, model).queries[0][0, :4]
    z = torch.zeros(1, model.config.latent_channels, *model.config.grid, dtype=torch.double)
    episode = torch.zeros(len(query), dtype=torch.long)
    trained, fine, finer = (model.render(0, z, episode, query, zoom) for zoom in (1, 2, 4))
    assert finer.shape[2:] == tuple(4 * side for side in model.modalities[0].shape[1:])
    for large, small in ((fine, trained), (finer, fine)):
        error = (F.avg_pool2d(large, 2) - small).square().mean() / small.var()
        assert error < 0.02


def test_pixels_drawn_stand_for_all():
    torch.manual_seed(0)
    pictures = torch.zeros(2, 3, 8, 8, dtype=torch.double)
    pictures[0, :, 2:4, 3:5] = torch.rand(3, 2, 2, dtype=torch.double)  # the second is black
    values = torch.rand(2, 64, dtype=torch.double)
    pixels, weight = draw_pixels(pictures, torch.rand(2, 200_000, dtype=torch.double))
    estimate = (values.gather(1, pixels) * weight).sum(1)
    torch.testing.assert_close(estimate, values.sum(1), rtol=1e-2, atol=0)
    lit = pixels[0].unique(return_counts=True)[1]
    assert len(lit) == 64 and lit.max() > 5 * lit.min()  # every pixel may be drawn, those on the object more often


def test_the_likelihood_of_some_rays_is_that_of_all_in_the_mean(scenes):
    """Value and gradient; z is the same in every draw, since its noise comes first."""
    model = tiny_model("apoe", 2, **SHARED | {"decoder": 8})
    episodes = episodes_for(scenes, model, count=2)
    where = torch.arange(15) < 3
    episodes = episodes.with_views(episodes.context & where, episodes.target & where)
    wanted = model.elbo(episodes, Noise(0)).log_likelihood[0]
    parameter = model.fields[0].out.weight
    slope = torch.autograd.grad(wanted.sum(), parameter)[0]
    found, slopes = [], []
    for seed in range(60):
        generator = torch.Generator().manual_seed(0)
        value = model.elbo(episodes, _Restarted(generator, seed), rays=64).log_likelihood[0]
        found.append(value.detach())
        slopes.append(torch.autograd.grad(value.sum(), parameter)[0])
    found, slopes = torch.stack(found), torch.stack(slopes)
    error = found.std(0) / len(found) ** 0.5
    assert ((found.mean(0) - wanted).abs() <= 4 * error + 1e-9).all() and error.max() < 0.1 * wanted.abs().max()
    assert (slopes.mean(0) - slope).norm() < 0.1 * slope.norm()


class _Restarted(Noise):
    """The noise of z of one seed, the choice of rays of another."""

    def __init__(self, generator, seed):
        super().__init__(generator)
        self.seed = seed

    def uniform(self, scenes, views):
        self.generator.manual_seed(1000 + self.seed)
        return super().uniform(scenes, views)


@pytest.mark.parametrize("modalities", [5, 8, 14])
def test_modalities_look_into_one_field(scenes, modalities):
    """Parts of a picture, put together, are the picture."""
    whole, parts = solid_model(), solid_model(modalities, crop_size=16)
    parts.fields[0].load_state_dict(whole.fields[0].state_dict())
    assert len(parts.fields) == 1
    query = episodes_for(scenes, whole).queries[0][0]
    z = torch.zeros(1, whole.config.latent_channels, *whole.config.grid, dtype=torch.double)
    episode = torch.zeros(len(query), dtype=torch.long)
    picture, put = whole.render(0, z, episode, query), torch.zeros(15, 3, 16, 16, dtype=torch.double)
    for m, modality in enumerate(parts.modalities):
        if modality.is_picture:
            rows, columns = (slice(8 * a, 8 * b) for a, b in (modality.rows, modality.columns))
            for k, channel in enumerate(modality.channels):
                put[:, channel, rows, columns] = parts.render(m, z, episode, query)[:, k]
    if parts.modalities[0].half_field == whole.modalities[0].half_field:
        torch.testing.assert_close(put, picture, atol=1e-3, rtol=0)
    assert put.amax() > 0.3 and (put > 0).any((0, 2, 3)).all()
