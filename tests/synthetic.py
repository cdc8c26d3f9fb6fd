"""A small made-up run: every table that the report reads, with known flaws in it."""

import numpy as np
import pandas as pd

from litmus.sampling.diagnostics import Limits, judge_all
from litmus.separation.table import separate

CANDIDATE = "sae"
CONTROLS = ("isotropic", "covariance", "difference", "matched")
WORDS = {
    "sparsity": {
        "title": "Sparsity",
        "sentence": "The share of tokens on which the thresholded projection is zero.",
        "trivial": False,
    },
    "norm_sparsity": {
        "title": "Norm sparsity",
        "sentence": "The share of sequences on which the projection never passes the threshold.",
        "trivial": False,
    },
    "llc_functional_1sigma": {
        "family": "llc_functional",
        "title": "Functional LLC, 1σ",
        "sentence": "The local learning coefficient of the feature as a function of the weights.",
        "trivial": False,
    },
    "llc_behavioral": {
        "family": "llc_behavioral",
        "title": "Behavioral LLC",
        "sentence": "The local learning coefficient of the feature's part in the output.",
        "trivial": False,
    },
    "projection_std": {
        "title": "Standard deviation",
        "sentence": "The standard deviation of the projection.",
        "trivial": True,
    },
    "projection_skewness": {
        "title": "Skewness",
        "sentence": "The skewness of the projection.",
        "trivial": True,
    },
    "projection_kurtosis": {
        "title": "Kurtosis",
        "sentence": "The excess kurtosis of the projection.",
        "trivial": True,
    },
}
# The candidate's mean and each control's, and the spread, of every metric.
SHAPES = {
    "sparsity": (0.93, (0.84, 0.88, 0.885, 0.91), 0.025),
    "norm_sparsity": (0.42, (0.06, 0.12, 0.2, 0.41), 0.08),
    "llc_functional_1sigma": (np.log(60), (np.log(22), np.log(45), np.log(48), np.log(52)), 0.25),
    "llc_behavioral": (np.log(53), (np.log(48), np.log(50), np.log(51), np.log(52)), 0.05),
    "projection_std": (1.3, (0.8, 1.05, 1.1, 1.3), 0.16),
    "projection_skewness": (1.6, (0.2, 0.5, 0.6, 1.0), 0.5),
    "projection_kurtosis": (6.0, (0.6, 1.8, 2.2, 4.5), 1.6),
}


# Metric → status → which directions of every group have it; those of the others are ok.
FAILED = {
    "llc_functional_1sigma": {"not_converged": slice(3, 7), "diverged": slice(8, 9)},
    "llc_behavioral": {"unreached": slice(2, 4), "dead": slice(5, 6)},
}
# Metric → its family, of those that ran chains.
CHAINED = {metric: WORDS[metric]["family"] for metric in FAILED}
BURN_IN = 30


def scores(metric: str, n: int = 96, seed: int = 0) -> pd.DataFrame:
    """Scores of `n` directions in every group; a few LLC estimates fail."""
    rng = np.random.default_rng([seed, sorted(SHAPES).index(metric)])
    mean, others, spread = SHAPES[metric]
    parts = []
    for group, centre in zip((CANDIDATE, *CONTROLS), (mean, *others), strict=True):
        value = rng.normal(centre, spread, n)
        if metric in CHAINED:
            value = np.exp(value)
        if metric == "sparsity":
            value = np.clip(value, 0, 1)
        status = np.full(n, "ok", dtype=object)
        for name, which in FAILED.get(metric, {}).items() if n >= 12 else ():
            status[which] = name
        value[status == "diverged"] = np.nan
        value[status == "dead"] = 0
        parts.append(
            pd.DataFrame(
                {
                    "direction": [f"{group}/{index:05d}" for index in range(n)],
                    "group": group,
                    "metric": metric,
                    "value": value,
                    "standard_error": np.abs(value) * 0.03,
                    "status": status,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def traces(of: pd.DataFrame, chains: int = 4, steps: int = 70, seed: int = 0) -> pd.DataFrame:
    """Chains that settle, wander (not_converged), blow up (diverged) or do nothing (dead).

    Args:
        of: scores of one metric, whose status says which.
        chains: of each direction.
        steps: of each chain.
        seed: of their noise.
    """
    rng = np.random.default_rng([seed, 99])
    n, step, chain = len(of), np.arange(steps), np.arange(chains)[:, None]
    level = 0.02 * of["value"].fillna(60).to_numpy()[:, None, None]
    loss = level * (1 - np.exp(-step / 9) + rng.normal(0, 0.05, (n, chains, steps)))
    status = of["status"].to_numpy()
    wanders, diverges = status == "not_converged", status == "diverged"
    loss[wanders] += level[wanders] * (chain - 1.5) * 0.3 * step / steps
    loss[diverges, 1] *= np.exp(step / 30)
    loss[diverges, 1, 5 * steps // 7 :] = np.nan
    each = chains * steps
    return pd.DataFrame(
        {
            **{key: of[key].repeat(each).array for key in ("direction", "group", "metric")},
            "chain": np.tile(np.repeat(np.arange(chains, dtype=np.int16), steps), n),
            "step": np.tile(step.astype(np.int32), n * chains),
            "loss": np.abs(loss).astype(np.float32).ravel(),
            "distance": np.tile(np.sqrt(step).astype(np.float32), n * chains),
        }
    )


def diagnostics(of: pd.DataFrame, chains: pd.DataFrame, burn_in: int = BURN_IN) -> pd.DataFrame:
    """What the sampler tells of `traces(of)`: one is too stiff where it diverged, one missed."""
    shape = (len(of), chains["chain"].nunique(), chains["step"].nunique())
    found = [chains[key].to_numpy(float).reshape(shape) for key in ("loss", "distance")]
    health = judge_all(found, Limits(np.inf), burn_in)
    status, share = of["status"], np.linspace(0, 1, len(of))
    missed = np.where(status == "unreached", 0.6 + 0.3 * share, 0.1 * share)
    return pd.DataFrame(
        {
            **{key: of[key] for key in ("direction", "group", "metric")},
            **{key: [getattr(h, key) for h in health] for key in ("rhat", "ess", "drift")},
            "distance": [h.distance for h in health],
            "stiffness": np.where(status == "diverged", 4.5, 0.2 + share),
            "unreached": missed if of["metric"].iloc[0] == "llc_behavioral" else 0.0,
        }
    )


def separation(of: list[pd.DataFrame]) -> pd.DataFrame:
    """The separation of each metric's scores, with few resamples."""
    table = separate(
        pd.concat(of, ignore_index=True), CANDIDATE, list(CONTROLS), {"matched"},
        seed=0, confidence=0.95, bootstrap=100, permutations=499, crossfits=5,
    )  # fmt: skip
    return table


def training() -> pd.DataFrame:
    """A loss that falls from the entropy of the vocabulary, evaluated every 250 steps."""
    step = np.arange(0, 1501, 10)
    loss = 3.1 + 3.8 * np.exp(-step / 250)
    return pd.DataFrame(
        {
            "step": step.astype(np.int32),
            "train_loss": loss + np.random.default_rng(7).normal(0, 0.06, len(step)),
            "eval_loss": np.where(step % 250 == 0, loss + 0.03, np.nan),
            "learning_rate": 4e-3 * (1 - step / 1700),
        }
    )


def quality() -> pd.DataFrame:
    """A dictionary of middling quality."""
    values = {
        "unexplained_variance": (0.143, 0.0021),
        "l0": (16.0, 0.0),
        "dead_features": (12.0, 0.0),
        "features": (512.0, 0.0),
        "loss_clean": (3.127, 0.0112),
        "loss_reconstructed": (3.291, 0.0118),
        "loss_mean_ablated": (5.86, 0.019),
        "loss_rise": (0.164, 0.0021),
        "loss_recovered": (0.94, 0.0011),
    }
    rows = [(name, *pair) for name, pair in values.items()]
    return pd.DataFrame(rows, columns=["quantity", "value", "standard_error"])


CORPUS = {
    "source": "stdlib",
    "documents": 1203,
    "bytes": 13012345,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "vocabulary": 1024,
    "train_sequences": 131072,
    "eval_sequences": 4096,
    "train_tokens": 4194304,
    "eval_tokens": 131072,
    "unigram_entropy": 5.921,
}
SAMPLING = {
    "feature": "projection",
    "reduction": "sum",
    "robust": True,
    "weights": ["full"],
    "sampler": "sgld",
    "learning_rate": 4e-6,
    "n_beta": 100.0,
    "localization": 5e4,
    "steps": 70,
    "burn_in": BURN_IN,
    "draw_every": 1,
    "batch_size": 4,
    "max_rhat": 1.2,
    "min_ess": 5,
    "max_drift": 1.0,
}
SETTINGS = {
    "seed": 0,
    "hook": "blocks.2.hook_resid_pre",
    "dictionary": {"architecture": "topk", "width": 512, "k": 16, "seed": 0},
    "directions": {"count": 96, "controls": list(CONTROLS)},
    "metrics": {
        "llc_functional": {
            "enabled": True,
            "thresholds": [1.0],
            "nonlinearity": "hard",
            **SAMPLING,
            "chains": 4,
        },
        "llc_behavioral": {"enabled": True, **SAMPLING, "chains": 2, "max_unreached": 0.5},
    },
    "separation": {"confidence": 0.95, "bootstrap": 100, "permutations": 499, "crossfits": 5},
    "report": {"title": "Do these directions behave like features?"},
}
