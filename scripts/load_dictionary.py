"""A SAELens folder, or a SAELens release → a dictionary in SAELens's format."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads, online=snakemake.params.settings["source"] == "hub"):
    import tempfile
    from pathlib import Path

    from litmus import device
    from litmus.dictionary import fit, pretrained
    from litmus.tables import atomic

    settings = snakemake.params.settings
    device.take("cpu", snakemake.threads)
    if settings["source"] == "hub":
        found = pretrained.hub(settings["release"], settings["id"])
        where = f"dictionary.id: found {settings['id']!r}"
    else:
        found = pretrained.local(settings["path"])
        where = f"dictionary.path: found {settings['path']!r}"
    fit.lives_at(found.sae.cfg.to_dict(), snakemake.params.hook, where)
    with tempfile.TemporaryDirectory() as folder:
        pretrained.save(found, folder)
        for output in (snakemake.output.config, snakemake.output.weights):
            with atomic(output) as temporary:
                temporary.write_bytes((Path(folder) / Path(output).name).read_bytes())
