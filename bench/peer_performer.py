"""performer-pytorch's side of the Performer benchmark: training steps of its causal language model on the CPU. One JSON line."""
import argparse
import json
import time

import torch
from performer_pytorch import PerformerLM

parser = argparse.ArgumentParser()
parser.add_argument("--length", type=int, default=1024)
parser.add_argument("--layers", type=int, default=4)
parser.add_argument("--hidden", type=int, default=512)
parser.add_argument("--heads", type=int, default=8)
parser.add_argument("--features", type=int, default=256)
parser.add_argument("--repeats", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)
torch.manual_seed(0)
model = PerformerLM(
    num_tokens=256, max_seq_len=arguments.length, dim=arguments.hidden, depth=arguments.layers, heads=arguments.heads,
    dim_head=arguments.hidden // arguments.heads, causal=True, nb_features=arguments.features, rotary_position_emb=True,
).train()  # fmt: skip
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
tokens = torch.randint(256, (1, arguments.length))
labels = tokens.roll(-1)
best = float("inf")
for repeat in range(arguments.repeats + 1):
    start = time.perf_counter()
    torch.nn.functional.cross_entropy(model(tokens).flatten(0, 1), labels.flatten()).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    if repeat > 0:
        best = min(best, time.perf_counter() - start)
print(json.dumps({"seconds": best, "tokens_per_second": arguments.length / best}))
