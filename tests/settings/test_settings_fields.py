"""One key alone: what it takes, and the sentence for what it does not take."""

from collections import OrderedDict

import pytest
from pydantic import ValidationError

from litmus.settings import read

REFUSED = [
    ("results", "", "found ''; valid: text that is not empty"),
    ("results", None, "found null; valid: text that is not empty"),
    ("seed", -1, "found -1; valid: a whole number ≥ 0"),
    ("seed", True, "found true; valid: a whole number ≥ 0"),
    ("device", "gpu", "found 'gpu'; valid: auto, cpu, cuda or cuda-tf32"),
    ("hook", "blocks.2.hook_mlp_out", "valid: blocks.<L>.hook_resid_pre with a layer L from 1"),
    ("hook", "blocks.0.hook_resid_pre", "below layer 0 there are only embeddings"),
    ("hook", 2, "found 2; valid: blocks.<L>.hook_resid_pre"),
    ("corpus", [1], "found [1]; valid: a block with the keys source, paths, field"),
    ("corpus.source", "web", "found 'web'; valid: stdlib, text, tokens or hub"),
    ("corpus.paths", "a.txt", "found 'a.txt'; valid: a list, each item an existing folder"),
    ("corpus.paths", ["no.txt"], "found 'no.txt'; valid: an existing folder, or an existing file"),
    ("corpus.paths", ["config.yaml"], "found 'config.yaml'; valid: an existing folder"),
    ("corpus.paths", ["no.txt"], "ends in .txt, .md, .json, .jsonl or .parquet"),
    ("corpus.separator", "", "found ''; valid: null or text that is not empty"),
    ("corpus.tokenizer", "no.json", "found 'no.json'; valid: train, model, or the path"),
    ("corpus.vocabulary", 256, "found 256; valid: a whole number ≥ 257"),
    ("corpus.context", "abc", "found 'abc'; valid: a whole number ≥ 2"),
    ("corpus.context", 3.5, "found 3.5; valid: a whole number ≥ 2"),
    ("corpus.context", 1, "found 1; valid: a whole number ≥ 2"),
    ("corpus.eval_share", 0, "found 0; valid: a number > 0 and < 1"),
    ("corpus.eval_share", 1.0, "found 1.0; valid: a number > 0 and < 1"),
    ("corpus.eval_share", "a tenth", "found 'a tenth'; valid: a number > 0 and < 1"),
    ("model", None, "found null; valid: a block with the keys source, path, name"),
    ("model.layers", 1, "found 1; valid: a whole number ≥ 2"),
    ("model.learning_rate", 0.0, "found 0.0; valid: a number > 0"),
    ("model.learning_rate", True, "found true; valid: a number > 0"),
    ("model.learning_rate", float("nan"), "found nan; valid: a number > 0"),
    ("model.learning_rate", "1e999", "found inf; valid: a number > 0"),
    ("model.processing", "fold", "found 'fold'; valid: folded, centred, none or dictionary"),
    ("dictionary.architecture", "gated", "valid: topk, standard, jumprelu or batchtopk"),
    ("dictionary.learning_rate", 0, "found 0; valid: a number > 0"),
    ("directions.count", 1, "found 1; valid: a whole number from 2 to 100000"),
    ("directions.chunk", 0, "found 0; valid: a whole number from 1 to 100000"),
    ("directions.chunk", 100_001, "found 100001; valid: a whole number from 1 to 100000"),
    ("directions.controls", [], "found []; valid: a non-empty list, each item isotropic, cov"),
    ("directions.controls", ["random"], "found 'random'; valid: isotropic, covariance, diff"),
    ("metrics.sparsity", True, "found true; valid: a block with the keys"),
    ("metrics.sparsity.enabled", "yes", "found 'yes'; valid: true or false"),
    ("metrics.sparsity.enabled", 1, "found 1; valid: true or false"),
    ("metrics.sparsity.threshold", -0.5, "found -0.5; valid: a number ≥ 0"),
    ("metrics.llc_functional.n_beta", 0, "found 0; valid: a number > 0"),
    ("metrics.llc_functional.localization", -1, "found -1; valid: a number ≥ 0"),
    ("metrics.llc_functional.chains", 1, "found 1; valid: a whole number ≥ 2"),
    ("metrics.llc_functional.stack", 0, "found 0; valid: a whole number ≥ 1"),
    ("metrics.llc_functional.thresholds", [], "found []; valid: a non-empty list, each item a num"),
    ("metrics.llc_functional.thresholds", [-1.0], "found -1.0; valid: a number ≥ 0"),
    ("metrics.llc_functional.weights", [], "found []; valid: a non-empty list, each item full, em"),
    ("metrics.llc_functional.weights", "full", "found 'full'; valid: a non-empty list"),
    ("metrics.llc_functional.weights", ["l0 norm"], "found 'l0 norm'; valid: full, embed, l0, l0"),
    ("metrics.llc_functional.weights", ["L0"], "found 'L0'; valid: full, embed, l0, l0 attn, l0 m"),
    ("metrics.llc_functional.sampler", "adam", "found 'adam'; valid: sgld or rmsprop_sgld"),
    ("metrics.llc_functional.feature", "sae", "found 'sae'; valid: projection or latent"),
    ("metrics.llc_functional.calibrate", ["lr"], "found 'lr'; valid: learning_rate, n_beta or"),
    ("metrics.llc_functional.random_numbers", "own", "valid: shared or per_direction"),
    ("metrics.llc_functional.draw_every", 0, "found 0; valid: a whole number ≥ 1"),
    ("metrics.llc_functional.min_ess", -1, "found -1; valid: a number ≥ 0"),
    ("metrics.llc_functional.max_drift", 0, "found 0; valid: a number > 0"),
    ("metrics.llc_functional.wave", 0, "found 0; valid: a whole number ≥ 1"),
    ("metrics.llc_functional.calibration.settings", 1, "found 1; valid: a whole number ≥ 2"),
    ("metrics.llc_functional.calibration.directions", 1, "found 1; valid: a whole number ≥ 2"),
    ("metrics.llc_functional.calibration.n_beta", [1.0], "found [1.0]; valid: [lowest, highest]"),
    ("metrics.llc_functional.calibration.n_beta", [1, 2, 3], "found [1, 2, 3]; valid: [lowest, h"),
    ("metrics.llc_functional.calibration.n_beta", 3.0, "found 3.0; valid: [lowest, highest], two"),
    ("metrics.llc_functional.calibration.n_beta", [0, 2], "found 0; valid: a number > 0"),
    ("metrics.llc_behavioral.localization", -0.1, "found -0.1; valid: a number ≥ 0"),
    ("metrics.llc_behavioral.flow_steps", 0, "found 0; valid: a whole number ≥ 1"),
    ("metrics.llc_behavioral.max_unreached", 1.5, "found 1.5; valid: a number from 0 to 1"),
    ("metrics.llc_functional.max_rhat", 1.0, "found 1.0; valid: a number > 1"),
    ("separation.confidence", 0.5, "found 0.5; valid: a number > 0.5 and < 1"),
    ("separation.confidence", 95, "found 95; valid: a number > 0.5 and < 1"),
    ("separation.bootstrap", 99, "found 99; valid: a whole number ≥ 100"),
    ("separation.permutations", 98, "found 98; valid: a whole number ≥ 99"),
    ("separation.crossfits", 0, "found 0; valid: a whole number ≥ 1"),
]

ACCEPTED = [
    ("model.learning_rate", 1),
    ("corpus.separator", "\n\n"),
    ("corpus.eval_share", 0.5),
    ("directions.chunk", 100_000),
    ("directions.controls", ["matched"]),
    ("metrics.sparsity.threshold", 0),
    ("metrics.llc_functional.localization", 0),
    ("metrics.llc_functional.min_ess", 0),
    ("metrics.llc_functional.thresholds", [0]),
    ("metrics.llc_natural.max_unreached", 1),
    ("results", "/tmp/elsewhere/results"),
]


@pytest.mark.parametrize(("path", "value", "told"), REFUSED)
def test_an_invalid_value_is_told_with_what_would_be_valid(changed, problems, path, value, told):
    """One line: the path, the value found, what is valid."""
    (line,) = problems(changed({path: value}))
    assert line.startswith(f"{path}: found ")
    assert told in line


@pytest.mark.parametrize(("path", "value"), ACCEPTED)
def test_a_value_at_the_edge_is_accepted(changed, problems, path, value):
    """Limits include what still works; a whole number is a number."""
    assert problems(changed({path: value})) == []


@pytest.mark.parametrize(("written", "meant"), [("1e-3", 1e-3), ("2E3", 2e3), ("1.e-3", 1e-3)])
def test_a_number_without_a_dot_is_read_as_meant(changed, written, meant):
    """YAML 1.1 takes 1e-3 for text."""
    assert read(changed({"model.learning_rate": written})).model.learning_rate == meant


def test_a_whole_number_is_not_read_from_text(changed, problems):
    """Text that looks like a number stays text where digits are counted."""
    (line,) = problems(changed({"model.steps": "1e3"}))
    assert line == "model.steps: found '1e3'; valid: a whole number ≥ 1"


def test_an_existing_file_and_folder_are_accepted(changed, problems, tmp_path):
    """Both may be named, and a tokenizer by its file."""
    (tmp_path / "mine.txt").write_text("text", encoding="utf-8")
    (tmp_path / "mine.json").write_text("{}", encoding="utf-8")
    change = {
        "corpus.source": "text",
        "corpus.paths": [str(tmp_path), str(tmp_path / "mine.txt")],
        "corpus.tokenizer": str(tmp_path / "mine.json"),
    }
    assert problems(changed(change)) == []


def test_a_long_value_is_cut(changed, problems):
    """A sentence stays a sentence."""
    (line,) = problems(changed({"device": "x" * 1000}))
    assert len(line) < 120
    assert "…" in line


def test_settings_cannot_be_changed(config):
    """What was read is what every rule sees."""
    with pytest.raises(ValidationError):
        read(config).seed = 1


def test_an_ordered_mapping_is_accepted(config, problems):
    """Some readers of YAML give one."""
    assert problems(OrderedDict(config)) == []
