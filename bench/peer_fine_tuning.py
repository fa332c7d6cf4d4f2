"""transformers' side of the benchmark of fine-tuning: steps on given batches, padded to their longest row. One JSON line.

peer_fine_tuning.py MODEL BATCHES: a folder of label_model.py, and what `roformer_bench fine-tuning` wrote. The first batch
warms up; --grouped makes batches of like length of the rows of the others.
"""
import argparse
import json
import time

import padded_rows
import torch


def grouped(batches):
    """The same rows in as many batches, those of like length together."""
    rows = [row for batch in batches for row in zip(batch["ids"], batch["type_ids"], batch["classes"])]
    chosen = padded_rows.by_length([len(ids) for ids, _, _ in rows], len(batches[0]["ids"]))
    return [dict(zip(("ids", "type_ids", "classes"), zip(*(rows[row] for row in batch)))) for batch in chosen]


def train(model, optimizer, inputs, classes):
    loss = model(**inputs, labels=classes).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("batches")
    parser.add_argument("--family", choices=("roformer", "bert"), default="roformer")
    parser.add_argument("--grouped", action="store_true")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--rate", type=float, default=2e-5)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    model = padded_rows.classifier(arguments.model, arguments.family, arguments.dropout).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=arguments.rate, weight_decay=0.01, fused=True)
    with open(arguments.batches, encoding="utf-8") as file:
        first, *others = json.load(file)
    batches = [first, *(grouped(others) if arguments.grouped else others)]
    batches = [(padded_rows.model_inputs(b["ids"], b["type_ids"]), torch.tensor(b["classes"])) for b in batches]
    losses, seconds = [], []
    for inputs, classes in batches:
        start = time.perf_counter()
        losses.append(train(model, optimizer, inputs, classes))
        seconds.append(time.perf_counter() - start)
    padded_tokens = sum(inputs["input_ids"].numel() for inputs, _ in batches[1:])
    print(json.dumps({"seconds": sum(seconds[1:]), "losses": losses, "padded_tokens": padded_tokens}))


if __name__ == "__main__":
    main()
