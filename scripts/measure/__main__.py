"""Runs the measurements and writes their tables between the markers of the docs: see benchmark.sh.

A table named X stands between the lines `<!-- measured: X -->` and `<!-- end -->`.
"""
import argparse
import pathlib
import re
import sys

from loops import convolutions, growth, hand, ops, products, rules, small
from machine import Machine, machine
from training import headline, scaling, training
from where import profile
from whole import compile_cost, goal, start

DOCS = ["docs/performance.md", "README.md"]
SECTIONS = {"machine": machine, "headline": headline, "training": training, "scaling": scaling,
            "profile": profile, "goal": goal, "products": products, "convolutions": convolutions,
            "rules": rules, "hand": hand, "small": small, "growth": growth, "ops": ops, "start": start,
            "compile": compile_cost}

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
