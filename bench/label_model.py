"""A RoFormer classifier of two classes with random weights that transformers and we read, with BERT's English vocabulary."""
import dataclasses
import json
import shutil

import torch
from transformers import RoFormerConfig, RoFormerForSequenceClassification


@dataclasses.dataclass(frozen=True)
class Size:
    layers: int
    hidden: int
    heads: int


BASE = Size(layers=12, hidden=768, heads=12)
TINY = Size(layers=2, hidden=64, heads=2)


def write_model(folder, size, vocabulary):
    """The folder; `vocabulary` is a vocab.txt. Weights are so large that a product keeps the size of what it takes: smaller ones
    say nearly the same of every sentence, and would hide that two sides compute something else."""
    torch.manual_seed(0)
    words = len(vocabulary.read_text(encoding="utf-8").splitlines())
    config = RoFormerConfig(
        vocab_size=words, embedding_size=size.hidden, hidden_size=size.hidden, num_hidden_layers=size.layers,
        num_attention_heads=size.heads, intermediate_size=4 * size.hidden, max_position_embeddings=512,
        initializer_range=size.hidden**-0.5, num_labels=2, problem_type="single_label_classification",
    )  # fmt: skip
    RoFormerForSequenceClassification(config).save_pretrained(folder)
    shutil.copy(vocabulary, folder / "vocab.txt")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer", "do_lower_case": True}))
    return folder
