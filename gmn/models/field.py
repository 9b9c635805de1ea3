"""Pictures of a field: density and colours on fine points of a volume, seen along the ray of each pixel.

P(x | z, v) of Eq. 1 for pictures whose poses are known. Training scores a few rays of each view
(:mod:`gmn.models.rays`), so that its cost does not grow with pixels; whole pictures leave out rays that meet nothing.

Shape letters: E episodes, N views, P points, F features, S fine points along an edge, n rays, D steps along a ray,
C channels, h w pixels.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gmn.data.modalities import Modality
from gmn.errors import UserError
from gmn.models.config import ModelConfig
from gmn.models.convolution import convolution
from gmn.models.frames import Corners, Frame, FrameOf, Window, camera_frame, look_up

FEATURES = 8  # of a point: density, colours, and what shading needs to know
SHADING = 32  # width of the layers that shade
STEPS, DEPTH = 16, 1.2  # along a ray, and half the way that they cover over half the volume's edge
DENSEST = 32.0  # 1/m at feature 1/2; a cube of 35 mm lets through a third of the light
THINNEST = 1.0  # 1/m: what is thinner is nothing, so that rays through nothing can be left out
LEAST = 1e-4  # share of a ray's light that a whole picture shows
DRAWN = 4  # times as large as those trained on pictures are drawn for people
POINTS = 2**20  # of whole pictures' rays at a time


class Whole(NamedTuple):
    """Fields that whole pictures are looked up in.

    Attributes:
        density, features: of points with a border of nothing, (E * (S + 2)^3, 1) and (E * (S + 2)^3, F - 1).
        filled: whether there is matter at a point or a neighbour, (E, S^3 + 1); the last says no, of what is outside.
    """

    density: Tensor
    features: Tensor
    filled: Tensor


class Field(nn.Module):
    """z (E, T * Z, *grid) to a field (E, F, S, S, S): density and colours, of the scene and not of a modality.

    Args:
        config: sizes.
        colours: of a point.

    Raises:
        UserError: more colours than a point has room for.
    """

    def __init__(self, config: ModelConfig, colours: int):
        super().__init__()
        if colours >= FEATURES:
            raise UserError(f"modalities: pictures of {colours} channels; a field has {FEATURES - 1} at most")
        width, fine, latent = config.decoder, config.points, config.latent_channels
        finer = {"kernel_size": 2 * fine, "stride": fine, "padding": fine // 2}
        self.colours, self.side, self.extent = colours, config.cells * fine, config.extent
        self.step = 2 * DEPTH * config.extent / STEPS  # m, along a ray
        self.near, self.far = convolution(3, latent, width, 3), convolution(3, width, width, 3)
        self.grow = nn.ConvTranspose3d(width, width // 2, **finer)
        self.out = convolution(3, width // 2, FEATURES, 3)
        self.own = nn.ConvTranspose3d(latent, FEATURES, **finer)  # colours have a straight way: they are learned sooner
        self.shading = nn.Sequential(
            nn.Linear(FEATURES + 3, SHADING), nn.ReLU(),
            nn.Linear(SHADING, SHADING), nn.ReLU(),
            nn.Linear(SHADING, colours),
        )  # fmt: skip
        nn.init.zeros_(self.shading[-1].weight)

    def forward(self, z: Tensor) -> Tensor:
        return self.out(F.relu(self.grow(F.relu(self.far(F.relu(self.near(z))))))) + self.own(z)

    def whole(self, z: Tensor) -> Whole:
        """The fields of z (E, T * Z, *grid): for all whole pictures of it, of any modality."""
        field = self(z)
        filled = F.max_pool3d(self.depth(field[:, :1]), 3, 1, 1).flatten(1) > 0
        points = F.pad(field, [1] * 6).flatten(2).transpose(1, 2).flatten(0, 1)
        return Whole(points[:, :1].contiguous(), points[:, 1:].contiguous(), F.pad(filled, [0, 1]))

    def depth(self, feature: Tensor) -> Tensor:
        """Optical depth of a step where density's feature is ``feature``."""
        return self.step * F.relu(DENSEST * F.softplus(2 * feature - 1) - THINNEST)

    def density(self, z: Tensor, points: Tensor) -> Tensor:
        """Absorption at points (P, 3) metres, (E, P) in 1/m: of light exp(-density * d) is left after d metres."""
        places = (points / self.extent).expand(len(z), -1, -1)
        inside = places.abs().amax(2) < 1
        return self.depth(look_up(self(z)[:, :1], places)[:, 0]) / self.step * inside

    def shaded(self, seen: Tensor, opacity: Tensor, direction: Tensor) -> Tensor:
        """Colours (N, C, n) of rays that met (N, n, F - 1) and ``opacity`` (N, n, 1) on their way (N, n, 3)."""
        shading = self.shading(torch.cat([seen, opacity, opacity * F.normalize(direction, dim=2)], 2))
        return (seen[..., : self.colours] + opacity * shading).transpose(1, 2)


class Wholes(dict[Field, Whole]):
    """What whole pictures of z (E, T * Z, *grid) are looked up in, made once for all modalities, when asked for."""

    def __init__(self, z: Tensor):
        super().__init__()
        self.z = z

    def __missing__(self, field: Field) -> Whole:
        return self.setdefault(field, field.whole(self.z))


class FieldImageRenderer(nn.Module):
    """Pictures (N, C, h, w) of a field, by emission and absorption along rays, then shading by the direction of view.

    Args:
        modality: which part of the camera's field of view, and which of its colours, it is.
        config: sizes.
        frame: of the camera, a function of queries.

    Attributes:
        scene: the field, in a list: one for all modalities of a sense, so it is no part of this module.
    """

    def __init__(self, modality: Modality, config: ModelConfig, frame: FrameOf = camera_frame):
        super().__init__()
        self.channels = list(modality.channels) or list(range(modality.shape[0]))  # of the field's colours
        self.raster = modality.shape[1:]
        self.window, self.frame, self.extent = Window.of(modality), frame, config.extent
        self.scene: list[Field] = []
        along = ((torch.arange(STEPS) + 0.5) / STEPS * 2 - 1) * DEPTH * config.extent
        self.register_buffer("along", along, persistent=False)
        self.register_buffer("rays", self.window.rays(*self.raster), persistent=False)

    @property
    def field(self) -> Field:
        return self.scene[0]

    def along_rays(self, field: Tensor, query: Tensor, rays: Tensor) -> Tensor:
        """Colours (N, C, n) of rays (N, n, 3) of depth 1 in the frames of cameras (N, Q); ``field`` (N, F, S, S, S)."""
        frame = self.frame(query)
        places = self._places(frame, rays, self.along)
        x = look_up(field, places.flatten(1, 2)).unflatten(2, places.shape[1:3])  # (N, F, n, D)
        met = absorbed(self.field.depth(x[:, 0]) * (places.abs().amax(-1) < 1))
        seen = (x[:, 1:] * met[:, None]).sum(3).transpose(1, 2)  # (N, n, F - 1)
        return self.field.shaded(seen, met.sum(2, keepdim=True), rays @ frame.axes)[:, self.channels]

    def _places(self, frame: Frame, rays: Tensor, along: Tensor) -> Tensor:
        """Where steps ``along`` (D,) of rays (N, n, 3) lie in the volume, (N, n, D, 3), -1..1 inside."""
        depth = frame.ahead()[:, None, None] + along
        points = (depth[..., None] * rays[:, :, None]).flatten(1, 2)
        return (frame.to_world(points) / self.extent).unflatten(1, (rays.shape[1], len(along)))

    def at(self, field: Tensor, episode: Tensor, query: Tensor, pixels: Tensor) -> Tensor:
        """Colours (N, C, n) of pixels (N, n) alone, numbered row by row, of fields (E, F, S, S, S)."""
        return self.along_rays(field[episode], query, self.rays[pixels])

    def forward(self, whole: Whole, episode: Tensor, query: Tensor, zoom: int = 1) -> Tensor:
        """Whole pictures, (N, C, zoom * H, zoom * W): equal to those of :meth:`along_rays` but for what is below
        :data:`LEAST`."""
        rows, columns = (zoom * pixels for pixels in self.raster)
        rays = self.rays if zoom == 1 else self.window.rays(rows, columns).to(self.rays)
        views, view = query.unique(dim=0, return_inverse=True)
        order, found = view.argsort(stable=True), []
        for some in order.split(max(1, POINTS // (len(rays) * STEPS))):
            seen, own = view[some].unique(return_inverse=True)
            found.append(self._pictures(whole, episode[some], own, views[seen], rays))
        return torch.cat(found)[order.argsort()].unflatten(2, (rows, columns))

    def _pictures(self, whole: Whole, episode, view, query, rays) -> Tensor:
        """Pictures (N, C, n) of rows ``episode`` (N,) from cameras ``query[view]``, (V, Q) and (N,).

        What only depends on cameras is computed once, for all rows that look through them. The density is looked up
        at points of rays in filled cells, features where light is met.
        """
        frame, n, side = self.frame(query), len(rays), self.field.side
        places = self._places(frame, rays.expand(len(query), -1, -1), self.along).flatten(1, 2)  # (V, n * D, 3)
        along = places.transpose(1, 2).contiguous()  # axis by axis: quicker
        x, y, z = ((along + 1) * (side / 2)).floor().clamp(0, side - 1).unbind(1)
        cell = torch.where(along.abs().amax(1) < 1, (z * side + y) * side + x, side**3).long()  # the last: outside
        row, point = whole.filled[episode].gather(1, cell[view]).nonzero(as_tuple=True)
        wanted = cell.new_zeros(cell.numel(), dtype=torch.bool).index_fill(0, view[row] * n * STEPS + point, True)
        corners, number = Corners.of(places.flatten(0, 1)[wanted], side), wanted.cumsum(0) - 1
        place = number[view[row] * n * STEPS + point]
        depth = self.field.depth(corners.look_up(whole.density, episode[row], place)[:, 0])
        met = absorbed(depth.new_zeros(len(view), n * STEPS).index_put((row, point), depth).unflatten(1, (n, STEPS)))
        row, ray, step = (met > LEAST).nonzero(as_tuple=True)
        found = corners.look_up(whole.features, episode[row], number[(view[row] * n + ray) * STEPS + step])
        seen = found.new_zeros(len(view) * n, found.shape[1])
        seen = seen.index_add(0, row * n + ray, met[row, ray, step][:, None] * found)
        opacity = met.sum(2)
        row, ray = (opacity > 0).nonzero(as_tuple=True)
        direction = (rays @ frame.axes)[view[row], ray]
        colours = self.field.shaded(seen[row * n + ray][None], opacity[row, ray][None, :, None], direction[None])[0]
        picture = colours.new_zeros(len(view), n, len(self.channels))
        return picture.index_put((row, ray), colours[self.channels].T).transpose(1, 2)


def absorbed(depth: Tensor) -> Tensor:
    """The share of a ray's light that is met in each step of optical depths ``depth`` (..., D), front to back."""
    return (1 - torch.exp(-depth)) * torch.exp(depth - depth.cumsum(-1))
