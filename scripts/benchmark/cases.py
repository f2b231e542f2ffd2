"""What a row of the benchmark is. A module of cases has cases(setup) -> [Case] and a place in MODULES of run.py."""
import json, os, subprocess, sys
from dataclasses import dataclass
from typing import Callable, Optional
HERE = os.path.dirname(os.path.abspath(__file__))
TOLERANCE = 1e-4  # relative, of losses, sums of log-probs and norms of gradients in float32


@dataclass
class Setup:
    work: str  # models and inputs of make_workload.py; room for what a case makes
    bin: str   # our programs

    @property
    def policy_benchmark(self):
        return f"{self.bin}/policy_benchmark"

    def model(self, name):
        return f"{self.work}/models/{name}"

    def inputs(self, model, prompt):
        return f"{self.work}/inputs/{model}/{prompt}.safetensors"


@dataclass
class Case:
    label: str            # what --only matches
    what: str             # a line for the page
    goal: Optional[float]  # times faster than the other side, or none
    # Of a number of repeats: what common.measure() gives with `ours` (seconds, ours_seconds, ratio), and `checks` of common.compare_checks():
    # with one repeat for its numbers, which must agree before anything is timed.
    run: Callable[[int], dict]


def beside_script(label, what, goal, peer, ours):
    """A script of this folder with its flags, which runs the command `ours` after each of its own repeats (see common.py)."""
    script, *flags = peer.split()

    def run(repeats):
        done = subprocess.run([sys.executable, f"{HERE}/{script}", *flags, "--repeats", str(repeats), "--ours", ours], capture_output=True, text=True)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if done.returncode or not lines:
            raise RuntimeError(f"{script}: {done.stderr[-1500:]}")
        result = json.loads(lines[-1])
        return {**result, **result.get("cases", [{}])[0]}

    return Case(label, what, goal, run)


def agrees(label, result):
    """Whether the checks of a result hold; says which do not."""
    bad = [f"{name}: {check}" for name, check in (result.get("checks") or {}).items()
           if not check.get("equal", True) or check.get("rel", 0.0) > TOLERANCE]
    if bad:
        print(f"{label}: not the same numbers: {'; '.join(bad)}", file=sys.stderr)
    return not bad
