"""The examples of docs/python.md run as they stand and are right; its table has the operators' names and arguments."""

import re

import torch

from conftest import BUILD, ROOT

PAGE = (ROOT / "docs" / "python.md").read_text()


def run_example():
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert '"build/libroformer.so"' in blocks[0]
    names = {}
    for code in blocks:
        exec(code.replace("build/libroformer.so", str(BUILD / "libroformer.so")), names)
    return names


def test_example_equals_pytorch(capsys):
    names = run_example()
    assert capsys.readouterr().out.startswith("torch.Size([8, 12, 64])")
    qkv = names["qkv"].detach().requires_grad_(True)
    angles = names["places"][:, None].double() * 10000.0 ** (-torch.arange(0, 64, 2, dtype=torch.float64) / 64)
    turn = torch.polar(torch.ones_like(angles), angles)[:, None]
    rotated = [torch.view_as_real(torch.view_as_complex(qkv[:, i].double().unflatten(-1, (32, 2))) * turn).flatten(-2) for i in (0, 1)]
    outputs = []
    for begin, end in ((0, 5), (5, 8)):
        q, k, v = (part[begin:end].transpose(0, 1) for part in (*rotated, qkv[:, 2].double()))
        outputs.append(torch.nn.functional.scaled_dot_product_attention(q, k, v).transpose(0, 1))
    expected = torch.cat(outputs)
    assert (names["out"] - expected).abs().max() <= 3e-6
    (gradient,) = torch.autograd.grad(expected.square().sum(), qkv)
    assert (names["qkv"].grad - gradient).abs().max() <= 2e-5 * gradient.abs().max()


def test_the_base_of_the_example_is_learned():
    gradient = run_example()["base"].grad
    assert gradient is not None and torch.isfinite(gradient) and gradient != 0


def test_table_names_the_operators():
    run_example()
    rows = re.findall(r"^\| `(\w+)\((.*?)\)`", PAGE, re.MULTILINE)
    documented = {name: [argument.split("=")[0] for argument in arguments.split(", ")] for name, arguments in rows}
    schemas = [schema for schema in torch._C._jit_get_all_schemas() if schema.name.startswith("roformer::")]
    operators = {schema.name.removeprefix("roformer::"): [argument.name for argument in schema.arguments] for schema in schemas}
    assert {"rotate", "packed_self_attention"} <= documented.keys()
    assert documented == {name: operators.get(name) for name in documented}
