"""Training steps beside libtorch, on one thread and on two."""
import statistics

from machine import FLOPS, spread, table

# Rows of the comparison with libtorch: model, optimizer, batch.
TASKS = [("mlp_a", rule, batch) for rule in ("adam", "sgdm") for batch in (32, 64, 128, 512)]
TASKS += [("mlp_b", rule, batch) for rule in ("adam", "sgdm") for batch in (64, 512)]
TASKS += [("lenet", "adam", 64), ("lenet", "sgdm", 64), ("cnn", "sgdm", 64), ("cnn", "sgdm", 128)]
TASKS += [("gru", "adam", 64), ("lstm", "adam", 64), ("transformer", "adam", 64)]

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
    """Two threads over one; and two programs at once, which have nothing in common but the machine."""
    rows = []
    for model, rule, batch in [("mlp_a", "adam", 128), ("mlp_a", "sgdm", 512),
                               ("mlp_b", "sgdm", 128), ("mlp_b", "sgdm", 512),
                               ("cnn", "sgdm", 128)]:
        threads, programs = [], []
        for _ in range(m.rounds):
            one = m.gradus([model, rule, str(batch), "1"], by_clock=True)
            threads.append(m.gradus([model, rule, str(batch), "2"], by_clock=True) / one)
            programs.append(m.gradus_twice([model, rule, str(batch), "1"]) / one)
        rows.append([model, rule, batch, spread(threads), spread(programs)])
    return table(["model", "optimizer", "batch", "two threads over one", "two programs over one"],
                 rows)
