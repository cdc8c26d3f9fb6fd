"""Which chains are shown, beside what became of their estimates."""

import numpy as np
import pandas as pd
import pyarrow as pa

from litmus import tables
from litmus.figures.chains import ORDER, chosen, judged, paths


def health(**of):
    """What `chosen` looks at, from status → R-hats; directions are numbered as they come."""
    rows = [(status, rhat) for status, rhats in of.items() for rhat in rhats]
    names = [f"sae/{i}" for i in range(len(rows))]
    return pd.DataFrame(rows, columns=["status", "rhat"]).assign(direction=names, metric="m")


def rhats(found):
    """Status → the R-hats chosen."""
    return {status: rows["rhat"].tolist() for status, rows in found.items()}


def test_the_lowest_median_and_highest_rhat_are_chosen():
    """Of five the first, third and fifth; of four the second is the middle."""
    found = chosen(health(ok=[1.3, 1.1, 1.5, 1.2, 1.4], dead=[4, 3, 2, 1]))
    assert rhats(found) == {"ok": [1.1, 1.3, 1.5], "dead": [1, 2, 4]}


def test_fewer_directions_are_each_chosen_once():
    """One is one panel, two are two."""
    assert rhats(chosen(health(ok=[1.1], unreached=[3, 2]))) == {"ok": [1.1], "unreached": [2, 3]}


def test_without_an_rhat_names_decide_and_come_last():
    """Diverged chains have none: the order of their directions is that of their names."""
    found = chosen(health(diverged=[np.nan, np.nan, 1.2, np.nan]))["diverged"]
    assert found["direction"].tolist() == ["sae/2", "sae/0", "sae/3"]


def test_statuses_come_from_the_best_to_the_worst():
    """Every status of the contract has its place, and one without directions has none."""
    assert set(ORDER) == set(tables.STATUSES)
    found = chosen(health(**{status: [1.0] for status in reversed(ORDER)}))
    assert tuple(found) == ORDER
    assert chosen(health()) == {}


def test_a_direction_is_judged_by_the_metric_that_is_meant():
    """Two metrics share a file and their directions: only one's rows are joined."""
    told = pd.DataFrame(
        {
            "direction": ["sae/0", "sae/1"] * 2,
            "group": "sae",
            "metric": ["a", "a", "b", "b"],
            "rhat": [1.0, np.nan, 3.0, 4.0],
            "ess": [50.0, 0.0, 7.0, 8.0],
        }
    )
    scores = told[["direction", "group", "metric"]].assign(
        value=[0.1, np.nan, 0.3, 0.4],
        standard_error=0.01,
        status=["ok", "diverged", "ok", "not_converged"],
    )
    found = judged(told, scores.iloc[::-1], "b").set_index("direction")
    assert found["rhat"].to_dict() == {"sae/0": 3.0, "sae/1": 4.0}
    assert found["value"].to_dict() == {"sae/0": 0.3, "sae/1": 0.4}
    assert found["status"].to_dict() == {"sae/0": "ok", "sae/1": "not_converged"}


def test_what_diverged_has_no_effective_draws():
    """The table holds zero for them, which would pass for the fewest of a group."""
    told = pd.DataFrame({"direction": ["sae/0"], "group": "sae", "metric": "a", "ess": [0.0]})
    scores = told[["direction", "group", "metric"]].assign(value=np.nan, status="diverged")
    assert judged(told, scores, "a")["ess"].isna().all()


def test_only_what_is_shown_is_read():
    """Of three directions between lowest and highest one stays behind; so does the other metric."""
    chain = pd.DataFrame({"chain": [0, 0, 1, 1], "step": [0, 1, 0, 1], "loss": 0.5})
    traces = pd.concat(
        chain.assign(direction=f"sae/{i}", metric=metric) for metric in "mn" for i in range(4)
    )
    found = paths(pa.Table.from_pandas(traces), health(ok=[1.1, 1.2, 1.3, 1.4]))
    assert set(found["direction"]) == {"sae/0", "sae/1", "sae/3"}
    assert set(found["metric"]) == {"m"}
    assert len(found) == 3 * len(chain)
