"""`make bench`: how fast, compared with what; prints a table and writes results/bench.json."""

import argparse
import contextlib
import io
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "benchmarks")]

import llc
import sensitivity
from pairs import show, write
from subject import Embedded

CASES = {
    "llc_functional_vs_devinterp": llc.against_devinterp,
    "chain_step_vs_matrix_rate": llc.against_the_machine,
    "cost_flatness": llc.flatness,
    "weight_sensitivity_1000_vs_1": sensitivity.thousand_against_one,
}


def main() -> None:
    """Run the cases that are named, or all."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("cases", nargs="*", help=f"some of: {', '.join(CASES)}")
    arguments.add_argument("--threads", type=int, default=1, help="on both sides alike")
    arguments.add_argument("--out", type=Path, default=ROOT / "results" / "bench.json")
    given = arguments.parse_args()
    unknown = set(given.cases) - set(CASES)
    if unknown:
        sys.exit(f"bench: found {', '.join(unknown)}; valid: {', '.join(CASES)}")
    torch.set_num_threads(given.threads)
    print(f"{torch.get_num_threads()} thread(s), torch {torch.__version__}")
    print(f"{'':34} {'ours':>10} {'theirs':>10} {'':26}  ratio")
    embedded = Embedded()
    comparisons = []
    for name in given.cases or CASES:
        with contextlib.redirect_stderr(io.StringIO()):  # devinterp's progress bars
            comparisons.append(CASES[name](embedded))
        show(comparisons[-1])
    write(comparisons, given.out)
    print(f"Written: {given.out}")


if __name__ == "__main__":
    main()
