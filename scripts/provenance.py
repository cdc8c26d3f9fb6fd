"""What this report was made from: settings, text, versions, commit."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import json
    import platform
    from importlib.metadata import PackageNotFoundError, version
    from pathlib import Path

    from litmus.tables import atomic

    def installed(package: str) -> str:
        """The version that is installed, whatever was pinned."""
        try:
            return version(package)
        except PackageNotFoundError:
            return "not installed"

    record = {
        "settings": snakemake.params.settings,
        "seed": snakemake.params.settings["seed"],
        "text": json.loads(Path(snakemake.input.summary).read_text()),
        "versions": {package: installed(package) for package in snakemake.params.packages},
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "commit": snakemake.params.commit,
    }
    with atomic(snakemake.output[0]) as temporary:
        temporary.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
