#!/usr/bin/env python3
"""What becomes of a run on several ranks when one of them is lost or stopped: for each fault in each phase of a step the exit codes, whether the
others name the rank, and the seconds until all are gone. Exits with 1 where one of them is not as docs/cluster.md says.

usage: scripts/benchmark/faults.py [ranks=2,4] [mode=parameters] [faults=killed,..] [phases=reading,..] [work=FOLDER]
(needs the programs in build/release/bin or VRLT_BIN; the folder, build/faults unless given, is kept)
"""
import os
import pathlib
import re
import resource
import shutil
import signal
import sys
import time

import ranks as processes

CONFIG = """
output: runs
steps: 100000
prompts_per_step: 8
device_tflops: 1
model: {path: data/model, init: random}
data: {records: [data/train.jsonl], root: data/videos, prompt: auto_short}
video: {fps: 2.0, max_frames: 8, min_pixels: 3136, max_pixels: 3136}
"""
GRPO = "trainer: grpo\nrewards: [{command: \"python3 reward.py\", weight: 1.0}]\n"
NEVER = "checkpoint: {every: 100000}\n"
# The phase takes nearly all of a step, so that it is the one that a fault some time after the first step meets.
CONFIGS = {
    "reading": GRPO + NEVER + "rollout: {group_size: 4, max_new_tokens: 16}\n",
    "rollout": GRPO + NEVER + "rollout: {group_size: 4, max_new_tokens: 400}\n",
    "update": "trainer: sft\nmicro_batch: 1\n" + NEVER,
    "saving": "trainer: sft\nprompts_per_step: 2\nmicro_batch: 1\ncheckpoint: {every: 1, keep: 2}\n",
}
# A reward that differs from answer to answer.
REWARD = "    return len(completion) / 10000\n"
TIMEOUT = 8  # VRLT_COMM_TIMEOUT, seconds
GONE, DISK, STOPPED, MEMORY, HANGS = 69, 74, 75, 80, 82
KILLED = -signal.SIGKILL
# fault: what is done to the rank, its own end, that of the others (none: any of ours), seconds at most, phases
FAULTS = {
    "killed": (lambda pid: os.kill(pid, signal.SIGKILL), {KILLED}, {GONE}, 10, None),
    "stopped": (lambda pid: os.kill(pid, signal.SIGSTOP), {KILLED}, {HANGS}, TIMEOUT + 10, None),
    "preempted": (lambda pid: os.kill(pid, signal.SIGTERM), {STOPPED}, {STOPPED}, 60, None),
    # no more memory: it ends at the next block that it asks for, or its loss is said by all
    "out of memory": (lambda pid: resource.prlimit(pid, resource.RLIMIT_DATA, (1, 1)), {MEMORY}, {GONE, MEMORY}, 60, None),
    # an error in its own code: no file that it opens or writes may be longer than a byte
    "throws": (lambda pid: resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, 1)), {DISK}, {DISK, GONE}, 60, ["saving"]),
}


def lines(path):
    return path.read_text().count("\n") if path.exists() else 0


def wait_for_phase(phase, run):
    """Returns when the run is in the phase."""
    deadline = time.monotonic() + 300
    reached = {
        "reading": lambda: (run / "config.yaml").exists(),
        "saving": lambda: lines(run / "metrics.jsonl") > 1 and any((run / "checkpoints").glob("*.tmp")),
    }.get(phase, lambda: lines(run / "metrics.jsonl") > 1)
    while not reached():
        if time.monotonic() > deadline:
            sys.exit(f"{phase} was not reached:\n" + processes.log(0))
        time.sleep(0.002)


def wait_for_others(started, victim):
    """Ends of all; the victim is killed when the others are gone, if it is still there."""
    others = [process for rank, process in enumerate(started) if rank != victim]
    ends = processes.wait(others)
    seconds = time.monotonic()
    if started[victim].poll() is None:
        time.sleep(1)
        started[victim].kill()
    started[victim].wait()
    return [started[rank].returncode for rank in range(len(started))], seconds, ends


def inject(fault, phase, ranks, mode, victim):
    """@return exit codes in the order of ranks, whether the others name the victim, seconds until they were gone."""
    shutil.rmtree("runs", ignore_errors=True)
    pathlib.Path("fault.yaml").write_text("name: fault\n" + CONFIG + CONFIGS[phase])
    started = processes.start("vrlt-train", ["fault.yaml", f"distributed.shard={mode}"], ranks, {"VRLT_COMM_TIMEOUT": str(TIMEOUT)})
    wait_for_phase(phase, pathlib.Path("runs/fault"))
    start = time.monotonic()
    FAULTS[fault][0](started[victim].pid)
    codes, end, _ = wait_for_others(started, victim)
    named = all(re.search(rf"rank {victim}\b", processes.log(rank)) for rank in range(ranks) if rank != victim)
    return codes, named, end - start


def main():
    options = dict(argument.split("=", 1) for argument in sys.argv[1:])
    work = pathlib.Path(options.get("work", processes.ROOT / "build/faults"))
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    os.chdir(work)
    processes.make_data("data", 8, text_width=192, text_layers=4, vision_width=32, vision_layers=1)
    template = (processes.ROOT / "scripts/rewards/template.py").read_text()
    pathlib.Path("reward.py").write_text(re.sub(r"    return float.*\n", lambda _: REWARD, template))
    print("ranks  fault          phase     its end  others            named  seconds")
    wrong = 0
    for ranks in map(int, options.get("ranks", "2,4").split(",")):
        for fault in options.get("faults", ",".join(FAULTS)).split(","):
            _, own, of_others, most, only = FAULTS[fault]
            for phase in options.get("phases", ",".join(only or CONFIGS)).split(","):
                victim = ranks - 1
                codes, named, seconds = inject(fault, phase, ranks, options.get("mode", "parameters"), victim)
                others = [code for rank, code in enumerate(codes) if rank != victim]
                good = codes[victim] in own and set(others) <= of_others and seconds <= most and (named or fault == "preempted")
                wrong += not good
                print(f"{ranks:5}  {fault:13}  {phase:8}  {codes[victim]:7}  {', '.join(map(str, others)):16}  {'yes' if named else 'no':5}  {seconds:7.1f}"
                      + ("" if good else "   <- not as it should be"), flush=True)
                if not good:
                    for rank in range(ranks):
                        print(f"    rank {rank}: " + " | ".join(processes.log(rank).splitlines()[-3:]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
