"""What follows from what in the tiny preset, by the names of the rules."""

# What reads some families' scores, besides what follows from any.
AGREEMENT = {"agreement", "figure_agreement"}
AGAINST_ABLATION = {"ablation_agreement", "figure_ablation_agreement"}
CHAINS = {"gather_traces", "gather_diagnostics", "figure_traces"}
CALIBRATION = {"calibrate", "calibrate_choose", "figure_calibration"}
DICTIONARY = {"dictionary_sensitivity", "figure_whole_dictionary"}
STUDY = {"study", "gather_study", "study_summary"}
FUNCTIONAL = {"llc", *CHAINS, *AGREEMENT, *AGAINST_ABLATION}
# The search for the functional chains' settings, which the quadratic coefficient takes over.
SEARCHED = FUNCTIONAL | CALIBRATION | {"llc_quadratic"}
# What follows from any metric: the separation is of all of them together.
FOLLOWING = {
    "gather_scores",
    "separation",
    "figure_distribution",
    "figure_overview",
    "figure_ablation_grid",
    "report",
}
ALL = FOLLOWING | CHAINS | AGREEMENT | AGAINST_ABLATION
FAMILIES = [
    "sparsity",
    "norm_sparsity",
    "projection_std",
    "projection_skewness",
    "projection_kurtosis",
    "weight_sensitivity",
    "llc_functional",
    "llc_behavioral",
    "llc_quadratic",
    "ablation",
    "plateau",
]
CHAINED = ["llc_functional", "llc_behavioral"]


def rules(pending: dict[str, str]) -> set[str]:
    """The rules at work."""
    return set(pending.values())


def gathered(pending: dict[str, str]) -> set[str]:
    """The families whose chunks are joined anew."""
    paths = {path for path, rule in pending.items() if rule == "gather_scores"}
    return {path.removeprefix("scores/").removesuffix(".parquet") for path in paths}
