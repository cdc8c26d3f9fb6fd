"""What the page is made of: paths and words, read into tables."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from litmus import tables
from litmus.errors import LitmusError
from litmus.report.words import MetricWords

DEFAULT_WORDS = {"sentence": "", "trivial": False}


@dataclass(frozen=True)
class ReportInputs:
    """Where everything lies that the page shows.

    `distributions` is keyed by metric, `scores` are files of one or more metrics. `traces` and
    `chains` (the figure) are None where no metric ran chains. `benchmarks` is
    the folder of the `jobs`' benchmark files, any of which may be missing.
    """

    words: Mapping[str, MetricWords]
    candidate: str
    scores: Sequence[Path]
    separation: Path
    traces: Path | None
    training: Path
    quality: Path
    corpus: Path
    provenance: Path
    benchmarks: Path
    jobs: Sequence[str]
    overview: Path
    distributions: Mapping[str, Path]
    chains: Path | None
    training_curve: Path
    traced_metric: str = "llc_functional"


@dataclass(frozen=True)
class Loaded:
    """The same, read: pandas tables and dictionaries."""

    words: dict[str, MetricWords]
    scores: pd.DataFrame
    separation: pd.DataFrame
    traces: pd.DataFrame | None
    training: pd.DataFrame
    quality: pd.DataFrame
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
    scores = [frame(path) for path in inputs.scores]
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
        pd.concat(scores, ignore_index=True) if scores else tables.SCORES.empty_table().to_pandas(),
        separation,
        frame(inputs.traces) if inputs.traces else None,
        frame(inputs.training),
        frame(inputs.quality),
        document(inputs.corpus),
        document(inputs.provenance),
    )


def frame(path: str | Path) -> pd.DataFrame:
    """The Parquet file at `path` as a pandas table, nulls as NaN.

    Raises:
        LitmusError: the file is missing or damaged.
    """
    return tables.read(path).to_pandas()


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
