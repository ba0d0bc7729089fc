#!/usr/bin/env python3
"""Records PyTorch's functions of each element and choices between tensors.

    /usr/bin/python3 record_torch_elementwise.py            writes ops_elementwise.txt beside this file

recording.py describes the file.
"""
import torch
import torch.nn.functional as F

from recording import record_ops, write

# name, function, shapes of the inputs, positive inputs only
OPS = [
    ("log1p", torch.log1p, [(9,)], True),
    ("expm1", torch.expm1, [(9,)], False),
    ("rsqrt", torch.rsqrt, [(9,)], True),
    ("sign", torch.sign, [(9,)], False),
    ("sin", torch.sin, [(9,)], False),
    ("cos", torch.cos, [(9,)], False),
    ("erf", torch.erf, [(9,)], False),
    ("leaky_relu", lambda x: F.leaky_relu(x, 0.2), [(9,)], False),
    ("elu", lambda x: F.elu(x, 1.5), [(9,)], False),
    ("gelu", F.gelu, [(9,)], False),
    ("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), [(9,)], False),
    ("silu", F.silu, [(9,)], False),
    ("softplus", F.softplus, [(9,)], False),
    ("softplus_beta", lambda x: F.softplus(x, 3, 1.5), [(9,)], False),
    ("clamp", lambda x: torch.clamp(x, -0.5, 0.7), [(9,)], False),
    ("clamp_low", lambda x: torch.clamp(x, min=0.1), [(9,)], False),
    ("clamp_high", lambda x: torch.clamp(x, max=0.1), [(9,)], False),
    ("pow_pair", torch.pow, [(2, 3), (3,)], True),
    ("number_pow", lambda x: torch.pow(2.5, x), [(9,)], False),
    ("maximum", torch.maximum, [(2, 3), (3,)], False),
    ("maximum_of_equals", lambda x: torch.maximum(x, x.abs()), [(9,)], False),
    ("minimum", torch.minimum, [(2, 1), (1, 3)], False),
    ("minimum_of_equals", lambda x: torch.minimum(x.abs(), x), [(9,)], False),
    ("where", lambda a, b: torch.where(a > 0, a, b), [(2, 3), (3,)], False),
    ("where_less", lambda a, b: torch.where(a < b, a * b, b), [(2, 1), (1, 3)], False),
]

write(__file__, "ops_elementwise.txt", lambda out: record_ops(out, OPS, seed=5))
