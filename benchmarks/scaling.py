"""Jobs, bytes and hours of the GPT-2-small preset for more and more of a dictionary's features.

Counted by `litmus.plan`, as the preflight counts them; the rate of matrix products is the one that
is given: python benchmarks/scaling.py 15e12
"""

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from litmus.plan.stages import Stage, kept, stages  # noqa: E402
from litmus.plan.work import Size  # noqa: E402
from litmus.settings import read  # noqa: E402
from litmus.settings.settings import Settings  # noqa: E402
from litmus.subject.checkpoint import Architecture  # noqa: E402

GPT2_SMALL = Architecture(12, 768, 12, 3072, 1024, 50257, "LN", centred=True)
COUNTS = (500, 5000, 24576)


def merged(below: dict, above: dict) -> dict:
    """A preset over the default, as Snakemake lays it."""
    for key, value in above.items():
        deeper = isinstance(value, dict) and isinstance(below.get(key), dict)
        below[key] = merged(below[key], value) if deeper else value
    return below


def settings(count: int) -> Settings:
    """The preset with this many directions in each group."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    preset = yaml.safe_load((ROOT / "presets" / "gpt2-small.yaml").read_text())
    return read(merged(merged(config, preset), {"directions": {"count": count}}))


def planned(count: int) -> list[Stage]:
    """The preset's stages at layer 9."""
    found = settings(count)
    groups = dict.fromkeys(["sae", *found.directions.controls], count)
    return stages(found, Size(GPT2_SMALL, 9, found.corpus.context), groups)


def main(rate: float) -> None:
    """A table a count: stage, jobs, 10¹⁵ operations, hours at `rate`."""
    for count in COUNTS:
        every = planned(count)
        print(f"\n{count} directions in each of five groups, kept {kept(every) / 1e9:.1f} GB")
        for stage in every:
            hours = stage.seconds(rate) / 3600
            print(f"{stage.name:20} {stage.jobs:6} {stage.operations / 1e15:10.2f} {hours:9.2f}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 15e12)
