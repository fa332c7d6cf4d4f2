"""Position encodings against the modules of transformers that publish them: T5, MPNet, DeBERTa v1 and v2, XLNet,
Wav2Vec2-BERT, BLOOM, MPT. Each gets random weights, and our encoding the same."""

import pytest
import torch
from conftest import run_encoding
from transformers import DebertaConfig, DebertaV2Config, MPNetConfig, T5Config, Wav2Vec2BertConfig, XLNetConfig, XLNetModel
from transformers.models.bloom.modeling_bloom import build_alibi_tensor
from transformers.models.deberta import modeling_deberta
from transformers.models.deberta_v2 import modeling_deberta_v2
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder, MPNetSelfAttention
from transformers.models.mpt.modeling_mpt import build_mpt_alibi_tensor
from transformers.models.t5.modeling_t5 import T5Attention
from transformers.models.wav2vec2_bert.modeling_wav2vec2_bert import (
    Wav2Vec2BertSelfAttention,
    _apply_relative_key_position_encoding,
)

HEADS, SIZE = 3, 8
HIDDEN = HEADS * SIZE
BATCH = 2


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(4)
    with torch.no_grad():
        yield


def randomised(module):
    for parameter in module.parameters():
        parameter.copy_(torch.randn(parameter.shape) * 0.3)
    return module.eval()


def random_heads(length):
    return {name: torch.randn(BATCH, HEADS, length, SIZE) for name in "qkv"}


def heads_of(x):
    return x.unflatten(-1, (-1, SIZE)).transpose(1, 2)


def joined(x):
    return x.transpose(1, 2).flatten(2)


def assert_close(ours, theirs, tolerance=2e-5):
    assert ours.shape == theirs.shape
    assert (ours - theirs).abs().max() <= tolerance


@pytest.mark.parametrize("length", [1, 7, 300])
@pytest.mark.parametrize("is_decoder", [False, True])
@pytest.mark.parametrize("buckets, distance", [(32, 128), (16, 50)])
def test_t5(length, is_decoder, buckets, distance, tmp_path):
    config = T5Config(d_model=HIDDEN, d_kv=SIZE, num_heads=HEADS, is_decoder=is_decoder,
                      relative_attention_num_buckets=buckets, relative_attention_max_distance=distance)  # fmt: skip
    theirs = randomised(T5Attention(config, has_relative_attention_bias=True, layer_idx=0))
    options = dict(position_encoding="t5", causal=is_decoder, t5_buckets=buckets, t5_max_distance=distance, t5_scaled=False)
    inputs = random_heads(length)
    ours = run_encoding(tmp_path, options, inputs, {"table": theirs.relative_attention_bias.weight})
    bias = theirs.compute_bias(length, length)
    assert torch.equal(ours["bias"], bias.expand_as(ours["bias"]))
    assert_close(ours["scores"], inputs["q"] @ inputs["k"].mT + bias)


def test_mpnet(tmp_path):
    config = MPNetConfig(hidden_size=HIDDEN, num_attention_heads=HEADS, num_hidden_layers=1, intermediate_size=8)
    attention, encoder = randomised(MPNetSelfAttention(config)), randomised(MPNetEncoder(config))
    x = torch.randn(BATCH, 150, HIDDEN)
    inputs = {name: heads_of(getattr(attention, name)(x)) for name in "qkv"}
    bias = encoder.compute_position_bias(x)
    attention.o = torch.nn.Identity()
    theirs = attention(x, position_bias=bias)[0]
    parameters = {"table": encoder.relative_attention_bias.weight}
    ours = run_encoding(tmp_path, dict(position_encoding="t5"), inputs, parameters)
    assert torch.equal(ours["bias"], bias)
    assert_close(joined(ours["output"]), theirs)


@pytest.mark.parametrize("distance, length", [(4, 11), (16, 16), (512, 40)])
def test_deberta(distance, length, tmp_path):
    config = DebertaConfig(hidden_size=HIDDEN, num_attention_heads=HEADS, relative_attention=True, pos_att_type="c2p|p2c",
                           max_relative_positions=distance)  # fmt: skip
    theirs = randomised(modeling_deberta.DisentangledSelfAttention(config))
    x, table = torch.randn(BATCH, length, HIDDEN), torch.randn(2 * distance, HIDDEN) * 0.3
    q, k, v = theirs.transpose_for_scores(theirs.in_proj(x)).chunk(3, -1)
    inputs = {"q": q + theirs.q_bias.view(1, HEADS, 1, SIZE), "k": k, "v": v + theirs.v_bias.view(1, HEADS, 1, SIZE)}
    relative = modeling_deberta.build_relative_position(q, k)
    mask = torch.ones(BATCH, 1, length, length)
    expected = theirs(x, mask, relative_pos=relative, rel_embeddings=table)[0]
    parameters = {"table": table, "layer.0.key": theirs.pos_proj.weight, "layer.0.query.weight": theirs.pos_q_proj.weight,
                  "layer.0.query.bias": theirs.pos_q_proj.bias}  # fmt: skip
    options = dict(position_encoding="deberta", deberta_distance=distance)
    assert_close(joined(run_encoding(tmp_path, options, inputs, parameters)["output"]), expected)


@pytest.mark.parametrize("buckets, length", [(8, 50), (256, 20), (32, 90)])
def test_deberta_v2(buckets, length, tmp_path):
    config = DebertaV2Config(hidden_size=HIDDEN, num_attention_heads=HEADS, relative_attention=True, share_att_key=True,
                             pos_att_type="c2p|p2c", position_buckets=buckets, max_relative_positions=2 * buckets)  # fmt: skip
    theirs = randomised(modeling_deberta_v2.DisentangledSelfAttention(config))
    norm = randomised(torch.nn.LayerNorm(HIDDEN, eps=config.layer_norm_eps))
    x, table = torch.randn(BATCH, length, HIDDEN), torch.randn(2 * buckets, HIDDEN) * 0.3
    inputs = {"q": heads_of(theirs.query_proj(x)), "k": heads_of(theirs.key_proj(x)), "v": heads_of(theirs.value_proj(x))}
    relative = modeling_deberta_v2.build_relative_position(x, x, bucket_size=buckets, max_position=2 * buckets)
    mask = torch.ones(BATCH, 1, length, length)
    expected = theirs(x, mask, relative_pos=relative, rel_embeddings=norm(table))[0]
    for name in ("query", "key"):
        product = getattr(theirs, f"{name}_proj")
        inputs |= {f"{name}_weight": product.weight, f"{name}_bias": product.bias}
    parameters = {"table": table, "LayerNorm.weight": norm.weight, "LayerNorm.bias": norm.bias}
    options = dict(position_encoding="deberta", position_form="v2", deberta_distance=buckets)
    assert_close(joined(run_encoding(tmp_path, options, inputs, parameters)["output"]), expected)


@pytest.mark.parametrize("clamp", [0, 5])
@pytest.mark.parametrize("length", [1, 33])
def test_xlnet(clamp, length, tmp_path):
    config = XLNetConfig(d_model=HIDDEN, n_head=HEADS, n_layer=1, d_inner=8, vocab_size=5, clamp_len=clamp or -1)
    model = randomised(XLNetModel(config))
    attention = model.layer[0].rel_attn
    inputs = random_heads(length)
    q, k, v = (inputs[name].permute(2, 0, 1, 3) for name in "qkv")
    places = model.relative_positional_encoding(length, length, bsz=BATCH)
    expected = attention.rel_attn_core(q, k, v, torch.einsum("ibh,hnd->ibnd", places, attention.r))
    parameters = {"layer.0.content_query": attention.r_w_bias, "layer.0.position_query": attention.r_r_bias,
                  "layer.0.position_key": attention.r.reshape(HIDDEN, HIDDEN).T}  # fmt: skip
    options = dict(position_encoding="transformer_xl", xl_untie=True, xl_clamp=clamp)
    ours = run_encoding(tmp_path, options, inputs, parameters)["output"]
    assert_close(ours.permute(2, 0, 1, 3), expected)


def test_wav2vec2_bert_is_shaw_of_keys(tmp_path):
    config = Wav2Vec2BertConfig(hidden_size=HIDDEN, num_attention_heads=HEADS, position_embeddings_type="relative_key",
                                left_max_position_embeddings=6, right_max_position_embeddings=6)  # fmt: skip
    theirs = randomised(Wav2Vec2BertSelfAttention(config))
    inputs = random_heads(20)
    _, bias = _apply_relative_key_position_encoding(theirs, inputs["q"], inputs["k"])
    table = theirs.distance_embedding.weight
    parameters = {"layer.0.key": table, "layer.0.value": torch.zeros_like(table)}
    assert_close(run_encoding(tmp_path, dict(position_encoding="shaw", shaw_clip=6), inputs, parameters)["bias"], bias)


@pytest.mark.parametrize("heads", [1, 2, 6, 8, 12, 16, 20])
def test_bloom_and_mpt(heads, tmp_path):
    length = 30
    inputs = {name: torch.randn(1, heads, length, SIZE) for name in "qkv"}
    ours = run_encoding(tmp_path, dict(position_encoding="alibi", causal=True), inputs, {})["bias"][0]
    bloom = build_alibi_tensor(torch.ones(1, length), heads, torch.float32)[:, 0]
    mpt = build_mpt_alibi_tensor(heads, length).view(heads, length)
    for m in range(length):  # both give a row but for a constant, which softmax does not see
        for theirs in (bloom, mpt):
            assert_close(ours[:, m, : m + 1], theirs[:, : m + 1] - theirs[:, m : m + 1], 1e-5)
