#!/usr/bin/env python3
"""Runs our programs and their peers side by side and writes a page. Started by scripts/benchmark.sh; see its --help.

Each case first runs once for its numbers, which must agree; then repeat by repeat, the peer and ours in turn, so that a slow minute of
the machine hits both. One thread each, float32, the same weights and inputs.
"""
import argparse, html, json, os, re, subprocess, sys
import policy_cases, rank_cases, startup_cases
from cases import Setup
from common import cpu_name, summary, versions
TOLERANCE = 1e-4  # relative, of losses, sums of log-probs and norms of gradients in float32


# Modules with cases(setup), in the order of the page.
MODULES = (policy_cases, startup_cases, rank_cases)


def differences(result):
    """The checks that fail."""
    bad = []
    for name, check in (result.get("checks") or {}).items():
        if not check.get("equal", True) or check.get("rel", 0.0) > TOLERANCE:
            bad.append(f"{name}: {check}")
    return bad


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


def span(s):
    return f"{s['median']:.4g} ({s['min']:.4g} to {s['max']:.4g})"


def tables(results, grown):
    goal = lambda g: "" if g is None else f"{g:g}"
    first = [["case", "what", "peer s: median (min to max)", "ours s", "times faster: medians", "of minima", "pairs", "goal", "peak GiB above start: peer", "ours"]]
    for r in results:
        memory = lambda x: f"{x['peak_rss_gib'] - x['loaded_rss_gib']:.2f}" if "loaded_rss_gib" in x and "peak_rss_gib" in x else ""
        first.append([r["label"], r["what"], span(r["seconds"]), span(r["ours_seconds"]), f"{r['ratio']['median']:.2f}", f"{r['ratio']['best']:.2f}",
                      f"{r['ratio']['pair_min']:.2f} to {r['ratio']['pair_max']:.2f}", goal(r["goal"]), memory(r), memory(r.get("ours_last", {}))])
    second = [["case", "fewer s: median (min to max)", "more s", "growth: medians", "of minima", "goal: at most"]]
    second += [[g["label"], span(g["few"]), span(g["many"]), f"{g['ratio']:.2f}", f"{g['best']:.2f}", goal(g["goal"])] for g in grown]
    return [("Against peers", first), ("Growth of our own time", second)]


def markdown(named):
    lines = []
    for title, (header, *rows) in named:
        lines += [f"## {title}", "", "| " + " | ".join(header) + " |", "|" + "---|" * len(header), *("| " + " | ".join(r) + " |" for r in rows), ""]
    return "\n".join(lines)


def page(named, about):
    cell = lambda tag, text: f"<{tag}>{html.escape(text)}</{tag}>"
    body = "".join(f"<h2>{html.escape(title)}</h2><table><tr>{''.join(cell('th', c) for c in header)}</tr>"
                   + "".join(f"<tr>{''.join(cell('td', c) for c in row)}</tr>" for row in rows) + "</table>" for title, (header, *rows) in named)
    return ("<!doctype html><html lang=en><meta charset=utf-8><title>vrlt speed</title><style>body{font:15px/1.5 system-ui;margin:2em auto;max-width:80em;"
            "padding:0 1em}table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.3em .6em;text-align:left}th{background:#eee}</style>"
            f"<h1>Speed against peers</h1><p>{html.escape(about)}</p>{body}</html>\n")


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
        bad = differences(case.run(1))
        if bad:
            print(f"{case.label}: not the same numbers: {'; '.join(bad)}", file=sys.stderr)
            failed = True
            continue
        result = {"label": case.label, "what": case.what, "goal": case.goal, **case.run(args.repeats)}
        results.append(result)
        print(f"{case.label}: x{result['ratio']['median']} (goal {case.goal}), others used {result.get('others_cpu', 0):.0%}", flush=True)
    grown = growth(setup, args.repeats) if re.search(args.only, "growth") else []
    json.dump({"results": results, "growth": grown}, open(f"{args.out}/results.json", "w"), indent=1)
    named = tables(results, grown)
    about = (f"{args.repeats} repeats, one side and the other in turn, one thread each, float32. {cpu_name()}. "
             + ", ".join(f"{name} {version}" for name, version in versions().items()))
    open(f"{args.out}/speed.md", "w").write(f"# Speed against peers\n\n{about}\n\n{markdown(named)}")
    open(f"{args.out}/speed.html", "w").write(page(named, about))
    print(markdown(named))
    sys.exit(failed)


if __name__ == "__main__":
    main()
