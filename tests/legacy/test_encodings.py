"""Position encodings that only old versions of transformers have: NEZHA, BERT's relative_key and relative_key_query."""

import pathlib
import sys

import pytest
import torch
from transformers import BertConfig, NezhaConfig
from transformers.models.bert.modeling_bert import BertSelfAttention
from transformers.models.nezha.modeling_nezha import NezhaSelfAttention

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "parity"))
from conftest import run_encoding  # noqa: E402

HEADS, SIZE = 3, 8
HIDDEN = HEADS * SIZE


def compare(theirs, options, length, parameters, work):
    torch.manual_seed(5)
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.copy_(torch.randn(parameter.shape) * 0.3)
        x = torch.randn(2, length, HIDDEN)
        inputs = {name[0]: theirs.transpose_for_scores(getattr(theirs, name)(x)) for name in ("query", "key", "value")}
        expected = theirs.eval()(x)[0]
        ours = run_encoding(work, options, inputs, parameters(theirs))["output"]
    assert (ours.transpose(1, 2).flatten(2) - expected).abs().max() <= 2e-5


@pytest.mark.parametrize("clip, length", [(64, 20), (64, 200), (5, 30)])
def test_nezha(clip, length, tmp_path):
    config = NezhaConfig(hidden_size=HIDDEN, num_attention_heads=HEADS, max_relative_position=clip, max_position_embeddings=256)
    compare(NezhaSelfAttention(config), dict(position_encoding="nezha", nezha_clip=clip), length, lambda _: {}, tmp_path)


def bert(kind, rows):
    config = BertConfig(hidden_size=HIDDEN, num_attention_heads=HEADS, position_embedding_type=kind, max_position_embeddings=rows)
    return BertSelfAttention(config)


@pytest.mark.parametrize("rows, length", [(40, 12), (40, 40)])
def test_relative_key_query_is_huang(rows, length, tmp_path):
    options = dict(position_encoding="huang", max_positions=rows)
    table = lambda theirs: {"layer.0.distances": theirs.distance_embedding.weight}  # noqa: E731
    compare(bert("relative_key_query", rows), options, length, table, tmp_path)


def test_relative_key_is_shaw_of_keys_by_the_other_sign(tmp_path):
    """BERT's row is m − n, Shaw's n − m: its table upside down."""
    rows = 16

    def tables(theirs):
        key = theirs.distance_embedding.weight.flip(0)
        return {"layer.0.key": key, "layer.0.value": torch.zeros_like(key)}

    compare(bert("relative_key", rows), dict(position_encoding="shaw", shaw_clip=rows - 1), 16, tables, tmp_path)
