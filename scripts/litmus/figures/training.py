"""The model's learning curve beside what a model without context could reach."""

from pathlib import Path

import pandas as pd

from litmus.figures.style import drawing, quiet, save

COLOR = "#0072b2"


def draw(training: pd.DataFrame, unigram_entropy: float, path: str | Path) -> None:
    """Draw the training and evaluation loss against the step.

    Args:
        training: columns step, train_loss, eval_loss (NaN where it was not measured).
        unigram_entropy: nats a token of the best guess that ignores context.
        path: where the SVG goes.

    Raises:
        LitmusError: the file cannot be written.
    """
    evaluated = training.dropna(subset=["eval_loss"])
    with drawing(2.5) as figure:
        ax = figure.subplots()
        quiet(ax, "y")
        ax.plot(training["step"], training["train_loss"], color=COLOR, lw=0.8, alpha=0.45)
        ax.lines[-1].set_label("training batch")
        ax.plot(evaluated["step"], evaluated["eval_loss"], color=COLOR, lw=1.5, marker="o", ms=3.5)
        ax.lines[-1].set_label("evaluation split")
        if pd.notna(unigram_entropy):
            ax.axhline(unigram_entropy, color="black", lw=1, ls=(0, (4, 2)))
            ax.lines[-1].set_label("entropy of single tokens")
        ax.set_xlabel("step")
        ax.set_ylabel("loss, nats a token")
        figure.legend(loc="outside upper left", ncols=3)
        final = evaluated["eval_loss"].iloc[-1] if len(evaluated) else float("nan")
        save(
            figure,
            path,
            "The model's training",
            f"Loss falls over {len(training)} recorded steps; the last evaluation loss is "
            f"{final:.3f} nats a token, the entropy of single tokens {unigram_entropy:.3f}.",
        )
