"""Dictionary, subject and cached activations → the dictionary's quality and its features."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    import numpy as np
    import pyarrow as pa

    from litmus import device, tables
    from litmus.activations.source import opened
    from litmus.activations.statistics import Statistics
    from litmus.dictionary import encoder, quality, train
    from litmus.errors import LitmusError
    from litmus.progress import Progress
    from litmus.subject import checkpoint
    from litmus.subject.adapter import Subject
    from litmus.tables import NO_LATENTS

    def vectors(matrix: np.ndarray) -> pa.Array:
        """A column of its rows."""
        return pa.FixedSizeListArray.from_arrays(pa.array(matrix.ravel()), matrix.shape[1])

    where = device.take(snakemake.params.device, snakemake.threads)
    architecture, weights = checkpoint.load(Path(snakemake.input.model).parent)
    subject = Subject(architecture, weights, snakemake.params.hook, where)
    sae = train.load(Path(snakemake.input.dictionary).parent, where)
    progress = Progress("judging the dictionary", snakemake.params.eval_sequences, "sequences")
    measured = quality.measure(
        sae,
        opened(snakemake.input, snakemake.params.recipe, where).blocks("eval"),
        Statistics.read(snakemake.input.statistics).mean,
        subject.loss,
        snakemake.params.min_activations,
        progress.advance,
        where,
    )
    tables.write(
        pa.table(
            {
                "quantity": list(measured.quantities),
                "value": [value for value, _ in measured.quantities.values()],
                "standard_error": [error for _, error in measured.quantities.values()],
            }
        ),
        snakemake.output.quality,
    )
    sae = sae.to("cpu")
    columns = {
        "feature": np.arange(len(sae.W_dec), dtype=np.int32),
        "active_tokens": measured.active_tokens,
        "decoder": vectors(sae.W_dec.detach().numpy()),
    }
    told = {}
    try:
        rows, bias = encoder.affine(sae)
        columns |= {"encoder": vectors(rows.numpy()), "encoder_bias": bias.numpy()}
    except LitmusError as error:  # for who asks for a latent; the rows are directions all the same
        told = {NO_LATENTS: str(error)}
    tables.write(pa.table(columns).replace_schema_metadata(told or None), snakemake.output.features)
