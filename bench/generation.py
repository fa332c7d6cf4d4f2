"""Time of a token that a model of 4 × 256 writes, one sequence: linear attention and softmax, beside transformers' `generate` with
its cache on a GPT-2 and a Llama (rotary) of that shape, in turn.

--write puts the table into its section of bench/RESULTS.md.
"""
import argparse
import datetime
import json
import os
import pathlib
import subprocess
import sys
import time

import fine_tuning
import run
import torch

HERE = pathlib.Path(__file__).resolve().parent
SECTION = "# Generation"
WIDTH, LAYERS, HEADS, WRITTEN = 256, 4, 4, 200
# Attention, tokens so far, the most milliseconds a token.
WORKS = [("linear", 1000, 0.3), ("linear", 50000, 0.3), ("softmax", 1000, 0.4)]
RATIO = 5


def peer_models(vocabulary):
    import transformers

    places = 2048
    llama = transformers.LlamaConfig(vocab_size=vocabulary, hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
                                     intermediate_size=4 * WIDTH, max_position_embeddings=places)  # fmt: skip
    gpt = transformers.GPT2Config(vocab_size=vocabulary, n_embd=WIDTH, n_layer=LAYERS, n_head=HEADS, n_positions=places)
    torch.manual_seed(1)
    return {"GPT-2": transformers.GPT2LMHeadModel(gpt).eval(), "Llama": transformers.LlamaForCausalLM(llama).eval()}


def milliseconds_of_peer(network, vocabulary, length):
    """A token behind `length` others: two runs of `generate`, of which the longer writes WRITTEN more."""
    prompt = torch.randint(3, vocabulary, (1, length), generator=torch.Generator().manual_seed(1))

    def seconds(tokens):
        start = time.perf_counter()
        with torch.inference_mode():
            network.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=tokens,
                             min_new_tokens=tokens, pad_token_id=0)  # fmt: skip
        return time.perf_counter() - start

    seconds(2)
    return 1e3 * (seconds(WRITTEN + 1) - seconds(1)) / WRITTEN


def milliseconds_of_ours(attention, length, vocabulary, threads):
    command = [run.BUILD / "roformer_bench", "generate", attention, str(length), "--vocabulary", str(vocabulary), "--threads",
               str(threads)]  # fmt: skip
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"roformer_bench generate failed: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])["microseconds_per_token"] / 1e3


def measure(arguments):
    """Milliseconds of each work and peer, best of the rounds."""
    torch.set_num_threads(arguments.threads)
    peers = peer_models(arguments.vocabulary)
    mine, theirs = {}, {}
    for _ in range(arguments.rounds):
        for attention, length, _ in WORKS:
            found = milliseconds_of_ours(attention, length, arguments.vocabulary, arguments.threads)
            mine[attention, length] = min(mine.get((attention, length), 1e9), found)
        for name, network in peers.items():
            theirs[name] = min(theirs.get(name, 1e9), milliseconds_of_peer(network, arguments.vocabulary, 1000))
    return mine, theirs


def table(mine, theirs):
    best = min(theirs.values())
    lines = ["| a token, 4 × 256, float32 | ms | wanted | faster than transformers at 1,000, times | wanted |", "|---|---:|---:|---:|---:|"]
    for attention, length, most in WORKS:
        found = mine[attention, length]
        lines.append(f"| {attention} attention behind {length:,} | {found:.3f} | ≤ {most} | {best / found:.1f} | ≥ {RATIO} |")
    for name, found in theirs.items():
        lines.append(f"| transformers' generate with cache, {name}, behind 1,000 | {found:.3f} | | | |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="ours and theirs in turn")
    parser.add_argument("--vocabulary", type=int, default=8000)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="put the table into bench/RESULTS.md")
    arguments = parser.parse_args()
    import transformers

    mine, theirs = measure(arguments)
    text = (f"{SECTION}\n\nA run of bench/generation.py on {datetime.date.today()}: {run.processor()}, {arguments.threads} threads, torch "
            f"{torch.__version__}, transformers {transformers.__version__}, random weights, {arguments.vocabulary:,} words, one sequence; "
            f"linear attention with FAVOR+ and Eq. 19. Best of {arguments.rounds} rounds of {WRITTEN} tokens, ours and theirs in turn.\n\n"
            + table(mine, theirs))  # fmt: skip
    print(text)
    if arguments.write:
        fine_tuning.write_section(HERE / "RESULTS.md", text)
    best = min(theirs.values())
    missed = [f"{attention} {length}" for attention, length, most in WORKS
              if mine[attention, length] > most or best / mine[attention, length] < RATIO]  # fmt: skip
    for name in missed:
        print(f"NOT MET: {name}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
