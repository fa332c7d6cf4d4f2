"""Gradients of the masked-language loss, and 30 steps of AdamW, against transformers and PyTorch: same weights, same
batches, dropout 0. Ours are packed, theirs padded."""

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from conftest import randomise, run_program

STEPS, LEARNING_RATE, WARMUP = 30, 2e-3, 5  # training.cpp has the same
VOCABULARY = 503
SHAPES = {
    "roformer": (transformers.RoFormerForMaskedLM, transformers.RoFormerConfig, dict(embedding_size=48)),
    "roformer, rotary values": (transformers.RoFormerForMaskedLM, transformers.RoFormerConfig, dict(rotary_value=True)),
    "bert": (transformers.BertForMaskedLM, transformers.BertConfig, {}),
}


def make_model(name):
    kind, config, changes = SHAPES[name]
    torch.manual_seed(11)
    model = kind(config(
        vocab_size=VOCABULARY, hidden_size=96, num_attention_heads=4, num_hidden_layers=3, intermediate_size=192,
        max_position_embeddings=64, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, **changes))  # fmt: skip
    return randomise(model, scale=0.02)


def make_batch(step):
    """Ragged sequences as lists of ids, segment ids, and which of them are asked for."""
    generator = torch.Generator().manual_seed(1000 + step)
    lengths = torch.randint(1, 50, (6,), generator=generator).tolist()
    rows = [torch.randint(0, VOCABULARY, (length,), generator=generator) for length in lengths]
    types = [(torch.arange(length) > length // 2).long() for length in lengths]
    masked = [torch.rand(length, generator=generator) < 0.2 for length in lengths]
    masked[0][0] = True
    labels = [torch.randint(0, VOCABULARY, (length,), generator=generator) for length in lengths]
    return rows, types, masked, labels


def packed_tensors(step, batch):
    rows, types, masked, labels = batch
    lengths = torch.tensor([0] + [len(row) for row in rows])
    everywhere = torch.cat(masked)
    return {
        f"{step}.tokens": torch.cat(rows),
        f"{step}.cu_seqlens": lengths.cumsum(0).int(),
        f"{step}.position_ids": torch.cat([torch.arange(len(row)) for row in rows]),
        f"{step}.segment_ids": torch.cat(types),
        f"{step}.masked_positions": everywhere.nonzero().flatten(),
        f"{step}.labels": torch.cat(labels)[everywhere],
    }


def padded(batch):
    rows, types, masked, labels = batch
    pad = torch.nn.utils.rnn.pad_sequence
    wanted = [torch.where(m, label, -100) for m, label in zip(masked, labels)]
    return {
        "input_ids": pad(rows, batch_first=True),
        "token_type_ids": pad(types, batch_first=True),
        "attention_mask": pad([torch.ones_like(row) for row in rows], batch_first=True),
        "labels": pad(wanted, batch_first=True, padding_value=-100),
    }


def make_optimizer(model):
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    plain = [p for n, p in named if n.endswith("bias") or "LayerNorm" in n]
    decayed = [p for n, p in named if not (n.endswith("bias") or "LayerNorm" in n)]
    groups = [dict(params=decayed, weight_decay=0.1), dict(params=plain, weight_decay=0.0)]
    optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE, betas=(0.9, 0.999), eps=1e-8)

    def factor(step):
        return (step + 1) / WARMUP if step < WARMUP else 1 - (step - WARMUP) / (STEPS - WARMUP)

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, factor)


def train_theirs(model, batches):
    model.train()
    optimizer, schedule = make_optimizer(model)
    losses, gradients = [], {}
    for step, batch in enumerate(batches):
        loss = model(**padded(batch)).loss
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            gradients = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return losses, gradients


@pytest.fixture(scope="module", params=SHAPES)
def both(request, tmp_path_factory):
    work = tmp_path_factory.mktemp("training")
    model = make_model(request.param)
    model.save_pretrained(work / "model")
    batches = [make_batch(step) for step in range(STEPS)]
    tensors = {}
    for step, batch in enumerate(batches):
        tensors |= packed_tensors(step, batch)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, work / "batches.safetensors")
    finished = run_program("training", work / "model", work / "batches.safetensors", work / "ours.safetensors", program="parity_driver")
    assert finished.returncode == 0, finished.stderr
    ours = load_file(work / "ours.safetensors")
    losses = ours.pop("losses").tolist()
    return (losses, ours), train_theirs(model, batches)


def test_thirty_losses(both):
    (ours, _), (theirs, _) = both
    assert len(ours) == STEPS
    worst = max(abs(a - b) for a, b in zip(ours, theirs))
    print(f"largest difference of a loss: {worst:.2e}; first {theirs[0]:.4f}, last {theirs[-1]:.4f}")
    assert worst <= 1e-4
    assert abs(theirs[-1] - theirs[0]) > 1e-3  # the weights have moved


def test_gradients(both):
    (_, ours), (_, theirs) = both
    compared, worst = 0, (0.0, "")
    for name, gradient in theirs.items():
        if name not in ours:
            assert "decoder" in name, name  # tied: one tensor under another name
            continue
        if gradient.norm() < 1e-7:  # the keys' bias: softmax does not feel it
            assert ours[name].norm() < 1e-6, name
            continue
        relative = ((ours[name] - gradient).norm() / gradient.norm()).item()
        worst = max(worst, (relative, name))
        compared += 1
    print(f"largest relative difference of a gradient: {worst[0]:.2e} ({worst[1]}) of {compared} tensors")
    assert compared > 40
    assert worst[0] <= 1e-4
