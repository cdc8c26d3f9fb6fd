"""A model that others trained → the subject, its tokenizer, and where they come from."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads, online=snakemake.params.settings["source"] == "hub"):
    import json
    from pathlib import Path

    import torch

    from litmus.subject import checkpoint, hub, pretrained
    from litmus.subject.processing import flags

    torch.set_num_threads(snakemake.threads)
    block = snakemake.params.settings
    if block["source"] == "hub":
        files = hub.fetch(block["name"], block["revision"])
        name, revision = block["name"], files.folder.name
        where = f"model.name: found {name!r}"
    else:
        name, revision = block["path"], None
        files = hub.Files(Path(name), Path(name))
        where = f"model.path: found {name!r}"
    record = None
    if given := snakemake.input.get("dictionary"):
        said = json.loads(Path(given).read_text())
        record = (said.get("metadata") or {}).get("model_from_pretrained_kwargs")
    found = pretrained.load(
        files.folder,
        flags(block["processing"], record),
        snakemake.params.hook,
        snakemake.params.context,
        where,
        files.words,
    )
    made = Path(snakemake.output.weights).parent
    checkpoint.save(made, found.architecture, found.state)
    more = {"tokenizer": files.tokenizer} if files.tokenizer else {}
    pretrained.write_origin(
        made, found, source=block["source"], name=name, revision=revision, **more
    )
