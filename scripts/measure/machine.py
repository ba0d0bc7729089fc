"""The machine, its programs, and how their numbers are shown."""
import datetime
import json
import os
import re
import statistics
import subprocess

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
        self.kernels = None

    def run(self, command, **environment):
        return subprocess.run(command, check=True, capture_output=True, text=True,
                              env={**os.environ, **environment}).stdout

    def google(self, program, pattern, seconds=0.2):
        text = self.run([str(self.programs / program), f"--benchmark_filter={pattern}",
                         f"--benchmark_min_time={seconds}", "--benchmark_format=json"])
        return [b for b in json.loads(text)["benchmarks"] if b.get("run_type") != "aggregate"]

    def peak(self, threads):
        """GFLOP/s of multiply-adds that wait for nothing, the best of several turns; of a tenth of a
        second, since the system takes a while to give a new thread a processor of its own."""
        if self.peaks is None:
            self.peaks = {}
            for b in [b for _ in range(5 * self.rounds)
                      for b in self.google("limits_benchmark", "multiply_adds", 0.1)]:
                key = int(re.search(r"threads:(\d+)", b["name"])[1])
                self.peaks[key] = max(self.peaks.get(key, 0), b["GFLOP/s"])
        return self.peaks[threads]

    def libtorch(self, task):
        """Samples a second: see rate()."""
        return self.rate(self.run_libtorch("libtorch_train", task, task[3]), task)

    def rate(self, output, task, by_clock=False):
        """By the clock, or for one thread by the processor's time, unless by_clock."""
        return float(output.split()[-2 if by_clock or task[3] != "1" else -1])

    def run_libtorch(self, program, arguments, threads, kernels=None):
        """In its best configuration; with OpenBLAS's own choice of kernels where `kernels` is ""."""
        environment = {"OMP_NUM_THREADS": threads, "MALLOC_TRIM_THRESHOLD_": "8589934592",
                       "MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TOP_PAD_": "67108864"}
        blas = list((self.root / "build/openmp").rglob("libopenblas.so.0"))
        if blas:
            environment["LD_LIBRARY_PATH"] = str(blas[0].parent)
        kernels = self.best_kernels() if kernels is None else kernels
        if kernels:
            environment["OPENBLAS_CORETYPE"] = kernels
        return self.run([str(self.programs / program), *arguments], **environment)

    def best_kernels(self):
        """The kernels of OpenBLAS with which libtorch is fastest, as OPENBLAS_CORETYPE names them;
        empty for OpenBLAS's own choice, which others must beat by a tenth, more than runs differ.
        A processor that it does not know gets its oldest ones."""
        if self.kernels is None:
            flags = open("/proc/cpuinfo").read().split()
            names = [name for name, flag in (("Haswell", "avx2"), ("SkylakeX", "avx512f"))
                     if flag in flags]
            task = ["mlp_b", "sgdm", "512", "1"]
            speeds = {name: float(self.run_libtorch("libtorch_train", task, "1", name).split()[-1])
                      for name in ["", *names]}
            speeds[""] *= 1.1
            self.kernels = max(speeds, key=speeds.get)
        return self.kernels

    def gradus(self, task, by_clock=False):
        return self.rate(self.run([str(self.programs / "gradus_train"), *task]), task, by_clock)

    def gradus_twice(self, task):
        """Samples a second of two programs at once, by the clock."""
        command = [str(self.programs / "gradus_train"), *task]
        programs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        outputs = [program.communicate()[0] for program in programs]
        if any(program.returncode for program in programs):
            raise subprocess.SubprocessError(f"{' '.join(command)} failed")
        return sum(self.rate(output, task, by_clock=True) for output in outputs)


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
    torch = first_line(["dpkg-query", "-W", "-f", "${Version}\n", "libtorch-dev"])
    blas = first_line(["dpkg-query", "-W", "-f", "${Version}\n", "libopenblas-dev"])
    chosen = ""
    if (m.programs / "libtorch_train").exists() and m.best_kernels():
        chosen = f" with OpenBLAS's kernels for {m.best_kernels()}, faster there than its own choice"
    return (f"Measured on {datetime.date.today()}: {os.cpu_count()} processors, {model} (model "
            f"{number}), {first_line(['c++', '--version'])}, Release (-O3), OpenBLAS {blas}, libtorch "
            f"{torch}{chosen}. Multiply-adds that wait for nothing: {m.peak(1):.0f} GFLOP/s on one thread, "
            f"{m.peak(2):.0f} on two.")
