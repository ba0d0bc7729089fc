"""coverage.py BUILD: runs the test programs of the preset `coverage`, built in the folder BUILD, and says
how much of the code that reads and writes files, and of the optimizers, they reach.

Counted are the two outcomes of every condition that the source states, by Clang's coverage, and every
check - a call of require(), fail() or refuse(), or a throw - which is reached when a test makes it throw.
A template counts once, whatever it is made with.
"""
import bisect
import collections
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# The programs with their tests.  Of the examples only those of checkpoints, and not those that must be
# fast or are killed: nothing is optimised here.
PROGRAMS = {"data_test": "*", "train_test": "*", "optim_test": "*",
            "examples_test": "Resume.*:ThreadsResume.*:Checkpoints.*"
                             "-Checkpoints.are_*:Checkpoints.of_killed_*"}
READERS = ["data/" + name for name in
           ("idx gzip csv csv_scanner csv_text source declared_bytes npy safetensors safetensors_header "
            "safetensors_json state_file mnist crc32").split()] + [
               "train/checkpoint", "examples/train_mnist/settings", "examples/train_mnist/run_state"]
# The group, the least percentage, its files without their extension.
GROUPS = [("readers", 95, READERS),
          ("writers", 85, ["data/replace_file", "data/file_calls", "data/folder_names"]),
          ("optimizers", 85, ["optim/**/*"])]
CHECK = re.compile(r"(?<![\w:.>~])(?:this->|\w+\.)?(require|fail|refuse)\s*(?:<[\w:]+>)?\s*\((?!\))"
                   r"|\bthrow\b")

Item = collections.namedtuple("Item", "line kind text reached")  # kind: "outcome" or "check"


def tool(name):
    return subprocess.run(["clang++", f"-print-prog-name={name}"], check=True, text=True,
                          capture_output=True).stdout.strip()


def files_of(patterns):
    found = [path for pattern in patterns for end in (".h", ".cpp") for path in ROOT.glob(pattern + end)]
    return sorted(str(path.relative_to(ROOT)) for path in found)


def run_tests(build, results):
    results.mkdir(exist_ok=True)
    for old in results.iterdir():
        old.unlink()
    # One file a program, whatever the number of its processes.
    environment = dict(os.environ, LLVM_PROFILE_FILE=str(results / "%m.profraw"),
                       GRADUS_THROWS=str(results / "throws.txt"))
    failed = []
    for program, tests in PROGRAMS.items():
        print(f"Running {program}", file=sys.stderr)
        ended = subprocess.run([f"./{program}", "--gtest_brief=1", f"--gtest_filter={tests}"],
                               cwd=build / "tests", env=environment, stdin=subprocess.DEVNULL,
                               stdout=sys.stderr)
        if ended.returncode != 0:
            failed.append(program)
    return failed


def is_executed(entry, line, column):
    """Whether the code there was, by the regions that llvm-cov gives in their order; one that begins with
    a macro stands apart."""
    segments = entry["segments"]
    macros = [expansion["source_region"] for expansion in entry["expansions"]
              if expansion["source_region"][:2] == [line, column]]
    if macros:
        return any(region[4] > 0 for region in macros)
    at = bisect.bisect_right(segments, [line, column, float("inf")]) - 1
    return at >= 0 and segments[at][2] > 0


def branches(build, results, files):
    """The outcomes of conditions: {file: [Item]}.  Those that are known when it is compiled have none."""
    merged = results / "tests.profdata"
    subprocess.run([tool("llvm-profdata"), "merge", "-sparse", "-o", merged,
                    *sorted(results.glob("*.profraw"))], check=True)
    programs = [build / "tests" / program for program in PROGRAMS]
    objects = [word for program in programs[1:] for word in ("-object", str(program))]
    exported = subprocess.run([tool("llvm-cov"), "export", "-skip-functions", f"-instr-profile={merged}",
                               str(programs[0]), *objects, *[str(ROOT / file) for file in files]],
                              check=True, capture_output=True, text=True).stdout
    found = {}
    for entry in json.loads(exported)["data"][0]["files"]:
        file = os.path.relpath(entry["filename"], ROOT)
        counts = collections.defaultdict(lambda: [0, 0])
        for *place, true, false, _, _, _ in entry["branches"]:
            counts[tuple(place)][0] += true
            counts[tuple(place)][1] += false
        lines = (ROOT / file).read_text().split("\n")
        for (line, column, end_line, end_column), count in sorted(counts.items()):
            if sum(count) == 0 and is_executed(entry, line, column):
                continue
            text = lines[line - 1][column - 1:end_column - 1 if end_line == line else None].strip()
            text = lines[line - 1].strip(" {") if text == ":" else text  # of a loop over a range
            found.setdefault(file, []).extend(
                Item(line, "outcome", f"`{text}` is never {outcome}", times > 0)
                for outcome, times in zip(("true", "false"), count))
    return found


def without_comments_and_texts(source):
    blank = lambda match: re.sub(r"[^\n]", " ", match.group())
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\'', blank, source,
                  flags=re.S)


def checks_of(source):
    """Each check as its name, first and last line."""
    source = without_comments_and_texts(source)
    for match in CHECK.finditer(source):
        if re.search(r"\b(void|requires)\s+$", source[:match.start()]):
            continue  # a declaration
        end, depth = match.end(), 1
        while match.group(1) and depth > 0:
            depth += {"(": 1, ")": -1}.get(source[end], 0)
            end += 1
        line_of = lambda at: source.count("\n", 0, at) + 1
        yield match.group(1) or "throw", line_of(match.start()), line_of(end)


def thrown(results):
    """Where exceptions came from: a set of (file, line, file of the function called there)."""
    stacks = collections.defaultdict(set)
    for line in (results / "throws.txt").read_text().splitlines():
        program, *addresses = line.split(" ")
        stacks[program].add(tuple(addresses))
    found = set()
    for program, of_program in stacks.items():
        addresses = sorted({address for stack in of_program for address in stack})
        output = subprocess.run([tool("llvm-symbolizer"), "--no-inlines", f"--obj={program}"], check=True,
                                input="".join(f"0x{address}\n" for address in addresses), text=True,
                                capture_output=True).stdout
        frames = {}
        for address, text in zip(addresses, output.split("\n\n")):
            file, line = text.split("\n")[1].rsplit(":", 2)[:2]
            frames[address] = os.path.relpath(file, ROOT), int(line) if line.isdigit() else 0
        for stack in of_program:
            found |= {(*frames[outer], frames[inner][0]) for inner, outer in zip(stack, stack[1:])}
    return found


def checks(results, files):
    """The checks: {file: [Item]}."""
    calls = collections.defaultdict(list)
    for file, line, called in thrown(results):
        calls[file].append((line, called))
    # An argument of the call may throw as well, from elsewhere.
    inner = {"require": "core/error.h", "fail": "core/error.h", "throw": "tests/coverage/record_throws.cpp"}
    return {file: [Item(first, "check", f"{name} has never thrown",
                        any(first <= line <= last and called == inner.get(name, called)
                            for line, called in calls[file]))
                   for name, first, last in checks_of((ROOT / file).read_text())]
            for file in files}


def report(name, least, files, items_of):
    rows, missing = [], []
    for file in files:
        items = items_of.get(file, [])
        if items:
            rows.append((file, sum(item.reached for item in items), len(items)))
            missing += [f"{file}:{item.line}: {item.text}" for item in items if not item.reached]
    reached, total = sum(row[1] for row in rows), sum(row[2] for row in rows)
    rows.append((f"all {name}", reached, total))
    outcomes = [item.reached for file in files for item in items_of.get(file, []) if item.kind == "outcome"]
    rows.append((f"all {name}, without the checks", sum(outcomes), len(outcomes)))
    for file, some, count in rows:
        print(f"{file:42} {some:5} of {count:5} {100 * some / count:6.1f} %")
    print(*missing, "", sep="\n")
    if 100 * reached < least * total:
        print(f"coverage.py: the {name} must reach {least} %", file=sys.stderr)
        return False
    return True


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1]).resolve()
    results = build / "coverage"
    failed = run_tests(build, results)
    files = {name: files_of(patterns) for name, _, patterns in GROUPS}
    every = sorted(file for some in files.values() for file in some)
    items = collections.defaultdict(list)
    for part in branches(build, results, every), checks(results, every):
        for file, some in part.items():
            items[file] = sorted(items[file] + some)
    good = [report(name, least, files[name], items) for name, least, _ in GROUPS]
    if failed:
        print("coverage.py: tests failed in", *failed, file=sys.stderr)
    sys.exit(0 if all(good) and not failed else 1)


if __name__ == "__main__":
    main()
