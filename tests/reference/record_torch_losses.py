#!/usr/bin/env python3
"""Records PyTorch's losses.

    /usr/bin/python3 record_torch_losses.py            writes ops_losses.txt beside this file

recording.py describes the file.
"""
import torch
import torch.nn.functional as F

from recording import record_ops, write

LABELS = torch.tensor([2, 0, 1, 2])
IGNORED = torch.tensor([2, -100, 1, 2])
PLACES = torch.tensor([[1, 0], [-100, 2]])


def weight(x):
    return torch.tensor([1.0, 2.0, 0.5], dtype=x.dtype)


def soft(x):
    return x.softmax(1)


# name, function, shapes of the inputs, positive inputs only
OPS = [
    ("mse", F.mse_loss, [(2, 3), (2, 3)], False),
    ("l1", lambda x, y: F.l1_loss(x, y, reduction="sum"), [(2, 3), (2, 3)], False),
    ("smooth_l1", lambda x, y: F.smooth_l1_loss(x, y, beta=0.5), [(2, 3), (2, 3)], False),
    ("huber", lambda x, y: F.huber_loss(x, y, delta=0.7, reduction="none"), [(2, 3), (2, 3)],
     False),
    ("bce", lambda x, y: F.binary_cross_entropy(x.sigmoid(), y.sigmoid()), [(5,), (5,)], False),
    ("bce_with_logits", F.binary_cross_entropy_with_logits, [(2, 3), (2, 3)], True),
    ("bce_pos_weight",
     lambda x, y: F.binary_cross_entropy_with_logits(x, y, weight(x) * 2, pos_weight=weight(x)),
     [(2, 3), (2, 3)], True),
    ("cross_entropy", lambda x: F.cross_entropy(x, LABELS), [(4, 3)], False),
    ("cross_entropy_weighted",
     lambda x: F.cross_entropy(x, IGNORED, weight(x), label_smoothing=0.2), [(4, 3)], False),
    ("cross_entropy_sum", lambda x: F.cross_entropy(x, IGNORED, reduction="sum"), [(4, 3)], False),
    ("cross_entropy_places",
     lambda x: F.cross_entropy(x, PLACES, weight(x), reduction="none", label_smoothing=0.1),
     [(2, 3, 2)], False),
    ("cross_entropy_soft",
     lambda x, y: F.cross_entropy(x, soft(y), weight(x), label_smoothing=0.1), [(4, 3), (4, 3)],
     False),
    ("nll", lambda x: F.nll_loss(x, IGNORED, weight(x)), [(4, 3)], False),
    ("kl_divergence", lambda x, y: F.kl_div(x.log_softmax(1), soft(y), reduction="batchmean"),
     [(2, 3), (2, 3)], False),
    ("kl_divergence_logs",
     lambda x, y: F.kl_div(x.log_softmax(1), y.log_softmax(1), reduction="sum", log_target=True),
     [(2, 3), (2, 3)], False),
]

write(__file__, "ops_losses.txt", lambda out: record_ops(out, OPS, seed=41))
