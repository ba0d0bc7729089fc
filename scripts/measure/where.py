"""Where the time of a step goes."""
import re
import subprocess
import tempfile

from machine import FLOPS, table

# Whose time it is, by the names of functions; the first that fits.
PARTS = [("tiles of products", r"Avx\d+::run<|Baseline::run<"),
         ("packing, turning, copying", r"::move_|pack_panel|multiply<|convolve|copy_|LaidOut|Canvas|gemm|"
                                       r"tiled_conv|narrow_conv|memcpy|memmove|memset"),
         ("small products in BLAS", r"openblas"),
         ("optimizer", r"optim::"),
         ("pooling", r"pool|max_row|MaxPairs|MeanPairs"),
         ("ReLU", r"relu"),
         ("sums, gradients of biases", r"sum_"),
         ("loss", r"softmax|cross_entropy|log_sum|nll|map_lane|lane"),
         ("the system", r"^\[k\]")]


def profile(m):
    rows = []
    for model, rule, batch in [("mlp_a", "adam", 64), ("cnn", "sgdm", 64)]:
        try:
            with tempfile.TemporaryDirectory() as folder:
                data = f"{folder}/perf.data"
                rate = float(m.run(["perf", "record", "-q", "-e", "cpu-clock", "-F", "4000", "-o", data,
                                    str(m.programs / "gradus_train"), model, rule, str(batch), "1"])
                             .split()[-1])
                text = m.run(["perf", "report", "-i", data, "--stdio", "--no-children", "--sort",
                              "dso,symbol", "-g", "none"])
        except (FileNotFoundError, subprocess.CalledProcessError):
            return None
        shares = dict.fromkeys([part for part, _ in PARTS] + ["everything else"], 0.0)
        for line in re.findall(r"^\s+([\d.]+)%\s+(\S+\s+\[.*)$", text, re.M):
            # Of the data, before the steps; of threads that OpenBLAS starts when it is loaded.
            if re.search(r"gradus::rand|Rng::|uniform|yield|schedule|syscall", line[1]):
                continue
            name = re.sub(r"^\S*openblas\S*", "openblas", line[1])
            name = re.sub(r"^\[kernel\S*\s+", "", name)
            name = re.sub(r"^(?!openblas|\[k\])\S+\s+", "", name)
            part = next((p for p, pattern in PARTS if re.search(pattern, name)), "everything else")
            shares[part] += float(line[0])
        step = 1e6 * batch / rate
        total = sum(shares.values())
        limit = {"tiles of products": 1e3 * batch * FLOPS[model] / m.peak(1)}
        rows += [[f"{model}, {rule}", part, f"{step * share / total:.0f}",
                  f"{limit[part]:.0f}" if part in limit else ""]
                 for part, share in shares.items() if share > 0]
        rows.append([f"{model}, {rule}", "the step", f"{step:.0f}", ""])
    return table(["step, batch 64, one thread", "where", "microseconds",
                  "at the peak of multiply-adds"], rows)
