"""Hidden states and logits of random models against transformers, float32, at every place that is not padded."""

from dataclasses import dataclass, field

import pytest
import torch
import transformers

from conftest import randomise, run_model

SMALL = 2e-5  # hidden size up to 256
BASE = 1e-4


@dataclass
class Case:
    name: str
    model: str  # class in transformers
    config: dict
    rows: int = 3
    columns: int = 17
    padding: str = "right"  # right, left, holes, none
    types: bool = False
    positions: bool = False  # give position_ids (BERT; RoFormer of transformers takes none)
    tolerance: float = SMALL
    extra: dict = field(default_factory=dict)


def shape(hidden, heads, layers=2, **more):
    return dict(hidden_size=hidden, num_attention_heads=heads, num_hidden_layers=layers,
                intermediate_size=more.pop("intermediate_size", 2 * hidden), **more)  # fmt: skip


CASES = [
    Case("projected embeddings", "RoFormerForMaskedLM", shape(64, 4, embedding_size=32), types=True),
    Case("rotary values, head size 10", "RoFormerForMaskedLM", shape(40, 4, rotary_value=True)),
    Case("1500 tokens, head size 128", "RoFormerModel", shape(256, 2, max_position_embeddings=1536),
         rows=1, columns=1500, padding="none"),
    Case("lengths to 700", "RoFormerForMaskedLM", shape(128, 2), rows=4, columns=700),
    Case("sequence classes", "RoFormerForSequenceClassification",
         shape(96, 4, hidden_act="gelu_new", num_labels=3), types=True),
    Case("token classes", "RoFormerForTokenClassification", shape(72, 6, hidden_act="relu", num_labels=5)),
    Case("one token", "RoFormerForMaskedLM", shape(48, 3), rows=1, columns=1, padding="none"),
    Case("English small generator", "RoFormerForMaskedLM",
         shape(64, 1, layers=12, embedding_size=128, rotary_value=True, intermediate_size=256), padding="left"),
    Case("English small discriminator", "RoFormerModel",
         shape(256, 4, layers=12, embedding_size=128, rotary_value=True, intermediate_size=1024), types=True),
    Case("holes in the mask", "RoFormerForMaskedLM", shape(64, 2, layers=3), padding="holes", columns=33),
    Case("untied decoder", "RoFormerForMaskedLM", shape(64, 4, embedding_size=80, tie_word_embeddings=False)),
    Case("one layer, one label", "RoFormerForSequenceClassification", shape(20, 2, layers=1, num_labels=1)),
    Case("bert", "BertForMaskedLM", shape(64, 4), types=True),
    Case("bert with positions", "BertModel", shape(120, 12), positions=True, padding="left"),
    Case("bert sequence classes", "BertForSequenceClassification", shape(64, 2, num_labels=4), types=True),
    Case("bert token classes", "BertForTokenClassification", shape(78, 6, hidden_act="gelu_new", num_labels=9)),
    Case("bert untied, relu", "BertForMaskedLM", shape(32, 1, hidden_act="relu", tie_word_embeddings=False)),
    Case("bert of odd head size", "BertForMaskedLM", shape(33, 3), rows=2, columns=512, padding="none"),
    Case("roformer base", "RoFormerForMaskedLM", shape(768, 12, layers=12, intermediate_size=3072),
         rows=4, columns=128, tolerance=BASE, extra=dict(vocab_size=30522)),
    Case("bert base", "BertForMaskedLM", shape(768, 12, layers=12, intermediate_size=3072),
         rows=2, columns=200, tolerance=BASE, extra=dict(vocab_size=30522)),
]  # fmt: skip


def make_model(case):
    kind = "Bert" if case.model.startswith("Bert") else "RoFormer"
    sizes = dict(vocab_size=997, max_position_embeddings=768, type_vocab_size=2) | case.config | case.extra
    config = getattr(transformers, kind + "Config")(**sizes)
    config._attn_implementation = "eager"
    torch.manual_seed(7)
    return randomise(getattr(transformers, case.model)(config), scale=0.02 if case.tolerance == BASE else 0.05)


def make_mask(case):
    """Every pattern keeps one whole row, and in each row at least one token."""
    mask = torch.ones(case.rows, case.columns, dtype=torch.long)
    for row in range(1, case.rows):
        pad = case.columns * row // case.rows
        if case.padding == "right" and pad:
            mask[row, -pad:] = 0
        elif case.padding == "left" and pad:
            mask[row, :pad] = 0
        elif case.padding == "holes":
            mask[row, row :: row + 2] = 0
    return mask


def make_inputs(case, vocab_size):
    torch.manual_seed(len(case.name))
    places = (case.rows, case.columns)
    inputs = {"input_ids": torch.randint(0, vocab_size, places), "attention_mask": make_mask(case)}
    if case.types:
        inputs["token_type_ids"] = torch.randint(0, 2, places)
    if case.positions:
        inputs["position_ids"] = torch.randint(0, 700, places)
    return inputs


def assert_close(name, ours, theirs, mask, tolerance):
    assert ours.shape == theirs.shape, name
    difference = (ours - theirs)[mask].abs().max().item()
    assert difference <= tolerance, f"{name}: largest difference {difference:.2e}"
    assert not ours[~mask].any(), f"{name}: padded places are not zero"
    return difference


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_hidden_states_and_logits(case, tmp_path, record_property):
    model = make_model(case)
    model.save_pretrained(tmp_path / "model")
    inputs = make_inputs(case, model.config.vocab_size)
    with torch.no_grad():
        theirs = model(**inputs, output_hidden_states=True)
    ours = run_model(tmp_path / "model", inputs, tmp_path, "--hidden-states")

    mask = inputs["attention_mask"].bool()
    differences = [assert_close(f"hidden_states.{i}", ours[f"hidden_states.{i}"], state, mask, case.tolerance)
                   for i, state in enumerate(theirs.hidden_states)]  # fmt: skip
    assert torch.equal(ours["last_hidden_state"], ours[f"hidden_states.{len(differences) - 1}"])
    if "logits" in theirs:
        whole_rows = ours["logits"].dim() == 2
        # transformers classifies column 0, a padded place in a row padded on the left: compared only where it is a token
        places = mask[:, 0] if whole_rows else mask
        differences.append(assert_close("logits", ours["logits"], theirs.logits, places, case.tolerance))
    else:
        assert "logits" not in ours
    record_property("largest difference", max(differences))
    print(f"{case.name}: largest difference {max(differences):.2e}")  # shown by pytest -s


def test_attention_weights(tmp_path):
    case = Case("attention", "RoFormerModel", shape(64, 4, layers=3), padding="holes")
    model = make_model(case)
    model.save_pretrained(tmp_path / "model")
    inputs = make_inputs(case, model.config.vocab_size)
    with torch.no_grad():
        theirs = model(**inputs, output_attentions=True).attentions
    ours = run_model(tmp_path / "model", inputs, tmp_path, "--attentions")
    mask = inputs["attention_mask"].bool()
    queries = mask[:, None, :, None].expand_as(theirs[0])
    for i, weights in enumerate(theirs):
        assert_close(f"attentions.{i}", ours[f"attentions.{i}"], weights, queries, SMALL)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64], ids=str)
def test_weights_of_other_types(dtype, tmp_path):
    case = Case("types", "RoFormerForMaskedLM", shape(64, 4))
    model = make_model(case)
    table = model.roformer.encoder.embed_positions.weight.detach().clone()
    model.to(dtype).save_pretrained(tmp_path / "model")
    inputs = make_inputs(case, model.config.vocab_size)
    model.float()
    with torch.no_grad():
        model.roformer.encoder.embed_positions.weight.copy_(table)  # we never round angles to half precision
        theirs = model(**inputs).logits
    ours = run_model(tmp_path / "model", inputs, tmp_path)
    assert_close("logits", ours["logits"], theirs, inputs["attention_mask"].bool(), SMALL)


def test_rows_without_tokens(tmp_path):
    for name in ("RoFormerForSequenceClassification", "BertForMaskedLM"):
        case = Case("empty rows", name, shape(64, 4))
        model = make_model(case)
        model.save_pretrained(tmp_path / name)
        inputs = make_inputs(case, model.config.vocab_size)
        inputs["attention_mask"] = torch.zeros(4, 17, dtype=torch.long)
        inputs["attention_mask"][1] = 1
        inputs["input_ids"] = torch.randint(0, 997, (4, 17))
        with torch.no_grad():
            theirs = model(input_ids=inputs["input_ids"][1:2]).logits
        ours = run_model(tmp_path / name, inputs, tmp_path, "--attentions")
        assert (ours["logits"][1:2] - theirs).abs().max() <= SMALL
        for tensor in ours.values():
            assert not tensor[[0, 2, 3]].any()
        inputs["attention_mask"].zero_()
        assert not any(tensor.any() for tensor in run_model(tmp_path / name, inputs, tmp_path).values())
