#!/usr/bin/env python3
"""Records what PyTorch's gradient clipping and weight averaging compute, for tests that compare.

    /usr/bin/python3 record_torch_clip.py            writes clip.txt beside this file

The form of the file is that of record_torch.py.  Where PyTorch returns a norm it is a case's value
"norm".
"""
import pathlib
import re

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim.swa_utils import AveragedModel

HERE = pathlib.Path(__file__).parent
DTYPES = {"f32": torch.float32, "f64": torch.float64}
SHAPES = [(2, 3), (7,), (), (3, 1, 2)]


def number(value):
    return re.sub(r"\.?0*p", "p", float(value).hex())


def line(key, x):
    sizes = " ".join(str(size) for size in x.shape)
    numbers = " ".join(number(v) for v in x.detach().double().flatten())
    return f"{key} {sizes} : {numbers}\n".replace("  ", " ")


def draw(generator, shape, dtype):
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def record_clip(out, name, option, limit, clip):
    """Four parameters, the second without a gradient."""
    generator = torch.Generator().manual_seed(3)
    for dtype_name, dtype in DTYPES.items():
        p = [torch.zeros(shape, dtype=dtype, requires_grad=True) for shape in SHAPES]
        out.write(f"case {name} {dtype_name} {option} {limit!r}\n")
        for k, x in enumerate(p):
            x.grad = None if k == 1 else draw(generator, x.shape, dtype)
            out.write("none\n" if x.grad is None else line("g", x.grad))
        norm = clip(p)
        if norm is not None:
            out.write(line("norm", norm))
        for x in p:
            out.write("none\n" if x.grad is None else line("clipped", x.grad))
        out.write("end\n")


class Weights(torch.nn.Module):
    def __init__(self, generator, dtype):
        super().__init__()
        self.p = torch.nn.ParameterList([draw(generator, shape, dtype) for shape in SHAPES])


def record_average(out, name, option, avg_fn):
    """The averages after each of six changes of the weights."""
    generator = torch.Generator().manual_seed(4)
    for dtype_name, dtype in DTYPES.items():
        model = Weights(generator, dtype)
        average = AveragedModel(model, avg_fn=avg_fn)
        out.write(f"case {name} {dtype_name} {option}\n")
        for _ in range(6):
            with torch.no_grad():
                for x in model.p:
                    x.add_(draw(generator, x.shape, dtype))
            average.update_parameters(model)
            for x in model.p:
                out.write(line("w", x))
            for x in average.module.p:
                out.write(line("average", x))
        out.write("end\n")


with open(HERE / "clip.txt", "w", encoding="ascii") as out_file:
    out_file.write(f"# PyTorch {torch.__version__}, written by record_torch_clip.py\n")
    for max_norm in (0.5, 2.0, 1e3):
        for norm_type, norm_name in ((1.0, "one"), (2.0, "two"), (float("inf"), "infinity")):
            record_clip(out_file, "clip_grad_norm", norm_name, max_norm,
                        lambda p: clip_grad_norm_(p, max_norm, norm_type))
    for limit in (0.3, 1.0):
        record_clip(out_file, "clip_grad_value", "limit", limit,
                    lambda p: clip_grad_value_(p, limit))
    record_average(out_file, "swa", "", None)
    for decay in (0.0, 0.25, 0.9):
        record_average(out_file, "ema", repr(decay),
                       lambda a, w, n: decay * a + (1 - decay) * w)
