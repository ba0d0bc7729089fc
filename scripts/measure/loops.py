"""Products, steps of rules, growth, single operations: what Google Benchmark measures."""
import re
import statistics

from machine import table

def products(m):
    """Shares of the peak by the best of many short turns: others slow single ones.  Two threads get
    longer ones, since a new thread does not have a processor of its own at once."""
    rows = []
    for kind in ("forward", "input_gradient", "weight_gradient"):
        for batch in (16, 32, 64, 512):
            for sizes in ("in:784/out:128", "in:512/out:512"):
                row = [kind.replace("_", " "), batch, sizes.replace("/", " ").replace(":", " ")]
                for threads in (1, 2):
                    turns = [m.google("gemm_benchmark",
                                      f"^(tiles|blas)/{kind}/batch:{batch}/{sizes}/threads:{threads}/",
                                      0.01 if threads == 1 else 0.05) for _ in range(5 * m.rounds)]
                    for name in ("tiles", "blas"):
                        best = max(b["GFLOP/s"] for turn in turns for b in turn
                                   if b["name"].startswith(name))
                        row.append(f"{best / m.peak(threads):.0%}")
                rows.append(row)
    return table(["product", "rows", "sizes", "1 thread", "OpenBLAS alone", "2 threads",
                  "OpenBLAS alone"], rows)


def convolutions(m):
    rows = []
    for kind in ("forward", "by_input", "by_weight"):
        row = [kind.replace("_", " ")]
        for threads in (1, 2):
            turns = [m.google("conv_benchmark", f"^{kind}/.*batch:64/threads:{threads}/")
                     for _ in range(m.rounds)]
            rates = [1e-9 * b["FLOP/s"] for turn in turns for b in turn]
            row += [f"{min(rates):.0f} to {max(rates):.0f}",
                    f"{max(rates) / m.peak(threads):.0%}"]
        rows.append(row)
    return table(["product", "1 thread, GFLOP/s", "of the peak", "2 threads, GFLOP/s",
                  "of the peak"], rows)


def small(m):
    found = m.google("optim_step_benchmark", "small_tensors")
    return table(["step over 64 tensors of 156 elements", "microseconds"],
                 [[b["name"].split("/")[1], f"{b['real_time'] / (1e3 if b['time_unit'] == 'ns' else 1):.1f}"]
                  for b in found])


def ops(m):
    found = m.google("op_benchmark", ".")
    return table(["numbers in the tensor, after what is done", "ns for each operation"],
                 [[b["name"].replace("_", " "),
                   f"{1e9 / b['items_per_second'] if 'items_per_second' in b else b['real_time']:.0f}"]
                  for b in found])

SIZES = (100_000, 1_000_000, 10_000_000, 50_000_000)


def parse_args(name):
    """{"threads": 2, ...} of "rules/Adam/28/parameters:100000/threads:2/real_time"."""
    return {key: int(value) for key, value in re.findall(r"(\w+):(\d+)", name)}


def rules(m):
    """Nanoseconds a byte, as multiples of what additions on Adam's arrays take."""
    found = {}
    for b in m.google("optim_benchmark", "^rules/", 0.1):
        _, rule, size = b["name"].split("/")[:3]
        key = parse_args(b["name"])
        found.setdefault((rule, size), {})[key["parameters"], key["threads"]] = (
            1 / b["bytes_per_second"])
    base = found.pop(("additions", "28"))
    rows = [["additions, GB/s", 28] + [" / ".join(f"{1e-9 / base[n, t]:.0f}" for t in (1, 2))
                                       for n in SIZES]]
    for (rule, size), times in found.items():
        rows.append([rule.replace("_", ", "), size] +
                    [" / ".join(f"{times[n, t] / base[n, t]:.2f}" for t in (1, 2)) for n in SIZES])
    return table(["rule", "bytes"] + [f"{n:,}" for n in SIZES], rows)


def hand(m):
    """Steps at 100,000 parameters as shares of the speed of loops written by hand."""
    found = {}
    for b in m.google("optim_step_benchmark", "^bandwidth/.*/parameters:100000/tensors:1/"):
        found.setdefault(b["name"].split("/")[1], {})[parse_args(b["name"])["threads"]] = b["of_by_hand"]
    return table(["rule", "1 thread", "2 threads"],
                 [[rule.replace("_", ", "), f"{shares[1]:.2f}", f"{shares[2]:.2f}"]
                  for rule, shares in found.items()])


def growth(m):
    """Medians of turns in which all sizes run."""
    rows = []
    names = {"stream": ("ns an image, of so many that are streamed", "images"),
             "step": ("ns a parameter in a step of Adam, of so many", "parameters")}
    for kind, (name, what) in names.items():
        times = {}
        for _ in range(m.rounds):
            for b in m.google("growth_benchmark", f"^{kind}/", 0.5):
                key = parse_args(b["name"])
                times.setdefault((key[what], key["threads"]), []).append(1e9 / b["items_per_second"])
        sizes = sorted({n for n, _ in times})
        digits = 0 if kind == "stream" else 2
        rows += [[name, f"{n:,}"] +
                 [f"{statistics.median(times[n, t]):.{digits}f}" for t in (1, 2)] for n in sizes]
    return table(["what", "of", "1 thread", "2 threads"], rows)
