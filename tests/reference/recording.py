"""What the scripts that record PyTorch's values share.

A file is a list of cases: "case <name> <dtype>", then lines "<key> <sizes> : <numbers>", then "end".
Numbers are hexadecimal, so that nothing is rounded on the way.
"""
import pathlib
import re

import torch

HERE = pathlib.Path(__file__).parent
DTYPES = {"f32": torch.float32, "f64": torch.float64}


def number(value):
    return re.sub(r"\.?0*p", "p", float(value).hex())


def line(key, x):
    sizes = " ".join(str(size) for size in x.shape)
    numbers = " ".join(number(v) for v in x.detach().double().flatten())
    return f"{key} {sizes} : {numbers}\n".replace("  ", " ")


def record_ops(out, ops, seed):
    """A case for each (name, function, shapes of the inputs, positive inputs only) and dtype: inputs,
    the result, an upstream gradient, and the gradients of the inputs."""
    generator = torch.Generator().manual_seed(seed)
    for name, f, shapes, positive in ops:
        for dtype_name, dtype in DTYPES.items():
            inputs = []
            for shape in shapes:
                x = torch.randn(shape, generator=generator, dtype=torch.float64)
                x = x.abs() + 0.1 if positive else x
                inputs.append(x.to(dtype).requires_grad_())
            y = f(*inputs)
            upstream = torch.rand(y.shape, generator=generator, dtype=torch.float64).to(dtype)
            y.backward(upstream)
            out.write(f"case {name} {dtype_name}\n")
            for x in inputs:
                out.write(line("in", x))
            out.write(line("up", upstream) + line("out", y))
            for x in inputs:
                out.write(line("grad", x.grad))
            out.write("end\n")


def write(script, file_name, record):
    """Writes `file_name` beside this file: a line that names its origin, then record(out)."""
    with open(HERE / file_name, "w", encoding="ascii") as out:
        out.write(f"# PyTorch {torch.__version__}, written by {pathlib.Path(script).name}\n")
        record(out)
