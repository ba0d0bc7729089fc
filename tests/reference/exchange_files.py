"""Exchanges files with tests/data/differential_test.cpp, by json, struct and NumPy alone.

  exchange_files.py FOLDER N SEED

For each k below N: reads FOLDER/k.safetensors (with its checksum) and FOLDER/k.npy, and writes what
they hold to k.back.safetensors and k.back.npy; then draws an array and writes it to k.idx, to
k.idx.gz, and, as readers of IDX give it, to k.idx.npy.
"""
import gzip
import pathlib
import sys

import numpy as np

import safetensors_numpy

IDX_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
READ_AS = {8: "|u1", 9: "<i8", 11: "<i8", 12: "<i8", 13: "<f4", 14: "<f8"}


def write_idx(path, rng):
    code = int(rng.choice(list(IDX_TYPES)))
    shape = rng.integers(0, 6, rng.integers(1, 5))
    kind = np.dtype(IDX_TYPES[code])
    size = int(np.prod(shape)) * kind.itemsize
    x = np.frombuffer(rng.bytes(size), kind).reshape(shape)
    raw = bytes([0, 0, code, x.ndim]) + np.array(shape, ">u4").tobytes() + x.tobytes()
    path.write_bytes(raw)
    path.with_suffix(".idx.gz").write_bytes(gzip.compress(raw, int(rng.integers(0, 10))))
    np.save(path.with_suffix(".idx.npy"), x.astype(READ_AS[code]))


folder, count, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
rng = np.random.default_rng(seed)
for k in range(count):
    tensors = safetensors_numpy.read(folder / f"{k}.safetensors")
    safetensors_numpy.write(folder / f"{k}.back.safetensors", tensors)
    np.save(folder / f"{k}.back.npy", np.load(folder / f"{k}.npy"))
    write_idx(folder / f"{k}.idx", rng)
