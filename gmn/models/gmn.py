"""GMN, the generative multisensory network: encode a context, infer z, render any sense (Sec. 2).

Usage::

    model = GMN(ModelConfig(network="apoe", modalities=2))
    bound = model.elbo(episodes, Noise(seed=0))
    (-bound.elbo.sum()).backward()
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gmn.arguments import checked, memory
from gmn.data.episodes import Episodes
from gmn.data.scaling import Scale
from gmn.errors import UserError
from gmn.models.config import ModelConfig
from gmn.models.convolution import copies
from gmn.models.field import DRAWN, Field, FieldImageRenderer, Wholes
from gmn.models.gaussians import at_least_float32, log_density
from gmn.models.inference import Latents
from gmn.models.memory import least_memory
from gmn.models.networks import INFERENCE
from gmn.models.noise import Noise
from gmn.models.rays import draw_pixels, log_density_of_pixels
from gmn.models.representations import Representations
from gmn.models.senses import modules_of


@dataclass(frozen=True)
class Bound:
    """The evidence lower bound of a batch (Eq. 4), nats.

    Attributes:
        log_likelihood: (M, E), log p(X_m | z, V) of one sample, zero where nothing is a target.
        kl: (T, E), KL of each DRAW step.
        targets: (M, E), number of target views.
        representation_kl: (M, E), KL of modality representations where they are latent (Eq. 3), else None.
        expert_kl: (columns, E), see :class:`gmn.models.inference.Latents`; not part of the bound.
        prior_kl: (T, E), equal to ``kl`` with q held fixed, where the prior is to learn from it more; else None.
    """

    log_likelihood: Tensor
    kl: Tensor
    targets: Tensor
    representation_kl: Tensor | None = None
    expert_kl: Tensor | None = None
    prior_kl: Tensor | None = None

    @property
    def elbo(self) -> Tensor:
        """(E,)"""
        return self.weighted(1.0)

    def detached(self) -> "Bound":
        """The numbers alone."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return Bound(**{name: None if value is None else value.detach() for name, value in values.items()})

    def weighted(self, kl_weight: float, prior_weight: float = 1.0) -> Tensor:
        """The bound with every KL weighed, (E,).

        Args:
            kl_weight: less than 1 asks less of z early in training.
            prior_weight: how many times the prior learns from its KL; the value is the same, and at an optimum of p
                nothing pulls.
        """
        cost = self.kl.sum(0) if self.representation_kl is None else self.kl.sum(0) + self.representation_kl.sum(0)
        if self.prior_kl is not None:
            cost = cost + (prior_weight - 1) * (self.prior_kl - self.prior_kl.detach()).sum(0)
        return self.log_likelihood.sum(0) - kl_weight * cost

    @property
    def loss(self) -> Tensor:
        """Mean negative ELBO per target view, times M: what Fig. 5 and S4 plot."""
        return -self.elbo.sum() / self.targets.sum() * len(self.targets)


class GMN(nn.Module):
    """Encoders, inference network and renderers.

    Args:
        config: sizes and senses.
        scales: of the readings it learns from, by sense; needed to speak of them in SI units.

    Raises:
        UserError: an unknown network, or a modality that its geometry has no modules for.
    """

    @checked
    def __init__(self, config: ModelConfig, scales: Mapping[str, Scale] = MappingProxyType({})):
        super().__init__()
        if (wanted := least_memory(config, 0, 0)) > (there := memory()):
            raise UserError(f"config: its weights want {wanted / 2**30:.3g} GiB, the machine has {there / 2**30:.3g}")
        self.config, self.scales = config, dict(scales)
        self.modalities = config.modality_list
        _known(config.network, INFERENCE, "network")
        modules = [(m, modules_of(m, config.geometry)) for m in self.modalities]
        self.encoders = nn.ModuleList(found.encoder(m, config) for m, found in modules)
        self.renderers = nn.ModuleList(found.renderer(m, config) for m, found in modules)
        self.fields = nn.ModuleList(self._fields())
        self.inference = INFERENCE[config.network](config)  # pyrefly: ignore[missing-argument]
        # r_init of every modality: always part of r_C and r_O (App. B), learned from zero.
        self.initial = nn.Parameter(torch.zeros(config.count, config.representation, *config.grid))

    def _fields(self) -> Iterator[Field]:
        """One for each sense whose pictures show a field: its modalities look into the same."""
        looking: dict[str, list[FieldImageRenderer]] = {}
        for modality, renderer in zip(self.modalities, self.renderers, strict=True):
            if isinstance(renderer, FieldImageRenderer):
                looking.setdefault(modality.sense, []).append(renderer)
        for renderers in looking.values():
            field = Field(self.config, 1 + max(max(renderer.channels) for renderer in renderers))
            for renderer in renderers:
                renderer.scene.append(field)
            yield field

    @property
    def device(self) -> torch.device:
        return self.initial.device

    def represent(self, episodes: Episodes, imagine: bool = False, padded: bool = False) -> Representations:
        """Pooled codes per modality, r_C and r_O, or r of both; every view is encoded once for all its episodes.

        ``padded``: views that no episode uses are encoded, too, and every expert will work for every episode: nothing
        that comes out changes, and the shapes of all work follow from the batch's.
        """
        context, target = [], []
        seen = episodes.context | episodes.target if self.config.prior == "shared" else episodes.target
        for m in range(len(self.encoders)):
            masks = [episodes.context[:, :, m]] + ([] if imagine else [seen[:, :, m]])  # (K, B, V) each
            pooled = self._pooled(m, episodes, masks, padded)
            context.append(pooled[0])
            target += pooled[1:]
        has = [mask.any(3).flatten(0, 1) for mask in (episodes.context, episodes.target)]
        # pyrefly: ignore[bad-argument-count]
        return Representations(context, None if imagine else target, *has, padded)

    def _pooled(self, m: int, episodes: Episodes, masks: list[Tensor], padded: bool) -> list[Tensor]:
        """r of modality ``m``: its initial representation and the pooled codes of the views in each mask (K, B, V)."""
        used = torch.stack(masks).flatten(0, 1).any(0)
        scene, view = everywhere(used) if padded else used.nonzero(as_tuple=True)  # N views
        codes = self.encoders[m](episodes.senses[m][scene, view], episodes.queries[m][scene, view])
        own = torch.arange(masks[0].shape[1], device=scene.device)[:, None] == scene  # (B, N): whose view it is
        weights = [(mask[:, :, view] & own).flatten(0, 1).to(codes.dtype) for mask in masks]  # (E, N)
        if self.config.pooling != "sum":
            count = [w.sum(1, keepdim=True) for w in weights]
            count = [n + 1 if self.config.pooling == "shrunk" else n.clamp(min=1) for n in count]
            weights = [w / n for w, n in zip(weights, count, strict=True)]
        return [self.initial[m] + (w @ codes.flatten(1)).unflatten(1, self.initial.shape[1:]) for w in weights]

    def posterior(
        self,
        episodes: Episodes,
        noise: Noise,
        samples: int = 1,
        padded: bool = False,
        imagined: Tensor | None = None,
    ) -> Latents:
        """z ~ Q(z | C, O), (S * E, ...); of episodes ``imagined`` (E,), if given, z ~ P(z | C)."""
        return self.inference.rollout(self.represent(episodes, padded=padded), noise, samples, imagined)

    def prior(self, episodes: Episodes, noise: Noise, samples: int = 1) -> Latents:
        """z ~ P(z | C), (S * E, ...)."""
        return self.inference.rollout(self.represent(episodes, imagine=True), noise, samples)

    def render(
        self, modality: int, z: Tensor, episode: Tensor, query: Tensor, zoom: int = 1, wholes: Wholes | None = None
    ) -> Tensor:
        """Mean of modality ``modality`` for queries (N, 7), each of row ``episode`` (N,) of z.

        Pictures of a field can be ``zoom`` times as large as those that were trained on. ``wholes`` of z, if given,
        serve several modalities.

        Raises:
            UserError: pictures of another size, of what is not a field.
        """
        renderer = self.renderers[modality]
        if isinstance(renderer, FieldImageRenderer):
            return renderer((Wholes(z) if wholes is None else wholes)[renderer.field], episode, query, zoom)
        if zoom > 1:
            name = self.modalities[modality].name
            raise UserError(f"{name}: a network of geometry {self.config.geometry!r} shows one size; use a volume")
        return renderer(z, episode, query)

    @property
    def drawn(self) -> int:
        """How many times as large as those trained on pictures of it are drawn for people."""
        return DRAWN if self.config.geometry == "volume" else 1

    def density(self, z: Tensor, points: Tensor) -> Tensor | None:
        """How much light matter absorbs at points (P, 3) metres of the world, (E, P) in 1/m.

        The mean of fields, should several senses have one; None where there is none.
        """
        found = [field.density(z, points) for field in self.fields]
        return torch.stack(found).mean(0) if found else None

    def forward(self, *batch, **options) -> Bound:
        """:meth:`elbo`, as DistributedDataParallel calls it."""
        return self.elbo(*batch, **options)

    def elbo(
        self,
        episodes: Episodes,
        noise: Noise,
        rendered: int | None = None,
        padded: bool = False,
        rays: int | None = None,
        prior_kl: bool = False,
        imagined: float | Tensor | None = None,
    ) -> Bound:
        """The bound of Eq. 4, one sample of z.

        Args:
            episodes: E = K * B episodes.
            noise: of z, and the choice of ``rendered`` views and of ``rays``.
            rendered: draw only so many of a scene's V views of each modality and weigh them by V / rendered,
                an unbiased estimate of the likelihood; None draws all targets.
            padded: equal shapes whatever is shown, as a CUDA graph needs them; the same value and gradients.
            rays: score only so many pixels of each picture, where pictures show a field: an unbiased estimate, too
                (:mod:`gmn.models.rays`); None scores whole pictures.
            prior_kl: the bound has :attr:`Bound.prior_kl`.
            imagined: share of scenes, drawn by ``noise``, whose z comes from P(z | C) instead of Q: their bound is
                E_P[log p(X | z, V)], a lower bound, too; None: no scene.
        """
        k, b, _, views = episodes.context.shape
        chosen = None if imagined is None else (noise.uniform(b, 1)[:, 0] < imagined).repeat(k)
        latents = self.posterior(episodes, noise, padded=padded, imagined=chosen)
        scores, fields, wholes = [], {}, Wholes(latents.z)
        for m, renderer in enumerate(self.renderers):
            target, weight = episodes.target[:, :, m], 1.0
            order = torch.arange(views, device=target.device).expand(b, views)
            if rendered is not None and rendered < views:
                order, weight = noise.uniform(b, views).argsort(1), views / rendered
            where = (TargetViews.padded if padded else TargetViews.of)(target, order[:, :rendered])
            if rays is not None and isinstance(renderer, FieldImageRenderer):
                if renderer.field not in fields:  # once for all modalities that look into it
                    fields[renderer.field] = renderer.field(latents.z)
                uniform = noise.uniform(b, views * rays).view(b, views, rays)[where.scene, where.view]
                scores.append(weight * self.score_rays(m, episodes, fields[renderer.field], where, uniform))
            else:
                scores.append(weight * self._scores(m, episodes, wholes, where)[0])
        targets = episodes.target.sum(3).permute(2, 0, 1).flatten(1)
        more = latents.prior_kl() if prior_kl else None
        return Bound(torch.stack(scores), latents.kl(), targets, latents.known.kl, latents.expert_kl, more)

    def log_likelihood(
        self,
        episodes: Episodes,
        noise: Noise,
        samples: int,
        transform: Callable[[Tensor], Tensor] | None = None,
    ) -> Tensor:
        """Importance-weighted bound on log P(X | V, C), (E,) float64 nats, with z_s ~ Q(z | C, O).

        ``transform`` maps means and targets alike before they are compared (GRAY: the maximum over colours).
        """
        wheres = [TargetViews.of(episodes.target[:, :, m]) for m in range(len(self.modalities))]
        weights = self.log_weights(episodes, self.posterior(episodes, noise, samples), wheres, transform)
        return log_mean(weights)

    def log_weights(self, episodes: Episodes, latents: Latents, wheres: list["TargetViews"], transform=None) -> Tensor:
        """``log p(X | z_s, V) p(z_s | C) / q(z_s | C, O)``, (S, E) float64 nats; their mean estimates p(X | V, C).

        ``latents`` may be of the posterior or, q being p then, of the prior.
        """
        return self.log_weights_by(episodes, latents, wheres, [transform])[0]

    def log_weights_by(
        self, episodes: Episodes, latents: Latents, wheres: list["TargetViews"], transforms: list
    ) -> list[Tensor]:
        """:meth:`log_weights` by each of ``transforms``; every view is rendered once for all."""

        def compared(x: Tensor, transform) -> Tensor:
            return (x if transform is None else transform(x)).double()

        ways = [partial(compared, transform=transform) for transform in transforms]
        wholes = Wholes(latents.z)
        scores = [self._scores(m, episodes, wholes, where, ways) for m, where in enumerate(wheres)]
        ratio = latents.log_ratio()
        return [(ratio + sum(of)).unflatten(0, (-1, wheres[0].episodes)) for of in zip(*scores, strict=True)]

    def means(
        self, m: int, episodes: Episodes, z: Tensor, where: "TargetViews", wholes: Wholes | None = None
    ) -> tuple[Tensor, Tensor]:
        """What every sample of z has to say of N views: rows of z (S * N,), sample-major, and means (S * N, ...)."""
        samples = len(z) // where.episodes
        rows = (where.episode + where.episodes * torch.arange(samples, device=z.device)[:, None]).flatten()
        query = episodes.queries[m][where.scene, where.view]
        return rows, self.render(m, z, rows, query.repeat(samples, 1), wholes=wholes)

    def _scores(
        self, m: int, episodes: Episodes, wholes: Wholes, where: "TargetViews", transforms: Sequence = (None,)
    ) -> list[Tensor]:
        """log p(X_m | z, V) of every row of z, (S * E,) nats, zero for rows without targets; a list of it, means and
        targets changed by each of ``transforms``, functions or None."""
        z = wholes.z
        if len(where.episode) == 0:
            return [z.new_zeros(len(z)) for _ in transforms]
        rows, means = self.means(m, episodes, z, where, wholes)
        senses, scores = episodes.senses[m][where.scene, where.view], []
        for transform in transforms:
            mean, sense = (means, senses) if transform is None else (transform(means), transform(senses))
            sense = copies(sense, len(mean) // len(sense))
            density = log_density(sense, at_least_float32(mean), self.config.std_of(self.modalities[m]))
            scores.append(where.summed(density, rows, len(z)))
        return scores

    def score_rays(self, m: int, episodes: Episodes, field: Tensor, where: "TargetViews", uniform: Tensor) -> Tensor:
        """An estimate of log p(X_m | z, V) of fields (E, ...) by pixels of each view that ``uniform`` (N, n) draws."""
        if len(where.episode) == 0:
            return field.new_zeros(len(field))
        query, sense = (values[m][where.scene, where.view] for values in (episodes.queries, episodes.senses))
        pixels, weight = draw_pixels(sense, uniform)
        means = at_least_float32(self.renderers[m].at(field, where.episode, query, pixels))
        density = log_density_of_pixels(sense, means, self.config.std_of(self.modalities[m]), pixels, weight)
        return where.summed(density, where.episode, len(field))


class TargetViews(NamedTuple):
    """Which view of which scene each episode is asked for: N rows among ``episodes`` episodes.

    ``asked``, if not None, is false (N,) for rows that only fill up.
    """

    episode: Tensor
    scene: Tensor
    view: Tensor
    episodes: int
    asked: Tensor | None = None

    def summed(self, density: Tensor, rows: Tensor, episodes: int) -> Tensor:
        """Log-densities of single views (S * N,), summed by rows of z, (S * E,); those that only fill up left out."""
        if self.asked is not None:
            density = density * self.asked.repeat(len(density) // len(self.asked))
        return density.new_zeros(episodes).index_add(0, rows, density)

    @classmethod
    def of(cls, target: Tensor, among: Tensor | None = None) -> "TargetViews":
        """The true entries of ``target`` (K, B, V), of views ``among`` (B, v) if given; of scene b: k * B + b."""
        if among is not None:
            target = target & torch.zeros_like(target[0]).scatter(1, among, True)
        copy, scene, view = target.nonzero(as_tuple=True)
        return cls(copy * target.shape[1] + scene, scene, view, target.shape[0] * target.shape[1])

    @classmethod
    def padded(cls, target: Tensor, among: Tensor) -> "TargetViews":
        """A row for each view ``among`` (B, v), of which one copy at most asks: those that none asks fill up."""
        k, b, _ = target.shape
        scene = torch.arange(b, device=target.device).repeat_interleave(among.shape[1])
        asked = target[:, scene, among.flatten()]  # (K, N)
        return cls(asked.int().argmax(0) * b + scene, scene, among.flatten(), k * b, asked.any(0))


def everywhere(mask: Tensor) -> tuple[Tensor, Tensor]:
    """Row and column of every entry of ``mask`` (B, V), true or not."""
    rows, columns = (torch.arange(size, device=mask.device) for size in mask.shape)
    return rows.repeat_interleave(len(columns)), columns.repeat(len(rows))


def log_mean(weights: Tensor) -> Tensor:
    """Log of the mean over the first axis of numbers whose logs are ``weights``."""
    return torch.logsumexp(weights, 0) - math.log(len(weights))


def _known(key: str, known: dict, what: str) -> None:
    if key not in known:
        raise UserError(f"{what}: got {key!r}; use one of {', '.join(known)}")
