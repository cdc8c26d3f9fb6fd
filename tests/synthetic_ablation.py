"""A made-up run of ablations, with a known pattern in it."""

import itertools

import numpy as np
import pandas as pd

CANDIDATE, CONTROLS = "sae", ("isotropic", "matched")
STRONGEST = [1, 16, "all"]
LLC = "llc_functional_1sigma"
VARIANTS = {
    f"ablation_{kind}_{effect}_{'all' if k == 'all' else f'top{k}'}": (kind, effect, k)
    for kind, effect, k in itertools.product(("mean", "zero"), ("kl", "sparsity"), STRONGEST)
}
TITLES = {metric: " ".join(map(str, variant)) for metric, variant in VARIANTS.items()} | {
    LLC: "Functional LLC"
}


def separation():
    """δ of 0.05 for mean ablation's KL on the 16 strongest, 0.3 elsewhere; ±0.05 around each."""
    rows = []
    for metric, variant in VARIANTS.items():
        for control in CONTROLS:
            delta = 0.05 if variant == ("mean", "kl", 16) else 0.3
            rows.append(
                {
                    "metric": metric,
                    "control": control,
                    "delta": delta,
                    "delta_low": delta - 0.05,
                    "delta_high": delta + 0.05,
                    "delta_null": 0.44,
                    "delta_crossfit": delta + 0.02,
                    "higher": CANDIDATE if control == "isotropic" else control,
                }
            )
    return pd.DataFrame(rows)


def scores(n=40):
    """KL follows the learning coefficient among the candidate's; one control lies far outside."""
    rng = np.random.default_rng(0)
    parts = []
    for group in (CANDIDATE, *CONTROLS):
        llc = rng.normal(100, 10, n)
        values = {LLC: llc}
        for metric in VARIANTS:
            noise = rng.normal(0, 0.1, n)
            values[metric] = np.exp(noise + (llc / 100 if group == CANDIDATE else 0))
        if group == "isotropic":
            values["ablation_mean_kl_top16"][7] = 300.0
        for metric, value in values.items():
            parts.append(
                pd.DataFrame(
                    {
                        "direction": [f"{group}/{i:05d}" for i in range(n)],
                        "group": group,
                        "metric": metric,
                        "value": value,
                        "standard_error": 0.1,
                        "status": "ok",
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)
