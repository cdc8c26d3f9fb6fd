"""What was studied: the model and its training or origin, the dictionary's quality, the corpus."""

import math
from typing import Any

import pandas as pd
from markupsafe import Markup

from litmus.figures.inline import inline
from litmus.report.cells import Table, cell, text
from litmus.report.inputs import Loaded, ReportInputs
from litmus.report.prose import count, number, plus_minus

QUANTITIES = {
    "unexplained_variance": "share of the activations’ variance that it does not rebuild",
    "l0": "features active on a token",
    "features": "features in all",
    "dead_features": "features too rarely active to be drawn",
    "loss_clean": "the model’s loss, nats a token",
    "loss_reconstructed": "the loss with the activations rebuilt",
    "loss_mean_ablated": "the loss with the activations replaced by their mean",
    "loss_rise": "what rebuilding costs, nats a token",
    "loss_recovered": "share of the mean ablation’s cost that the dictionary spares",
}


# What TransformerLens may have done to the weights of a pretrained model, by its flags.
STEPS = {
    "fold_ln": "normalisation folded into the weights after it",
    "center_writing_weights": "writing weights centred",
    "center_unembed": "unembedding centred",
    "fold_value_biases": "value biases folded",
}


def model(run: Loaded, inputs: ReportInputs) -> dict[str, Any]:
    """The model: how it was trained, or where it was found."""
    if run.subject is not None or run.training is None:
        return {"figure": None, **pretrained(run.subject or {})}
    entropy = run.corpus.get("unigram_entropy")
    return {
        "figure": Markup(inline(inputs.training_curve)) if inputs.training_curve else None,
        "table": training_table(run.training),
        "sentence": training_sentence(
            run.training, math.nan if entropy is None else float(entropy)
        ),
        "facts": [],
    }


def pretrained(origin: dict[str, Any]) -> dict[str, Any]:
    """A sentence on a model that others trained, and the facts that `origin.json` holds."""
    done = [words for step, words in STEPS.items() if origin.get("processing", {}).get(step)]
    agreement = origin.get("agreement", {})
    places = {"hub": "the Hugging Face hub", "local": "a folder on disk"}
    place = places.get(origin.get("source"), "disk")
    sentence = f"Others trained this model; it was read from {place}."
    if agreement:
        theirs = agreement.get("with", "transformers")
        sentence += (
            f" Its log-probabilities differ from those of {theirs}’ own implementation by at most "
            f"{number(agreement['largest'])} nats on {count(agreement['sequences'])} random "
            "sequences."
        )
    facts = [
        ("name", origin.get("name")),
        ("revision", origin.get("revision")),
        ("family", origin.get("family")),
        ("processing", "; ".join(done) or "none"),
        ("tokenizer", origin.get("tokenizer")),
        ("vocabulary", count(origin["vocabulary"]) if "vocabulary" in origin else None),
        ("token that ends a text", origin.get("end")),
        ("token that begins a text", origin.get("bos")),
        ("SHA-256 of its weights", origin.get("sha256")),
    ]
    return {"sentence": sentence, "facts": [(n, str(v)) for n, v in facts if v is not None]}


def quality_table(quality: pd.DataFrame) -> Table:
    """The dictionary's quantities with their standard errors, in a fixed order."""
    order = {name: place for place, name in enumerate(QUANTITIES)}
    ordered = quality.sort_values("quantity", key=lambda q: q.map(order).fillna(len(order)))
    rows = [
        [
            text(str(row.quantity).replace("_", " ")),
            cell(row.value, _quantity(row.value, row.standard_error)),
            text(QUANTITIES.get(row.quantity, "")),
        ]
        for row in ordered.itertuples()
    ]
    return Table("The dictionary on the evaluation split", ("quantity", "value", "meaning"), rows)


def _quantity(value: float, error: float) -> str:
    """A count as a count, an estimate with its error."""
    exact = error == 0 and float(value).is_integer()
    return count(value) if exact else plus_minus(value, error)


def training_table(training: pd.DataFrame) -> Table:
    """The steps at which the evaluation loss was measured."""
    rows = [
        [
            cell(row.step, count(row.step)),
            cell(row.train_loss, number(row.train_loss, 4)),
            cell(row.eval_loss, number(row.eval_loss, 4)),
            cell(row.learning_rate, number(row.learning_rate)),
        ]
        for row in training.dropna(subset=["eval_loss"]).itertuples()
    ]
    columns = ("step", "training loss", "evaluation loss", "learning rate")
    return Table("The model's training", columns, rows)


def training_sentence(training: pd.DataFrame, unigram_entropy: float) -> str:
    """What the model learned, against what single tokens give away."""
    evaluated = training["eval_loss"].dropna()
    if evaluated.empty:
        return "The evaluation loss was not measured."
    final = float(evaluated.iloc[-1])
    told = f"The last evaluation loss is {number(final, 4)} nats a token"
    if not math.isfinite(unigram_entropy):
        return told + "."
    side = "below" if final < unigram_entropy else "above"
    gap = number(abs(final - unigram_entropy))
    return (
        f"{told}, {gap} {side} the entropy of single tokens ({number(unigram_entropy, 4)}), "
        f"which is what a model without context could reach."
    )


def corpus_facts(corpus: dict[str, Any]) -> list[tuple[str, str]]:
    """What the corpus holds, as pairs of a name and a value."""
    facts = []
    for key, value in corpus.items():
        name = key.replace("_", " ").replace("sha256", "SHA-256")
        if isinstance(value, bool) or not isinstance(value, int | float):
            facts.append((name, str(value)))
        else:
            facts.append((name, count(value) if isinstance(value, int) else number(value, 4)))
    return facts
