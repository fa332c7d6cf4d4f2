"""Shared by the comparisons with transformers: where our programs are, how they are run, models with random weights."""

import atexit
import functools
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import tempfile

import pytest
import torch
from safetensors.torch import load_file, save_file

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ROFORMER_BUILD", ROOT / "build"))
# Another device than the processor: ROFORMER_DEVICE=cuda. The references stay on the processor.
DEVICE = os.environ.get("ROFORMER_DEVICE")
DEVICE_COMMANDS = ("train", "evaluate", "classify", "run", "fill-mask", "embed", "generate", "translate")


# Files with one test of a minute or so: begun first, they do not leave the other processes idle at the end.
LONG_FILES = ("test_docs.py", "test_packaging.py", "test_sentence_model.py", "test_wordpiece.py", "test_damage.py",
              "test_translation_training.py")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name not in LONG_FILES)


class ForkServer:
    """Our programs by fork(2) of one process that has loaded LibTorch (fork_server.cpp): 0.3 s less a call."""

    def __init__(self):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen([BUILD / "parity_driver", "serve"], stdin=theirs)
        theirs.close()
        self.socket = ours
        self.inherited = self._circumstances()
        atexit.register(self.close)

    @staticmethod
    def _circumstances():
        return dict(os.environ, PYTEST_CURRENT_TEST=None), os.getcwd()

    def fits(self):
        """Whether a process forked from the server would see what one of ours would."""
        return self._circumstances() == self.inherited

    def run(self, command, text, timeout):
        file = functools.partial(tempfile.TemporaryFile, "w+")
        with file() as given, file() as output, file() as errors:
            given.write(text)
            given.seek(0)
            streams = [stream.fileno() for stream in (given, output, errors)]
            socket.send_fds(self.socket, ["".join(part + "\0" for part in command).encode()], streams)
            child = self._answer(None)
            status = self._answer(timeout)
            if status is None:
                os.kill(child, signal.SIGKILL)
                self._answer(None)
                raise subprocess.TimeoutExpired(command, timeout)
            for stream in (output, errors):
                stream.seek(0)
            return subprocess.CompletedProcess(
                command, os.waitstatus_to_exitcode(status), output.read(), errors.read())  # fmt: skip

    def _answer(self, timeout):
        ready, _, _ = select.select([self.socket], [], [], timeout)
        if not ready:
            return None
        line = self.socket.recv(64)
        assert line, "parity_driver serve has ended"
        return int(line)

    def close(self):
        self.socket.close()
        self.process.wait()


@functools.cache
def fork_server():
    return ForkServer()


def run_program(*arguments, program="roformer", text="", timeout=300):
    """Runs one of our programs; returns the finished process with its output as text."""
    command = [str(BUILD / program), *map(str, arguments)]
    if DEVICE:
        on_device = program == "roformer" and command[1:2] and command[1] in DEVICE_COMMANDS and "--help" not in command
        command += ["--device", DEVICE] if on_device and "--device" not in command else []
    elif program in ("roformer", "parity_driver") and fork_server().fits():
        return fork_server().run(command, text, timeout)
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=timeout)


def run_model(folder, inputs, work, *flags):
    """`roformer run` on a checkpoint folder: tensors in, tensors out."""
    tensors = {name: tensor.contiguous() for name, tensor in inputs.items() if tensor is not None}
    save_file(tensors, work / "inputs.safetensors")
    finished = run_program(
        "run", "--model", folder, "--inputs", work / "inputs.safetensors",
        "--outputs", work / "outputs.safetensors", *flags)  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    return load_file(work / "outputs.safetensors")


def run_encoding(work, options, inputs, parameters):
    """One position encoding on q, k, v (G, H, T, D) of one layer: bias, scores and output."""
    sizes = dict(num_heads=inputs["q"].shape[1], head_size=inputs["q"].shape[3])
    (work / "options.json").write_text(json.dumps(sizes | options))
    tensors = inputs | {f"parameter.{name}": tensor for name, tensor in parameters.items()}
    save_file({name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()}, work / "inputs.safetensors")
    files = work / "options.json", work / "inputs.safetensors", work / "outputs.safetensors"
    finished = run_program("encoding", *files, program="parity_driver")
    assert finished.returncode == 0, finished.stderr
    return load_file(work / "outputs.safetensors")


def randomise(model, seed=0, scale=0.05):
    """Moves every weight, biases and norms included, so that none can be left out unnoticed."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "embed_positions" not in name:
                parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=scale)
    return model.eval()


@pytest.fixture(scope="session", autouse=True)
def programs():
    assert (BUILD / "roformer").exists(), f"expected {BUILD / 'roformer'}: run make build first"
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
