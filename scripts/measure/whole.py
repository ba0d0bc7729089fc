"""Whole programs: from nothing to a result, starting, memory, compiling."""
import json
import os
import resource
import statistics
import subprocess
import tempfile
import time

from machine import table

def goal(m):
    """Seconds from the start of the program to 99 % on the real MNIST."""
    if not os.environ.get("GRADUS_DATA"):
        return None
    flags = "--model lenet --optimizer adam --lr 0.004 --epochs 3"
    has_libtorch = (m.programs / "libtorch_mnist").exists()
    rows = []
    for seed in range(1, 6):
        text, seconds = timed(lambda: m.run([str(m.root / "build/benchmark/examples/train_mnist"),
                                             *flags.split(), "--seed", str(seed), "--json"]))
        row = [f"`train_mnist {flags} --seed {seed}`",
               f"{100 * json.loads(text)['test_accuracy']:.2f} %", f"{seconds:.1f}"]
        if has_libtorch:
            text, theirs = timed(lambda: m.run_libtorch(
                "libtorch_mnist", [os.environ["GRADUS_DATA"] + "/mnist", "0.004", "3", str(seed)],
                str(os.cpu_count())))
            row += [f"{float(text):.2f} %", f"{theirs:.1f}", f"{theirs / seconds:.2f}"]
        rows.append(row)
    return table(["run", "test accuracy", "seconds from start to end"] +
                 (["libtorch: accuracy", "seconds", "ratio"] if has_libtorch else []), rows)


def timed(run):
    begin = time.perf_counter()
    result = run()
    return result, time.perf_counter() - begin


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
