#!/usr/bin/env python3
"""Trains small models in PyTorch for a few steps and records their weights and what they compute.

    /usr/bin/python3 record_torch_models.py         writes models.txt beside this file

A case holds the model's parameters and buffers under their names in PyTorch, and its inputs "in" and
outputs "out" in evaluation mode.  recording.py describes the format.
"""
import torch
from torch import nn

from recording import line, write


def train(model, loss_of, steps=5):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        loss_of(model).backward()
        optimizer.step()
    return model.eval()


def record_model(out, name, model, inputs, outputs):
    out.write(f"case {name} f32\n")
    for key, value in model.state_dict().items():
        if value.is_floating_point():
            out.write(line(key, value))
    for x in inputs:
        out.write(line("in", x))
    for y in outputs:
        out.write(line("out", y))
    out.write("end\n")


def record_recurrent(out, name, kind, **options):
    model = kind(3, 5, batch_first=True, **options)
    x = torch.randn(4, 6, 3)
    target = torch.randn(4, 6, 10 if options.get("bidirectional") else 5)
    train(model, lambda m: (m(x)[0] - target).square().mean())
    directions = 2 if options.get("bidirectional") else 1
    shape = (options.get("num_layers", 1) * directions, 4, 5)
    states = [torch.randn(shape) for _ in range(2 if kind is nn.LSTM else 1)]
    y, last = model(x, tuple(states) if kind is nn.LSTM else states[0])
    record_model(out, name, model, [x, *states], [y, *(last if kind is nn.LSTM else [last])])


def record_attention(out):
    model = nn.MultiheadAttention(12, 3, batch_first=True)
    q, k = torch.randn(2, 4, 12), torch.randn(2, 5, 12)
    train(model, lambda m: (m(q, k, k)[0] - q).square().mean())
    padding = torch.tensor([[0, 0, 0, 0, 0], [0, 0, 1, 0, 1]])
    cross, weights = model(q, k, k, key_padding_mask=padding.bool())
    causal = torch.triu(torch.ones(4, 4, dtype=torch.bool), 1)
    own, _ = model(q, q, q, attn_mask=causal)
    record_model(out, "attention", model, [q, k, padding], [cross, weights, own])


def record_encoder(out, name, **options):
    model = nn.TransformerEncoderLayer(12, 3, dim_feedforward=20, batch_first=True, **options)
    x = torch.randn(2, 5, 12)
    train(model, lambda m: (m(x) - x.flip(1)).square().mean())
    causal = torch.triu(torch.ones(5, 5, dtype=torch.bool), 1)
    padding = torch.tensor([[0, 0, 0, 0, 0], [0, 0, 0, 1, 1]])
    with torch.enable_grad():  # the plain path, not the fused one
        outputs = [model(x), model(x, src_mask=causal),
                   model(x, src_key_padding_mask=padding.bool())]
    record_model(out, name, model, [x, padding], outputs)


def record_cnn(out):
    model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(),
                          nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, stride=2), nn.ReLU(), nn.Flatten(),
                          nn.Linear(24, 3), nn.BatchNorm1d(3))
    x = torch.randn(5, 1, 11, 10)
    labels = torch.tensor([0, 1, 2, 0, 1])
    train(model, lambda m: nn.functional.cross_entropy(m(x), labels))
    record_model(out, "cnn", model, [x], [model(x)])


def record(out):
    torch.manual_seed(1)
    record_recurrent(out, "rnn", nn.RNN)
    record_recurrent(out, "rnn_relu", nn.RNN, nonlinearity="relu", bias=False)
    record_recurrent(out, "lstm", nn.LSTM)
    record_recurrent(out, "lstm_deep", nn.LSTM, num_layers=2, bidirectional=True)
    record_recurrent(out, "gru", nn.GRU)
    record_recurrent(out, "gru_deep", nn.GRU, num_layers=2, bidirectional=True)
    record_attention(out)
    record_encoder(out, "encoder_relu")
    record_encoder(out, "encoder_gelu_norm_first", activation="gelu", norm_first=True)
    record_cnn(out)


if __name__ == "__main__":
    write(__file__, "models.txt", record)
