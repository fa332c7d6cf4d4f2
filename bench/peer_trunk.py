"""One runtime's side of the benchmark of compute types: a base encoder on token ids that are there. One JSON line.

peer_trunk.py ENGINE FOLDER INPUT: a folder of compute_types.py (roformer/ and bert/, base models of random weights) and what
run.py's make_input wrote. Exported and quantised models are kept in FOLDER. CTranslate2 has no RoFormer and runs the BERT.
"""
import argparse
import json
import pathlib
import time

import torch

NAMES = ["input_ids", "attention_mask"]
SIZE = 16  # sequences of a padded batch


def export(folder):
    import transformers

    path = folder / "trunk.onnx"
    if path.exists():
        return path
    model = transformers.RoFormerModel.from_pretrained(folder / "roformer").eval()
    rows, tokens = torch.export.Dim("rows", min=1, max=65536), torch.export.Dim("tokens", min=2, max=512)
    example = {"input_ids": torch.tensor([[2, 3, 4], [2, 3, 0]]), "attention_mask": torch.tensor([[1, 1, 1], [1, 1, 0]])}
    torch.onnx.export(model, (), str(path), kwargs=example, input_names=NAMES, output_names=["hidden"], dynamo=True,
                      dynamic_shapes={name: {0: rows, 1: tokens} for name in NAMES}, verbose=False)  # fmt: skip
    return path


def padded_batches(sequences):
    """By length, in batches of 16: the least padding that a runtime without packing gets."""
    ordered = sorted(sequences, key=len)
    for first in range(0, len(ordered), SIZE):
        batch = ordered[first : first + SIZE]
        ids = torch.zeros(len(batch), len(batch[-1]), dtype=torch.int64)
        mask = torch.zeros_like(ids)
        for row, sequence in enumerate(batch):
            ids[row, : len(sequence)], mask[row, : len(sequence)] = torch.tensor(sequence), 1
        yield {"input_ids": ids.numpy(), "attention_mask": mask.numpy()}


def onnx_runtime(folder, sequences, threads, int8):
    import onnxruntime

    path = export(folder)
    if int8:
        from onnxruntime.quantization import QuantType, quantize_dynamic

        small = folder / "trunk-int8.onnx"
        if not small.exists():
            quantize_dynamic(str(path), str(small), weight_type=QuantType.QInt8, per_channel=True)
        path = small
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    batches = list(padded_batches(sequences))
    return lambda: [session.run(None, batch) for batch in batches]


def openvino(folder, sequences, threads, precision):
    import openvino

    core = openvino.Core()
    compiled = core.compile_model(core.read_model(str(export(folder))), "CPU",
                                  {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision})  # fmt: skip
    batches = list(padded_batches(sequences))
    return lambda: [compiled(batch) for batch in batches]


def ctranslate2_bert(folder, sequences, threads, compute_type):
    import ctranslate2

    target = folder / "ctranslate2"
    if not (target / "model.bin").exists():
        ctranslate2.converters.TransformersConverter(str(folder / "bert")).convert(str(target), force=True)
    encoder = ctranslate2.Encoder(str(target), device="cpu", compute_type=compute_type, inter_threads=1, intra_threads=threads)
    return lambda: encoder.forward_batch(sequences).last_hidden_state


ENGINES = {
    "onnxruntime float32": lambda *a: onnx_runtime(*a, int8=False),
    "onnxruntime int8": lambda *a: onnx_runtime(*a, int8=True),
    "openvino float32": lambda *a: openvino(*a, "f32"),
    "openvino bfloat16": lambda *a: openvino(*a, "bf16"),
    "ctranslate2 float32": lambda *a: ctranslate2_bert(*a, "float32"),
    "ctranslate2 bfloat16": lambda *a: ctranslate2_bert(*a, "bfloat16"),
    "ctranslate2 int8": lambda *a: ctranslate2_bert(*a, "int8"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("input", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    sequences = json.loads(arguments.input.read_text())["sequences"]
    compute = ENGINES[arguments.engine](arguments.folder, sequences, arguments.threads)
    compute()
    seconds = []
    for _ in range(arguments.repeats):
        start = time.perf_counter()
        compute()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
