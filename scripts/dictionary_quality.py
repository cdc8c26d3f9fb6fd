"""Dictionary, subject and cached activations → the dictionary's quality and its features."""

from litmus.job import job

with job(snakemake.log[0], snakemake.threads):
    from pathlib import Path

    import numpy as np
    import pyarrow as pa

    from litmus import device, tables
    from litmus.activations import cache
    from litmus.activations.statistics import Statistics
    from litmus.dictionary import encoder, quality, train
    from litmus.errors import LitmusError
    from litmus.progress import Progress
    from litmus.subject import checkpoint
    from litmus.subject.adapter import Subject

    device.take("cpu", snakemake.threads)
    architecture, weights = checkpoint.load(Path(snakemake.input.model).parent)
    subject = Subject(architecture, weights, snakemake.params.hook)
    sae = train.load(Path(snakemake.input.dictionary).parent)
    if sae.cfg.d_in != architecture.width:
        raise LitmusError(
            f"dictionary: found width {sae.cfg.d_in}, but the subject's residual stream has "
            f"{architecture.width}; a dictionary must be trained at the same hook"
        )
    progress = Progress("judging the dictionary", snakemake.params.eval_sequences, "sequences")
    measured = quality.measure(
        sae,
        cache.blocks(snakemake.input.activations, "eval"),
        Statistics.read(snakemake.input.statistics).mean,
        subject.loss,
        snakemake.params.min_activations,
        progress.advance,
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
    decoder = sae.W_dec.detach().numpy()
    rows, bias = encoder.affine(sae)
    tables.write(
        pa.table(
            {
                "feature": np.arange(len(decoder), dtype=np.int32),
                "active_tokens": measured.active_tokens,
                "decoder": pa.FixedSizeListArray.from_arrays(
                    pa.array(decoder.ravel()), decoder.shape[1]
                ),
                "encoder": pa.FixedSizeListArray.from_arrays(
                    pa.array(rows.numpy().ravel()), decoder.shape[1]
                ),
                "encoder_bias": bias.numpy(),
            }
        ),
        snakemake.output.features,
    )
