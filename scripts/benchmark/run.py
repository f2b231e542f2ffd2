#!/usr/bin/env python3
"""Runs our programs and their peers side by side and writes a page. Started by scripts/benchmark.sh; see its --help.

Each case first runs once for its numbers, which must agree; then repeat by repeat, the peer and ours in turn, so that a slow minute of
the machine hits both. One thread each, float32, the same weights and inputs.
"""
import argparse, json, os, re, subprocess, sys
import curves, page, policy_cases, rank_cases, startup_cases, video_cases
from cases import Setup, agrees
from common import cpu_name, summary, versions
TITLE = "Speed against peers"

# Modules with cases(setup), in the order of the page.
MODULES = (policy_cases, startup_cases, rank_cases, video_cases)


def growth(setup, repeats):
    """How our own time grows, G in turn."""
    prompt = lambda m, p: f"--model {setup.model(m)} --inputs {setup.inputs(m, p)}"
    rows = [("rollout h64, G = 1 to 32", 5.0, f"generate {prompt('h64', 'prompt256')}", (1, 32)),
            ("rollout h128, G = 1 to 32", 5.0, f"generate {prompt('h128', 'prompt256')}", (1, 32)),
            ("whole step h128, prompt of 2,198 tokens, G = 8 to 32", 2.2, f"step {prompt('h128', 'prompt2198')} --prompts 1", (8, 32))]
    out = []
    for label, goal, flags, groups in rows:
        times = {g: [] for g in groups}
        for _ in range(repeats):
            for g in groups:
                done = subprocess.run(f"{setup.policy_benchmark} {flags} --group {g} --repeats 1".split(), capture_output=True, text=True, check=True)
                times[g].append(json.loads(done.stdout)["seconds"][0])
        few, many = (summary(times[g]) for g in groups)
        out.append({"label": label, "goal": goal, "few": few, "many": many, "ratio": many["median"] / few["median"], "best": many["min"] / few["min"]})
    return out


def write_pages(out, repeats, results, grown, drawn):
    about = (f"{repeats} repeats, one side and the other in turn, one thread each, float32. {cpu_name()}. "
             + ", ".join(f"{name} {version}" for name, version in versions().items()))
    tables = [("Against peers", page.against_peers(results)), ("Growth of our own time", page.own_growth(grown))]
    tables = [(heading, rows) for heading, rows in tables if len(rows) > 1]
    summary = page.markdown(TITLE, about, tables)
    open(f"{out}/speed.md", "w").write(summary)
    open(f"{out}/speed.html", "w").write(page.page(TITLE, about, tables, drawn))
    print(summary)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--bin", required=True), a.add_argument("--work", required=True), a.add_argument("--out", required=True)
    a.add_argument("--repeats", type=int, default=7), a.add_argument("--only", default="", help="regular expression on the labels")
    args = a.parse_args()
    os.makedirs(args.out, exist_ok=True)
    setup = Setup(args.work, args.bin)
    results, failed = [], False
    for case in (case for module in MODULES for case in module.cases(setup)):
        if not re.search(args.only, case.label):
            continue
        if not agrees(case.label, case.run(1)):
            failed = True
            continue
        result = {"label": case.label, "what": case.what, "goal": case.goal, **case.run(args.repeats)}
        results.append(result)
        print(f"{case.label}: x{result['ratio']['median']} (goal {case.goal}), others used {result.get('others_cpu', 0):.0%}", flush=True)
    wanted = lambda label: re.search(args.only, label)
    grown = growth(setup, args.repeats) if wanted("growth") else []
    drawn = curves.measure(setup, args.repeats, wanted, agrees)
    failed = failed or any(not curve["points"] for curve in drawn)
    json.dump({"results": results, "growth": grown, "curves": drawn}, open(f"{args.out}/results.json", "w"), indent=1)
    write_pages(args.out, args.repeats, results, grown, drawn)
    sys.exit(failed)


if __name__ == "__main__":
    main()
