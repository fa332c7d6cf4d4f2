"""Makes tests/fixtures/junnyu with JunnYu's package `roformer` (random weights, small), in the environment of
`make test-legacy`: each folder as that package's save_pretrained writes it, with inputs and what it computes.

    .venv-legacy/bin/python tests/legacy/make_fixtures.py [FOLDER]
"""

import pathlib
import sys

import torch
from roformer import (
    RoFormerConfig,
    RoFormerForCausalLM,
    RoFormerForMaskedLM,
    RoFormerForSequenceClassification,
    RoFormerModel,
)
from safetensors.torch import save_file

SIZES = dict(vocab_size=61, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
             max_position_embeddings=64, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)  # fmt: skip
V2 = SIZES | dict(norm_type="rms", use_bias=False, hidden_act="relu")
SIM = SIZES | dict(pooler_activation="linear")


def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "embed_positions" not in name:
                parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.05)
    return model.eval()


def make_inputs(seed, rows=3, columns=11):
    generator = torch.Generator().manual_seed(seed)
    mask = torch.ones(rows, columns, dtype=torch.long)
    mask[1, 7:] = 0
    mask[2, 4:] = 0
    return {"input_ids": torch.randint(1, 61, (rows, columns), generator=generator), "attention_mask": mask,
            "token_type_ids": torch.randint(0, 2, (rows, columns), generator=generator)}  # fmt: skip


def write(folder, model, inputs, expected):
    model.config.architectures = [type(model).__name__]
    model.save_pretrained(folder, safe_serialization=False)
    save_file({k: v.contiguous() for k, v in inputs.items()}, folder / "inputs.safetensors")
    save_file({k: v.detach().contiguous() for k, v in expected.items()}, folder / "expected.safetensors")


def with_outputs(folder, model, inputs, keys):
    with torch.no_grad():
        outputs = model(**inputs)
    write(folder, model, inputs, {key: outputs[key] for key in keys})


def greedy_with_cache(model, prompt, count):
    """The first pass sees the whole prompt both ways; later tokens go in one by one, of segment 0 as the prompt."""
    tokens, logits, past = [], [], None
    ids = prompt
    seen = torch.ones_like(prompt)
    with torch.no_grad():
        for _ in range(count):
            outputs = model(input_ids=ids, attention_mask=seen, past_key_values=past, use_cache=True)
            past = outputs.past_key_values
            logits.append(outputs.logits[:, -1])
            ids = logits[-1].argmax(-1, keepdim=True)
            tokens.append(ids)
            seen = torch.cat([seen, torch.ones_like(ids)], 1)
    return torch.cat(tokens, 1), torch.stack(logits, 1)


def main(root):
    torch.manual_seed(1)
    with_outputs(root / "v2", randomise(RoFormerModel(RoFormerConfig(**V2)), 1), make_inputs(11), ["last_hidden_state"])
    masked = randomise(RoFormerForMaskedLM(RoFormerConfig(**V2)), 2)
    with_outputs(root / "v2-masked", masked, make_inputs(12), ["logits"])
    classifier = randomise(RoFormerForSequenceClassification(RoFormerConfig(**V2, num_labels=3)), 3)
    with_outputs(root / "v2-classifier", classifier, make_inputs(13), ["logits"])
    for name, activation in (("sim", "linear"), ("sim-tanh", "tanh")):
        model = RoFormerModel(RoFormerConfig(**SIZES, pooler_activation=activation), add_pooling_layer=True)
        with_outputs(root / name, randomise(model, 4), make_inputs(14), ["last_hidden_state", "pooler_output"])
    causal = randomise(RoFormerForCausalLM(RoFormerConfig(**SIM, is_decoder=True, eos_token_id=2)), 5)
    inputs = make_inputs(15)
    with torch.no_grad():
        outputs = causal(**inputs)
    # Their first pass looks both ways: every token is the prefix.
    inputs["prefix_lengths"] = inputs["attention_mask"].sum(1)
    write(root / "sim-causal", causal, inputs, {"logits": outputs.logits, "pooler_output": outputs.pooler_output})
    prefix = randomise(RoFormerForCausalLM(RoFormerConfig(**SIM, is_decoder=True, eos_token_id=2)), 6)
    prompt = make_inputs(16)["input_ids"]
    with torch.no_grad():
        first = prefix(input_ids=prompt)
    lengths = torch.full((prompt.shape[0],), prompt.shape[1])
    write(root / "prefix", prefix, {"input_ids": prompt, "prefix_lengths": lengths}, {"logits": first.logits})
    tokens, logits = greedy_with_cache(prefix, prompt, 12)
    save_file({"tokens": tokens, "logits": logits}, root / "prefix" / "generated.safetensors")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1] / "fixtures" / "junnyu"))
