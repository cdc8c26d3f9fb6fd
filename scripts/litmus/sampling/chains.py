"""Run chains for many directions at once and keep their traces."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from litmus.sampling.sampler import Sampler
from litmus.sampling.sgld import Parameters, pieces
from litmus.seeds import stream

# (parameters with a leading stack axis of directions × chains, step) → the loss of each, (stack,).
Loss = Callable[[Parameters, int], Tensor]
# Which elements of a parameter move, 0/1 of its shape; None or absent: all of them.
Masks = Mapping[str, Tensor | None]
RandomNumbers = Literal["shared", "per_direction"]


class Traces(NamedTuple):
    """What the chains did; entry [d, c, s] is before the update of step s."""

    loss: Tensor
    """(directions, chains, steps), float64."""
    distance: Tensor
    """‖θ − θ₀‖, (directions, chains, steps), float64."""


def run(
    loss: Loss | Sequence[Loss],
    start: Parameters,
    sampler: Sampler,
    directions: int,
    chains: int,
    steps: int,
    seed: int,
    after_step: Callable[[], None] = lambda: None,
    *,
    masks: Masks | None = None,
    random_numbers: RandomNumbers = "shared",
    ids: Sequence[str] | None = None,
) -> Traces:
    """Sample `chains` chains for each of `directions` losses that share their parameters' shape.

    Every chain starts at `start`. The traces of a direction do not depend on its neighbours: its
    noise is either drawn once for a chain and step and shared by all directions, which then differ
    by what they are and not by their luck, or drawn from streams of its own. A chain that diverges
    touches no other.

    Args:
        loss: called once a step with each parameter as (directions·chains, *shape), the chains
            of a direction beside each other. Of several losses each has an equal share of the
            directions, in order (the last what is left): they run in turn, with the same noise,
            and only one's activations and gradients exist at a time.
        start: θ₀ of what moves, each (*shape); what stays fixed as a whole is the loss's to add.
        sampler: the update.
        directions: how many there are.
        chains: trajectories for each.
        steps: of each trajectory.
        seed: of the noise.
        after_step: called after every step, for progress.
        masks: an element with 0 stays at its start, bit for bit.
        random_numbers: `shared` by all directions, or drawn `per_direction`: independent errors,
            at the cost of as many draws as there are numbers in the stack.
        ids: of the directions, which name their streams; needed for `per_direction`.
    """
    if random_numbers == "per_direction" and len(ids or ()) != directions:
        raise ValueError(f"expected an id for each of {directions} directions, got {ids}")
    named = ids if random_numbers == "per_direction" else None
    device = next(iter(start.values())).device
    losses = [loss] if callable(loss) else loss
    shares = torch.arange(directions).split(-(-directions // len(losses)))
    waves = [
        _Wave(each, start, sampler, len(share), chains, steps, masks)
        for each, share in zip(losses, shares, strict=True)
    ]
    for step in range(steps):
        drawn = noise(start, chains, step, seed, device, named)
        for wave, share in zip(waves, shares, strict=True):
            own = drawn if named is None else {n: xi[share] for n, xi in drawn.items()}
            wave.advance(step, own)
        after_step()
    return Traces(*(torch.cat(parts) for parts in zip(*(w.traces for w in waves), strict=True)))


class _Wave:
    """The chains of one loss, and what they did."""

    def __init__(
        self,
        loss: Loss,
        start: Parameters,
        sampler: Sampler,
        directions: int,
        chains: int,
        steps: int,
        masks: Masks | None,
    ) -> None:
        self.loss, self.start, self.sampler = loss, start, sampler
        self.stack = (directions, chains)
        self.theta = {n: v.expand(*self.stack, *v.shape).clone() for n, v in start.items()}
        self.flat = {n: value.flatten(0, 1).requires_grad_() for n, value in self.theta.items()}
        self.state = sampler.begin(self.theta)
        self.pinned = {
            name: (mask == 0).flatten().nonzero().squeeze(1).to(start[name].device)
            for name, mask in (masks or {}).items()
            if mask is not None
        }
        self.traces = Traces(*(torch.empty(*self.stack, steps, dtype=torch.float64) for _ in "ab"))

    def advance(self, step: int, xi: Parameters) -> None:
        """Write down where the chains are, and move them."""
        losses = self.loss(self.flat, step)
        gradients = torch.autograd.grad(losses.sum(), list(self.flat.values()))
        self.traces.loss[..., step] = losses.detach().view(self.stack).double().cpu()
        self.traces.distance[..., step] = distance(self.theta, self.start).cpu()
        shaped = zip(self.theta.items(), gradients, strict=True)
        down = {name: g.view(theta.shape) for (name, theta), g in shaped}
        self.sampler.update(self.theta, self.start, down, xi, self.state)
        for name, still in self.pinned.items():
            # Put back rather than never moved: exact, whatever the update rounds to.
            self.theta[name].flatten(2)[..., still] = self.start[name].flatten()[still]


def noise(
    start: Parameters,
    chains: int,
    step: int,
    seed: int,
    device: torch.device,
    ids: Sequence[str] | None = None,
) -> Parameters:
    """Standard normal noise of each chain at `step`.

    Drawn from a stream per chain and step, and per direction where `ids` names them, so that it
    does not depend on how many others there are. Drawn where it is used: the streams of a GPU are
    others than a CPU's, but none has to wait for half a second's worth of GPT-2's weights.

    Returns:
        Each (chains, *shape), or (directions, chains, *shape) with `ids`.
    """
    sizes = [value.numel() for value in start.values()]

    def rows(*labels: str) -> Tensor:
        drawn = []
        for chain in range(chains):
            generator = torch.Generator(device).manual_seed(
                stream(seed, "noise", *labels, chain, step)
            )
            drawn.append(torch.randn(sum(sizes), generator=generator, device=device))
        return torch.stack(drawn)

    drawn = rows() if ids is None else torch.stack([rows(name) for name in ids])
    parts = drawn.split(sizes, dim=-1)
    return {
        name: part.reshape(*part.shape[:-1], *value.shape)
        for (name, value), part in zip(start.items(), parts, strict=True)
    }


@torch.no_grad()
def distance(theta: Parameters, start: Parameters) -> Tensor:
    """‖θ − θ₀‖ over all parameters: (directions, chains), float64."""
    # A norm a parameter and no squares in between: five times faster than summing in float64.
    norms = [
        torch.cat(
            [
                torch.linalg.vector_norm((at - origin).flatten(2), dim=2)
                for (at,) in pieces(theta[name])
            ]
        )
        for name, origin in start.items()
    ]
    return torch.stack(norms).double().square().sum(0).sqrt()
