"""`make bench`: how fast, compared with what; prints a table and writes results/bench.json.

On the embedded default's shape; where a CUDA device is at hand, on GPT-2-small's there.
"""

import argparse
import contextlib
import io
import os
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "scripts")]

import ablation
import llc
import plateau
import sensitivity
from pairs import show, write
from subject import Bench

CASES = {
    "llc_functional_vs_devinterp": llc.against_devinterp("functional"),
    "llc_behavioral_vs_devinterp": llc.against_devinterp("behavioral"),
    "chain_step_vs_matrix_rate": llc.against_the_machine,
    "cost_flatness": llc.flatness,
    "ablation_vs_hooks": ablation.run_for_run,
    "ablation_grid_vs_hooks": ablation.grid,
    "plateau_vs_hooks": plateau.against_hooks,
    "weight_sensitivity_1000_vs_1": sensitivity.thousand_against_one,
}


def main() -> None:
    """Run the cases that are named, or all."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("cases", nargs="*", help=f"some of: {', '.join(CASES)}")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    arguments.add_argument("--threads", type=int, default=cores, help="on both sides alike")
    arguments.add_argument("--cpu", action="store_true", help="leave a CUDA device alone")
    arguments.add_argument("--out", type=Path, default=ROOT / "results" / "bench.json")
    given = arguments.parse_args()
    unknown = set(given.cases) - set(CASES)
    if unknown:
        sys.exit(f"bench: found {', '.join(unknown)}; valid: {', '.join(CASES)}")
    torch.set_num_threads(given.threads)
    print(f"{torch.get_num_threads()} thread(s), torch {torch.__version__}")
    print(f"{'':34} {'ours':>10} {'theirs':>10} {'':26}  ratio")
    card = torch.cuda.is_available() and not given.cpu
    bench = Bench("cuda" if card else "cpu", gpt2=card)
    comparisons = []
    for name in given.cases or CASES:
        with contextlib.redirect_stderr(io.StringIO()):  # devinterp's progress bars
            comparison = CASES[name](bench)
        comparisons.append(comparison._replace(name=name + "_gpu" * card))
        show(comparisons[-1])
    write(comparisons, given.out)
    print(f"Written: {given.out}")


if __name__ == "__main__":
    main()
