"""Steps of vrlt-train on two ranks with a core each, beside one rank on one core: the same run, metrics checked to agree."""
import json, os, shutil, statistics, subprocess, sys
import start_run
from cases import Case
from common import NoiseMeter, compare, compare_checks, summary

STEPS = 4  # the first is warm-up


def seconds_and_losses(setup, args, folder, ranks):
    """Of the steps of a run on `ranks` ranks, started by mpirun; it gives each a core."""
    name = f"ranks{ranks}"
    shutil.rmtree(f"{folder}/runs/{name}", ignore_errors=True)
    command = ["mpirun", "--allow-run-as-root", "-np", str(ranks), "--bind-to", "core", *start_run.command(setup, args, folder, name, STEPS)]
    done = subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{ranks} ranks: {done.stderr[-1500:]}")
    lines = lambda file: [json.loads(line) for line in open(f"{folder}/runs/{name}/{file}.jsonl")]
    check = {f"{key} of step 1": lines("metrics")[0][key] for key in ("loss/total", "grad/norm", "reward/total")}
    return statistics.median(line["time/step_seconds"] for line in lines("timing")[1:]), check


def run(setup, args, repeats):
    folder = f"{setup.work}/ranks-{os.path.basename(args.model)}"
    start_run.make_records(args, folder)
    meter, one, two = NoiseMeter(), [], []
    for _ in range(repeats):
        seconds, check = seconds_and_losses(setup, args, folder, 1)
        one.append(seconds)
        seconds, other = seconds_and_losses(setup, args, folder, 2)
        two.append(seconds)
    return {"seconds": summary(one), **compare(one, two), **meter.finish(), "checks": compare_checks(check, other)}


def cases(setup):
    out = []
    if not shutil.which("mpirun") or os.cpu_count() < 2:
        print("ranks: left out, they need Open MPI's mpirun and two cores", file=sys.stderr)
        return out
    for model, prompts in (("h64", 16), ("h128", 8)):
        args = start_run.options(setup, model, prompts)
        out.append(Case(f"ranks {model}", f"a step of {prompts} prompts x 8 x 64 tokens: one rank on one core, two ranks on two", 1.7,
                        lambda repeats, args=args: run(setup, args, repeats)))
    return out
