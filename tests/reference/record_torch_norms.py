#!/usr/bin/env python3
"""Records PyTorch's batch, group and layer normalisation.

    /usr/bin/python3 record_torch_norms.py            writes ops_norms.txt beside this file

recording.py describes the file.
"""
import torch
import torch.nn.functional as F

from recording import record_ops, write


def running(x):
    """The statistics after one batch and before it, beside each other."""
    mean, var = torch.zeros(3, dtype=x.dtype), torch.ones(3, dtype=x.dtype)
    F.batch_norm(x.detach(), mean, var, training=True, momentum=0.25)
    return x.sum() * 0 + torch.cat([mean, var])


def evaluated(x, w, b):
    mean = torch.tensor([0.5, -1.0, 2.0], dtype=x.dtype)
    var = torch.tensor([0.5, 2.0, 1.5], dtype=x.dtype)
    return F.batch_norm(x, mean, var, w, b)


def rms(x, w):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * w


# name, function, shapes of the inputs, positive inputs only
OPS = [
    ("batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True),
     [(4, 3), (3,), (3,)], False),
    ("batch_norm_of_images", lambda x, w, b: F.batch_norm(x, None, None, w, b, True),
     [(2, 3, 2, 3), (3,), (3,)], False),
    ("batch_norm_running", running, [(2, 3, 4)], False),
    ("batch_norm_evaluated", evaluated, [(2, 3, 2), (3,), (3,)], False),
    ("group_norm", lambda x, w, b: F.group_norm(x, 2, w, b), [(2, 4, 3), (4,), (4,)], False),
    ("rms_norm", rms, [(2, 5), (5,)], False),
    ("layer_norm_of_two_dimensions", lambda x, w, b: F.layer_norm(x, (3, 2), w, b),
     [(2, 3, 2), (3, 2), (3, 2)], False),
    ("layer_norm_without_bias", lambda x, w: F.layer_norm(x, (4,), w), [(3, 4), (4,)], False),
    ("layer_norm_alone", lambda x: F.layer_norm(x, (3, 2)), [(2, 3, 2)], False),
    ("group_norm_alone", lambda x: F.group_norm(x, 2), [(2, 4, 3)], False),
]

write(__file__, "ops_norms.txt", lambda out: record_ops(out, OPS, seed=31))
