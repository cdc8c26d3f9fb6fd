"""The figure of a metric's chains."""

import re

import numpy as np
import pandas as pd
import pytest

from litmus.figures import traces
from litmus.figures.chains import ORDER


def health(statuses, drift=0.1):
    """One direction a status, all of one group."""
    return pd.DataFrame(
        {
            "direction": [f"sae/{i:05d}" for i in range(len(statuses))],
            "group": "sae",
            "metric": "m",
            "rhat": [np.nan if status == "diverged" else 1.01 for status in statuses],
            "drift": drift,
            "status": list(statuses),
        }
    )


def chains(losses):
    """Traces of one direction after the other, from losses (directions, chains, steps)."""
    losses = np.asarray(losses, float)
    direction, chain, step = (index.ravel() for index in np.indices(losses.shape))
    names = [f"sae/{i:05d}" for i in direction]
    columns = {"direction": names, "chain": chain, "step": step, "loss": losses.ravel()}
    return pd.DataFrame(columns)


def drawn(path, losses, statuses=("ok",), **options):
    """The figure's text."""
    traces.draw(chains(losses), health(statuses, **options), 2, "LLC", path / "one.svg")
    return (path / "one.svg").read_text(encoding="utf-8")


def first_panel(svg):
    """The panel's box (left, top, right, bottom), and its paths with their styles."""
    clip = re.search(r'clip-path="url\(#([^)]+)\)"', svg)[1]
    x, y, w, h = (
        float(re.search(rf'id="{clip}">\s*<rect[^>]*\b{name}="([\d.]+)"', svg)[1])
        for name in ("x", "y", "width", "height")
    )
    paths = re.findall(rf'<path d="([^"]+)" clip-path="url\(#{clip}\)" style="([^"]+)"', svg)
    points = [(np.array(re.findall(r"-?[\d.]+", d), float).reshape(-1, 2), s) for d, s in paths]
    return (x, y, x + w, y + h), points


def of_chains(points):
    """The paths that are chains: drawn in the group's blue."""
    return [places for places, style in points if "stroke: #0072b2" in style]


def zero_line(box, points):
    """The heights of the lines in ink from the panel's left to its right."""
    ends = [(p, s) for p, s in points if len(p) == 2 and "stroke: currentColor; " in s]
    across = [p for p, s in ends if "opacity" not in s and np.ptp(p[:, 1]) == 0]
    return [p[0, 1] for p in across if np.allclose(sorted(p[:, 0]), [box[0], box[2]], atol=0.1)]


def test_every_status_has_its_row_with_its_count(tmp_path):
    """As many directions as statuses, in words that have no underscore."""
    svg = drawn(tmp_path, np.ones((len(ORDER), 2, 8)), ORDER)
    for status in ("ok", "censored", "not converged", "unreached", "diverged", "dead"):
        assert f">{status} (1)<" in svg
        assert f"1 {status}" in re.search(r"<desc[^>]*>(.*?)</desc>", svg)[1]


def test_an_axis_of_losses_above_zero_starts_at_zero(tmp_path):
    """A loss from 1 to 2 covers the upper half of the panel, and no line marks zero."""
    box, points = first_panel(drawn(tmp_path, [[np.linspace(1, 2, 9)] * 2]))
    heights = np.concatenate(of_chains(points))[:, 1]
    share = (box[3] - heights) / (box[3] - box[1])
    assert share.min() == pytest.approx(share.max() / 2, abs=0.01)
    assert zero_line(box, points) == []


def test_a_negative_loss_is_seen_below_a_line_at_zero(tmp_path):
    """Chains from −3 to 1 stay inside the panel; the line parts them three to one."""
    box, points = first_panel(drawn(tmp_path, [[np.linspace(-3, 1, 9)] * 2]))
    heights = np.concatenate(of_chains(points))[:, 1]
    assert box[1] < heights.min() < heights.max() < box[3]
    (zero,) = zero_line(box, points)
    assert (heights.max() - zero) / (zero - heights.min()) == pytest.approx(3, rel=0.02)


def test_a_chain_ends_in_a_cross_where_it_stops_being_finite(tmp_path):
    """Its first half is drawn, and the cross stands at its last finite step."""
    losses = np.ones((1, 2, 9))
    losses[0, 1, 5:] = [np.nan, np.inf, 1, 1]
    svg = drawn(tmp_path, losses, ("diverged",))
    box, points = first_panel(svg)
    whole, half = (places[:, 0] for places in of_chains(points))
    assert np.ptp(whole) == pytest.approx(box[2] - box[0], abs=0.1)
    assert np.ptp(half) == pytest.approx((box[2] - box[0]) / 2, abs=0.1)
    crosses = re.findall(r'<use[^>]*x="([\d.]+)"[^>]*stroke-width: 1.2', svg)
    assert [float(x) for x in crosses] == [pytest.approx(half.max(), abs=0.1)]


def test_chains_that_were_never_finite_can_be_drawn(tmp_path):
    """No path, no cross, no crash; nor does a drift that nobody knows."""
    svg = drawn(tmp_path, np.full((1, 2, 8), np.nan), ("diverged",), drift=np.nan)
    assert of_chains(first_panel(svg)[1]) == []


def test_dead_directions_have_no_drift(tmp_path):
    """Their chains stand still at zero: a bar there would say that they are at rest."""
    bars = [
        drawn(tmp_path, np.ones((1, 2, 8)), (status,)).count("fill-opacity: 0.55")
        for status in ("ok", "dead")
    ]
    assert bars == [1, 0]


def test_a_thinned_path_keeps_every_stretchs_extremes():
    """Eight values at four points: of 0 5 1 2 the 0 and the 5, of 3 9 4 −7 the 9 and the −7."""
    kept = traces.thinned(np.array([0, 5, 1, 2, 3, 9, 4, -7]), 4)
    assert kept.tolist() == [0, 1, 5, 7]


def test_a_short_path_is_kept_whole():
    """As many values as points: nothing is left out."""
    assert traces.thinned(np.arange(4.0), 4).tolist() == [0, 1, 2, 3]


def test_long_chains_do_not_make_a_large_figure(tmp_path):
    """Twenty thousand steps weigh what a thousand do, and a spike of one step is still seen."""
    noise = np.random.default_rng(0).normal(1, 0.01, (1, 4, 20_000))
    noise[0, 2, 12_345] = 5
    short = drawn(tmp_path, noise[..., :1000])
    long = drawn(tmp_path, noise)
    assert len(long) < 1.1 * len(short)
    box, points = first_panel(long)
    heights = np.concatenate(of_chains(points))[:, 1]
    assert (box[3] - heights.min()) / (box[3] - np.median(heights)) == pytest.approx(5, rel=0.05)
