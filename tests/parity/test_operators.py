"""The operators from Python, by torch.ops.load_library: rotation and attention against Hugging Face's and PyTorch's own."""
import pathlib

import pytest
import torch
from transformers.models.roformer.modeling_roformer import RoFormerSelfAttention, RoFormerSinusoidalPositionalEmbedding

torch.ops.load_library(str(pathlib.Path(__file__).resolve().parents[2] / "build" / "libroformer.so"))
ops = torch.ops.roformer


def huggingface_places(length, head_size):
    table = RoFormerSinusoidalPositionalEmbedding(length, head_size)
    table.weight = torch.nn.Parameter(table.create_weight(), requires_grad=False)
    return table(torch.Size([1, length]))[None, None]


@pytest.mark.parametrize("batch, length, heads, size", [(1, 1, 1, 2), (2, 16, 12, 64), (1, 1500, 3, 34), (3, 65, 2, 128)])
def test_rotation_equals_huggingface(batch, length, heads, size):
    q, k, v = (torch.randn(batch, heads, length, size) for _ in range(3))
    expected = RoFormerSelfAttention.apply_rotary_position_embeddings(huggingface_places(length, size), q, k, v)
    packed = torch.stack([x.transpose(1, 2).reshape(-1, heads, size) for x in (q, k, v)], 1)
    cos, sin = ops.rope_angles(torch.arange(length).repeat(batch), size)
    for parts in (2, 3):
        ours = ops.rotate_packed_(packed.clone(), cos, sin, parts=parts)
        for part, x in enumerate((*expected[:parts], *((v,) if parts == 2 else ()))):
            assert (ours[:, part].view(batch, length, heads, size).transpose(1, 2) - x).abs().max() <= 2e-6


def test_half_split_equals_llama():
    from transformers.models.llama.modeling_llama import rotate_half

    x = torch.randn(40, 5, 32)
    cos, sin = ops.rope_angles(torch.arange(40) + 100_000, 32, 500_000.0)
    wide_cos, wide_sin = (torch.cat([a, a], -1).unsqueeze(1) for a in (cos, sin))
    assert (ops.rotate(x, cos, sin, interleaved=False) - (x * wide_cos + rotate_half(x) * wide_sin)).abs().max() <= 2e-6


def test_rotation_has_a_gradient_in_python():
    cos, sin = ops.rope_angles(torch.arange(6), 8, type=torch.float64)
    x = torch.randn(6, 2, 8, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda t: ops.rotate(t, cos, sin), (x,))
    assert torch.autograd.gradcheck(lambda t: ops.rotate_(t.clone(), cos, sin, False), (x,))
    y = torch.randn(6, 3, 2, 8, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda t: ops.rotate_packed_(t * 1, cos, sin), (y,))


def test_rotation_keeps_shapes_on_meta():
    cos, sin = (torch.empty(6, 4, device="meta") for _ in range(2))
    assert ops.rotate(torch.empty(6, 2, 8, device="meta"), cos, sin).shape == (6, 2, 8)


def test_a_learned_base_has_a_gradient():
    x = torch.randn(6, 3, 2, 8, dtype=torch.float64)
    places = torch.arange(-2.0, 4, dtype=torch.float64)

    def turned(base, rotate):
        angles = places[:, None] * base ** (torch.arange(4, dtype=torch.float64) / -4)
        return rotate(angles.cos(), angles.sin())

    base = torch.tensor(50.0, dtype=torch.float64, requires_grad=True)
    for interleaved in (True, False):
        for rotate in (
            lambda cos, sin: ops.rotate(x, cos, sin, interleaved),
            lambda cos, sin: ops.rotate_(x.clone(), cos, sin, interleaved, True),
            lambda cos, sin: ops.rotate_packed_(x.clone(), cos, sin, interleaved),
        ):
            assert torch.autograd.gradcheck(lambda b, rotate=rotate: turned(b, rotate), (base,))
            assert torch.autograd.gradgradcheck(lambda b, rotate=rotate: turned(b, rotate), (base,))


def test_in_place_refuses_expanded_tensors():
    cos, sin = ops.rope_angles(torch.arange(4), 8)
    one = torch.randn(1, 2, 8)
    with pytest.raises(RuntimeError, match="place in memory for each number"):
        ops.rotate_(one.expand(4, 2, 8), cos, sin)
    with pytest.raises(RuntimeError, match="place in memory for each number"):
        ops.rotate_packed_(torch.randn(4, 1, 2, 8).expand(4, 3, 2, 8), cos, sin)


def penalty(operator, *inputs):
    """A gradient penalty's gradients."""
    y = operator(*inputs)
    slope = torch.arange(y.numel()).cos().view_as(y).to(y.dtype)
    first = torch.autograd.grad(((y + y**2) * slope).sum(), inputs, create_graph=True)
    return torch.autograd.grad(sum(g.square().sum() for g in first), inputs)


def test_second_gradients_of_the_kernels():
    offsets = torch.tensor([0, 9, 24], dtype=torch.int32)
    cos, sin = ops.rope_angles(torch.arange(24), 16)
    cases = [
        (lambda x: ops.packed_self_attention(x, offsets, 0.25, True, 0.2, 3), [(24, 3, 2, 16)]),
        (lambda q, k, v: ops.causal_linear_attention(q.exp(), k.exp(), q.exp(), k.exp(), v, offsets), [(24, 2, 8)] * 3),
        (lambda x, c, s: ops.rotate(x, c, s), [(24, 2, 16), cos, sin]),
        (lambda x, c, s: ops.rotate_packed_(x * 1, c, s), [(24, 3, 2, 16), cos, sin]),
    ]
    for operator, inputs in cases:
        values = [x if torch.is_tensor(x) else torch.randn(x) for x in inputs]
        got = penalty(operator, *(x.clone().requires_grad_() for x in values))
        expected = penalty(operator, *(x.double().requires_grad_() for x in values))
        for ours, theirs in zip(got, expected):
            assert (ours - theirs).norm() <= 1e-4 * theirs.norm()


@pytest.mark.parametrize("kind, tolerance", [(torch.bfloat16, 3e-3), (torch.float16, 4e-4)])
def test_half_types_are_rounded_once(kind, tolerance):
    """Attention whose scores have a deviation of 10, and 20,000 tokens of linear attention; within autocast too."""
    qkv = torch.randn(300, 3, 2, 64)
    qkv[:, :2] *= 10**0.5
    qkv = qkv.to(kind)
    offsets = torch.tensor([0, 300], dtype=torch.int32)
    features = [(torch.nn.functional.elu(torch.randn(20_000, 1, 16)) + 1).to(kind) for _ in range(2)]
    values = (torch.randn(20_000, 1, 8) + 1).to(kind)
    ends = torch.tensor([0, 20_000], dtype=torch.int32)
    exact = [x.double() for x in (*features, values)]
    wanted = ops.packed_self_attention(qkv.double(), offsets, 0.125)
    wanted_sums = ops.causal_linear_attention(exact[0], exact[1], exact[0], exact[1], exact[2], ends)
    for autocast in (False, True):
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            got = ops.packed_self_attention(qkv, offsets, 0.125)
            sums = ops.causal_linear_attention(*features, *features, values, ends)
        assert got.dtype == sums.dtype == kind
        assert (got - wanted).norm() <= tolerance * wanted.norm()
        assert (sums - wanted_sums).norm() <= tolerance * wanted_sums.norm()


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("lengths, heads, size", [([5], 1, 8), ([7, 1, 130], 4, 64), ([64, 64, 64], 2, 34)])
def test_attention_equals_pytorch(lengths, heads, size, causal):
    total = sum(lengths)
    qkv = torch.randn(total, 3, heads, size, requires_grad=True)
    slope = torch.randn(total, heads, size)
    offsets = torch.tensor([0, *torch.tensor(lengths).cumsum(0).tolist()], dtype=torch.int32)
    ours = ops.packed_self_attention(qkv, offsets, size**-0.5, causal)
    (gradient,) = torch.autograd.grad(ours, qkv, slope)
    pieces = []
    for sequence in qkv.split(lengths):
        q, k, v = sequence.permute(1, 2, 0, 3).unsqueeze(1)
        pieces.append(torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal)[0].transpose(0, 1))
    expected = torch.cat(pieces)
    (expected_gradient,) = torch.autograd.grad(expected, qkv, slope)
    assert (ours - expected).abs().max() <= 3e-6
    assert (gradient - expected_gradient).abs().max() <= 2e-5


def test_attention_dropout_has_the_gradient_of_its_mask():
    """The mask is a function of the seed, so finite differences see a fixed mask: float32 forward against its own slope."""
    offsets = torch.tensor([0, 9], dtype=torch.int32)
    qkv = torch.randn(9, 3, 2, 8, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda t: ops.packed_self_attention(t, offsets, 0.3, False, 0.4, 11), (qkv,))
    single = qkv.detach().float().requires_grad_(True)
    ours = ops.packed_self_attention(single, offsets, 0.3, False, 0.4, 11)
    exact = ops.packed_self_attention(qkv, offsets, 0.3, False, 0.4, 11)
    assert (ours - exact).abs().max() <= 3e-6
    slope = torch.randn_like(exact)
    difference = torch.autograd.grad(ours, single, slope.float())[0] - torch.autograd.grad(exact, qkv, slope)[0]
    assert difference.abs().max() <= 2e-5
