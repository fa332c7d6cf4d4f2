"""sentence-transformers' side of the benchmark of sentence encoders: its loss on given batches, padded. One JSON line.

peer_contrastive.py MODEL BATCHES [--save DIR]: a folder of sentence-transformers, and what `roformer_bench contrastive` wrote.
The time is that of the steps: batches are padded tensors before, as its trainer's workers would have them.
"""
import argparse
import json
import time

import padded_rows
import sentence_transformers
import torch
from sentence_transformers.sentence_transformer import losses

LOSSES = {"cosent": lambda model: losses.CoSENTLoss(model, scale=20.0),
          "in_batch": lambda model: losses.MultipleNegativesRankingLoss(model, scale=20.0)}  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("batches")
    parser.add_argument("--loss", choices=LOSSES, default="cosent")
    parser.add_argument("--rate", type=float, default=2e-5)
    parser.add_argument("--warmup", type=int, default=0)
    parser.add_argument("--dropout", type=float, help="default: the model's own")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    model = sentence_transformers.SentenceTransformer(arguments.model, device="cpu")
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout) and arguments.dropout is not None:
            module.p = arguments.dropout
    model.train()
    loss_of = LOSSES[arguments.loss](model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=arguments.rate, weight_decay=0.0, fused=True)
    with open(arguments.batches, encoding="utf-8") as file:
        given = json.load(file)
    batches = [([padded_rows.model_inputs(ids) for ids in batch["columns"]], torch.tensor(batch["labels"])) for batch in given]
    steps, warmup = len(batches), arguments.warmup
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: (step + 1) / warmup if step < warmup else 1 - (step - warmup) / (steps - warmup))  # fmt: skip
    found, seconds = [], []
    for columns, labels in batches:
        start = time.perf_counter()
        loss = loss_of(columns, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        found.append(loss.item())
        seconds.append(time.perf_counter() - start)
    if arguments.save:
        model.save(arguments.save)
    print(json.dumps({"seconds": seconds, "losses": found}))


if __name__ == "__main__":
    main()
