#!/usr/bin/env python3
"""Records what PyTorch computes with convolutions and pooling.

    /usr/bin/python3 record_torch_conv.py       writes ops_conv.txt beside this file

recording.py describes the file.  A case's name is the function's and its options, such as
conv2d_stride2x1_padding1x0: every pair of two options' values occurs.
"""
import itertools

import torch.nn.functional as F

from recording import record_ops, write

PAIR = [(1, 1), (2, 1)]
OPTIONS = {
    "conv2d": {"stride": PAIR, "padding": [(0, 0), (1, 2)], "dilation": [(1, 1), (1, 2)],
               "groups": [1, 2]},
    "conv_transpose2d": {"stride": [(1, 1), (3, 2)], "padding": [(0, 0), (1, 1)],
                         "dilation": [(1, 1), (2, 1)], "groups": [1, 2],
                         "output_padding": [(0, 0), (1, 0)]},
    "conv1d": {"stride": [1, 2], "padding": [0, 2], "dilation": [1, 2], "groups": [1, 2]},
    "max_pool2d": {"stride": [(1, 1), (2, 3)], "padding": [(0, 0), (1, 1)],
                   "dilation": [(1, 1), (2, 1)]},
    "avg_pool2d": {"stride": [(1, 1), (2, 3)], "padding": [(0, 0), (1, 1)],
                   "count_include_pad": [0, 1]},
    "max_pool1d": {"stride": [1, 2], "padding": [0, 1], "dilation": [1, 2]},
    "avg_pool1d": {"stride": [1, 2], "padding": [0, 1], "count_include_pad": [0, 1]},
}
# With them the last window hangs over the edge, or would begin behind it.
STRIDES = {"max_pool2d": [(2, 3), (4, 2)], "avg_pool2d": [(2, 3), (4, 2)],
           "max_pool1d": [2, 5], "avg_pool1d": [2, 5]}


def text(value):
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def pairwise(options):
    """Few combinations that hold every pair of values."""
    names = list(options)
    wanted = {((a, x), (b, y)) for a, b in itertools.combinations(names, 2)
              for x in options[a] for y in options[b]}
    while wanted:
        best = max(itertools.product(*options.values()),
                   key=lambda values: len(covered(names, values) & wanted))
        wanted -= covered(names, best)
        yield dict(zip(names, best))


def covered(names, values):
    return set(itertools.combinations(zip(names, values), 2))


def allowed(name, o):
    if name != "conv_transpose2d" or o["output_padding"] == (0, 0):
        return True
    return max(o["stride"][0], o["dilation"][0]) > 1


def shapes(name, groups):
    if name == "conv2d":
        return [(1, 4, 4, 5), (2, 4 // groups, 3, 2), (2,)]
    if name == "conv_transpose2d":
        return [(1, 4, 3, 3), (4, 4 // groups, 3, 2), (4,)]
    if name == "conv1d":
        return [(2, 4, 7), (4, 4 // groups, 3), (4,)]
    return [(2, 1, 6, 5)] if name.endswith("2d") else [(2, 2, 7)]


def run(name, o):
    if name.startswith("conv"):
        return lambda x, w, b: getattr(F, name)(x, w, b, **o)
    kernel = (3, 2) if name.endswith("2d") else 2
    return lambda x: getattr(F, name)(x, kernel, **o)


def cases():
    for name, options in OPTIONS.items():
        for o in pairwise(options):
            if allowed(name, o):
                label = "_".join([name] + [k.replace("_", "-") + text(v) for k, v in o.items()])
                if "count_include_pad" in o:
                    o["count_include_pad"] = bool(o["count_include_pad"])
                yield label, run(name, o), shapes(name, o.get("groups", 1)), False
    for size in [(1, 1), (2, 3), (7, 8), (5, 9)]:
        yield (f"adaptive_avg_pool2d_output{text(size)}",
               lambda x, size=size: F.adaptive_avg_pool2d(x, size), [(1, 2, 5, 6)], False)
    for name in ("max_pool2d", "avg_pool2d", "max_pool1d", "avg_pool1d"):
        for o in pairwise({**OPTIONS[name], "ceil_mode": [1], "stride": STRIDES[name]}):
            label = "_".join([name] + [k.replace("_", "-") + text(v) for k, v in o.items()])
            for flag in {"ceil_mode", "count_include_pad"} & set(o):
                o[flag] = bool(o[flag])
            yield label, run(name, o), shapes(name, 1), False


write(__file__, "ops_conv.txt", lambda out: record_ops(out, list(cases()), seed=4))
