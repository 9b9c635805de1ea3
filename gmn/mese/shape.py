"""Shepard-Metzler objects: chains of touching unit cubes, and what makes two of them the same.

A *walk* is an ``(n, 3)`` integer array of lattice cells, the first at the origin, each next one a unit step
from the last, no cell twice (App. A). A walk's label is its place in the lexicographic list of all walks of
its length, so it never depends on the order in which scenes were made.
"""

from functools import cache
from itertools import permutations, product

import numpy as np

EDGE = 0.035  # m, cube edge and lattice spacing
HELD_OUT_FIRST, HELD_OUT_EVERY = 2, 5  # of the shapes up to rotation and mirror image

STEPS = np.array([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)])


def sample_walk(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw a self-avoiding walk of ``n`` cells, ``(n, 3)`` int; a step into an occupied cell is redrawn."""
    cells = [(0, 0, 0)]
    while len(cells) < n:
        cell = tuple(int(c) for c in np.add(cells[-1], STEPS[rng.integers(6)]))
        if cell not in cells:
            cells.append(cell)  # pyrefly: ignore[bad-argument-type]
    return np.array(cells)


def sample_colours(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw ``n`` RGB colours in [0, 1], ``(n, 3)``: hue U(0, 1), saturation U(0.75, 1), value 1."""
    hue, saturation = rng.uniform(0, 1, n), rng.uniform(0.75, 1, n)
    ramp = np.abs((6 * hue[:, None] + np.array([0, 4, 2])) % 6 - 3) - 1
    return 1 - saturation[:, None] * (1 - np.clip(ramp, 0, 1))


def centred(walk: np.ndarray) -> np.ndarray:
    """Cube centres in metres, ``(n, 3)``, their mean at the world origin."""
    return EDGE * (walk - walk.mean(axis=0))


@cache
def all_walks(n: int) -> tuple[tuple[tuple[int, int, int], ...], ...]:
    """Every walk of ``n`` cells, in lexicographic order: 150, 726 and 3,534 for 4, 5 and 6 cubes."""
    walks = [((0, 0, 0),)]
    for _ in range(n - 1):  # pyrefly: ignore[non-convergent-recursion]
        longer = [w + (tuple(int(c) for c in np.add(w[-1], s)),) for w in walks for s in STEPS]
        walks = [w for w in longer if w[-1] not in w[:-1]]
    return tuple(sorted(walks))  # pyrefly: ignore[bad-return]


@cache
def _labels(n: int) -> dict:
    return {walk: k for k, walk in enumerate(all_walks(n))}


def label(walk: np.ndarray) -> int:
    """The class of a walk: its index in :func:`all_walks`."""
    return _labels(len(walk))[tuple(tuple(int(c) for c in cell) for cell in walk)]


def geometry(walk: np.ndarray) -> tuple:
    """The set of cells with its corner moved to the origin: equal for walks that fill the same space."""
    walk = np.asarray(walk)
    return tuple(sorted(map(tuple, (walk - walk.min(axis=0)).tolist())))


@cache
def rotations() -> tuple[np.ndarray, ...]:
    """The 24 rotations of the cube as integer matrices."""
    signed = (
        np.diag(signs) @ np.eye(3, dtype=int)[list(order)]
        for order in permutations(range(3))
        for signs in product((1, -1), repeat=3)
    )
    return tuple(m for m in signed if round(np.linalg.det(m)) == 1)


def rotation_class(walk: np.ndarray) -> tuple:
    """The geometry up to rotation: 6, 18 and 72 classes for 4, 5 and 6 cubes."""
    return min(geometry(np.asarray(walk) @ m.T) for m in rotations())


def is_walk(cells: np.ndarray) -> bool:
    """Whether cells (n, 3) are a walk: the first at the origin, unit steps, none twice."""
    cells = np.asarray(cells)
    apart = np.abs(np.diff(cells, axis=0)).sum(1)
    return not cells[0].any() and bool((apart == 1).all()) and len(np.unique(cells, axis=0)) == len(cells)


@cache
def _mirror_classes(n: int) -> tuple[tuple, ...]:
    """Geometries up to rotation and mirror image, in order: 5, 14 and 47 for 4, 5 and 6 cubes."""
    return tuple(sorted({_mirror_class(walk) for walk in all_walks(n)}))


def _mirror_class(walk) -> tuple:
    return min(rotation_class(walk), rotation_class(np.asarray(walk) * (-1, 1, 1)))


@cache
def _held_out_walks(n: int) -> frozenset:
    classes = _mirror_classes(n)[HELD_OUT_FIRST::HELD_OUT_EVERY]
    return frozenset(k for k, walk in enumerate(all_walks(n)) if _mirror_class(walk) in classes)


def held_out(walk: np.ndarray) -> bool:
    """Whether a shape is one of the fixed fifth that the regime ``m2-heldout`` never trains on.

    Shapes are held out with all their rotations and mirror images.
    """
    return label(walk) in _held_out_walks(len(walk))
