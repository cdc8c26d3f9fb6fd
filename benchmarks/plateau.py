"""Plateaus: last position alone, against hooks on the full model, one direction at a time."""

import torch
from torch import Tensor

from litmus.last_position import FINAL, LastPosition
from litmus.metrics.plateau.bases import activations
from litmus.metrics.plateau.geometry import lines
from litmus.metrics.plateau.scan import Grid
from pairs import Comparison, compare, timed
from subject import Bench

BASES, POSITIONS, STEPS, BUDGET = 32, 10, 20, 8192


@torch.no_grad()
def hooked(given: Bench, tokens: Tensor, vectors: Tensor, base: Tensor) -> Tensor:
    """KL of every point of every line, (bases, directions, steps), as a user of hooks has it.

    All steps of one direction and all bases in one forward pass; the unperturbed run once.
    """
    model, share = given.subject.model, Grid.of(STEPS, 0.1).share.float()
    clean = model(tokens)[:, -1].log_softmax(-1)
    repeated = tokens.repeat_interleave(STEPS, 0)
    rows = []
    for vector in vectors:
        points = lines(base, vector.view(1, 1, -1), "sphere").points(share.view(1, 1, -1))

        def put(activation, hook, points=points):  # noqa: ANN001
            activation[:, -1] = points.flatten(0, 2)
            return activation

        logits = model.run_with_hooks(repeated, fwd_hooks=[(given.hook, put)])[:, -1]
        moved = logits.log_softmax(-1).view(BASES, STEPS, -1)
        rows.append((clean.exp().unsqueeze(1) * (clean.unsqueeze(1) - moved)).sum(-1))
    return torch.stack(rows, 1)


@torch.no_grad()
def ours(given: Bench, tokens: Tensor, vectors: Tensor) -> Tensor:
    """The same numbers; the bases' activations and pasts are part of the work."""
    share = Grid.of(STEPS, 0.1).share.float()
    subject = LastPosition(given.architecture, given.hook, FINAL, given.weights, BUDGET)
    context = activations(
        given.architecture, given.weights, given.hook, tokens.numpy(), BUDGET, torch.device("cpu")
    )
    bases = subject.bases(context)
    size = BUDGET // (BASES * STEPS)
    rows = []
    for some in vectors.split(size):
        points = lines(bases.activation, some.unsqueeze(0), "sphere").points(share.view(1, 1, -1))
        rows.append(subject.effect(points.flatten(1, 2), bases).kl.view(BASES, -1, STEPS))
    return torch.cat(rows, 1)


def against_hooks(given: Bench) -> Comparison:
    """Time of a scan of one direction on the sphere from 32 bases of 10 tokens, 20 steps.

    Raises:
        RuntimeError: the two sides differ by more than 1e-5 nats, relative to 1 + KL.
    """
    tokens = given.tokens[:BASES, :POSITIONS]
    base = given.subject.lower(tokens)[:, -1]
    few, many = given.vectors[:8], given.vectors[:64]
    mine, theirs = ours(given, tokens, few), hooked(given, tokens, few, base)
    apart = float(((mine - theirs).abs() / (1 + theirs)).max())
    if apart > 1e-5:
        raise RuntimeError(f"plateau_vs_hooks: the two sides differ by {apart:.2g}")
    return compare(
        "plateau_vs_hooks",
        "ms a direction",
        lambda: 1e3 * timed(lambda: ours(given, tokens, many)) / len(many),
        lambda: 1e3 * timed(lambda: hooked(given, tokens, few, base)) / len(few),
    )
