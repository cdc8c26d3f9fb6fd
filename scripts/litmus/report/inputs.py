"""What the page is made of: paths and words, read into tables."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from litmus import tables
from litmus.errors import LitmusError
from litmus.report.words import MetricWords

DEFAULT_WORDS = {"sentence": "", "trivial": False, "shown": True}


@dataclass(frozen=True)
class ReportInputs:
    """Where everything lies that the page shows.

    `distributions` is keyed by metric, `scores` are files of one or more metrics. `benchmarks` is
    the folder of the `jobs`' benchmark files, any of which may be missing. What only some runs
    have comes last, with a default that means: not there, and so no section.
    """

    words: Mapping[str, MetricWords]
    candidate: str
    scores: Sequence[Path]
    separation: Path
    training: Path | None
    """None, as its curve, where others trained the subject."""
    quality: Path | None
    """None where nothing asked for a dictionary."""
    corpus: Path
    provenance: Path
    benchmarks: Path
    jobs: Sequence[str]
    overview: Path
    distributions: Mapping[str, Path]
    training_curve: Path | None
    subject: Path | None = None
    """Where the subject comes from, where others trained it."""
    diagnostics: Sequence[Path] = ()
    """Of the families that ran chains."""
    chains: Mapping[str, Path] = field(default_factory=dict)
    """The figure of each metric's chains."""
    calibrations: Mapping[str, tuple[Path, Path]] = field(default_factory=dict)
    """Table and figure of the settings tried, by family."""
    whole_dictionary: tuple[Path, Path] | None = None
    """Table and figure of every live feature's sensitivity."""
    ablation_tables: Sequence[Path] = ()
    """Of the ablations: none, or that of best against best."""
    ablation_figures: Sequence[Path] = ()
    """Likewise: none, δ over k, or that and best against best."""
    agreement: Mapping[str, Path] = field(default_factory=dict)
    """λ̂ against cheap measures: ranking, deltas, figure; of a study also study, study_ranking and
    study_deltas."""
    plateau_tables: Sequence[Path] = ()
    """Of the experiments on activation plateaus."""
    plateau_figures: Sequence[Path] = ()
    """Likewise."""
    own: Sequence[Path] = ()
    """The user's directions, chunk by chunk."""
    published: Path | None = None
    """Published values to set beside the measured ones."""


@dataclass(frozen=True)
class Loaded:
    """The same, read: pandas tables and dictionaries."""

    words: dict[str, MetricWords]
    scores: pd.DataFrame
    separation: pd.DataFrame
    diagnostics: pd.DataFrame
    training: pd.DataFrame | None
    subject: dict[str, Any] | None
    quality: pd.DataFrame | None
    corpus: dict[str, Any]
    provenance: dict[str, Any]

    @property
    def settings(self) -> dict[str, Any]:
        """The whole config of the run."""
        return self.provenance.get("settings", {})


def load(inputs: ReportInputs) -> Loaded:
    """Read every table and file of `inputs`.

    Raises:
        LitmusError: a file is missing or damaged.
    """
    separation = frame(inputs.separation)
    metrics = dict.fromkeys([*inputs.words, *separation["metric"]])
    present = set(separation["metric"])
    words = {
        metric: {"title": metric, **DEFAULT_WORDS, **inputs.words.get(metric, {})}
        for metric in metrics
        if metric in present
    }
    return Loaded(
        words,
        together(inputs.scores, tables.SCORES),
        separation,
        together(inputs.diagnostics, tables.DIAGNOSTICS),
        frame(inputs.training) if inputs.training else None,
        document(inputs.subject) if inputs.subject else None,
        frame(inputs.quality) if inputs.quality else None,
        document(inputs.corpus),
        document(inputs.provenance),
    )


def frame(path: str | Path) -> pd.DataFrame:
    """The Parquet file at `path` as a pandas table, nulls as NaN.

    Raises:
        LitmusError: the file is missing or damaged.
    """
    return tables.read(path).to_pandas()


def together(paths: Sequence[Path], schema: pa.Schema) -> pd.DataFrame:
    """The rows of all files at `paths`; none with the columns of `schema` where there are none.

    Raises:
        LitmusError: a file is missing or damaged.
    """
    parts = [frame(path) for path in paths]
    return pd.concat(parts, ignore_index=True) if parts else schema.empty_table().to_pandas()


def document(path: str | Path) -> dict[str, Any]:
    """The JSON object at `path`.

    Raises:
        LitmusError: the file is missing or holds no JSON object.
    """
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LitmusError(
            f"{path}: could not be read ({error}); delete it and run again"
        ) from error
    if not isinstance(value, dict):
        raise LitmusError(f"{path}: holds {type(value).__name__}, expected a JSON object")
    return value
