#!/usr/bin/env python3
"""Records PyTorch's learning-rate schedulers, for tests that compare with them.

    /usr/bin/python3 record_torch_schedules.py      writes schedules.txt beside this file

A file is a list of cases: "case <scheduler> f64 <options>", then lines "<key> <sizes> : <numbers>",
then "end".  Numbers are hexadecimal, so that nothing is rounded on the way.  "lr" holds the rate at
each step from 0 on, "momentum" (SGD's momentum, Adam's beta1) what moves along with it.
"""
import math
import pathlib
import re
import warnings

import torch
from torch.optim import lr_scheduler as S

HERE = pathlib.Path(__file__).parent
warnings.simplefilter("ignore")


def number(value):
    return re.sub(r"\.?0*p", "p", float(value).hex())


def line(key, numbers):
    return f"{key} {len(numbers)} : " + " ".join(number(v) for v in numbers) + "\n"


def optimizer_for(start, adam=False):
    p = [torch.zeros(1, requires_grad=True)]
    return torch.optim.Adam(p, lr=start) if adam else torch.optim.SGD(p, lr=start, momentum=0.9)


def linear_then_exponential(o, total, gamma):
    parts = [S.LinearLR(o, total_iters=total), S.ExponentialLR(o, gamma)]
    return S.SequentialLR(o, parts, [total])


def constant_cosine_step(o, first, second, T_max):
    parts = [S.ConstantLR(o, 0.1, first), S.CosineAnnealingLR(o, T_max), S.StepLR(o, 3, 0.5)]
    return S.SequentialLR(o, parts, [first, second])


def linear_times_exponential(o, total, gamma):
    return S.ChainedScheduler([S.LinearLR(o, total_iters=total), S.ExponentialLR(o, gamma)])


# name, scheduler, steps, start, PyTorch's options
CASES = [
    ("StepLR", S.StepLR, 40, 0.5, dict(step_size=3, gamma=0.1)),
    ("StepLR", S.StepLR, 40, 0.3, dict(step_size=1, gamma=0.9)),
    ("StepLR", S.StepLR, 40, 0.5, dict(step_size=7, gamma=1.7)),
    ("MultiStepLR", S.MultiStepLR, 20, 0.5, dict(milestones=[3, 7, 8], gamma=0.3)),
    ("MultiStepLR", S.MultiStepLR, 20, 0.5, dict(milestones=[1], gamma=0.1)),
    ("ConstantLR", S.ConstantLR, 12, 0.3, dict(factor=1 / 3, total_iters=5)),
    ("LinearLR", S.LinearLR, 12, 0.3, dict(total_iters=5)),
    ("LinearLR", S.LinearLR, 30, 0.3, dict(total_iters=23, start_factor=0.01, end_factor=0.7)),
    ("LinearLR", S.LinearLR, 30, 0.3, dict(total_iters=23, start_factor=1.0, end_factor=0.0)),
    ("ExponentialLR", S.ExponentialLR, 80, 0.3, dict(gamma=0.9)),
    ("ExponentialLR", S.ExponentialLR, 80, 0.3, dict(gamma=0.5)),
    ("PolynomialLR", S.PolynomialLR, 30, 0.3, dict(total_iters=20)),
    ("PolynomialLR", S.PolynomialLR, 30, 0.3, dict(total_iters=23, power=2.5)),
    ("PolynomialLR", S.PolynomialLR, 30, 0.3, dict(total_iters=20, power=0.5)),
    ("CosineAnnealingLR", S.CosineAnnealingLR, 61, 0.3, dict(T_max=20)),
    ("CosineAnnealingLR", S.CosineAnnealingLR, 61, 0.3, dict(T_max=13, eta_min=0.01)),
    ("CosineAnnealingLR", S.CosineAnnealingLR, 9, 0.3, dict(T_max=1, eta_min=0.01)),
    ("CosineAnnealingWarmRestarts", S.CosineAnnealingWarmRestarts, 60, 0.3, dict(T_0=7)),
    ("CosineAnnealingWarmRestarts", S.CosineAnnealingWarmRestarts, 200, 0.3,
     dict(T_0=5, T_mult=2, eta_min=0.02)),
    ("CosineAnnealingWarmRestarts", S.CosineAnnealingWarmRestarts, 200, 0.3, dict(T_0=1, T_mult=3)),
    ("OneCycleLR", S.OneCycleLR, 50, 0.3, dict(total_steps=50)),
    ("OneCycleLR", S.OneCycleLR, 47, 0.3, dict(total_steps=47, anneal_strategy="linear")),
    ("OneCycleLR", S.OneCycleLR, 53, 0.3, dict(total_steps=53, three_phase=True)),
    ("OneCycleLR", S.OneCycleLR, 20, 0.3, dict(total_steps=20, three_phase=True, pct_start=0.5,
                                               anneal_strategy="linear")),
    ("OneCycleLR", S.OneCycleLR, 20, 0.3, dict(total_steps=20, pct_start=1.0)),
    ("OneCycleLR", S.OneCycleLR, 31, 0.3,
     dict(total_steps=31, pct_start=0.25, div_factor=10.0, final_div_factor=3.0,
          base_momentum=0.7, max_momentum=0.9)),
    ("CyclicLR", S.CyclicLR, 40, 0.02, dict(max_lr=0.3, step_size_up=6)),
    ("CyclicLR", S.CyclicLR, 40, 0.02,
     dict(max_lr=0.3, step_size_up=4, step_size_down=7, mode="triangular2")),
    ("CyclicLR", S.CyclicLR, 40, 0.02,
     dict(max_lr=0.3, step_size_up=5, step_size_down=1, mode="exp_range", gamma=0.95)),
    ("LinearThenExponential", linear_then_exponential, 25, 0.3, dict(total=6, gamma=0.8)),
    ("ConstantCosineStep", constant_cosine_step, 30, 0.3, dict(first=4, second=13, T_max=9)),
    ("LinearTimesExponential", linear_times_exponential, 25, 0.3, dict(total=6, gamma=0.8)),
]


def text(options):
    def value(v):
        return ",".join(map(str, v)) if isinstance(v, list) else str(v)
    return " ".join(f"{k}={value(v)}" for k, v in options.items())


def moved(group):
    return group["betas"][0] if "betas" in group else group["momentum"]


def record_schedules(out):
    for name, scheduler, steps, start, options in CASES:
        for adam in ((False, True) if name == "OneCycleLR" else (False,)):
            o = optimizer_for(start, adam)
            args = dict(options)
            if name == "OneCycleLR":
                args["max_lr"] = start
            elif name == "CyclicLR":
                args["base_lr"] = start
            s = scheduler(o, **args)
            lr, momentum = [], []
            for step in range(steps):
                lr.append(o.param_groups[0]["lr"])
                momentum.append(moved(o.param_groups[0]))
                o.step()
                if step + 1 < steps:
                    s.step()
            out.write(f"case {name} f64 start={start} {text(options)}\n")
            out.write(line("lr", lr))
            if name in ("OneCycleLR", "CyclicLR"):
                out.write(line("momentum", momentum))
            out.write("end\n")


PLATEAU = [
    {},
    dict(patience=0),
    dict(patience=2, factor=0.5),
    dict(patience=2, factor=0.5, cooldown=3),
    dict(patience=1, cooldown=1, min_lr=1e-3),
    dict(patience=2, mode="max"),
    dict(patience=2, factor=0.5, threshold=0.05),
    dict(patience=2, factor=0.5, threshold=0.05, mode="max", cooldown=2),
    dict(patience=2, factor=0.5, threshold=0.05, threshold_mode="abs"),
    dict(patience=2, factor=0.5, threshold=0.05, threshold_mode="abs", mode="max"),
    dict(patience=0, factor=0.3, eps=1e-3),
]


def record_plateau(out):
    """A noisy loss that levels off, once as it is, once with NaN and infinities in it, once below 0;
    two rates."""
    generator = torch.Generator().manual_seed(3)
    epochs = 40
    noise = torch.randn(epochs, generator=generator, dtype=torch.float64)
    loss = [(math.exp(-e / 6) + 0.2) * (1 + 0.1 * float(noise[e])) for e in range(epochs)]
    loss = [round(512 * v) / 512 for v in loss]
    broken = list(loss)
    broken[0], broken[4], broken[9], broken[20], broken[21] = (
        math.nan, math.inf, math.nan, math.nan, math.inf)
    for options in PLATEAU:
        for metric in (loss, broken, [v - 1 for v in loss]):
            sign = -1 if options.get("mode") == "max" else 1
            metric = [sign * v for v in metric]
            o = torch.optim.SGD([{"params": [torch.zeros(1)], "lr": 0.5},
                                 {"params": [torch.zeros(1)], "lr": 0.02}], lr=1.0)
            s = S.ReduceLROnPlateau(o, **options)
            rates = [[], []]
            for value in metric:
                s.step(value)
                for k in range(2):
                    rates[k].append(o.param_groups[k]["lr"])
            out.write(f"case ReduceLROnPlateau f64 {text(options)}".rstrip() + "\n")
            out.write(line("metric", metric) + line("lr", rates[0]) + line("lr", rates[1]))
            out.write("end\n")


with open(HERE / "schedules.txt", "w", encoding="ascii") as out_file:
    out_file.write(f"# PyTorch {torch.__version__}, written by record_torch_schedules.py\n")
    record_schedules(out_file)
    record_plateau(out_file)
