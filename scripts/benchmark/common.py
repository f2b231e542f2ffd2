"""Shared by the peer scripts: threads, clocks, machine noise, interleaving with our program, the one JSON line.

Protocol of `--ours CMD`: after every timed repeat of the peer, CMD is run once (by a shell) and must print, as its last line
that starts with '{', a JSON object with "seconds" (a number, or a list whose median is taken). Placeholders filled in CMD:
{model} {inputs} {threads} {group} {new_tokens} {vocab} {prompts} {repeat} {case}. Optional key "check": numbers that are
compared with the peer's "check" of the same name (absolute and relative difference are printed, nothing is asserted).
"""
import argparse, json, os, platform, resource, statistics, subprocess, sys, time

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def set_threads_environment(threads: int) -> None:
    """Call before importing torch."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(threads)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")


def parse_threads(argv=None) -> int:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_known_args(argv)[0].threads


def base_parser(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--threads", type=int, default=1, help="torch intra-op threads (inter-op is 1)")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--warmup", type=int, default=1)
    parser.add_argument("--ours", default=None, metavar="CMD", help="run CMD interleaved; it prints a JSON line with \"seconds\"")
    parser.add_argument("--wait-quiet", type=float, default=0.0, metavar="SECONDS",
                        help="wait up to this long for other processes to use < 8%% of the machine")
    parser.add_argument("--calm-us", type=float, default=450.0, help="python_us of an undisturbed host; depends on the machine")
    parser.add_argument("--calm-wait", type=float, default=2.0, help="seconds to wait before each repeat for python_us <= --calm-us")
    return parser


def init_torch(threads: int):
    import torch
    torch.set_num_threads(threads)
    try:
        torch.set_num_interop_threads(1)
    except RuntimeError:
        pass
    return torch


def versions() -> dict:
    import importlib.metadata as md
    out = {"python": platform.python_version()}
    for name in ("torch", "torchvision", "transformers", "trl", "qwen-vl-utils", "tokenizers", "accelerate", "numpy"):
        try:
            out[name] = md.version(name)
        except md.PackageNotFoundError:
            pass
    return out


def cpu_name() -> str:
    try:
        lines = open("/proc/cpuinfo").read().splitlines()
    except OSError:
        return "unknown"
    get = lambda key: next((l.split(":", 1)[1].strip() for l in lines if l.startswith(key)), "?")
    flags = get("flags").split()
    simd = next((f for f in ("avx512_bf16", "avx512f", "avx2", "avx") if f in flags), "none")
    return f"{get('model name')} family {get('cpu family')} model {get('model')} {simd} x{os.cpu_count()}"


def _machine_ticks():
    fields = [int(x) for x in open("/proc/stat").readline().split()[1:9]]
    user, nice, system, idle, iowait, irq, softirq, steal = fields
    return user + nice + system + irq + softirq, steal


def _own_ticks(pids):
    total = 0
    for pid in pids:
        try:
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(x) for x in fields[11:15])  # utime stime cutime cstime
    return total


class NoiseMeter:
    """Which part of the machine was used by others while we measured (0 = nobody), and stolen time."""

    def __init__(self, pids=()):
        self.pids = [os.getpid(), *pids]
        self.load_start = os.getloadavg()[0]
        self.start = (time.perf_counter(), _machine_ticks(), _own_ticks(self.pids))

    def finish(self) -> dict:
        t0, (busy0, steal0), own0 = self.start
        seconds = max(time.perf_counter() - t0, 1e-6)
        busy, steal = _machine_ticks()
        own = _own_ticks(self.pids)
        cores = os.cpu_count()
        others = ((busy - busy0) - (own - own0)) / CLOCK_TICKS / seconds / cores
        return {"load_start": round(self.load_start, 2), "load_end": round(os.getloadavg()[0], 2),
                "others_cpu": round(max(others, 0.0), 3), "steal": round((steal - steal0) / CLOCK_TICKS / seconds / cores, 3)}


def wait_quiet(limit: float, threshold: float = 0.08, window: float = 4.0) -> float:
    """Waits until the whole machine is nearly idle for `window` seconds. Returns the seconds waited."""
    started = time.perf_counter()
    while time.perf_counter() - started < limit:
        busy0, _ = _machine_ticks()
        time.sleep(window)
        busy1, _ = _machine_ticks()
        if (busy1 - busy0) / CLOCK_TICKS / window / os.cpu_count() < threshold:
            break
    return time.perf_counter() - started


def calibration(torch, seconds: float = 0.4) -> float:
    """GFLOP/s of a 256^3 float32 product on the current number of threads: shows a machine that has slowed down."""
    a, b = torch.randn(256, 256), torch.randn(256, 256)
    best, end = 0.0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        t = time.perf_counter()
        for _ in range(8):
            a @ b
        best = max(best, 8 * 2 * 256 ** 3 / (time.perf_counter() - t) / 1e9)
    return round(best, 1)


def python_speed_us() -> float:
    """Time of a fixed piece of pure Python (best of 3, about 1 ms each). Other guests of the host slow interpreters down by up to 2x
    without showing in load, steal or a matrix product: compare figures only at equal python_us."""
    best = 1e9
    for _ in range(3):
        table, t = {}, time.perf_counter()
        for i in range(8000):
            table[i & 63] = i
        best = min(best, time.perf_counter() - t)
    return round(best * 1e6, 1)


def wait_calm(args) -> float:
    """Before a repeat: wait up to --calm-wait seconds for the interpreter to run at its usual speed. Returns the last python_us."""
    end = time.perf_counter() + args.calm_wait
    while True:
        speed = python_speed_us()
        if speed <= args.calm_us or time.perf_counter() > end:
            return speed
        time.sleep(0.05)


def peak_rss_bytes(pid="self") -> int:
    """VmHWM: unlike ru_maxrss it is not inherited through fork and exec."""
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


def reset_peak_rss() -> None:
    try:
        open("/proc/self/clear_refs", "w").write("5")
    except OSError:
        pass


def summary(values) -> dict:
    values = [float(v) for v in values]
    return {"min": round(min(values), 6), "median": round(statistics.median(values), 6), "max": round(max(values), 6),
            "n": len(values), "all": [round(v, 6) for v in values]}


def last_json(text: str) -> dict:
    for line in reversed(text.strip().splitlines()):
        if line.lstrip().startswith("{"):
            return json.loads(line)
    raise ValueError("no JSON line in the output: " + text[-400:])


def run_ours(command: str, fields: dict) -> dict:
    for key, value in fields.items():
        command = command.replace("{" + key + "}", str(value))
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"--ours exited {done.returncode}: {done.stderr[-800:]}")
    out = last_json(done.stdout)
    if isinstance(out["seconds"], list):
        out["seconds"] = statistics.median(out["seconds"])
    return out


def compare(peer: list, ours: list) -> dict:
    """`peer` and `ours` are the seconds of the same repeats, taken in turn."""
    pairs = [p / o for p, o in zip(peer, ours)]
    return {"ours_seconds": summary(ours),
            "ratio": {"median": round(statistics.median(peer) / statistics.median(ours), 3),
                      "best": round(min(peer) / min(ours), 3),
                      "pair_min": round(min(pairs), 3), "pair_max": round(max(pairs), 3)}}


def compare_checks(peer: dict, ours: dict) -> dict:
    out = {}
    for key, value in (peer or {}).items():
        if key in (ours or {}):
            other = ours[key]
            if isinstance(value, (int, float)) and isinstance(other, (int, float)):
                out[key] = {"peer": value, "ours": other, "abs": abs(value - other),
                            "rel": abs(value - other) / max(abs(value), 1e-12)}
            else:
                out[key] = {"equal": value == other}
    return out


def measure(step, args, fields: dict, noise_pids=()) -> dict:
    """Warm-up, then `args.repeats` times: step() -> (seconds, cpu_seconds); then our command, if any."""
    for _ in range(args.warmup):
        step()
    meter = NoiseMeter(noise_pids)
    peer, cpu, ours, last, speed = [], [], [], None, []
    for repeat in range(args.repeats):
        speed.append(wait_calm(args))
        seconds, cpu_seconds = step()
        peer.append(seconds)
        cpu.append(cpu_seconds)
        if args.ours:
            last = run_ours(args.ours, {**fields, "repeat": repeat})
            ours.append(last["seconds"])
    out = {"seconds": summary(peer), "cpu_seconds": summary(cpu), "python_us": [min(speed), max(speed)], **meter.finish()}
    if ours:
        out.update(compare(peer, ours))
        out["ours_last"] = last
    return out


def timed(function):
    """-> step for measure(): wall and process CPU seconds of one call."""
    def step():
        wall, cpu = time.perf_counter(), time.process_time()
        function()
        return time.perf_counter() - wall, time.process_time() - cpu
    return step


def emit(result: dict) -> None:
    result.setdefault("machine", cpu_name())
    result.setdefault("versions", versions())
    result.setdefault("time", time.strftime("%Y-%m-%dT%H:%M:%S"))
    sys.stdout.flush()
    print(json.dumps(result), flush=True)
