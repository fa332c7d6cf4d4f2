"""A Marian checkpoint with random weights that transformers, CTranslate2 and we read: marian_model.py FOLDER [sizes].

Token 0 is </s>, 1 is <unk>, the last one <pad>, and token i between them the word w{i}; the two SentencePiece models are only
there because tokenizers want them.
"""
import argparse
import io
import json
import pathlib

import sentencepiece
import torch
from transformers import MarianConfig, MarianMTModel


def words_of_vocabulary(size):
    return ["</s>", "<unk>", *(f"w{i}" for i in range(2, size - 1)), "<pad>"]


def write_tokenizer(folder, size):
    vocabulary = {word: i for i, word in enumerate(words_of_vocabulary(size))}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "de"}))
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(["w2 w3 w4"] * 10), model_writer=model, vocab_size=20,
                                             hard_vocab_limit=False, minloglevel=2)  # fmt: skip
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(model.getvalue())


def write_model(folder, vocabulary=32000, hidden=512, layers=6, feed_forward=2048, heads=8, init_std=0.02, seed=0):
    """Transformer-base of the paper's translation experiment; as many layers in the decoder as in the encoder."""
    torch.manual_seed(seed)
    config = MarianConfig(
        vocab_size=vocabulary, d_model=hidden, encoder_layers=layers, decoder_layers=layers, encoder_ffn_dim=feed_forward,
        decoder_ffn_dim=feed_forward, encoder_attention_heads=heads, decoder_attention_heads=heads, activation_function="relu",
        dropout=0.1, attention_dropout=0.0, activation_dropout=0.0, scale_embedding=True, init_std=init_std,
        max_position_embeddings=1024, pad_token_id=vocabulary - 1, decoder_start_token_id=vocabulary - 1, eos_token_id=0,
        forced_eos_token_id=0,
    )  # fmt: skip
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    MarianMTModel(config).save_pretrained(folder)
    write_tokenizer(folder, vocabulary)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--vocabulary", type=int, default=32000)
    parser.add_argument("--hidden", type=int, default=512)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--feed-forward", type=int, default=2048)
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--init-std", type=float, default=0.02, help="of the weights; large ones give varied translations")
    parser.add_argument("--seed", type=int, default=0)
    write_model(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
