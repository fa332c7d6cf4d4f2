"""`roformer inspect` where there is more to say than a model of ours: other families, weights alone, odd paths, damage."""

import json
import subprocess

import pytest
import torch
import transformers
from conftest import BUILD, randomise, run_model, run_program
from safetensors.torch import load_file, save_file

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "d"]
SIZES = dict(vocab_size=31, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
             max_position_embeddings=40)  # fmt: skip


def small(name, **changes):
    torch.manual_seed(0)
    config = getattr(transformers, name + "Config")(**(SIZES | changes))
    return config


OTHERS = {
    "roberta": lambda: transformers.RobertaForMaskedLM(small("Roberta")),
    "distilbert": lambda: transformers.DistilBertForMaskedLM(
        small("DistilBert", dim=16, n_layers=2, n_heads=2, hidden_dim=24)),
    "mpnet": lambda: transformers.MPNetForMaskedLM(small("MPNet")),
    "modernbert": lambda: transformers.ModernBertForMaskedLM(
        small("ModernBert", pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2)),
    "gpt2": lambda: transformers.GPT2LMHeadModel(
        small("GPT2", n_embd=16, n_layer=2, n_head=2, n_positions=40, bos_token_id=0, eos_token_id=0)),
}  # fmt: skip


def inspected(path, code=0):
    finished = run_program("inspect", path, "--json")
    assert finished.returncode == code, finished.stderr
    plain = run_program("inspect", path)
    assert plain.returncode == code, plain.stderr
    return json.loads(finished.stdout), plain.stdout


def add_words(folder):
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))


def make_model(kind="RoFormer", head="ForMaskedLM", **changes):
    torch.manual_seed(1)
    return randomise(getattr(transformers, kind + head)(small(kind, **changes)))


def ours(folder, **options):
    make_model(**options).save_pretrained(folder)
    add_words(folder)
    return folder


def run_suggestions(commands, work):
    """Each by a shell, as someone would copy it."""
    save_file({"input_ids": torch.tensor([[2, 5, 4, 3]])}, work / "in.safetensors")
    for command in commands:
        line = command.replace("roformer ", f"'{BUILD}/roformer' ", 1)
        finished = subprocess.run(["sh", "-c", line], cwd=work, input="a [MASK] b\n", capture_output=True, text=True)
        assert finished.returncode == 0, (command, finished.stderr)
        assert finished.stdout or " run " in command


@pytest.mark.parametrize("family", OTHERS)
def test_other_families_are_described(family, tmp_path):
    model = OTHERS[family]()
    model.save_pretrained(tmp_path / "model")
    facts, plain = inspected(tmp_path / "model")
    assert facts["computed"] is False and family in facts["not_computed"]
    assert facts["architecture"] == type(model).__name__ and "transformers" in facts["made_by"]
    sizes = {"blocks": 2, "hidden": 16, "heads": 2, "vocabulary": 31, "positions": 40}
    assert sizes.items() <= facts["sizes"].items(), facts["sizes"]
    tensors = load_file(tmp_path / "model/model.safetensors")
    assert facts["parameters"] == sum(tensor.numel() for tensor in tensors.values())
    assert facts["bytes"] == 4 * facts["parameters"] and len(facts["tensors"]) == len(tensors)
    assert facts["element_types"] == "float32" and facts["config"]["model_type"] == family
    assert facts["commands"] == [] and len(facts["problems"]) == 1 and "tokenizer" in facts["problems"][0]
    for words in (f"{family}: 2 blocks of 16, 2 heads; 31 tokens; at most 40 positions", "not by roformer: model_type",
                  f"{len(tensors)} tensors", "safetensors, float32, 1 file", "none that can be used"):  # fmt: skip
        assert words in plain, plain


def test_every_part_of_another_family_is_described(tmp_path):
    """A tokenizer that works, files of sentence-transformers; then all of them damaged, and all of it told."""
    folder = tmp_path / "model"
    OTHERS["distilbert"]().half().save_pretrained(folder)
    add_words(folder)
    (folder / "modules.json").write_text(json.dumps([
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]))  # fmt: skip
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text('{"pooling_mode_cls_token": true}')
    facts, plain = inspected(folder)
    assert facts["tokenizer"]["vocabulary_size"] == len(WORDS) and facts["problems"] == []
    assert facts["sentences"] == "sentence-transformers: the vector of [CLS]" and facts["element_types"] == "float16"
    assert facts["commands"] == [f"roformer tokenize --model {folder}"]
    run_suggestions(facts["commands"], tmp_path)

    (folder / "vocab.txt").unlink()
    (folder / "model.safetensors").write_bytes(b"no weights")
    (folder / "1_Pooling/config.json").write_text("{")
    facts, plain = inspected(folder)
    problems = " ".join(facts["problems"])
    assert len(facts["problems"]) == 3 and facts["commands"] == [] and "DistilBertForMaskedLM" in plain
    for words in ("model.safetensors", "1_Pooling/config.json", "expected a tokenizer"):
        assert words in problems, problems
    assert all(problem in plain for problem in facts["problems"])


def test_the_tokenizer_of_another_family(tmp_path):
    folder = tmp_path / "model"
    OTHERS["roberta"]().save_pretrained(folder)
    tokens = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4, "a": 5}
    whole = {"version": "1.0", "added_tokens": [], "model": {"type": "BPE", "vocab": tokens, "merges": []}}
    (folder / "tokenizer.json").write_text(json.dumps(whole))
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "RobertaTokenizer"}')
    facts, plain = inspected(folder)
    if "error" in facts["tokenizer"]:
        assert facts["tokenizer"] | {"class": "RobertaTokenizer", "model": "BPE", "words": 6} == facts["tokenizer"]
        assert "RobertaTokenizer, BPE, 6 tokens, which cannot be used" in plain
    else:
        run_suggestions(facts["commands"], tmp_path)


def test_a_damaged_checkpoint_tells_what_it_can(tmp_path):
    folder = ours(tmp_path / "model")
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(weights[:-10])
    (folder / "config.json").write_text("{")
    facts, plain = inspected(folder, code=1)
    assert facts["tokenizer"]["vocabulary_size"] == len(WORDS) and facts["computed"] is False
    assert {"config.json", "model.safetensors"} <= {word for problem in facts["problems"] for word in (
        "config.json", "model.safetensors") if word in problem}, facts["problems"]  # fmt: skip
    assert "tokenize" in plain
    assert len(run_program("inspect", folder).stderr.strip().splitlines()) == 1


def test_weights_alone(tmp_path):
    folder = ours(tmp_path / "model")
    alone = tmp_path / "alone.safetensors"
    alone.write_bytes((folder / "model.safetensors").read_bytes())
    facts, plain = inspected(alone)
    assert facts["computed"] is False and "no config.json" in facts["not_computed"] and facts["config"] is None
    assert len(facts["tensors"]) == len(load_file(alone)) and "float32" in plain
    both, _ = inspected(folder)
    with_config, _ = inspected(folder / "model.safetensors")
    assert with_config["computed"] and with_config["commands"][0].endswith("/model.safetensors")
    run_suggestions(with_config["commands"], tmp_path)
    assert {key: value for key, value in with_config.items() if key != "commands"} == {
        key: value for key, value in both.items() if key != "commands"}  # fmt: skip


def test_a_command_uses_the_weights_that_are_named(tmp_path):
    folder = ours(tmp_path / "model")
    other = {name: 2 * tensor for name, tensor in load_file(folder / "model.safetensors").items()}
    save_file(other, folder / "other.safetensors", {"format": "pt"})
    plain = ours(tmp_path / "doubled")
    save_file(other, plain / "model.safetensors", {"format": "pt"})
    for command, text in (("embed", "a b\n"), ("fill-mask", "a [MASK] b\n"), ("tokenize", "a b\n")):
        def answer(path, command=command, text=text):
            finished = run_program(command, "--model", path, text=text)
            assert finished.returncode == 0, finished.stderr
            return finished.stdout

        assert answer(folder / "other.safetensors") == answer(plain)
        assert command == "tokenize" or answer(folder / "other.safetensors") != answer(folder)
    inputs = {"input_ids": torch.tensor([[2, 5, 4, 3]])}
    mine = run_model(folder / "other.safetensors", inputs, tmp_path)["logits"]
    assert torch.equal(mine, run_model(plain, inputs, tmp_path)["logits"])
    for arguments in (("average", folder / "other.safetensors", "--out", tmp_path / "mean"),
                      ("convert", folder / "other.safetensors", tmp_path / "new")):  # fmt: skip
        finished = run_program(*arguments)
        assert finished.returncode == 0, finished.stderr
    for made in ("mean", "new"):
        assert torch.equal(run_model(tmp_path / made, inputs, tmp_path)["logits"], mine), made
    refused = run_program("evaluate", "--model", folder / "other.safetensors")
    assert refused.returncode == 1 and "other.safetensors" in refused.stderr and "model.safetensors" in refused.stderr


def test_a_part_of_the_weights_is_refused_by_name(tmp_path):
    make_model().save_pretrained(tmp_path / "model", max_shard_size="6KB")
    add_words(tmp_path / "model")
    part = sorted((tmp_path / "model").glob("model-*-of-*.safetensors"))[1]
    finished = run_program("embed", "--model", part, text="a\n")
    assert finished.returncode == 1
    for words in (part.name, "got one of", "model.safetensors.index.json"):
        assert words in finished.stderr, finished.stderr
    whole = run_program("embed", "--model", tmp_path / "model/model.safetensors.index.json", text="a\n")
    assert whole.returncode == 0, whole.stderr
    assert whole.stdout == run_program("embed", "--model", tmp_path / "model", text="a\n").stdout


@pytest.mark.parametrize("name", ["two words", "it's", 'say "$HOME"', "-dash; true"])
def test_suggested_commands_run(name, tmp_path):
    folder = tmp_path / name
    for options in ({}, {"kind": "Bert"}, {"kind": "Bert", "head": "Model"}, {"is_decoder": True, "head": "ForCausalLM"}):
        commands = inspected(ours(folder, **options))[0]["commands"]
        assert len(commands) >= 3
        run_suggestions(commands, tmp_path)
    finished = subprocess.run([BUILD / "roformer", "inspect", "--json", "--", name], cwd=tmp_path, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    run_suggestions(json.loads(finished.stdout)["commands"], tmp_path)


def test_what_would_refuse_is_not_suggested(tmp_path):
    folder = ours(tmp_path / "model")

    def commands():
        return [command.split()[1] for command in inspected(folder)[0]["commands"]]

    assert commands() == ["fill-mask", "embed", "tokenize", "run"]
    (folder / "modules.json").write_text('[{"path": "", "type": "else.Module"}]')
    assert commands() == ["fill-mask", "tokenize", "run"]
    (folder / "modules.json").unlink()
    (folder / "vocab.txt").write_text("\n".join(WORDS + [f"w{i}" for i in range(40)]) + "\n")
    assert commands() == ["tokenize", "run"]
    add_words(folder)
    weights = load_file(folder / "model.safetensors")
    name = next(name for name in weights if name.endswith("query.weight"))
    weights[name][0, 0] = float("nan")
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    assert commands() == ["tokenize"]
    (folder / "vocab.txt").unlink()
    facts, plain = inspected(folder)
    assert facts["commands"] == [] and "nothing" in plain


def test_names_of_a_hub_are_not_downloaded(tmp_path):
    for name in ("google-bert/bert-base-uncased", "junnyu/roformer_chinese_base"):
        commands = [["inspect", name], ["average", name, "--out", tmp_path / "out"], ["convert", name, tmp_path / "out"]]
        commands += [[command, "--model", name] for command in ("embed", "fill-mask", "generate", "translate", "tokenize",
                                                                "detokenize", "evaluate")]  # fmt: skip
        commands.append(["run", "--model", name, "--inputs", tmp_path / "in.safetensors", "--outputs", tmp_path / "out"])
        save_file({"input_ids": torch.tensor([[1]])}, tmp_path / "in.safetensors")
        for command in commands:
            finished = run_program(*command, text="a\n")
            assert finished.returncode == 1, command
            for words in ("nothing is downloaded here", f"hf download {name} --local-dir {name.split('/')[1]}"):
                assert words in finished.stderr, (command, finished.stderr)
    assert "nothing is downloaded here" in run_program("inspect", "bert-base-uncased").stderr
    for name in ("/no/such", "no/such/folder", "x/model.safetensors"):
        assert "downloaded" not in run_program("inspect", name).stderr


def test_says_which_program_saved_a_model(tmp_path):
    folder = ours(tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    del config["transformers_version"]
    (folder / "config.json").write_text(json.dumps(config | {"roformer_version": "0.1.0"}))
    facts, plain = inspected(folder)
    assert facts["made_by"] == "roformer 0.1.0" and "made by      roformer 0.1.0\n" in plain
    transformers.RoFormerForMaskedLM.from_pretrained(folder).save_pretrained(tmp_path / "again")
    made_by = inspected(tmp_path / "again")[0]["made_by"]
    assert made_by == f"transformers {transformers.__version__}, of a model that roformer 0.1.0 had saved"
