"""A latent volume in the world's frame: what is seen and felt of it is where MESE has it, and turns with the world."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gmn.data.modalities import Modality, modality_set
from gmn.errors import UserError
from gmn.mese import pose
from gmn.mese.camera import View
from gmn.models.config import EXTENT
from gmn.models.frames import cells
from gmn.models.gmn import GMN
from gmn.models.noise import Noise
from tests import conftest
from tests.conftest import NETWORKS, episodes_for, tiny_config, tiny_model

ANGLES = pose.sample_angles(np.random.default_rng(0), 12)
VOLUME = conftest.VOLUME | {"cells": 6}
SIDE = 12  # points of a field along its edge


def camera_queries(angles: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pose.query(pose.camera_pose(angles))).double()


def wrist_queries(angles: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pose.query(pose.wrist_pose(angles))).double()


def turned(volume: torch.Tensor) -> torch.Tensor:
    """Volumes (..., z, y, x) turned by a quarter about the vertical, from x to y."""
    return torch.rot90(volume, 1, dims=(-1, -2))


def quarter_turned(query: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(pose.turn_query(query.numpy(), np.full(len(query), np.pi / 2)))


def test_turning_a_volume_turns_its_cells():
    x, y, z = cells(4, 1.0).T.reshape(3, 4, 4, 4)
    torch.testing.assert_close(turned(x), y)
    torch.testing.assert_close(turned(y), -x)
    torch.testing.assert_close(turned(z), z)


def plain_model(modalities: int = 2, **changes) -> GMN:
    """A network whose colours do not depend on the direction of view."""
    model = tiny_model("apoe", modalities, **VOLUME | changes)
    for field in model.fields:
        for weight in field.shading[-1].parameters():
            torch.nn.init.zeros_(weight)
    return model


def seen(field: torch.Tensor, angles: np.ndarray) -> torch.Tensor:
    """Pictures (N, 3, 16, 16) of a field (F, z, y, x)."""
    renderer = plain_model().renderers[0]
    rays = renderer.rays.expand(len(angles), -1, -1)
    picture = renderer.along_rays(field.expand(len(angles), -1, -1, -1, -1), camera_queries(angles), rays)
    return picture.detach().unflatten(2, renderer.raster)


def nothing() -> torch.Tensor:
    field = torch.zeros(8, SIDE, SIDE, SIDE, dtype=torch.double)
    field[0] = -6
    return field


@pytest.mark.parametrize("cell", [(1, 1, 1), (5, 2, 1), (2, 3, 3), (1, 5, 4)])
def test_a_lit_cell_is_seen_where_mese_s_camera_sees_it(cell):
    field, points = nothing(), tuple(slice(2 * k, 2 * k + 2) for k in cell)
    field[(0, *points)], field[(1, *points)] = 4, 1
    place = cells(6, EXTENT).reshape(6, 6, 6, 3)[cell].numpy()
    rows, columns = torch.meshgrid(*[torch.arange(16) + 0.5] * 2, indexing="ij")
    whole = 0
    for picture, angles in zip(seen(field, ANGLES)[:, 0], ANGLES, strict=True):
        wanted = View.at(angles, size=16).project(place)
        if (wanted > 2).all() and (wanted < 14).all():  # all of it in the picture
            assert picture.min() >= 0 and picture.sum() > 0
            found = [float((picture * at).sum() / picture.sum()) for at in (columns, rows)]
            np.testing.assert_allclose(found, wanted, atol=0.6)
            whole += 1
    assert whole > 2


def test_what_is_behind_is_hidden():
    field, middle = nothing(), slice(4, 8)
    field[0, middle, middle, :2], field[0, middle, middle, -2:] = 8, 8
    field[1, middle, middle, :2], field[2, middle, middle, -2:] = 1, 1  # red at small x, green at large x
    for bright, dark, yaw in ((0, 1, 0.0), (1, 0, np.pi)):  # at yaw 0 the camera looks along x
        colours = seen(field, np.array([[0.0, yaw]]))[0, :, 8, 8]
        assert colours[bright] > 10 * colours[dark].abs()


@pytest.mark.parametrize("modalities", [2, 5, 8, 14])
def test_a_turned_scene_has_the_turned_code(scenes, modalities):
    model = tiny_model("apoe", modalities, **VOLUME)
    episodes = episodes_for(scenes, model)
    for encoder, sense, query in zip(model.encoders, episodes.senses, episodes.queries, strict=True):
        code = encoder(sense[0], query[0])
        again = encoder(sense[0], quarter_turned(query[0]))
        assert (code - turned(code)).abs().max() > 1e-3
        torch.testing.assert_close(again, turned(code), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("modalities", [2, 5, 8, 14])
def test_a_turned_volume_is_seen_and_felt_as_before(modalities):
    model, generator = plain_model(modalities), torch.Generator().manual_seed(0)
    model.fields[0].forward = lambda z: z  # its convolutions are not symmetric, look-ups are
    rows = torch.arange(12)
    for m, modality in enumerate(model.modalities):
        if not modality.is_picture:
            model.renderers[m].volume = torch.nn.Identity()
        side = SIDE if modality.is_picture else 6
        features = torch.randn(12, 8, side, side, side, dtype=torch.double, generator=generator)
        query = (camera_queries if modality.is_picture else wrist_queries)(ANGLES)
        before = model.render(m, features, rows, query)
        again = model.render(m, turned(features), rows, quarter_turned(query))
        torch.testing.assert_close(again, before, atol=1e-5, rtol=1e-4)


def test_a_cell_of_the_hand_s_own_volume_is_where_the_hand_has_it():
    encoder = tiny_model("apoe", 2, representation=8, **VOLUME).encoders[1]
    query, placed = wrist_queries(ANGLES), cells(6, EXTENT).double()
    with torch.no_grad():
        for layer in (encoder.lift, encoder.mix, encoder.shape, encoder.out):
            layer.weight.zero_(), layer.bias.zero_()
        encoder.out.weight[0, 0] = 1
    own = cells(4, 1.2 * EXTENT)
    for k in (21, 42, 26, 37):  # of the 64 cells around the object, inner ones
        with torch.no_grad():
            encoder.shape.bias.zero_()
            encoder.shape.bias[k] = 1
        code = encoder(torch.zeros(12, 132, dtype=torch.double), query)[:, 0].flatten(1)
        found = (code @ placed) / code.sum(1, keepdim=True)
        wanted = np.einsum("nij,j->ni", pose.wrist_axes(ANGLES), own[k].double().numpy())
        np.testing.assert_allclose(found.detach(), wanted, atol=0.006)


def test_cells_out_of_sight_do_not_hear_of_the_picture(scenes):
    """A quarter of the picture leaves most cells without any feature of it."""
    model = tiny_model("apoe", 5, **VOLUME)
    query = camera_queries(np.array([[0.0, 0.0]]))  # along x: left is y > 0, upper is z > 0
    pictures = torch.rand(2, 1, 3, 8, 8, dtype=torch.double, generator=torch.Generator().manual_seed(0))
    codes = [model.encoders[0](picture, query)[0] for picture in pictures]
    changed = (codes[0] - codes[1]).abs().amax((0, 3))  # (z, y)
    assert (changed[4:, 4:] > 1e-6).all() and (changed[:2] == 0).all() and (changed[:, :2] == 0).all()


CASES = [(network, m, {}) for network in NETWORKS for m in (2, 8, 14)]
CASES += [("apoe", 2, changes) for changes in ({"stride": 8}, {"hierarchical": True}, {"pooling": "sum"})]


@pytest.mark.parametrize("network, modalities, changes", CASES)
def test_every_weight_learns(scenes, network, modalities, changes):
    torch.manual_seed(0)
    model = GMN(tiny_config(network, modalities, **VOLUME | {"decoder": 8} | changes)).double()
    torch.nn.init.normal_(model.fields[0].shading[-1].weight)  # it starts at zero, and hides those before it
    model.elbo(episodes_for(scenes, model), Noise(0)).elbo.sum().backward()
    gradients = {name: 0 if p.grad is None else float(p.grad.abs().sum()) for name, p in model.named_parameters()}
    assert not [name for name, size in gradients.items() if not 0 < size < float("inf")]


def test_half_precision_is_close(scenes):
    model = tiny_model("apoe", 2, **VOLUME).float()
    read = episodes_for(scenes, model)
    episodes = replace(read, senses=[s.float() for s in read.senses], queries=[q.float() for q in read.queries])
    with torch.no_grad():
        wanted = model.elbo(episodes, Noise(0)).elbo
        with torch.autocast("cpu", torch.bfloat16):
            found = model.elbo(episodes, Noise(0)).elbo
    torch.testing.assert_close(found, wanted, rtol=0.03, atol=0)


def test_pictures_of_too_many_channels_are_refused():
    spectral = Modality("spectral", sense="vision", shape=(9, 16, 16), poses="camera")
    with pytest.raises(UserError, match="pictures of 9 channels; a field has 7 at most"):
        GMN(tiny_config("apoe", (spectral,), **VOLUME))


def test_pictures_that_are_nobody_s_part_show_all_their_colours():
    mine = Modality("mine", sense="vision", shape=(2, 16, 16), poses="camera")
    model = tiny_model("apoe", (mine,), **VOLUME)
    z = torch.zeros(1, model.config.latent_channels, *model.config.grid, dtype=torch.double)
    assert model.render(0, z, torch.zeros(12, dtype=torch.long), camera_queries(ANGLES)).shape == (12, 2, 16, 16)


def test_a_sensor_without_a_frame_is_refused():
    ears = Modality("ears", sense="sound", shape=(9,), poses="place")
    config = tiny_config("apoe", (ears,), **VOLUME | {"std": {"sound": 0.1}})
    with pytest.raises(UserError, match=r"ears: poses 'place' have no frame.*use poses with one \(camera, hand\)"):
        GMN(config)


def test_modality_sets_say_what_of_the_field_they_show():
    assert {m.half_field for m in modality_set(5, 64, 48)} == {pose.HALF_FIELD}
    assert {m.half_field for m in modality_set(14, 64, 48) if m.is_picture} == {pose.HALF_FIELD * 132 / 150}
