"""Scene classification (Fig. 4, Eq. 6): to which of ten scenes does a held-out set of views belong?

Every scene k gives a context, every scene i a query: its last five views of both senses. The score of the
pair is the importance-weighted log p(O_i | C_k). The paper asks for the scene of a query (argmax over k); the
authors' code asks for the query of a scene (argmax over i). Both are kept.
"""

from collections.abc import Iterable
from functools import cache, partial
from itertools import chain

import numpy as np
import torch

from gmn.data.episodes import Episodes
from gmn.data.modalities import HAPTICS, VISION
from gmn.data.reader import SceneReader
from gmn.evaluation.protocol import targets_of
from gmn.evaluation.trial import Trial
from gmn.models.convolution import copies
from gmn.models.gmn import GMN, TargetViews, log_mean
from gmn.models.noise import Noise
from gmn.models.representations import Representations

SETS = ("test4", "test6")
SCENES = 10
COUNTS = (0, 1, 2, 3, 4, 5)
SENSES = (VISION, HAPTICS)  # of which every query has views
MIXES = {"I": (VISION,), "H": (HAPTICS,), "H+I": SENSES}  # name -> senses in the context
TOUCHES = (0, 1, 2, 3, 5, 10, 15)  # contexts when pictures alone are asked about
PRIOR_SAMPLES = 5  # as many samples of P(z | C) as cost what one of Q(z | C, O) does, about


@torch.no_grad()
def classification(trial: Trial, more: SceneReader) -> dict:
    """Answers of a model to both questions.

    Args:
        trial: of a network of M = 2; half of its scenes are of its own set.
        more: of the other half; groups of ten are taken from the two sets in turn.

    Returns:
        ``paper[senses][count]`` and ``released[senses][count]``: a list of 0 and 1, one per query or scene;
        ``touches[k]``: the same for the paper's question when the query is five pictures and the context the
        first ``touch_counts[k]`` touches; ``prior``: as the last of ``paper["H+I"]``, scored by samples of
        P(z | C) instead, ``prior_samples`` of them.
    """
    answers = {question: {s: [[] for _ in COUNTS] for s in MIXES} for question in ("paper", "released")}
    touches, by_prior = [[] for _ in TOUCHES], []
    half = trial.of(scenes=trial.scenes // 2)
    sets = [half.batches(SCENES), half.of(more).batches(SCENES)]
    for group, batch in enumerate(chain.from_iterable(zip(*sets, strict=True))):
        # The same noise for every question: differences are paired.
        score = cache(partial(_score, trial, batch.read, group))  # without views all mixes are one question
        for name, senses in MIXES.items():
            for c, count in enumerate(COUNTS):
                scores = score(_contexts(senses, count))
                answers["paper"][name][c] += _right(scores, 0)
                answers["released"][name][c] += _right(scores, 1)
        for c, count in enumerate(TOUCHES):
            touches[c] += _right(score(_contexts([HAPTICS], count), asked=(VISION,)), 0)
        by_prior += _right(score(_contexts(SENSES, COUNTS[-1]), prior=True), 0)
    about = {"counts": list(COUNTS), "samples": trial.samples, "scenes": len(by_prior)}
    about |= {"touch_counts": list(TOUCHES), "touches": touches}
    return about | {"prior_samples": trial.samples * PRIOR_SAMPLES, "prior": by_prior} | answers


def _contexts(senses: Iterable[str], count: int) -> frozenset[tuple[str, int]]:
    """The first ``count`` views of some senses, as a key of a cache."""
    return frozenset((sense, count) for sense in senses if count)


def _score(trial: Trial, read: Episodes, group: int, contexts: frozenset, asked=SENSES, prior=False) -> torch.Tensor:
    drawn = trial.samples * PRIOR_SAMPLES if prior else trial.samples
    return score_pairs(trial.model, trial.given(read, dict(contexts), asked), drawn, trial.noise(group), prior)


def _right(scores: torch.Tensor, axis: int) -> list[int]:
    return (scores.argmax(axis).cpu().numpy() == np.arange(len(scores))).astype(int).tolist()


def score_pairs(model: GMN, asked: Episodes, samples: int, noise: Noise, prior: bool = False) -> torch.Tensor:
    """log p(O_i | C_k) of every pair, (k, i) float64 nats.

    Args:
        model: of M = 2.
        asked: n scenes with their contexts and queries.
        samples: S.
        noise: of z.
        prior: draw z from P(z | C_k), n times fewer draws, instead of Q(z | C_k, O_i).
    """
    return (_by_prior if prior else _by_posterior)(model, asked, samples, noise)


def _by_posterior(model: GMN, asked: Episodes, samples: int, noise: Noise) -> torch.Tensor:
    known = model.represent(asked)
    n = asked.context.shape[1]
    pairs = Representations(
        context=[r.repeat_interleave(n, 0) for r in known.context],
        target=[copies(r, n) for r in known.target],  # pyrefly: ignore[not-iterable]
        has_context=known.has_context.repeat_interleave(n, 0),
        has_target=known.has_target.repeat(n, 1),
    )
    latents = model.inference.rollout(pairs, noise, samples)
    wheres = []
    for own in targets_of(asked):
        episode = (own.scene + n * torch.arange(n, device=own.scene.device)[:, None]).flatten()
        wheres.append(TargetViews(episode, own.scene.repeat(n), own.view.repeat(n), n * n))
    return log_mean(model.log_weights(asked, latents, wheres)).unflatten(0, (n, n))


def _by_prior(model: GMN, asked: Episodes, samples: int, noise: Noise) -> torch.Tensor:
    n = asked.context.shape[1]
    latents = model.prior(asked, noise, samples)
    columns = []
    for query in range(n):
        wheres = []
        for own in targets_of(asked):
            view = own.view[own.scene == query]
            episode = torch.arange(n, device=view.device).repeat_interleave(len(view))
            wheres.append(TargetViews(episode, torch.full_like(episode, query), view.repeat(n), n))
        columns.append(log_mean(model.log_weights(asked, latents, wheres)))
    return torch.stack(columns, 1)
