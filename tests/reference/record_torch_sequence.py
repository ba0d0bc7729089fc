#!/usr/bin/env python3
"""Records what PyTorch computes for products of matrices and for layers on sequences.

    /usr/bin/python3 record_torch_sequence.py         writes ops_sequence.txt beside this file

recording.py describes the file.
"""
import torch
import torch.nn.functional as F

from recording import record_ops, write


def states(x, layers):
    return torch.zeros(layers, x.shape[0], 3, dtype=x.dtype)


def both(out):
    return torch.cat([part.flatten() for part in out])


def rnn(x, *weights):
    return both(torch._VF.rnn_tanh(x, states(x, 1), weights, True, 1, 0.0, False, False, True))


def gru(x, *weights):
    return both(torch._VF.gru(x, states(x, 1), weights, True, 1, 0.0, False, False, True))


def lstm(x, *weights):
    start = (states(x, 2), states(x, 2))
    return both(torch._VF.lstm(x, start, weights, True, 1, 0.0, False, True, True))


def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    if causal:
        hidden = torch.triu(torch.ones(scores.shape[-2:], dtype=torch.bool), 1)
        scores = scores.masked_fill(hidden, float("-inf"))
    return scores.softmax(-1) @ v


def multihead(x, w, b, wo, bo, **options):
    t, w, b, wo = x.transpose(0, 1), w / 4, b / 4, wo / 4  # results of size 1
    y, _ = F.multi_head_attention_forward(t, t, t, 4, 2, w, b, None, None, False, 0.0, wo, bo, **options)
    return y.transpose(0, 1)


def multihead_masked(x, w, b, wo, bo, mask):
    hidden = torch.zeros(mask.shape[-2:])
    hidden[0, 2] = float("-inf")
    return multihead(x, w, b, wo, bo, attn_mask=mask + hidden)


PICKS = torch.tensor([[0, 3, 1], [3, 3, 0]])


def weights(gates, directions=1):
    return [(gates * 3, 2), (gates * 3, 3), (gates * 3,), (gates * 3,)] * directions


OPS = [
    ("matmul_batched", torch.matmul, [(2, 1, 3, 4), (3, 4, 2)], False),
    ("matmul_stack", torch.matmul, [(2, 3, 4), (4, 2)], False),
    ("matmul_left_vector", torch.matmul, [(4,), (2, 4, 3)], False),
    ("matmul_right_vector", torch.matmul, [(2, 3, 4), (4,)], False),
    ("matmul_dot", torch.matmul, [(5,), (5,)], False),
    ("layer_norm", lambda x, w, b: F.layer_norm(x, (4,), w, b, 1e-2), [(2, 3, 4), (4,), (4,)], False),
    ("embedding", lambda w: F.embedding(PICKS, w), [(4, 3)], False),
    ("attention", attention, [(2, 3, 4), (2, 5, 4), (2, 5, 2)], False),
    ("attention_causal", lambda q, k, v: attention(q, k, v, True), [(2, 3, 4), (3, 4), (3, 2)], False),
    ("multihead", multihead, [(2, 3, 4), (12, 4), (12,), (4, 4), (4,)], False),
    ("rnn", rnn, [(2, 4, 2), *weights(1)], False),
    ("gru", gru, [(2, 4, 2), *weights(3)], False),
    ("lstm", lstm, [(2, 4, 2), *weights(4, 2)], False),
    ("embedding_padding", lambda w: F.embedding(PICKS, w, padding_idx=-1), [(4, 3)], False),
    ("multihead_float_mask", multihead_masked, [(2, 3, 4), (12, 4), (12,), (4, 4), (4,), (3, 3)], False),
    ("multihead_mask_by_head", multihead_masked, [(2, 3, 4), (12, 4), (12,), (4, 4), (4,), (4, 3, 3)], False),
]


if __name__ == "__main__":
    write(__file__, "ops_sequence.txt", lambda out: record_ops(out, OPS, seed=11))
