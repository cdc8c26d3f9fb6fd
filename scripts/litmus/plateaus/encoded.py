"""What the run's dictionary says of a laboratory's activations."""

from dataclasses import replace
from pathlib import Path

from litmus.dictionary import train as dictionary
from litmus.plateaus.adjusted import Codes, typical
from litmus.plateaus.laboratory import Laboratory


def with_dictionary(laboratory: Laboratory, folder: str | Path) -> Laboratory:
    """The laboratory with the codes of its bases by the dictionary in `folder`.

    The dictionary must live at the laboratory's write hook.
    """
    last = laboratory.context[:, -1]
    sae = dictionary.load(folder, last.device)
    reference = sae.encode(laboratory.tensor(laboratory.reference))
    return replace(
        laboratory,
        codes=Codes(
            sae.encode(last).double().cpu().numpy(),
            sae.W_dec.double().cpu().numpy(),
            typical(reference.double().cpu().numpy()),
        ),
    )
