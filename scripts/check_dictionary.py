"""Does the dictionary of others go with the subject? By their records, before anything is run."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    import json
    from pathlib import Path

    from litmus.dictionary import fit
    from litmus.errors import LitmusError
    from litmus.tables import atomic

    given = snakemake.input
    record, subject = (json.loads(Path(p).read_text()) for p in (given.dictionary, given.model))
    origin = json.loads(Path(given.origin).read_text()) if given.get("origin") else {}

    def same(one: str, other: str) -> bool:
        """Whether two names are one model's: gpt2-small is gpt2, as TransformerLens has it."""
        if fit.plain(one) == fit.plain(other):
            return True
        from litmus.subject.hub import official  # seconds of imports, for names that differ

        try:
            return official(one) == official(other)
        except LitmusError:
            return False

    # A folder's name is whatever the user calls it.
    name = origin.get("name") if origin.get("source") == "hub" else None
    fit.goes_with(record, subject, name, snakemake.params.processing, same)
    with atomic(snakemake.output[0]) as temporary:
        told = {"dictionary": record.get("metadata", {}).get("litmus"), "subject": origin}
        temporary.write_text(json.dumps(told, indent=2, sort_keys=True) + "\n")
