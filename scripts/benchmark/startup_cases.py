"""From the start of the process to the end of the first step: vrlt-train beside the TRL script, on the same model, images, questions and sizes."""
import os, shutil, subprocess, time
import start_run, trl_grpo
from cases import Case
from common import NoiseMeter, compare, summary


def trl_seconds(args):
    child = trl_grpo.Child(args)
    child.step()
    child.finish()
    return child.first


def our_seconds(setup, args, folder):
    shutil.rmtree(f"{folder}/runs", ignore_errors=True)
    environment = {**os.environ, "OMP_NUM_THREADS": str(args.threads)}
    metrics = f"{folder}/runs/first/metrics.jsonl"
    started = time.perf_counter()
    with subprocess.Popen(start_run.command(setup, args, folder, "first", 1), env=environment, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not (os.path.exists(metrics) and os.path.getsize(metrics)):
            time.sleep(0.001)
        seconds = time.perf_counter() - started
        if process.wait():
            raise RuntimeError(f"vrlt-train: {process.stderr.read()[-1500:]}")
    return seconds


def run(setup, repeats):
    args, folder = start_run.options(setup, "h64", prompts=4), f"{setup.work}/start"
    start_run.make_records(args, folder)
    trl_seconds(args), our_seconds(setup, args, folder)  # from now on their files are in memory
    meter, peer, ours = NoiseMeter(), [], []
    for _ in range(repeats):
        peer.append(trl_seconds(args))
        ours.append(our_seconds(setup, args, folder))
    return {"seconds": summary(peer), **compare(peer, ours), **meter.finish()}


def cases(setup):
    return [Case("start-up", "start of the process to the end of its first step, 4 prompts x 8 x 64 tokens", 10.0, lambda repeats: run(setup, repeats))]
