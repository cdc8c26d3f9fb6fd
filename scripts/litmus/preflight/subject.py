"""The subject's architecture before it is there, from whatever says it."""

from pathlib import Path

from litmus.settings.settings import Settings
from litmus.subject.checkpoint import Architecture


def architecture(settings: Settings) -> Architecture:
    """Of the model that the config describes or names, by its record alone: no weight is read.

    A model of the hub is looked for in the cache, then asked for; of the weights only whether they
    are to be had.

    Raises:
        LitmusError: it is not there, it is not supported, or hook or context do not fit it.
    """
    model, corpus = settings.model, settings.corpus
    if model.source == "train":
        return Architecture(
            layers=model.layers,
            width=model.width,
            heads=model.heads,
            mlp_width=model.mlp_width,
            context=corpus.context,
            vocabulary=corpus.vocabulary,
        )
    # Only here: transformers and TransformerLens take seconds to import.
    from litmus.subject import formats, hub, pretrained
    from litmus.subject.families import described

    if model.source == "hub":
        where = f"model.name: found {model.name!r}"
        folder = hub.looked_up(str(model.name), model.revision)
    else:
        where = f"model.path: found {model.path!r}"
        folder = Path(str(model.path))
    found = described(formats.stored(folder, where).config)
    pretrained.fits(found, settings.hook, corpus.context, where)
    return found
