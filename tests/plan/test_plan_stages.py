"""What a dictionary costs where one is trained, and what is spared where none is."""

import pytest

from litmus.plan.stages import kept, stages
from litmus.plan.work import Size
from litmus.subject.checkpoint import Architecture
from shipped import WITHOUT_DICTIONARY, settings

# A block has 8·4·8 + 8·32·2 = 768 weights: 2·768 + 4·16·8 = 2048 operations a token below layer 1.
SIZE = Size(
    Architecture(layers=2, width=8, heads=2, mlp_width=32, context=16, vocabulary=100), 1, 16
)
SMALL = {
    "corpus.context": 16,
    "corpus.eval_sequences": 4096,
    "activations.train_sequences": 1000,
    "dictionary.width": 512,
    "dictionary.training_tokens": 10_000,
}
OTHERS = {
    "dictionary.source": "hub",
    "dictionary.release": "gpt2-small-res-jb",
    "dictionary.id": "blocks.2.hook_resid_pre",
}


def planned(changes):
    """The stages by name."""
    return {stage.name: stage for stage in stages(settings(SMALL | changes), SIZE, {"file": 10})}


def test_a_dictionary_that_is_trained():
    """4096 sequences of evaluation and 1000 of training, of 16·2048 operations and 16·(8 + 4)·4
    bytes; 10,000 tokens through 2·8·512 weights there and back, thrice."""
    found = planned({})
    assert found["activations"][2:] == (5096 * 32_768, 5096 * 768)
    assert found["train_dictionary"][1:] == (1, 491_520_000, 65_536)


@pytest.mark.parametrize("changes", [OTHERS, WITHOUT_DICTIONARY], ids=["of others", "unused"])
def test_a_dictionary_that_is_not(changes):
    """Neither its training, nor its training sequences, nor their room on the disk: 1000·768 bytes
    and its own 65,536."""
    found = planned(changes)
    assert "train_dictionary" not in found
    assert found["activations"][2:] == (4096 * 32_768, 4096 * 768)
    assert kept(planned({}).values()) - kept(found.values()) == 1000 * 768 + 65_536
