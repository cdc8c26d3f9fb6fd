"""The checks between the keys of the corpus, and of the model whose ids it must be written in."""

from litmus.settings.checks import check

PATHS = ("text", "tokens")  # the sources that read files of the user's
TEXTS = (".txt", ".md", ".json", ".jsonl")


@check("corpus.paths", "corpus.source")
def paths_go_with_the_source(paths: list[str], source: str) -> str | None:
    """Files are named exactly where files are read."""
    if source in PATHS and not paths:
        return f"at least one file or folder, for corpus.source is {source}"
    if source not in PATHS and paths:
        return f"[] with corpus.source: {source}; to read these paths, set corpus.source: text"
    return None


@check("corpus.paths", "corpus.source")
def token_ids_are_in_parquet(paths: list[str], source: str) -> str | None:
    """A folder is searched for what can be read; a file must be it."""
    others = [path for path in paths if path.endswith(TEXTS)]
    if source == "tokens" and others:
        return f"folders and .parquet files with corpus.source: tokens, unlike {others[0]}"
    return None


@check("corpus.dataset", "corpus.source")
def a_dataset_goes_with_the_hub(dataset: str | None, source: str) -> str | None:
    """It is named exactly where it is read."""
    if source == "hub" and dataset is None:
        return "the name of a dataset, e.g. NeelNanda/pile-10k, for corpus.source is hub"
    if source != "hub" and dataset is not None:
        return f"null with corpus.source: {source}; to read this dataset, set corpus.source: hub"
    return None


def of_a_dataset(value: str | None, source: str) -> str | None:
    """What a dataset's part is without a dataset."""
    if source != "hub" and value is not None:
        return f"null with corpus.source: {source}, for it says which dataset of the hub is meant"
    return None


@check("corpus.tokenizer", "corpus.source", "model.source")
def ids_mean_what_they_mean_to_the_subject(tokenizer: str, source: str, subject: str) -> str | None:
    """A pretrained subject knows the ids of one tokenizer, and so do ids that are given."""
    if subject == "train" and tokenizer == "model":
        return "train, or a path, for with model.source: train the subject has no tokenizer yet"
    if subject != "train" and tokenizer == "train":
        return (
            f"model, or the path of the same tokenizer, for with model.source: {subject} the ids "
            "must be those that the subject was trained on"
        )
    if source == "tokens" and tokenizer == "train":
        return "the path of the tokenizer that the ids are of, for corpus.source is tokens"
    return None


for name in ("subset", "revision"):
    check(f"corpus.{name}", "corpus.source")(of_a_dataset)
