"""transformers' or ONNX Runtime's side of the benchmark of classification, on token ids that are there. One JSON line.

peer_classification.py MODEL ROWS: a folder of label_model.py, and what `roformer_bench classify --batches` wrote. The model is
exported into MODEL/model.onnx the first time.
"""
import argparse
import json
import pathlib
import time

import padded_rows
import torch

NAMES = ["input_ids", "attention_mask", "token_type_ids"]
SIZE = 32  # rows of a batch that is not ours


def export(model, path):
    """For any number of rows of up to 512 tokens: RoFormer's table of sines is part of the graph."""
    rows, tokens = torch.export.Dim("rows", min=1, max=65536), torch.export.Dim("tokens", min=2, max=512)
    example = padded_rows.model_inputs([[2, 3, 4, 5, 6], [2, 3, 4]])
    torch.onnx.export(model, (), str(path), kwargs=example, input_names=NAMES, output_names=["logits"], dynamo=True,
                      dynamic_shapes={name: {0: rows, 1: tokens} for name in NAMES}, verbose=False)  # fmt: skip


def onnx_runtime(folder, threads):
    import onnxruntime

    path = folder / "model.onnx"
    if not path.exists():
        export(padded_rows.classifier(folder, "roformer", 0.0).eval(), path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda inputs: session.run(["logits"], {name: inputs[name].numpy() for name in NAMES})[0].tolist()


def transformers(folder, family):
    model = padded_rows.classifier(folder, family, 0.0).eval()

    def compute(inputs):
        with torch.inference_mode():
            return model(**inputs).logits.tolist()

    return compute


def batches_of(given, order):
    count = len(given["ids"])
    if order == "ours":
        return given["batches"]
    if order == "length":
        return padded_rows.by_length([len(ids) for ids in given["ids"]], SIZE)
    return [list(range(first, min(first + SIZE, count))) for first in range(0, count, SIZE)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("rows")
    parser.add_argument("--engine", choices=("roformer", "bert", "onnxruntime"), default="roformer", help="the first two: transformers")
    parser.add_argument("--order", choices=("file", "length", "ours"), default="file", help="of rows: batches of 32, or those that we make")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    if arguments.engine == "onnxruntime":
        compute = onnx_runtime(arguments.model, arguments.threads)
    else:
        compute = transformers(arguments.model, arguments.engine)
    with open(arguments.rows, encoding="utf-8") as file:
        given = json.load(file)
    batches = batches_of(given, arguments.order)
    inputs = [padded_rows.model_inputs([given["ids"][row] for row in batch]) for batch in batches]
    compute({name: values[:SIZE] for name, values in inputs[0].items()})
    start = time.perf_counter()
    answers = [compute(batch) for batch in inputs]
    seconds = time.perf_counter() - start
    logits = [None] * len(given["ids"])
    for batch, values in zip(batches, answers):
        for row, value in zip(batch, values):
            logits[row] = value
    print(json.dumps({"seconds": seconds, "logits": logits}))


if __name__ == "__main__":
    main()
