"""The checker with another embedder, and with a cross-encoder that has the last word."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.checking.check import checker_for
from assistant.service import Assistant
from assistant.settings import Settings
from corpus.errors import StoreError

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "gemeenten", "vrouwen", "melden", "geweld"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of real make and random weights: it loads and scores, and knows nothing."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("judge")
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    torch.manual_seed(0)
    labels = {0: "contradiction", 1: "entailment", 2: "neutral"}
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = BertConfig(vocab_size=len(WORDS), **sizes, id2label=labels, label2id={name: n for n, name in labels.items()})
    model = BertForSequenceClassification(config)
    # All the weight on "neutral": nothing is entailed, whatever is read.
    with torch.no_grad():
        model.classifier.bias.copy_(torch.tensor([0.0, 0.0, 20.0]))
    model.save_pretrained(folder)
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


@pytest.mark.slow
def test_a_cross_encoder_has_the_last_word(assistant: Assistant, settings: Settings, tiny: Path) -> None:
    checker = checker_for(assistant.index, settings.model_copy(update={"check_model": str(tiny)}))
    quote = "Vrouwen ervaren een hoge drempel om zelf te melden."
    sentence = "Vrouwen ervaren een hoge drempel om te melden."
    assert checker_for(assistant.index, settings).check(sentence, [quote], language="nl").supported
    assert checker.check(sentence, [quote], language="nl").reason == "judge"
    assert checker.check(quote, [quote], language="nl").supported


def test_a_cross_encoder_that_is_not_there_is_named(assistant: Assistant, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        checker_for(assistant.index, settings.model_copy(update={"check_model": str(tmp_path / "none")}))
    assert caught.value.code == "judge-unavailable" and "WEGWIJZER_CHECK_MODEL" in caught.value.hint
