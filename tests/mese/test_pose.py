import numpy as np

from gmn.mese import pose

ANGLES = pose.sample_angles(np.random.default_rng(0), 200)


def test_camera_looks_at_the_origin_from_one_metre():
    right, up, forward = pose.camera_axes(ANGLES)
    position = pose.camera_pose(ANGLES)[:, :3]
    np.testing.assert_allclose(np.linalg.norm(position, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(position, -forward, atol=1e-6)
    frame = np.stack([right, up, -forward], -1)
    np.testing.assert_allclose(frame.swapaxes(1, 2) @ frame, np.broadcast_to(np.eye(3), frame.shape), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(frame), 1)
    np.testing.assert_allclose(up[:, 2], np.cos(ANGLES[:, 0]))
    np.testing.assert_allclose(right[:, 2], 0, atol=1e-12)  # no roll


def test_positive_pitch_is_below_the_object():
    assert pose.camera_pose(np.array([0.5, 1.0]))[2] < 0


def test_palm_faces_the_object_from_five_centimetres():
    frame, position = pose.wrist_axes(ANGLES), pose.wrist_pose(ANGLES)[:, :3]
    np.testing.assert_allclose(np.linalg.det(frame), 1)
    assert (frame[:, 2, 2] >= 0).all()  # the back of the hand never points down
    local = np.einsum("nji,nj->ni", frame, position)  # the wrist in its own axes, seen from the object
    np.testing.assert_allclose(local, np.broadcast_to([0, 0.17, 0.05], local.shape), atol=1e-6)


def test_query_is_position_and_angles_on_the_circle():
    query = pose.query(pose.camera_pose(ANGLES))
    assert query.shape == (200, 7) and query.dtype == np.float32
    np.testing.assert_allclose(query[:, 3], np.cos(ANGLES[:, 0]), atol=1e-6)
    np.testing.assert_allclose(query[:, 6], np.sin(ANGLES[:, 1]), atol=1e-6)


def test_turned_query_is_the_query_of_the_turned_pose():
    for make in (pose.camera_pose, pose.wrist_pose):
        turn = np.full(len(ANGLES), np.pi / 2)
        turned = make(ANGLES + [0, np.pi / 2])
        np.testing.assert_allclose(pose.turn_query(pose.query(make(ANGLES)), turn), pose.query(turned), atol=1e-6)
