"""CTranslate2's side of the benchmark of beam search: forced length. One JSON line.

peer_ctranslate2.py MODEL SOURCES: a folder of marian_model.py, and a JSON list of sentences, each a list of token ids with
its end token. The model is converted into FOLDER/ctranslate2 the first time.
"""
import argparse
import json
import pathlib
import time

import ctranslate2


def converted(folder):
    target = folder / "ctranslate2"
    if not (target / "model.bin").exists():
        ctranslate2.converters.TransformersConverter(str(folder)).convert(str(target), force=True)
    return target


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("sources", type=pathlib.Path)
    parser.add_argument("--beam", type=int, default=4)
    parser.add_argument("--batch", type=int, default=32, help="sentences decoded together")
    parser.add_argument("--length", type=int, default=30, help="tokens of each translation, no more and no fewer")
    parser.add_argument("--repeats", type=int, default=1, help="timed passes over the sentences, after one to warm up")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compute-type", default="float32")
    parser.add_argument("--outputs", type=pathlib.Path, help="write the best translations here: a JSON list of lists of ids")
    arguments = parser.parse_args()
    words = json.loads((arguments.model / "vocab.json").read_text())
    ids = {i: word for word, i in words.items()}
    sources = [[ids[i] for i in sentence] for sentence in json.loads(arguments.sources.read_text())]
    translator = ctranslate2.Translator(str(converted(arguments.model)), device="cpu", compute_type=arguments.compute_type, inter_threads=1,
                                        intra_threads=arguments.threads)  # fmt: skip

    def translate(sentences):
        return translator.translate_batch(
            sentences, beam_size=arguments.beam, max_batch_size=arguments.batch, batch_type="examples",
            min_decoding_length=arguments.length, max_decoding_length=arguments.length,
        )  # fmt: skip

    translate(sources[: arguments.batch])
    best = float("inf")
    for _ in range(arguments.repeats):
        start = time.perf_counter()
        results = translate(sources)
        best = min(best, time.perf_counter() - start)
    translations = [[words[word] for word in result.hypotheses[0]] for result in results]
    if arguments.outputs:
        arguments.outputs.write_text(json.dumps(translations))
    tokens = sum(map(len, translations))
    print(json.dumps({"seconds": best, "tokens": tokens, "tokens_per_second": tokens / best, "version": ctranslate2.__version__}))


if __name__ == "__main__":
    main()
