#!/usr/bin/env python3
"""Write the loader's cases: small compose files, each with the peer's answer.

    tests/cases/asked/ask.py --peer docker-compose [--only GLOB]

A case is a folder under tests/cases/load:
  compose.yaml, ...   what is read
  arguments           global flags and flags of `config`, one a line (may be missing)
  variables           NAME=value, one a line: the process environment beside HOME (may be missing)
  want.json           what the peer prints for `config --format json`, with the folder written @ROOT@; or
  refused             the last line that the peer says when it refuses
  want.err            for a refusal, our faults and their places: written by the tests themselves
                      (`UPDATE=1 cargo test --test load`)

The definitions are in attributes.py (attribute x form x edge), merges.py (two files), projects.py (whole folders)
and corners.py (rare attributes and combinations).
"""
import argparse, fnmatch, os, shutil, subprocess, tempfile

from attributes import attribute_cases
from corners import corner_cases
from merges import merge_cases
from projects import project_cases

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(os.path.dirname(HERE), "load")
HOME = "/home/someone"


def ask(peer, folder, case):
    """The peer's answer: (file name, text)."""
    flags, rest = split(case.get("arguments", []))
    run = subprocess.run(
        [peer, *flags, "config", "--format", "json", *rest], cwd=os.path.join(folder, case.get("in", "")),
        env={"PATH": "/usr/bin:/bin", "HOME": HOME, **case.get("variables", {})},
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    if run.returncode:
        lines = [line for line in run.stderr.splitlines() if line.strip()]
        return "refused", lines[-1].replace(folder, "@ROOT@") + "\n"
    return "want.json", run.stdout.replace(folder, "@ROOT@") + "\n"


def split(arguments):
    """Global flags, and those of `config`."""
    config = ("--no-interpolate", "--no-normalize", "--no-path-resolution", "--no-consistency", "--no-env-resolution")
    flags = [a for a in arguments if a not in config]
    return flags, [a for a in arguments if a in config]


def write(name, case, peer, scratch):
    folder = os.path.join(scratch, name)
    kept = os.path.join(TARGET, name)
    ours = os.path.join(kept, "want.err")
    said = open(ours).read() if os.path.exists(ours) else None
    shutil.rmtree(kept, ignore_errors=True)
    for root in (folder, kept):
        for path, text in case["files"].items():
            path = os.path.join(root, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", newline="") as file:
                file.write(text)
    answer, text = ask(peer, folder, case)
    extra = {answer: text}
    if answer == "refused" and said is not None:
        extra["want.err"] = said
    if case.get("arguments"):
        extra["arguments"] = "".join(f"{a}\n" for a in case["arguments"])
    if case.get("variables"):
        extra["variables"] = "".join(f"{k}={v}\n" for k, v in case["variables"].items())
    if case.get("in"):
        extra["in"] = case["in"] + "\n"
    for path, text in extra.items():
        with open(os.path.join(kept, path), "w") as file:
            file.write(text)
    return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default="docker-compose", help="the peer's binary")
    parser.add_argument("--only", default="*", help="names of cases, as a glob")
    options = parser.parse_args()
    cases = {**attribute_cases(), **merge_cases(), **project_cases(), **corner_cases()}
    chosen = {name: case for name, case in cases.items() if fnmatch.fnmatchcase(name, options.only)}
    counts = {"want.json": 0, "refused": 0}
    with tempfile.TemporaryDirectory() as scratch:
        for name, case in chosen.items():
            counts[write(name, case, options.peer, os.path.realpath(scratch))] += 1
    if options.only == "*":
        for name in set(os.listdir(TARGET)) - set(cases):
            shutil.rmtree(os.path.join(TARGET, name))
    print(f"{len(chosen)} cases: {counts['want.json']} read, {counts['refused']} refused")


if __name__ == "__main__":
    main()
