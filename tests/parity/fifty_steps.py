"""Fifty steps of PyTorch's AdamW as a recipe with these numbers takes them: weight decay on matrices alone, clipped gradients,
a warm-up and linear decay."""

import json

import torch

STEPS, RATE, WARMUP, DECAY = 50, 1e-3, 5, 0.1


def stage(batch, steps=STEPS, rate=RATE):
    """The part of a recipe that takes them, for its end: batches of so many examples, a line of metrics a step."""
    return f"""
[[stage]]
batch_size = {batch}
steps = {steps}
[optimizer]
learning_rate = {rate}
weight_decay = {DECAY}
[schedule]
warmup_steps = {WARMUP}
[evaluate]
every = 25
[run]
log_every = 1
"""


def fifty_losses(model, loss_of, rate=RATE):
    model.train()
    named = list(model.named_parameters())
    plain = [p for n, p in named if n.endswith("bias") or "LayerNorm" in n]
    decayed = [p for n, p in named if not (n.endswith("bias") or "LayerNorm" in n)]
    optimizer = torch.optim.AdamW([dict(params=decayed, weight_decay=DECAY), dict(params=plain, weight_decay=0.0)], lr=rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: (step + 1) / WARMUP if step < WARMUP else 1 - (step - WARMUP) / (STEPS - WARMUP))  # fmt: skip
    losses = []
    for _ in range(STEPS):
        loss = loss_of()
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return losses


def lines_of(run, kind):
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if line["kind"] == kind]


def compare(folder, theirs, falls_to=0.9):
    """The losses of folder/run beside these, which fall below so much of the first: something is learned."""
    ours = [line["loss"] for line in lines_of(folder / "run", "training")]
    assert len(ours) == STEPS
    worst = max(abs(a - b) for a, b in zip(ours, theirs))
    print(f"largest difference of a loss: {worst:.2e}; first {theirs[0]:.4f}, last {theirs[-1]:.4f}")
    assert worst <= 1e-4 and theirs[-1] < falls_to * theirs[0]
