"""transformers' side of the benchmark of translation training: passes over given batches with MarianMTModel. One JSON line.

peer_marian_training.py MODEL BATCHES: a folder of marian_model.py, and a JSON list of batches, each a list of
[source ids, target ids], both with their end token. A batch is padded to its longest sentence on either side.
"""
import argparse
import json
import resource
import time

import torch
from transformers import MarianMTModel


def padded(sentences, value):
    longest = max(map(len, sentences))
    return torch.tensor([sentence + [value] * (longest - len(sentence)) for sentence in sentences])


class Batch:
    """Tensors of one batch; what is padding has no loss."""

    def __init__(self, pairs, config):
        sources, targets = zip(*pairs)
        self.tokens = sum(map(len, sources)) + sum(map(len, targets))
        self.source = padded(sources, config.pad_token_id)
        self.mask = padded([[1] * len(source) for source in sources], 0)
        self.labels = padded(targets, -100)
        self.shifted = padded([[config.decoder_start_token_id, *target[:-1]] for target in targets], config.pad_token_id)


def train(model, optimizer, batch, label_smoothing):
    logits = model(input_ids=batch.source, attention_mask=batch.mask, decoder_input_ids=batch.shifted, use_cache=False).logits
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch.labels.flatten(), label_smoothing=label_smoothing)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("batches")
    parser.add_argument("--label-smoothing", type=float, default=0.1)
    parser.add_argument("--repeats", type=int, default=1, help="timed passes over the batches, after a step to warm up")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    model = MarianMTModel.from_pretrained(arguments.model, dtype=torch.float32).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.98), eps=1e-9, weight_decay=0.0, fused=True)
    with open(arguments.batches, encoding="utf-8") as file:
        batches = [Batch(pairs, model.config) for pairs in json.load(file)]
    train(model, optimizer, batches[0], arguments.label_smoothing)
    best = float("inf")
    for _ in range(arguments.repeats):
        start = time.perf_counter()
        losses = [train(model, optimizer, batch, arguments.label_smoothing) for batch in batches]
        best = min(best, time.perf_counter() - start)
    tokens = sum(batch.tokens for batch in batches)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux
    print(json.dumps({"seconds": best, "tokens": tokens, "tokens_per_second": tokens / best, "peak_megabytes": peak, "loss": losses[-1]}))


if __name__ == "__main__":
    main()
