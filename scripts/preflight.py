"""Config and what it names → all that is missing or does not fit, or the plan of a fresh run.

Started before any job, with what it shall look at as JSON on its standard input.
"""

import json
import sys

from litmus.job import job

asked = json.load(sys.stdin)
with job(asked["log"], asked["cores"], online=asked["online"]):
    from pathlib import Path

    import torch

    from litmus.errors import LitmusError
    from litmus.plan.stages import kept, stages
    from litmus.plan.work import Size
    from litmus.preflight import checks, machine, memory, report
    from litmus.preflight.subject import architecture
    from litmus.settings import read
    from litmus.subject.checkpoint import hook_layer
    from litmus.tables import atomic

    settings, cores = read(asked["settings"]), asked["cores"]
    gpu = machine.uses_gpu(settings.device)
    found, wrong = None, []
    try:
        found = architecture(settings)
    except LitmusError as error:
        wrong.append(str(error))
    wrong += checks.inputs(settings, found)
    if found is not None:
        size = Size(found, hook_layer(settings.hook), settings.corpus.context)
        every = stages(settings, size, asked["groups"])
        wrong.append(machine.disk(settings.results, kept(every)))
        if not asked["remote"]:  # else the jobs' machines are others
            there = machine.ram(), machine.gpu_memory() if gpu else None
            wrong += memory.lacking(memory.held(settings, size), *there)
    if wrong := [sentence for sentence in wrong if sentence]:
        headline = f"preflight: {len(wrong)} problems, nothing long was started"
        raise LitmusError(wrong[0] if len(wrong) == 1 else "\n  ".join([headline, *wrong]))
    torch.set_num_threads(cores)
    record = report.plan(
        every,
        asked["jobs"],
        machine.rate(torch.device("cuda" if gpu else "cpu")),
        1 if gpu else cores,
        machine.free_disk(settings.results),
        torch.cuda.get_device_name() if gpu else f"{cores} cores like this machine's",
    )
    print(report.told(record), file=sys.stderr, flush=True)
    with atomic(Path(settings.results, "preflight.json")) as temporary:
        told = {"key": asked["key"], **record}
        temporary.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
