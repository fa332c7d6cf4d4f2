"""Batches of the peers of bench/fine_tuning.py: rows of token ids padded to the longest of each batch, and their classifiers."""
import torch
from transformers import BertConfig, BertForSequenceClassification, RoFormerForSequenceClassification


def padded(rows):
    longest = max(map(len, rows))
    return torch.tensor([row + [0] * (longest - len(row)) for row in rows])


def model_inputs(ids, type_ids=None):
    """What a classifier is called with; without type ids all are 0."""
    inputs = {"input_ids": padded(ids), "attention_mask": padded([[1] * len(row) for row in ids])}
    inputs["token_type_ids"] = torch.zeros_like(inputs["input_ids"]) if type_ids is None else padded(type_ids)
    return inputs


def by_length(lengths, size):
    """Indices of rows in batches of `size`, the longest first, as Trainer's group_by_length has them within 50 batches."""
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    return [order[i : i + size] for i in range(0, len(order), size)]


def classifier(folder, family, dropout):
    """The folder's RoFormer; or a BERT of its sizes, its weights drawn, with transformers' fused attention."""
    roformer = RoFormerForSequenceClassification.from_pretrained(
        folder, dtype=torch.float32, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout)  # fmt: skip
    if family == "roformer":
        return roformer
    sizes = roformer.config
    config = BertConfig(
        vocab_size=sizes.vocab_size, hidden_size=sizes.hidden_size, num_hidden_layers=sizes.num_hidden_layers,
        num_attention_heads=sizes.num_attention_heads, intermediate_size=sizes.intermediate_size, hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout, num_labels=sizes.num_labels,
    )  # fmt: skip
    config._attn_implementation = "sdpa"
    return BertForSequenceClassification(config)
