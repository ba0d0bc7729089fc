#!/usr/bin/env python3
"""Runs the measurements and writes their tables between the markers of the docs: see benchmark.sh.

A table named X stands between the lines `<!-- measured: X -->` and `<!-- end -->`.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

DOCS = ["docs/performance.md", "README.md"]
# Rows of the comparison with libtorch: model, optimizer, batch.
TASKS = [("mlp_a", rule, batch) for rule in ("adam", "sgdm") for batch in (32, 64, 128, 512)]
TASKS += [("mlp_b", rule, batch) for rule in ("adam", "sgdm") for batch in (64, 512)]
TASKS += [("lenet", "adam", 64), ("lenet", "sgdm", 64), ("cnn", "sgdm", 64), ("cnn", "sgdm", 128)]
TASKS += [("gru", "adam", 64), ("lstm", "adam", 64), ("transformer", "adam", 64)]
# Millions of flops of a sample, forward and backward, where a share of the peak is of interest.
FLOPS = {"mlp_a": 2e-6 * (2 * 784 * 128 + 3 * 128 * 10),
         "mlp_b": 2e-6 * (2 * 784 * 512 + 3 * (512 * 512 + 512 * 10)),
         "cnn": 2e-6 * (2 * 26 * 26 * 32 * 9 +
                        3 * (24 * 24 * 64 * 288 + 9216 * 128 + 128 * 10))}


class Machine:
    def __init__(self, root, rounds):
        self.root = root
        self.rounds = rounds
        self.programs = root / "build/benchmark/benchmarks"
        self.peaks = None

    def run(self, command, **environment):
        return subprocess.run(command, check=True, capture_output=True, text=True,
                              env={**os.environ, **environment}).stdout

    def google(self, program, pattern, seconds=0.2):
        text = self.run([str(self.programs / program), f"--benchmark_filter={pattern}",
                         f"--benchmark_min_time={seconds}", "--benchmark_format=json"])
        return [b for b in json.loads(text)["benchmarks"] if b.get("run_type") != "aggregate"]

    def peak(self, threads):
        """GFLOP/s of multiply-adds that wait for nothing."""
        if self.peaks is None:
            found = self.google("limits_benchmark", "multiply_adds")
            self.peaks = {int(re.search(r"threads:(\d+)", b["name"])[1]): b["GFLOP/s"]
                          for b in found}
        return self.peaks[threads]

    def libtorch(self, task):
        environment = {"OMP_NUM_THREADS": task[3], "MALLOC_TRIM_THRESHOLD_": "8589934592",
                       "MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TOP_PAD_": "67108864"}
        blas = list((self.root / "build/openmp").rglob("libopenblas.so.0"))
        if blas:
            environment["LD_LIBRARY_PATH"] = str(blas[0].parent)
        return float(self.run([str(self.programs / "libtorch_train"), *task], **environment)
                     .split()[-1])

    def gradus(self, task):
        return float(self.run([str(self.programs / "gradus_train"), *task]).split()[-1])


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(c) for c in row) + " |" for row in rows])


def spread(values, digits=2):
    return (f"{statistics.median(values):.{digits}f} "
            f"({min(values):.{digits}f} to {max(values):.{digits}f})")


def first_line(command):
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0]
    except (OSError, IndexError):
        return "not found"


def machine(m):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), "unknown")
    number = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                   if line.startswith("model\t")), "?")
    torch = first_line(["dpkg-query", "-W", "-f", "${Version}", "libtorch-dev"])
    blas = first_line(["dpkg-query", "-W", "-f", "${Version}", "libopenblas-dev"])
    return (f"Measured on {datetime.date.today()}: {os.cpu_count()} processors, {model} (model "
            f"{number}), {first_line(['c++', '--version'])}, Release (-O3), OpenBLAS {blas}, libtorch "
            f"{torch}. Multiply-adds that wait for nothing: {m.peak(1):.0f} GFLOP/s on one thread, "
            f"{m.peak(2):.0f} on two.")


def training(m):
    if not (m.programs / "libtorch_train").exists():
        return None
    rows = []
    for model, rule, batch in TASKS:
        for threads in (1, 2):
            task = [model, rule, str(batch), str(threads)]
            ours, theirs = [], []
            for _ in range(m.rounds):
                theirs.append(m.libtorch(task))
                ours.append(m.gradus(task))
            share = ""
            if model in FLOPS and model != "mlp_a":  # whose products are small beside the rest
                reached = statistics.median(ours) * FLOPS[model] / 1e3
                share = f"{reached / m.peak(threads):.0%}"
            rows.append([model, rule, batch, threads, f"{statistics.median(ours):.0f}",
                         f"{statistics.median(theirs):.0f}",
                         spread([a / b for a, b in zip(ours, theirs)]), share])
    return table(["model", "optimizer", "batch", "threads", "Gradus, samples/s",
                  "libtorch, samples/s", "ratio: median (least to most)", "of the peak"], rows)


def headline(m):
    if not (m.programs / "libtorch_train").exists():
        return None
    rows = []
    for name, model, rule in [("784-128-10, Adam", "mlp_a", "adam"),
                              ("784-128-10, SGD with momentum", "mlp_a", "sgdm"),
                              ("784-512-512-10, Adam", "mlp_b", "adam"),
                              ("LeNet-5, SGD with momentum", "lenet", "sgdm"),
                              ("two convolutions of 3 x 3, SGD with momentum", "cnn", "sgdm"),
                              ("LSTM with 256 numbers, Adam", "lstm", "adam")]:
        row = [name]
        for threads in ("1", "2"):
            task = [model, rule, "64", threads]
            ratios = []
            for _ in range(m.rounds):
                theirs = m.libtorch(task)
                ratios.append(m.gradus(task) / theirs)
            row.append(f"{statistics.median(ratios):.2f}")
        rows.append(row)
    return table(["training step, batch 64: times as fast as libtorch in its best configuration",
                  "1 thread", "2 threads"], rows)


def scaling(m):
    rows = []
    for model, rule, batch in [("mlp_a", "adam", 128), ("mlp_a", "sgdm", 512),
                               ("mlp_b", "sgdm", 128), ("mlp_b", "sgdm", 512),
                               ("cnn", "sgdm", 128)]:
        ratios = []
        for _ in range(m.rounds):
            one = m.gradus([model, rule, str(batch), "1"])
            ratios.append(m.gradus([model, rule, str(batch), "2"]) / one)
        rows.append([model, rule, batch, spread(ratios)])
    return table(["model", "optimizer", "batch", "two threads over one"], rows)


def products(m):
    rows = []
    for kind in ("forward", "input_gradient", "weight_gradient"):
        for batch in (16, 32, 64, 512):
            for sizes in ("in:784/out:128", "in:512/out:512"):
                row = [kind.replace("_", " "), batch, sizes.replace("/", " ").replace(":", " ")]
                for threads in (1, 2):
                    turns = [m.google("gemm_benchmark",
                                      f"^(tiles|blas)/{kind}/batch:{batch}/{sizes}/threads:{threads}/",
                                      0.05) for _ in range(m.rounds)]
                    for name in ("tiles", "blas"):
                        best = statistics.median(b["GFLOP/s"] for turn in turns for b in turn
                                                 if b["name"].startswith(name))
                        row.append(f"{best / m.peak(threads):.0%}")
                rows.append(row)
    return table(["product", "rows", "sizes", "1 thread", "OpenBLAS alone", "2 threads",
                  "OpenBLAS alone"], rows)


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


def start(m):
    program = str(m.root / "build/benchmark/examples/train_mnist")
    times = []
    for _ in range(10):
        begin = time.perf_counter()
        m.run([program, "--help"])
        times.append(1e3 * (time.perf_counter() - begin))
    rows = [["start and end of train_mnist --help", f"{statistics.median(times):.0f} ms"]]
    if os.environ.get("GRADUS_DATA"):
        text = subprocess.run(["/usr/bin/env", "python3", "-c",
                               "import resource,subprocess,sys;"
                               "subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,check=True);"
                               "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
                               program, "--quiet", "--epochs", "1"],
                              check=True, capture_output=True, text=True).stdout
        rows.append(["most memory of training 784-128-10 on MNIST",
                     f"{int(text) / 1024:.0f} MiB"])
    return table(["what", "measured"], rows)


def compile_cost(m):
    text = m.run([str(m.root / "benchmarks/compile_cost.sh"), str(m.root / "build/benchmark")])
    return table(["what", "processor seconds"],
                 [line.split()[:2] for line in text.splitlines()] +
                 [["the whole library, from nothing", f"{library(m):.0f}"]])


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


def growth(m):
    rows = []
    names = {"stream": ("ns an image, of so many that are streamed", "images"),
             "step": ("ns a parameter in a step of Adam, of so many", "parameters")}
    for kind, (name, what) in names.items():
        times = {}
        for b in m.google("growth_benchmark", f"^{kind}/", 0.5):
            key = parse_args(b["name"])
            times[key[what], key["threads"]] = 1e9 / b["items_per_second"]
        sizes = sorted({n for n, _ in times})
        digits = 0 if kind == "stream" else 2
        rows += [[name, f"{n:,}"] + [f"{times[n, t]:.{digits}f}" for t in (1, 2)] for n in sizes]
    return table(["what", "of", "1 thread", "2 threads"], rows)


def goal(m):
    """Seconds from the start of the program to 99 % on the real MNIST."""
    if not os.environ.get("GRADUS_DATA"):
        return None
    flags = "--model lenet --optimizer adam --lr 0.004 --epochs 3"
    rows = []
    for seed in range(1, 6):
        begin = time.perf_counter()
        text = m.run([str(m.root / "build/benchmark/examples/train_mnist"), *flags.split(),
                      "--seed", str(seed), "--json"])
        seconds = time.perf_counter() - begin
        rows.append([f"`train_mnist {flags} --seed {seed}`",
                     f"{100 * json.loads(text)['test_accuracy']:.2f} %", f"{seconds:.1f}"])
    return table(["run", "test accuracy", "seconds from start to end"], rows)


# Whose time it is, by the names of functions; the first that fits.
PARTS = [("tiles of products", r"Avx\d+::run<|Baseline::run<"),
         ("packing, turning, copying", r"::move_|pack_panel|multiply<|convolve|copy_|LaidOut|Canvas|"
                                       r"tiled_conv|narrow_conv|memcpy|memmove|memset"),
         ("small products in BLAS", r"openblas|gemm"),
         ("optimizer", r"optim::"),
         ("pooling", r"pool|max_row"),
         ("ReLU", r"relu"),
         ("sums, gradients of biases", r"sum_"),
         ("loss", r"softmax|cross_entropy|log_sum|nll|map_lane|lane"),
         ("waiting and the system", r"^\[k\]|yield|Pool::|serve")]


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
            if re.search(r"gradus::rand|Rng::|uniform", line[1]):
                continue  # of the data, before the steps
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


def library(m):
    """Processor seconds of building the library from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "CCACHE_DISABLE": "1"}
        flags = ["-DCMAKE_BUILD_TYPE=Release", "-DGRADUS_BUILD_TESTS=OFF",
                 "-DGRADUS_BUILD_EXAMPLES=OFF", "-DGRADUS_BUILD_BENCHMARKS=OFF"]
        subprocess.run(["cmake", "-S", str(m.root), "-B", folder, *flags], check=True,
                       capture_output=True, env=environment)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(["cmake", "--build", folder, "--target", "gradus", "-j2"], check=True,
                       capture_output=True, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


SECTIONS = {"machine": machine, "headline": headline, "training": training, "scaling": scaling,
            "profile": profile, "goal": goal, "products": products, "rules": rules, "small": small,
            "growth": growth, "ops": ops, "start": start, "compile": compile_cost}


def write(root, name, text):
    """Puts text between the markers of that name; False if there are none."""
    found = False
    pattern = re.compile(rf"(<!-- measured: {name} -->\n).*?(<!-- end -->)", re.S)
    for doc in DOCS:
        path = root / doc
        before = path.read_text()
        after = pattern.sub(lambda marks: marks[1] + text + "\n" + marks[2], before)
        found = found or bool(pattern.search(before))
        if after != before:
            path.write_text(after)
    return found


def main():
    parser = argparse.ArgumentParser(prog="benchmark.sh")
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("sections", nargs="*", metavar="SECTION")
    arguments = parser.parse_intermixed_args()
    unknown = set(arguments.sections) - set(SECTIONS)
    if unknown or arguments.rounds < 1:
        parser.error(f"sections are {' '.join(SECTIONS)}; --rounds must be at least 1")
    m = Machine(arguments.root, arguments.rounds)
    for name in arguments.sections or SECTIONS:
        print(f"== {name}", flush=True)
        text = SECTIONS[name](m)
        if text is None:
            print("left as it stands: libtorch, perf or the data are missing", flush=True)
            continue
        print(text, flush=True)
        if not write(m.root, name, text):
            sys.exit(f"no document has the marker <!-- measured: {name} -->")


if __name__ == "__main__":
    main()
