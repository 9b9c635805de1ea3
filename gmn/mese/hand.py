"""The Johns Hopkins MPL right hand, built from primitives: 22 joints, 13 actuators, 132 readings.

Body tree, masses and ranges are those of the hand in MuJoCo HAPTIX; each convex mesh is replaced by the
capsule or cylinder that fits its hull best, but fingertips as wide as theirs; the palm by two boxes, of which
the second rises towards the fingers as the mesh does (tables/geoms.csv). docs/mese.md compares the readings.
"""

import math

import mujoco
import numpy as np

from gmn.mese.channels import FINGERS, table

CONTACT_EXCLUDES = (
    ("wristz", "wristy"),
    ("wristx", "thumb0"),
    ("wristy", "palm"),  # the palm's boxes are wider at the wrist than its mesh
    *(("palm", f"{finger}1") for finger in FINGERS),
)
GAIN = 10.0  # N m / rad, of every position servo
ARMATURE = 0.01  # kg m^2
WRIST = "wrist"  # the mocap body that carries the hand


def control_range() -> np.ndarray:
    """Lowest and highest control of the 13 actuators, (13, 2) radians; the highest is the grasp's goal."""
    return np.array(
        [[float(row[f"ctrl_{end}"]) for end in ("low", "high")] for row in table("joints") if row["ctrl_high"]]
    )


def add_hand(spec: mujoco.MjSpec) -> None:
    """Add the hand, its couplings and its sensors to ``spec``; the mocap body ``wrist`` moves it."""
    _add_bodies(spec)
    _add_couplings(spec)
    _add_sensors(spec)


def _numbers(row: dict[str, str]) -> dict[str, float]:
    """The numeric cells of a table's row."""
    return {key: float(cell) for key, cell in row.items() if cell and key not in ("body", "parent", "shape")}


def _add_bodies(spec: mujoco.MjSpec) -> None:
    joints = {row["body"]: row for row in table("joints")}
    bodies = {"forearm": spec.worldbody.add_body(name=WRIST, mocap=True)}
    for row in table("bodies"):
        number = _numbers(row)
        body = bodies[row["parent"]].add_body(
            name=row["body"],
            pos=[number[f"pos_{c}"] for c in "xyz"],
            quat=[number[f"quat_{c}"] for c in "wxyz"],
            mass=number["mass"],
            ipos=[number[f"com_{c}"] for c in "xyz"],
            iquat=[number[f"iquat_{c}"] for c in "wxyz"],
            inertia=[number[f"inertia_{k}"] for k in (1, 2, 3)],
            explicitinertial=True,
        )
        bodies[row["body"]] = body
        if joint := joints.get(row["body"]):
            _add_joint(spec, body, joint)
    for row in table("geoms"):
        _add_geom(bodies[row["body"]], row["shape"], _numbers(row))
    for first, second in CONTACT_EXCLUDES:
        spec.add_exclude(bodyname1=first, bodyname2=second)


def _add_geom(body, shape: str, number: dict[str, float]) -> None:
    shared = {"condim": 4, "margin": 0.001, "group": 1, "rgba": [0.75, 0.7, 0.65, 1]}
    a, b = ([1e-3 * number[f"{end}{c}_mm"] for c in "xyz"] for end in "ab")
    if shape == "box":  # centre, half-extents, turned about x
        half = number["turn_x"] / 2
        quat = [math.cos(half), math.sin(half), 0, 0]
        body.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, pos=a, size=b, quat=quat, **shared)
    else:  # the ends of the axis
        kind = getattr(mujoco.mjtGeom, f"mjGEOM_{shape.upper()}")
        body.add_geom(type=kind, fromto=a + b, size=[1e-3 * number["radius_mm"], 0, 0], **shared)


def _add_joint(spec: mujoco.MjSpec, body, row: dict[str, str]) -> None:
    body.add_joint(
        name=row["joint"],
        type=mujoco.mjtJoint.mjJNT_HINGE,
        axis=[float(row[f"axis_{c}"]) for c in "xyz"],
        range=[float(row["low"]), float(row["high"])],
        limited=True,
        damping=float(row["damping"]),
        armature=ARMATURE,
    )
    if row["ctrl_high"]:
        actuator = spec.add_actuator(
            name=row["joint"],
            target=row["joint"],
            trntype=mujoco.mjtTrn.mjTRN_JOINT,
            ctrlrange=[float(row["ctrl_low"]), float(row["ctrl_high"])],
            ctrllimited=True,
        )
        actuator.set_to_position(kp=GAIN)


def _add_couplings(spec: mujoco.MjSpec) -> None:
    """DIP = 1.142 PIP = 1.142 MCP in four fingers, ring_ABD = pinky_ABD / 2, and a locked forearm roll."""

    def tie(name: str, *wraps: tuple[str, float]) -> None:
        tendon = spec.add_tendon(name=name, limited=False)
        for joint, coefficient in wraps:
            tendon.wrap_joint(joint, coefficient)
        spec.add_equality(type=mujoco.mjtEq.mjEQ_TENDON, name1=name, objtype=mujoco.mjtObj.mjOBJ_TENDON)

    def hold(joint: str, data: list[float], other: str = "", **stiffness: list[float]) -> None:
        spec.add_equality(
            type=mujoco.mjtEq.mjEQ_JOINT,
            name1=joint,
            name2=other,
            data=data + [0.0] * (mujoco.mjNEQDATA - len(data)),
            objtype=mujoco.mjtObj.mjOBJ_JOINT,
            **stiffness,
        )

    for finger in FINGERS[1:]:
        tie(f"{finger}_distal", (f"{finger}_DIP", 0.00705), (f"{finger}_PIP", -0.00805))
        tie(f"{finger}_medial", (f"{finger}_PIP", 0.010), (f"{finger}_MCP", -0.010))
    hold("ring_ABD", [0, 0.5], other="pinky_ABD")
    # Jammed in the original by a contact that MuJoCo >= 3.12 no longer makes.
    hold("wrist_PRO", [0], solref=[2 * spec.option.timestep, 1], solimp=[0.999, 0.9999, 0.001, 0.5, 2])


def _add_sensors(spec: mujoco.MjSpec) -> None:
    """The 132 readings in the order of tables/channels.csv."""
    joints = table("joints")
    actuated = [row["joint"] for row in joints if row["ctrl_high"]]
    kind, object_kind = mujoco.mjtSensor, mujoco.mjtObj

    def add(sensor, target, names, prefix: str) -> None:
        for name in names:
            spec.add_sensor(name=f"{prefix}_{name}", type=sensor, objtype=target, objname=name)

    names = [row["joint"] for row in joints]
    add(kind.mjSENS_JOINTPOS, object_kind.mjOBJ_JOINT, names, "jointpos")
    add(kind.mjSENS_JOINTVEL, object_kind.mjOBJ_JOINT, names, "jointvel")
    add(kind.mjSENS_ACTUATORPOS, object_kind.mjOBJ_ACTUATOR, actuated, "actuatorpos")
    add(kind.mjSENS_ACTUATORVEL, object_kind.mjOBJ_ACTUATOR, actuated, "actuatorvel")
    add(kind.mjSENS_ACTUATORFRC, object_kind.mjOBJ_ACTUATOR, actuated, "actuatorfrc")

    for finger in FINGERS:
        thumb = finger == "thumb"
        spec.body(f"{finger}3").add_site(
            name=f"{finger}_IMU",
            type=mujoco.mjtGeom.mjGEOM_BOX,
            size=[0.003] * 3,
            pos=[0.0099, -0.00052, 0] if thumb else [0, -0.0093, 0.00063],
            quat=[0.5, 0.5, 0.5, 0.5] if thumb else [0.5, 0.5, -0.5, 0.5],
            group=4,
        )
    imus = [f"{finger}_IMU" for finger in FINGERS]
    add(kind.mjSENS_ACCELEROMETER, object_kind.mjOBJ_SITE, imus, "accelerometer")
    add(kind.mjSENS_GYRO, object_kind.mjOBJ_SITE, imus, "gyro")

    sites = table("touch_sites")
    for row in sites:
        _add_touch_site(spec, row)
    add(kind.mjSENS_TOUCH, object_kind.mjOBJ_SITE, [row["site"] for row in sites], "touch")


def _add_touch_site(spec: mujoco.MjSpec, row: dict[str, str]) -> None:
    half = float(row["turn_z"]) / 2
    spec.body(row["body"]).add_site(
        name=row["site"],
        type=mujoco.mjtGeom.mjGEOM_ELLIPSOID,
        pos=[1e-3 * float(row[f"{c}_mm"]) for c in "xyz"],
        size=[1e-3 * float(row[f"semi_{c}_mm"]) for c in "xyz"],
        quat=[math.cos(half), 0, 0, math.sin(half)],
        group=4,
    )
