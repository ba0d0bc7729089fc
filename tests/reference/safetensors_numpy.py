"""Reads and writes safetensors files with json, struct and NumPy alone.

  copy A B     reads A, verifies its checksum if it has one, writes B without metadata
  random A N   writes A with tensors drawn from seed N
  same A B     succeeds if both hold the same tensors, bit for bit
  npy A B      numpy.load, then numpy.save
"""
import json
import struct
import sys
import zlib

import numpy as np

TYPES = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "U8": "|u1"}


def read(path):
    raw = open(path, "rb").read()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length].decode())
    metadata = header.pop("__metadata__", {})
    if "gradus.crc32" in metadata:
        assert raw[41:49].decode() == metadata["gradus.crc32"]
        found = zlib.crc32(raw[:41] + b"00000000" + raw[49:])
        assert f"{found:08x}" == metadata["gradus.crc32"], "wrong checksum"
    data = raw[8 + length :]
    tensors, end = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        assert entry["data_offsets"][0] == end
        end = entry["data_offsets"][1]
        flat = np.frombuffer(data[slice(*entry["data_offsets"])], TYPES[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"])
    assert end == len(data)
    return tensors


def write(path, tensors):
    names = {np.dtype(numpy_name): name for name, numpy_name in TYPES.items()}
    header, data = {}, b""
    for name, x in tensors.items():
        begin, data = len(data), data + x.tobytes()
        header[name] = {"dtype": names[x.dtype], "shape": list(x.shape),
                        "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + data)


def random_tensors(seed):
    rng = np.random.default_rng(seed)
    tensors = {}
    for i in range(40):
        shape = rng.integers(0, 4, rng.integers(0, 5))
        kind = np.dtype(list(TYPES.values())[i % 4])
        size = int(np.prod(shape)) * kind.itemsize
        bits = rng.integers(0, 256, size, dtype=np.uint8)
        tensors[f"layer{i}.\u00e9 weight"] = np.frombuffer(bits.tobytes(), kind).reshape(shape)
    return tensors


def as_bits(tensors):
    return {name: (x.dtype, x.shape, x.tobytes()) for name, x in tensors.items()}


def main(command, first, second):
    if command == "copy":
        write(second, read(first))
    elif command == "random":
        write(first, random_tensors(int(second)))
    elif command == "same":
        assert as_bits(read(first)) == as_bits(read(second))
    else:
        np.save(second, np.load(first))


if __name__ == "__main__":
    main(*sys.argv[1:])
