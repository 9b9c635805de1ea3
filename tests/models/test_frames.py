"""Points of the world are where MESE's own camera and hand have them."""

import numpy as np
import pytest
import torch

from gmn.data.modalities import modality_set
from gmn.mese import pose
from gmn.mese.camera import View
from gmn.models.frames import Window, camera_frame, cells, hand_frame, look_up

ANGLES = pose.sample_angles(np.random.default_rng(0), 20)
POINTS = np.random.default_rng(1).uniform(-0.1, 0.1, (50, 3))


def queries(poses: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pose.query(poses)).double()


def test_cameras_have_the_axes_and_places_of_mese():
    frame = camera_frame(queries(pose.camera_pose(ANGLES)))
    wanted = np.stack(pose.camera_axes(ANGLES), 1)
    np.testing.assert_allclose(frame.axes, wanted, atol=1e-6)
    np.testing.assert_allclose(frame.origin, -wanted[:, 2], atol=1e-6)
    np.testing.assert_allclose(frame.ahead(), 1, atol=1e-6)


def test_hands_close_around_the_object_and_have_the_axes_of_mese():
    frame = hand_frame(queries(pose.wrist_pose(ANGLES)))
    np.testing.assert_allclose(frame.axes, np.swapaxes(pose.wrist_axes(ANGLES), 1, 2), atol=1e-6)
    np.testing.assert_allclose(frame.origin, 0, atol=1e-6)


@pytest.mark.parametrize("of", [camera_frame, hand_frame])
def test_there_and_back(of):
    poses = (pose.camera_pose if of is camera_frame else pose.wrist_pose)(ANGLES)
    frame, points = of(queries(poses)), torch.from_numpy(POINTS)
    back = frame.to_world(frame.of_world(points))
    torch.testing.assert_close(back, points.expand_as(back), atol=1e-6, rtol=0)


@pytest.mark.parametrize("modalities", [2, 5, 8, 14])
def test_a_point_is_seen_at_the_pixel_of_mese_in_every_part_that_shows_it(modalities):
    """A picture whose pixels hold their own column and row is cut; what is found there must be the whole's."""
    size = 64
    rows, columns = np.mgrid[:size, :size]
    numbered = np.broadcast_to(np.stack([columns, rows, columns], 0).astype(float), (1, 3, size, size))
    seen = np.zeros(len(POINTS) * len(ANGLES), int)
    for modality in modality_set(modalities, size, size):
        if not modality.is_picture:
            continue
        half = pose.HALF_FIELD * (pose.CROP_SHARE if modalities in (8, 14) else 1)
        pixels = np.concatenate([View.at(a, half_field=half, size=size).project(POINTS) for a in ANGLES])
        points = camera_frame(queries(pose.camera_pose(ANGLES))).of_world(torch.from_numpy(POINTS)).flatten(0, 1)
        places = Window.of(modality).places(points)
        part = torch.from_numpy(modality.cut(numbered)[0])
        height, width = part.shape[1:]
        own = (places + 1) / 2 * torch.tensor([width, height])
        inside = ((places.abs() < 1) & (own > 0.5) & (own < torch.tensor([width, height]) - 0.5)).all(1)
        found = look_up(part[None], places[None])[0].T
        of_row = modality.channels[0] == 1 and len(modality.channels) == 1  # its one channel holds rows
        wanted = pixels[:, [1]] if of_row else pixels[:, [0]]
        np.testing.assert_allclose(found[inside][:, :1], wanted[inside] - 0.5, atol=1e-4)
        seen += ((pixels > 0) & (pixels < size)).all(1) & (places.abs() < 1).all(1).numpy()
    times = {2: 1, 5: 1, 8: 3, 14: 3}[modalities]  # each point once, or once per colour
    assert set(seen) <= {0, times} and (seen > 0).mean() > 0.5


def test_rays_of_parts_put_together_are_those_of_the_whole():
    whole = Window.of(modality_set(2, 64, 64)[0]).rays(8, 8).reshape(8, 8, 3)
    upper_left, lower_left, upper_right, lower_right = (Window.of(m).rays(4, 4).reshape(4, 4, 3)
                                                        for m in modality_set(5, 64, 64)[:4])  # fmt: skip
    left, right = torch.cat([upper_left, lower_left]), torch.cat([upper_right, lower_right])
    torch.testing.assert_close(torch.cat([left, right], 1), whole)


def test_a_ray_meets_the_pixel_it_came_through():
    view = View.at(ANGLES[0], size=8)
    rays = camera_frame(queries(pose.camera_pose(ANGLES[:1])))
    points = rays.to_world(Window.of(modality_set(2, 64, 64)[0]).rays(8, 8).double())[0]
    rows, columns = np.mgrid[:8, :8]
    np.testing.assert_allclose(
        view.project(points.numpy()), np.stack([columns, rows], -1).reshape(-1, 2) + 0.5, atol=1e-5
    )


def test_look_ups_find_cells_and_lie_between_them():
    values = torch.randn(1, 2, 3, 3, 3, generator=torch.Generator().manual_seed(0))
    at = cells(3, 1.0)[None]
    torch.testing.assert_close(look_up(values, at), values.flatten(2))
    middle = (at[:, :1] + at[:, 13:14]) / 2  # between the first cell and the central one
    corner = values[0, :, :2, :2, :2].flatten(1).mean(1)
    torch.testing.assert_close(look_up(values, middle)[0, :, 0], corner)
    outside = torch.tensor([[[5.0, 0, 0]]])
    assert look_up(values, outside).abs().max() == 0
    torch.testing.assert_close(look_up(values, outside, beyond="border")[0, :, 0], values[0, :, 1, 1, 2])


def test_poses_keep_their_precision_under_autocast():
    frame, points = camera_frame(queries(pose.camera_pose(ANGLES)).float()), torch.from_numpy(POINTS).float()
    wanted = frame.of_world(points), frame.to_world(points)
    with torch.autocast("cpu", torch.bfloat16):
        found = frame.of_world(points), frame.to_world(points)
    for ours, theirs in zip(found, wanted, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_what_is_behind_the_camera_is_out_of_sight():
    window = Window.of(modality_set(2, 64, 64)[0])
    ahead, behind = window.places(torch.tensor([[0.01, 0.02, 1.0], [-0.01, -0.02, -1.0]]))
    assert (ahead.abs() < 1).all() and (behind.abs() > 1).all()
    assert torch.isfinite(window.places(torch.zeros(1, 3))).all()
