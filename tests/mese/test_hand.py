import mujoco
import pytest

from gmn.mese import hand, world
from gmn.mese.channels import channels, table

MODEL = world.grasping_model(5)


def test_joints_actuators_and_readings():
    assert (MODEL.njnt, MODEL.nu, MODEL.nsensordata) == (22, 13, 132)
    assert len(channels()) == 132


def test_readings_are_in_the_order_of_the_table():
    names = [MODEL.sensor(k).name for k in range(MODEL.nsensor) for _ in range(MODEL.sensor_dim[k])]
    for name, channel in zip(names, channels(), strict=True):
        wanted = channel.name.replace("actuatorpos_A_", "actuatorpos_").replace("actuatorvel_A_", "actuatorvel_")
        wanted = wanted.replace("actuatorfrc_A_", "actuatorfrc_")
        assert wanted in (name, f"{name}_x", f"{name}_y", f"{name}_z")


def test_counts_of_each_kind():
    kinds = [c.kind for c in channels()]
    counted = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    assert list(counted.values()) == [22, 22, 13, 13, 13, 15, 15, 19]


def test_every_kind_is_measured_by_its_sensor():
    wanted = ["JOINTPOS"] * 22 + ["JOINTVEL"] * 22 + ["ACTUATORPOS"] * 13 + ["ACTUATORVEL"] * 13
    wanted += ["ACTUATORFRC"] * 13 + ["ACCELEROMETER"] * 5 + ["GYRO"] * 5 + ["TOUCH"] * 19
    assert MODEL.sensor_type.tolist() == [getattr(mujoco.mjtSensor, f"mjSENS_{w}").value for w in wanted]


def test_mass_of_the_hand():
    bodies = [MODEL.body(row["body"]).mass[0] for row in table("bodies")]
    assert sum(bodies) == pytest.approx(0.239, abs=0.001)  # 0.264 kg with the forearm's stump


def test_fingers_are_coupled_and_the_forearm_is_locked_in_free_air():
    data = mujoco.MjData(MODEL)
    data.mocap_pos[0] = [0, 0, 3]
    high = hand.control_range()[:, 1]
    for k in range(1, 26):
        data.ctrl[:] = high * (1 - 0.96**k)
        mujoco.mj_step(MODEL, data, 10)
    angle = {MODEL.joint(k).name: data.qpos[k] for k in range(22)}
    assert abs(angle["wrist_PRO"]) < 0.009
    for finger in ("index", "middle", "ring", "pinky"):
        assert angle[f"{finger}_PIP"] == pytest.approx(angle[f"{finger}_MCP"], abs=0.03)
        assert angle[f"{finger}_DIP"] == pytest.approx(1.142 * angle[f"{finger}_PIP"], abs=0.03)
    assert angle["ring_ABD"] == pytest.approx(angle["pinky_ABD"] / 2, abs=0.01)
    # Free-air angles of the original hand under the same policy.
    original = {"wrist_UDEV": 0.500, "wrist_FLEX": 0.640, "thumb_ABD": 1.253, "index_MCP": 0.906, "pinky_MCP": 0.997}
    for joint, value in original.items():
        assert angle[joint] == pytest.approx(value, abs=0.03), joint
