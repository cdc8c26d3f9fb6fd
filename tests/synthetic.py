"""A small made-up run: every table that the report reads, with known flaws in it."""

import numpy as np
import pandas as pd

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
    "llc_functional": {
        "title": "LLC, functional",
        "sentence": "The local learning coefficient of the feature as a function of the weights.",
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
    "llc_functional": (np.log(60), (np.log(22), np.log(45), np.log(48), np.log(52)), 0.25),
    "projection_std": (1.3, (0.8, 1.05, 1.1, 1.3), 0.16),
    "projection_skewness": (1.6, (0.2, 0.5, 0.6, 1.0), 0.5),
    "projection_kurtosis": (6.0, (0.6, 1.8, 2.2, 4.5), 1.6),
}


def scores(metric: str, n: int = 96, seed: int = 0) -> pd.DataFrame:
    """Scores of `n` directions in every group; a few LLC estimates fail."""
    rng = np.random.default_rng([seed, sorted(SHAPES).index(metric)])
    mean, others, spread = SHAPES[metric]
    parts = []
    for group, centre in zip((CANDIDATE, *CONTROLS), (mean, *others), strict=True):
        value = rng.normal(centre, spread, n)
        if metric == "llc_functional":
            value = np.exp(value)
        if metric == "sparsity":
            value = np.clip(value, 0, 1)
        status = np.full(n, "ok", dtype=object)
        if metric == "llc_functional" and n >= 12:
            status[3:7] = "not_converged"
            status[8] = "diverged"
            value[8] = np.nan
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
    """Chains that settle, wander (not_converged) or blow up (diverged), as the scores say."""
    rng = np.random.default_rng([seed, 99])
    step = np.arange(steps)
    parts = []
    for row in of.itertuples():
        level = 0.02 * (row.value if np.isfinite(row.value) else 60)
        for chain in range(chains):
            loss = level * (1 - np.exp(-step / 9)) + rng.normal(0, 0.05 * level, steps)
            if row.status == "not_converged":
                loss = loss + level * (chain - 1.5) * 0.3 * step / steps
            if row.status == "diverged" and chain == 1:
                loss = loss * np.exp(step / 30)
                loss[50:] = np.nan
            parts.append(
                pd.DataFrame(
                    {
                        "direction": row.direction,
                        "group": row.group,
                        "chain": np.int16(chain),
                        "step": step.astype(np.int32),
                        "loss": np.abs(loss).astype(np.float32),
                        "distance": np.sqrt(step).astype(np.float32),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


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
SETTINGS = {
    "seed": 0,
    "hook": "blocks.2.hook_resid_pre",
    "dictionary": {"architecture": "topk", "width": 512, "k": 16, "seed": 0},
    "directions": {"count": 96, "controls": list(CONTROLS)},
    "metrics": {
        "llc_functional": {
            "enabled": True,
            "threshold": 1.0,
            "nonlinearity": "hard",
            "reduction": "sum",
            "robust": True,
            "learning_rate": 2e-6,
            "n_beta": 100.0,
            "localization": 5e4,
            "chains": 4,
            "steps": 70,
            "burn_in": 30,
            "batch_size": 4,
            "max_rhat": 1.2,
        }
    },
    "separation": {"confidence": 0.95, "bootstrap": 100, "permutations": 499, "crossfits": 5},
    "report": {"title": "Do these directions behave like features?"},
}
