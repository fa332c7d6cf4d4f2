"""Every class of transformers' RoFormer and BERT, random weights, both directions: outputs, loss, and the loss's gradients;
what we save opens there with the same outputs. Padded places count in no label here, but for an answer's place."""

import json
from dataclasses import dataclass, field

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from conftest import randomise, run_model, run_program

OUTPUTS, GRADIENTS = 2e-5, 1e-4
ROWS, COLUMNS, CHOICES, VOCABULARY = 3, 13, 4, 211
SIZES = dict(vocab_size=VOCABULARY, hidden_size=48, num_attention_heads=4, num_hidden_layers=2, intermediate_size=96,
             max_position_embeddings=64, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)  # fmt: skip


@dataclass
class Case:
    model: str
    config: dict = field(default_factory=dict)
    labels: str = "tokens"  # tokens, class, number, several, choice, answer, pretraining, none
    memory: bool = False  # encoder_hidden_states

    def __str__(self):
        return self.model + "".join(f"-{key}={value}" for key, value in self.config.items())


DECODER = dict(is_decoder=True)
CROSS = DECODER | dict(add_cross_attention=True)
CASES = [
    Case("RoFormerModel", labels="none"),
    Case("RoFormerModel", CROSS, labels="none", memory=True),
    Case("RoFormerForMaskedLM", dict(embedding_size=32)),
    Case("RoFormerForMaskedLM", dict(tie_word_embeddings=False, rotary_value=True)),
    Case("RoFormerForCausalLM", DECODER),
    Case("RoFormerForCausalLM", CROSS | dict(rotary_value=True), memory=True),
    Case("RoFormerForCausalLM"),  # without is_decoder every token sees all, as in transformers
    Case("RoFormerForSequenceClassification", dict(num_labels=3), labels="class"),
    Case("RoFormerForSequenceClassification", dict(num_labels=1, hidden_act="relu"), labels="number"),
    Case("RoFormerForSequenceClassification", dict(num_labels=5), labels="several"),
    Case("RoFormerForTokenClassification", dict(num_labels=7)),
    Case("RoFormerForMultipleChoice", labels="choice"),
    Case("RoFormerForMultipleChoice", dict(summary_type="first", summary_use_proj=True, summary_activation="tanh"), labels="choice"),
    Case("RoFormerForMultipleChoice", dict(summary_type="mean"), labels="choice"),
    Case("RoFormerForMultipleChoice", dict(summary_type="cls_index", summary_activation="gelu"), labels="choice"),
    Case("RoFormerForQuestionAnswering", labels="answer"),
    Case("BertModel", labels="none"),
    Case("BertModel", CROSS, labels="none", memory=True),
    Case("BertForPreTraining", labels="pretraining"),
    Case("BertForMaskedLM"),
    Case("BertLMHeadModel", DECODER),
    Case("BertLMHeadModel", CROSS, memory=True),
    Case("BertForNextSentencePrediction", labels="class"),
    Case("BertForSequenceClassification", dict(num_labels=4, classifier_dropout=0.0), labels="class"),
    Case("BertForSequenceClassification", dict(num_labels=3, problem_type="multi_label_classification"), labels="several"),
    Case("BertForMultipleChoice", labels="choice"),
    Case("BertForTokenClassification", dict(num_labels=3)),
    Case("BertForQuestionAnswering", labels="answer"),
]  # fmt: skip


def make_model(case):
    kind = "Bert" if case.model.startswith("Bert") else "RoFormer"
    config = getattr(transformers, kind + "Config")(**SIZES | case.config)
    config._attn_implementation = "eager"
    torch.manual_seed(21)
    return randomise(getattr(transformers, case.model)(config))


def make_mask(shape):
    """Rows padded by different lengths on the right and on the left, the first whole."""
    mask = torch.ones(shape, dtype=torch.long)
    for row, padded in enumerate(mask.view(-1, shape[-1])):
        if row % 2:
            padded[shape[-1] - row % 5 :] = 0
        elif row:
            padded[: row % 5] = 0
    return mask


def make_labels(case, mask):
    tokens = torch.randint(0, case.config.get("num_labels", VOCABULARY) if "Token" in case.model else VOCABULARY, mask.shape)
    # Not the first token behind padding on the left: transformers predicts it from a padded place.
    behind = torch.nn.functional.pad(mask, (1, 0), value=1)[..., :-1]
    tokens = torch.where((mask * behind).bool() & (torch.rand(mask.shape) < 0.7), tokens, -100)
    classes = case.config.get("num_labels", 2)
    return {
        "none": lambda: {},
        "tokens": lambda: {"labels": tokens},
        "class": lambda: {"labels": torch.randint(0, classes, (ROWS,))},
        "number": lambda: {"labels": torch.randn(ROWS)},
        "several": lambda: {"labels": torch.randint(0, 2, (ROWS, classes)).float()},
        "choice": lambda: {"labels": torch.randint(0, CHOICES, (ROWS,))},
        "answer": lambda: {"start_positions": torch.tensor([0, 3, 99]), "end_positions": torch.tensor([5, 4, -3])},
        "pretraining": lambda: {"labels": tokens, "next_sentence_label": torch.randint(0, 2, (ROWS,))},
    }[case.labels]()


def make_inputs(case):
    torch.manual_seed(len(str(case)))
    shape = (ROWS, CHOICES, COLUMNS) if case.labels == "choice" else (ROWS, COLUMNS)
    mask = make_mask(shape)
    inputs = {"input_ids": torch.randint(0, VOCABULARY, shape), "attention_mask": mask,
              "token_type_ids": torch.randint(0, 2, shape)}  # fmt: skip
    if case.memory:
        inputs["encoder_hidden_states"] = torch.randn(ROWS, 9, SIZES["hidden_size"])
        inputs["encoder_attention_mask"] = make_mask((ROWS, 9))
    return inputs | make_labels(case, mask)


def difference(ours, theirs, mask):
    """Where the output has the mask's places, only those that are not padded; padded ones are zero."""
    assert ours.shape == theirs.shape
    if theirs.dim() >= 2 and theirs.shape[:2] == mask.shape:
        assert not ours[~mask].any()
        ours, theirs = ours[mask], theirs[mask]
    return (ours - theirs).abs().max().item()


def compare_outputs(case, ours, theirs, mask):
    names = [name for name in theirs if name in ours or name.endswith("logits")]
    assert names
    worst = 0.0
    for name in names:
        mine, other = ours[name], theirs[name]
        if name == "pooler_output" and case.config.get("is_decoder"):
            kept = mask[:, 0]  # a masked first column of a decoder sees nothing at all
            mine, other = mine[kept], other[kept]
        worst = max(worst, difference(mine, other, mask))
    assert worst <= OUTPUTS, worst
    return worst


def relative_gradients(ours, model):
    """The largest difference of a tensor's gradient over its own size."""
    worst, compared = (0.0, ""), 0
    for name, parameter in model.named_parameters():
        if parameter.grad is None or name == "cls.predictions.decoder.bias":
            continue
        gradient, found = parameter.grad, ours.get("gradient." + name)
        assert found is not None, name
        if gradient.norm() < 1e-6:  # keys' biases: softmax does not feel them
            assert found.norm() < 1e-5, name
            continue
        worst = max(worst, (((found - gradient).norm() / gradient.norm()).item(), name))
        compared += 1
    assert compared > 10
    return worst


@pytest.mark.parametrize("case", CASES, ids=str)
def test_outputs_loss_and_gradients(case, tmp_path):
    model = make_model(case)
    model.save_pretrained(tmp_path / "model")
    inputs = make_inputs(case)
    mask = inputs["attention_mask"].bool()
    theirs = model(**inputs, use_cache=False) if "encoder_hidden_states" in inputs else model(**inputs)
    ours = run_model(tmp_path / "model", {k: v for k, v in inputs.items()}, tmp_path)
    worst = compare_outputs(case, ours, {k: v.detach() for k, v in theirs.items() if torch.is_tensor(v)}, mask)
    if case.labels == "none":
        print(f"{case}: outputs {worst:.1e}")
        return
    assert abs(ours["loss"].item() - theirs.loss.item()) <= OUTPUTS
    save_file({name: tensor.contiguous() for name, tensor in inputs.items()}, tmp_path / "in.safetensors")
    finished = run_program("gradients", tmp_path / "model", tmp_path / "in.safetensors", tmp_path / "out.safetensors",
                           program="parity_driver")  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    theirs.loss.backward()
    relative, name = relative_gradients(load_file(tmp_path / "out.safetensors"), model)
    print(f"{case}: outputs {worst:.1e}, gradients {relative:.1e} ({name})")
    assert relative <= GRADIENTS, (relative, name)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_we_save_opens_in_transformers(case, tmp_path):
    model = make_model(case)
    model.save_pretrained(tmp_path / "theirs")
    finished = run_program("resave", tmp_path / "theirs", tmp_path / "ours", program="parity_driver")
    assert finished.returncode == 0, finished.stderr
    opened, info = getattr(transformers, case.model).from_pretrained(tmp_path / "ours", output_loading_info=True)
    assert not {key for key in info["missing_keys"] if not key.endswith("embed_positions.weight")}
    assert not info["unexpected_keys"] and not info["mismatched_keys"]
    inputs = make_inputs(case)
    opened.config._attn_implementation = "eager"
    with torch.no_grad():
        before, after = model(**inputs), opened.eval()(**inputs)
    for name, value in before.items():
        if torch.is_tensor(value):
            assert (value - after[name]).abs().max() <= 1e-6, name


def without_architectures(case, folder):
    model = make_model(case)
    model.save_pretrained(folder)
    path = folder / "config.json"
    config = json.loads(path.read_text())
    assert config.pop("architectures") == [case.model]
    path.write_text(json.dumps(config))
    return model


@pytest.mark.parametrize("case", CASES, ids=str)
def test_without_architectures_the_weights_tell_the_head(case, tmp_path):
    """JunnYu's package writes such a config.json."""
    model = without_architectures(case, tmp_path / "model")
    inputs = make_inputs(case)
    theirs = model(**inputs, use_cache=False) if "encoder_hidden_states" in inputs else model(**inputs)
    ours = run_model(tmp_path / "model", inputs, tmp_path)
    # Nothing tells this one from a masked one; its logits are the same, but it is asked for other labels.
    is_masked = case.model == "RoFormerForCausalLM" and not case.config.get("is_decoder")
    expected = {k: v.detach() for k, v in theirs.items() if torch.is_tensor(v) and not (is_masked and k == "loss")}
    assert "loss" in ours or case.labels == "none"
    compare_outputs(case, ours, expected, inputs["attention_mask"].bool())
    facts = json.loads(run_program("inspect", tmp_path / "model", "--json").stdout)
    assert not facts["missing"] and not facts["unused"]
    assert facts["architecture"] == ("RoFormerForMaskedLM" if is_masked else case.model)


@pytest.mark.parametrize("case, other", [
    (Case("RoFormerForTokenClassification", dict(num_labels=1)), "RoFormerForMultipleChoice"),
    (Case("BertForSequenceClassification", dict(num_labels=1), labels="class"), "BertForMultipleChoice"),
], ids=lambda value: str(value))  # fmt: skip
def test_classes_that_nothing_tells_apart_are_refused_by_name(case, other, tmp_path):
    without_architectures(case, tmp_path / "model")
    save_file({"input_ids": torch.ones(1, 3, dtype=torch.long)}, tmp_path / "in.safetensors")
    run = ("run", "--model", tmp_path / "model", "--inputs", tmp_path / "in.safetensors", "--outputs", tmp_path / "out.safetensors")
    finished = run_program(*run)
    assert finished.returncode != 0
    for word in (str(tmp_path / "model"), "architectures", case.model, other):
        assert word in finished.stderr, finished.stderr
    finished = run_program("inspect", tmp_path / "model")
    assert finished.returncode == 0, finished.stderr
    for word in ("architectures", case.model, other):
        assert word in finished.stdout, finished.stdout
    assert "roformer run" not in finished.stdout  # which refuses


def test_of_a_class_that_is_not_known_the_weights_tell_the_head(tmp_path):
    """Not the bare encoder without a word."""
    case = Case("RoFormerForMaskedLM", {}, labels="tokens")
    model = without_architectures(case, tmp_path / "model")
    path = tmp_path / "model" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"architectures": ["RoFormerForPreTraining"]}))
    inputs = make_inputs(case)
    theirs = {k: v.detach() for k, v in model(**inputs).items() if torch.is_tensor(v)}
    compare_outputs(case, run_model(tmp_path / "model", inputs, tmp_path), theirs, inputs["attention_mask"].bool())
    facts = json.loads(run_program("inspect", tmp_path / "model", "--json").stdout)
    assert facts["architecture"] == "RoFormerForMaskedLM"
    assert any("RoFormerForPreTraining" in line for line in facts["unusual"])
    finished = run_program("run", "--model", tmp_path / "model", "--inputs", tmp_path / "inputs.safetensors",
                           "--outputs", tmp_path / "out.safetensors")  # fmt: skip
    assert "RoFormerForPreTraining" in finished.stderr and "RoFormerForMaskedLM" in finished.stderr


def greedy(model, prompt, new_tokens, **more):
    tokens, logits = prompt, []
    for _ in range(new_tokens):
        with torch.no_grad():
            logits.append(model(input_ids=tokens, use_cache=False, **more).logits[:, -1])
        tokens = torch.cat([tokens, logits[-1].argmax(-1, keepdim=True)], 1)
    return tokens[:, prompt.shape[1] :], torch.stack(logits, 1)


GENERATORS = [case for case in CASES if case.config.get("is_decoder") and case.labels == "tokens"]


@pytest.mark.parametrize("case", GENERATORS, ids=str)
def test_cached_generation(case, tmp_path):
    """60 tokens and more: the cache grows beyond its first size."""
    model = make_model(case)
    model.save_pretrained(tmp_path / "model")
    torch.manual_seed(4)
    prompt = torch.randint(0, VOCABULARY, (ROWS, 5))
    more = {"encoder_hidden_states": torch.randn(ROWS, 9, 48)} if case.memory else {}
    new_tokens = 58
    theirs, their_logits = greedy(model, prompt, new_tokens, **more)
    save_file({"input_ids": prompt, "new_tokens": torch.tensor([new_tokens])} | more, tmp_path / "in.safetensors")
    finished = run_program("continue", tmp_path / "model", tmp_path / "in.safetensors", tmp_path / "out.safetensors",
                           program="parity_driver")  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    ours = load_file(tmp_path / "out.safetensors")
    gap = (ours["logits"] - ours["cached_logits"]).abs().max().item()
    print(f"{case}: with and without cache {gap:.1e}, theirs {(ours['logits'] - their_logits).abs().max():.1e}")
    assert torch.equal(ours["tokens"], ours["cached_tokens"]) and gap <= 1e-5
    assert torch.equal(ours["tokens"], theirs)
    assert (ours["cached_logits"] - their_logits).abs().max() <= OUTPUTS
