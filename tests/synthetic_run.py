"""The made-up run as files on disk.

To look at its page: PYTHONPATH=scripts python tests/synthetic_run.py <folder>
"""

import json
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa

from litmus import tables
from litmus.figures import chains, distribution, overview
from litmus.figures import traces as chains_drawn
from litmus.figures import training as training_drawn
from litmus.report import page
from litmus.report.inputs import ReportInputs
from synthetic import (
    BURN_IN,
    CANDIDATE,
    CHAINED,
    CORPUS,
    SETTINGS,
    SHAPES,
    WORDS,
    diagnostics,
    quality,
    scores,
    separation,
    traces,
    training,
)


def run(folder: Path, n: int = 96) -> ReportInputs:
    """Write a whole run below `folder`."""
    of = {metric: scores(metric, n) for metric in SHAPES}
    table = separation(list(of.values()))
    _parquet(table, folder / "separation.parquet")
    _parquet(training(), folder / "training.parquet")
    _parquet(quality(), folder / "quality.parquet")
    for metric, part in of.items():
        _parquet(part, folder / "scores" / f"{metric}.parquet")
    provenance = {
        "settings": SETTINGS,
        "versions": {"numpy": "2.3.0", "torch": "2.13.0", "snakemake": "9.27.1"},
        "python": "3.11.2",
        "platform": "Linux x86_64",
        "commit": "0123abc",
        "seed": 0,
        "text": CORPUS,
    }
    (folder / "corpus.json").write_text(json.dumps(CORPUS))
    (folder / "provenance.json").write_text(json.dumps(provenance))
    _benchmarks(folder / "benchmarks")
    drawn = folder / "figures"
    overview.draw(
        table,
        {metric: words["title"] for metric, words in WORDS.items()},
        [metric for metric, words in WORDS.items() if words["trivial"]],
        drawn / "overview.svg",
    )
    curves = {metric: drawn / f"{metric}.svg" for metric in SHAPES}
    for metric, path in curves.items():
        rows = table[table["metric"] == metric]
        distribution.draw(of[metric], rows, WORDS[metric]["title"], path)
    for metric, family in CHAINED.items():
        _chains(of[metric], family, folder)
    training_drawn.draw(training(), CORPUS["unigram_entropy"], drawn / "training.svg")
    return ReportInputs(
        words=WORDS,
        candidate=CANDIDATE,
        scores=[folder / "scores" / f"{metric}.parquet" for metric in SHAPES],
        separation=folder / "separation.parquet",
        training=folder / "training.parquet",
        quality=folder / "quality.parquet",
        corpus=folder / "corpus.json",
        provenance=folder / "provenance.json",
        benchmarks=folder / "benchmarks",
        jobs=JOBS,
        overview=drawn / "overview.svg",
        distributions=curves,
        training_curve=drawn / "training.svg",
        diagnostics=[folder / "diagnostics" / f"{name}.parquet" for name in CHAINED.values()],
        chains={metric: drawn / f"{metric}_traces.svg" for metric in CHAINED},
    )


def _chains(of: pd.DataFrame, family: str, folder: Path) -> None:
    """The traces and diagnostics of one metric's family, and its figure."""
    metric = of["metric"].iloc[0]
    found = traces(of, chains=SETTINGS["metrics"][family]["chains"])
    told = diagnostics(of, found)
    _parquet(found, folder / "traces" / f"{family}.parquet")
    _parquet(told, folder / "diagnostics" / f"{family}.parquet")
    health = chains.judged(told, of, metric)
    shown = chains.paths(pa.Table.from_pandas(found, preserve_index=False), health)
    figure = folder / "figures" / f"{metric}_traces.svg"
    chains_drawn.draw(shown, health, BURN_IN, WORDS[metric]["title"], figure)


def _parquet(frame: pd.DataFrame, path: Path) -> None:
    tables.write(pa.Table.from_pandas(frame, preserve_index=False), path)


JOBS = ["train_model", "llc_functional/sae/00000-00047", "llc_functional/sae/00048-00095"]


def _benchmarks(folder: Path) -> None:
    """Snakemake's files: one at the top, two of a stage, one without memory, one left over."""
    head = "s\th:m:s\tmax_rss\tmax_vms\n"
    for name, row in {
        "train_model.tsv": "101.2\t0:01:41\t812.5\t2000",
        "llc_functional/sae/00000-00047.tsv": "412.0\t0:06:52\t1210.1\t3000",
        "llc_functional/sae/00048-00095.tsv": "398.4\t0:06:38\tNA\tNA",
        "llc_functional/sae/00000-00005.tsv": "999.0\t0:16:39\tNA\tNA",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(head + row + "\n")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    templates = Path(__file__).parents[1] / "report"
    page.write(run(target), templates, target / "report.html")
    print(target / "report.html")
