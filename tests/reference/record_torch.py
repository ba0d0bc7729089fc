#!/usr/bin/env python3
"""Records what PyTorch computes, for tests that compare with it.

    /usr/bin/python3 record_torch.py            writes ops.txt and rules.txt beside this file

recording.py describes the files.
"""
import torch
import torch.nn.functional as F

from recording import DTYPES, line, record_ops, write

def labels(x):
    return torch.tensor([(3 * row + 1) % x.shape[1] for row in range(x.shape[0])])


def mlp(x, w1, b1, w2, b2):
    logits = F.linear(F.relu(F.linear(x, w1, b1)), w2, b2)
    return F.cross_entropy(logits, labels(logits))


# name, function, shapes of the inputs, positive inputs only
OPS = [
    ("add", torch.add, [(2, 3), (3,)], False),
    ("sub", torch.sub, [(2, 1), (1, 3)], False),
    ("mul", torch.mul, [(2, 3), (2, 1)], False),
    ("div", torch.div, [(2, 3), (3,)], False),
    ("div_number", lambda x: x / 3, [(2, 3)], False),
    ("number_div", lambda x: 3 / x, [(2, 3)], False),
    ("neg", torch.neg, [(5,)], False),
    ("exp", torch.exp, [(9,)], False),
    ("log", torch.log, [(9,)], True),
    ("sqrt", torch.sqrt, [(9,)], True),
    ("abs", torch.abs, [(9,)], False),
    ("pow", lambda x: torch.pow(x, 2.5), [(9,)], True),
    ("relu", torch.relu, [(9,)], False),
    ("sigmoid", torch.sigmoid, [(9,)], False),
    ("tanh", torch.tanh, [(9,)], False),
    ("transpose", lambda x: x.transpose(0, 1), [(2, 3)], False),
    ("permute", lambda x: x.permute(2, 0, 1), [(2, 3, 2)], False),
    ("slice", lambda x: x[:, 1:5:2], [(2, 5)], False),
    ("select", lambda x: x[:, -2], [(2, 5)], False),
    ("expand", lambda x: x.expand(2, 3, 2), [(3, 1)], False),
    ("sum", lambda x: x.sum(0), [(4, 3)], False),
    ("mean", lambda x: x.mean(-1), [(4, 3)], False),
    ("matmul", torch.matmul, [(3, 4), (4, 2)], False),
    ("linear", F.linear, [(2, 2, 4), (3, 4), (3,)], False),
    ("softmax", lambda x: F.softmax(x, -1), [(3, 5)], False),
    ("log_softmax", lambda x: F.log_softmax(x, -1), [(3, 5)], False),
    ("cross_entropy", lambda x: F.cross_entropy(x, labels(x)), [(4, 5)], False),
    ("mse", F.mse_loss, [(4, 3), (4, 3)], False),
    ("mlp", mlp, [(5, 4), (6, 4), (6,), (3, 6), (3,)], False),
]


# Our names of PyTorch's options; the order is that in which options may be set.
RULES = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1}),
    ("SGD", {"momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"momentum": 0.8, "maximize": True, "weight_decay": 0.1}),
    ("SGD", {"weight_decay": 0.1, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1}),
    ("RMSprop", {"momentum": 0.9}),
    ("RMSprop", {"alpha": 0.9, "centered": True}),
    ("RMSprop", {"momentum": 0.9, "weight_decay": 0.1, "centered": True}),
    ("Adam", {}),
    ("Adam", {"beta1": 0.8, "beta2": 0.9, "eps": 1e-3, "weight_decay": 0.1}),
    ("Adam", {"beta2": 0.9, "amsgrad": True}),
    ("Adam", {"weight_decay": 0.1, "amsgrad": True}),
    ("Adagrad", {}),
    ("Adagrad", {"lr_decay": 0.1, "eps": 1e-3, "weight_decay": 0.1}),
    ("Adagrad", {"initial_accumulator_value": 0.1}),
    ("Adadelta", {}),
    ("Adadelta", {"rho": 0.5, "eps": 1e-2, "weight_decay": 0.1}),
    ("AdamW", {}),
    ("AdamW", {"beta1": 0.8, "beta2": 0.9, "eps": 1e-3, "weight_decay": 0.2}),
    ("AdamW", {"beta2": 0.9, "amsgrad": True}),
    ("Adamax", {}),
    ("Adamax", {"beta1": 0.8, "beta2": 0.9, "eps": 1e-2, "weight_decay": 0.1}),
    ("NAdam", {}),
    ("NAdam", {"beta1": 0.8, "beta2": 0.9, "eps": 1e-3, "weight_decay": 0.1}),
    ("NAdam", {"momentum_decay": 1.0}),
    ("RAdam", {}),
    ("RAdam", {"beta1": 0.8, "beta2": 0.9, "eps": 1e-3, "weight_decay": 0.1}),
    ("Rprop", {}),
    ("Rprop", {"eta_minus": 0.9, "eta_plus": 1.5, "step_size_min": 1e-2, "step_size_max": 0.07}),
]


PAIRS = {  # PyTorch's names of options that it takes two at a time, with their defaults
    "betas": (("beta1", 0.9), ("beta2", 0.999)),
    "etas": (("eta_minus", 0.5), ("eta_plus", 1.2)),
    "step_sizes": (("step_size_min", 1e-6), ("step_size_max", 50)),
}


def torch_options(rule, options):
    result = dict(options)
    for name, pair in PAIRS.items():
        if any(key in options for key, _ in pair):
            result[name] = tuple(result.pop(key, default) for key, default in pair)
    if rule == "NAdam":
        result["foreach"] = True  # see check_nadam
    return result


def check_nadam():
    """The plain loop of PyTorch 1.13's NAdam multiplies the running mean by mu_{t+1} once more than
    Dozat's formula; its foreach form does not, and is what is recorded."""
    def first_step(**options):
        p = torch.ones(1, dtype=torch.float64, requires_grad=True)
        p.grad = torch.full_like(p, 0.3)
        torch.optim.NAdam([p], lr=2e-3, **options).step()
        return p.item()

    g, beta1, psi = 0.3, 0.9, 4e-3
    mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (t * psi)) for t in (1, 2))
    step = g + mu_next * (1 - beta1) * g / (1 - mu * mu_next)  # (1 - mu) / (1 - mu) is 1
    formula = 1 - 2e-3 * step / (g + 1e-8)
    assert abs(first_step(foreach=True) - formula) < 1e-9, "foreach is not the formula"
    if abs(first_step(foreach=False) - formula) > 1e-6:
        print(f"NAdam's loop gives {first_step(foreach=False):.6f} instead of {formula:.6f}")


def record_rules(out):
    """Two groups of one parameter each: the first has no gradient at steps 1 and 4 and a zero one at
    step 6, and the rates of both are halved after step 7."""
    generator = torch.Generator().manual_seed(2)
    for rule, options in RULES:
        for dtype_name, dtype in DTYPES.items():
            p = [torch.randn(3, generator=generator, dtype=torch.float64).to(dtype).requires_grad_()
                 for _ in range(2)]
            optimizer = getattr(torch.optim, rule)(
                [{"params": [p[0]], "lr": 0.05}, {"params": [p[1]], "lr": 0.01}], lr=1.0,
                **torch_options(rule, options))
            text = " ".join(f"{k}={str(v).lower()}" for k, v in options.items())
            out.write(f"case {rule} {dtype_name} {text}".rstrip() + "\n")
            out.write(line("start", p[0]) + line("start", p[1]))
            for step in range(1, 11):
                for k in range(2):
                    g = torch.randn(3, generator=generator, dtype=torch.float64).to(dtype)
                    p[k].grad = g
                    if k == 0 and step in (1, 4):
                        p[k].grad = None
                    elif k == 0 and step == 6:
                        p[k].grad = torch.zeros_like(g)
                    out.write("none\n" if p[k].grad is None else line("g", p[k].grad))
                # NAdam keeps a product of scalars in the default dtype: f64 loses nothing.
                torch.set_default_dtype(torch.float64)
                optimizer.step()
                torch.set_default_dtype(torch.float32)
                out.write(line("w", p[0]) + line("w", p[1]))
                if step == 7:
                    for group in optimizer.param_groups:
                        group["lr"] /= 2
            out.write("end\n")


check_nadam()
write(__file__, "ops.txt", lambda out: record_ops(out, OPS, seed=1))
write(__file__, "rules.txt", record_rules)
