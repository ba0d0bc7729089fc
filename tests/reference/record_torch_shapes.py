#!/usr/bin/env python3
"""Records PyTorch's reads and sums by index, joins, and statistics.

    /usr/bin/python3 record_torch_shapes.py            writes ops_shapes.txt beside this file

recording.py describes the file.
"""
import torch
import torch.nn.functional as F

from recording import record_ops, write

ROWS = torch.tensor([2, 0, 2, 1])
PLACES = torch.tensor([[1, 0, 2], [0, 0, 1]])
MASK = torch.tensor([[True, False, True]])

# name, function, shapes of the inputs, positive inputs only
OPS = [
    ("index_select", lambda x: x.index_select(0, ROWS), [(3, 2)], False),
    ("index_add", lambda x, s: x.index_add(1, ROWS, s), [(2, 3), (2, 4)], False),
    ("gather", lambda x: x.gather(0, PLACES), [(3, 4)], False),
    ("scatter_add", lambda x, s: x.scatter_add(0, PLACES, s), [(3, 4), (2, 3)], False),
    ("masked_fill", lambda x: x.masked_fill(MASK, 2.5), [(2, 3)], False),
    ("tril", lambda x: x.tril(1), [(2, 3, 4)], False),
    ("triu", lambda x: x.triu(-1), [(4, 3)], False),
    ("flip", lambda x: x.flip(0, 2), [(2, 2, 3)], False),
    ("cumsum", lambda x: x.cumsum(1), [(2, 4)], False),
    ("cat", lambda a, b: torch.cat([a, b], 1), [(2, 3), (2, 1)], False),
    ("stack", lambda a, b: torch.stack([a, b], 1), [(2, 3), (2, 3)], False),
    ("split", lambda x: x.split(2, 1)[1], [(2, 5)], False),
    ("split_sizes", lambda x: x.split([1, 3], 0)[1], [(4, 2)], False),
    ("chunk", lambda x: x.chunk(3)[1], [(7,)], False),
    ("pad", lambda x: F.pad(x, (1, 2, 0, 1), value=0.5), [(2, 3)], False),
    ("softmax", lambda x: F.softmax(x, 0), [(3, 2)], False),
    ("log_softmax", lambda x: F.log_softmax(x, 1), [(2, 3, 2)], False),
    ("var", lambda x: x.var(1), [(2, 5)], False),
    ("var_biased", lambda x: x.var(unbiased=False), [(2, 3)], False),
    ("stddev", lambda x: x.std((0, 2), keepdim=True), [(2, 2, 3)], False),
    ("prod", lambda x: x.prod(1), [(2, 4)], False),
    ("prod_of_zeros", lambda x: (x * torch.tensor([1.0, 0.0, 1.0, 0.0])).prod(), [(4,)], False),
    ("logsumexp", lambda x: x.logsumexp((0, 1)), [(2, 3)], False),
    ("amax", lambda x: x.amax(1), [(2, 4)], False),
    ("amax_of_equals", lambda x: (x * 0).amax(1, keepdim=True) * x, [(2, 4)], False),
    ("amin", lambda x: x.amin((0, 2)), [(2, 2, 3)], False),
    ("max", lambda x: x.max(0).values, [(3, 4)], False),
    ("min", lambda x: x.min(1, keepdim=True).values, [(3, 4)], False),
]

write(__file__, "ops_shapes.txt", lambda out: record_ops(out, OPS, seed=21))
