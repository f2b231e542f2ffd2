"""The parts of the course, in order: what runs, what is right, and what the numbers are held
against."""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import threading
import time

import models

LEAST_SECONDS = 10
OUT_OF_MEMORY = 80  # the programs' exit code
# GB/s that a card's memory gives, by its name.
BANDWIDTH = {"H200": 4800, "H100": 3350, "A100": 2039, "L40S": 864, "4090": 1008}
# Relative, in float32: sums in another order; CUDA's products may round to TF32 nowhere.
SAME_LOSS = 1e-3


class Failed(Exception):
    """Something did not run as it should."""


class DoesNotFit(Failed):
    """A run took more memory than there is, and said so."""


class PeakMemory:
    """The most that the driver says is taken, looked at while something runs; nothing where
    there is no nvidia-smi."""

    def __enter__(self):
        self.gigabytes, self.done = None, threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def watch(self):
        while shutil.which("nvidia-smi") and not self.done.wait(0.2):
            said = subprocess.run(
                [
                    "nvidia-smi",
                    "--query-gpu=memory.used",
                    "--format=csv,noheader,nounits",
                    "-i",
                    "0",
                ],
                capture_output=True,
                text=True,
            )
            if said.returncode == 0 and said.stdout.strip().isdigit():
                self.gigabytes = max(self.gigabytes or 0, int(said.stdout) * 2**20 / 1e9)

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


class Course:
    def __init__(self, options, results, scale):
        self.options, self.results, self.scale = options, results, scale
        self.left, self.part, self.card = 0.0, "", ""

    def run(self, part, seconds):
        self.left, self.part = time.monotonic() + seconds, part.__name__
        print(f"{self.part}: {part.__doc__}", flush=True)
        try:
            part(self)
        except Failed as failed:
            self.results.add(self.part, "ran", "no", right=False, note=str(failed))
        except (
            KeyError,
            IndexError,
            ValueError,
        ) as error:  # what a program wrote is not what this script knows
            self.results.add(
                self.part, "ran", "no", right=False, note=f"{type(error).__name__}: {error}"
            )

    def add(self, what, value, unit="", **more):
        self.results.add(self.part, what, value, unit, **more)

    def say(self, *words, allowed=(0,), limit=300, environment=None):
        """Runs a program to its end. @return what it wrote to standard output."""
        limit = max(1.0, min(limit, self.left - time.monotonic()))
        try:
            done = subprocess.run(
                [str(w) for w in words],
                capture_output=True,
                text=True,
                timeout=limit,
                env={**os.environ, **(environment or {})},
            )
        except subprocess.TimeoutExpired:
            raise Failed(
                f"{os.path.basename(str(words[0]))} took more than {limit:.0f} s"
            ) from None
        if done.returncode not in allowed:
            last = " / ".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-3:])
            kind = DoesNotFit if done.returncode == OUT_OF_MEMORY else Failed
            raise kind(
                f"{os.path.basename(str(words[0]))} ended with {done.returncode}: {last[-400:]}"
            )
        return done.stdout

    def program(self, name, *words, **more):
        return self.say(self.options.bin / name, *words, **more)

    @property
    def data(self):
        """Clips, records and the small model, made once."""
        folder = self.options.out / "data"
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            config = self.options.out / "synth.yaml"
            config.write_text(
                f"output: {json.dumps(str(folder))}\ntrain_clips: 32\ntest_clips: 8\nseed: 1\n"
            )
            self.program("vrlt-data", "synth", config)
            (folder / "complete").touch()
        return folder

    @property
    def reward(self):
        return f"{sys.executable} '{pathlib.Path(__file__).with_name('graded_reward.py')}'"

    def shape(self, name):
        return models.make(
            self.data / "model", self.options.out / "models" / name, self.scale[name]
        )

    def train(self, name, trainer, model, device, dtype, steps, *more):
        """A run from random weights. @return lines of its metrics, lines of its timing,
        peak GB of the card."""
        runs = self.options.out / "runs"
        shutil.rmtree(runs / name, ignore_errors=True)
        config = self.options.out / f"{name}.yaml"
        config.write_text(f"name: {name}\ntrainer: {trainer}\nsteps: {steps}\n")
        with PeakMemory() as peak:
            self.program(
                "vrlt-train",
                config,
                f"output={runs}",
                f"data.root={self.data / 'videos'}",
                f"data.records=[{self.data / 'train.jsonl'}]",
                f"model.path={model}",
                "model.init=random",
                f"model.device={device}",
                f"model.dtype={dtype}",
                "data.prompt=auto_short",
                "checkpoint.optimizer=unfinished",
                *more,
            )
        lines = [
            [json.loads(line) for line in open(runs / name / f"{kind}.jsonl", encoding="utf-8")]
            for kind in ("metrics", "timing")
        ]
        shutil.rmtree(runs / name / "checkpoints", ignore_errors=True)
        return *lines, peak.gigabytes

    def grpo(self, name, shape, *more, prompts=None, group=None, tokens=None, kl=0.0):
        """A few whole steps at a shape. @return median seconds by phase, lines of
        metrics, peak GB."""
        s = self.scale
        rate = s["frames"] / 4  # of clips of at least four seconds
        metrics, timing, peak = self.train(
            name,
            "grpo",
            self.shape(shape),
            s["device"],
            s["dtype"],
            s["steps"],
            f"prompts_per_step={prompts or s['prompts']}",
            "micro_batch=1",
            f"rollout.group_size={group or s['group']}",
            f"rollout.max_new_tokens={tokens or s['tokens']}",
            f"video.fps={min(rate, 8):g}",
            f"video.max_frames={s['frames']}",
            f"video.min_pixels={s['pixels']}",
            f"video.max_pixels={s['pixels']}",
            f"algorithm.kl_coef={kl}",
            f"rewards=[{{command: {json.dumps(self.reward)}, weight: 1.0}}]",
            *more,
        )
        later = timing[1:] or timing  # the first step warms up
        phases = {
            key.split("/")[1]: statistics.median(line[key] for line in later)
            for key in later[0]
            if key.endswith("_seconds")
        }
        return phases, metrics, peak


def machine(course):
    """versions, cores, memory, GPUs"""
    said = json.loads(course.program("vrlt-doctor", "--json", allowed=(0, 1)))
    for finding in said["findings"]:
        if (
            finding["state"] == "BAD"
            or finding["part"] in ("processor", "LibTorch", "CUDA", "GPU driver")
            or finding["part"].startswith("GPU")
        ):
            course.add(
                finding["part"],
                finding["what"],
                right=finding["state"] != "BAD",
                note=finding["advice"],
            )
    if not course.options.dry:
        usable = [
            f
            for f in said["findings"]
            if f["part"].startswith("GPU ") and f["part"] != "GPU driver" and f["state"] != "BAD"
        ]
        if not usable:
            raise Failed("no usable GPU; gpu_check.sh --dry runs the course without one")
        course.card = course.say(
            "nvidia-smi", "--query-gpu=name", "--format=csv,noheader", "-i", "0"
        ).strip()
        course.add("card", course.card)


def tests(course):
    """the tests that need a device: the GPU's, or those of the fake device"""
    wanted = (
        {"device_model": "*", "device_trainer": "DecodingStep.*:Generating.*"}
        if course.options.dry
        else {"gpu_rollout": "*"}
    )
    for name, chosen in wanted.items():
        if not (course.options.bin / name).exists():
            preset = "release" if course.options.dry else "cuda"
            raise Failed(f"{name} is not built: cmake --build --preset {preset} --target {name}")
        said = course.program(name, f"--gtest_filter={chosen}", allowed=(0, 1), limit=120)
        failed = [
            line.split("] ")[1]
            for line in said.splitlines()
            if line.startswith("[  FAILED  ]") and "." in line
        ]
        passed = said.count("[       OK ]")
        course.add(
            name,
            f"{passed} passed",
            right=passed > 0 and not failed,
            note=", ".join(dict.fromkeys(failed)),
        )


def same_training(course):
    """supervised training in float32 on the device and on the processor"""
    device, steps = course.scale["device"], course.scale["small_steps"]
    small = (
        "prompts_per_step=4",
        "video.fps=2",
        "video.max_frames=8",
        "video.min_pixels=3136",
        "video.max_pixels=3136",
        "optim.lr=1e-3",
    )
    here, _, _ = course.train(
        "sft_cpu", "sft", course.data / "model", "cpu", "float32", steps, *small
    )
    there, _, _ = course.train(
        "sft_device", "sft", course.data / "model", device, "float32", steps, *small
    )
    worst = max(
        abs(a["loss/nll"] - b["loss/nll"]) / max(1e-6, abs(a["loss/nll"]))
        for a, b in zip(here, there)
    )
    course.add(
        "largest relative difference of the loss",
        worst,
        right=len(here) == len(there) == steps and worst <= SAME_LOSS,
    )


def sampler_and_update(course):
    """how far the log-probs of sampler and update are apart, at the shape of 3B"""
    phases, metrics, _ = course.grpo("mismatch", "shape_3b")
    worst = max(line["rollout/log_prob_mismatch_max"] for line in metrics)
    mean = max(line["rollout/log_prob_mismatch_mean"] for line in metrics)
    course.add("largest difference", worst, "nat", right=worst == worst and worst < 1.0)
    course.add("mean difference", mean, "nat", goal=("<=", 0.02))


def decode_3b(course):
    """seconds of a decoding step of one prompt, and the share of the memory's bandwidth"""
    s, times = course.scale, {}
    for tokens in (s["short_tokens"], s["tokens"]):
        phases, _, _ = course.grpo(
            f"decode_{tokens}", "shape_3b", "model.freeze_vision=true", prompts=1, tokens=tokens
        )
        times[tokens] = phases["rollout_seconds"]
    step = (times[s["tokens"]] - times[s["short_tokens"]]) / (s["tokens"] - s["short_tokens"])
    course.add(
        "decoding step, G responses to one prompt",
        step * 1e3,
        "ms",
        goal=None if course.options.dry else ("<=", 1.46 / 0.65),
    )
    course.add(
        "vision and prefill of a prompt", times[s["short_tokens"]] - step * s["short_tokens"], "s"
    )
    gigabytes = next((value for key, value in BANDWIDTH.items() if key in course.card), None)
    if gigabytes and step > 0:
        course.add(
            "share of the bandwidth (H3)",
            models.bytes_of_decoder(s["shape_3b"]) / step / 1e9 / gigabytes,
            goal=(">=", 0.65),
        )


def steps_3b(course):
    """whole steps of GRPO at the shape of 3B"""
    for name, more, goal in (
        ("all weights", ("model.freeze_vision=false",), 9.5),
        ("tower frozen", ("model.freeze_vision=true",), 6.5),
    ):
        phases, _, peak = course.grpo("step_3b", "shape_3b", *more)
        course.add(
            f"step, {name} (H4)",
            phases["step_seconds"],
            "s",
            goal=None if course.options.dry else ("<=", goal),
            note=", ".join(
                f"{key.removesuffix('_seconds')} {value:.2f}"
                for key, value in phases.items()
                if key != "step_seconds"
            ),
        )
        if peak is not None:
            course.add(f"peak, {name}", peak, "GB")
        if name == "all weights":
            course.whole_step = phases["step_seconds"]


def group_growth(course):
    """the cost of four times as many responses"""
    if not hasattr(course, "whole_step"):
        raise Failed("steps_3b gave nothing to compare with")
    phases, _, _ = course.grpo(
        "step_3b_large", "shape_3b", "model.freeze_vision=false", group=4 * course.scale["group"]
    )
    course.add(
        "step of 4 G over step of G (H5)",
        phases["step_seconds"] / course.whole_step,
        goal=None if course.options.dry else ("<=", 2.2),
    )


def whole_7b(course):
    """7B with its reference: all weights (H6), and as an adapter"""
    for name, more in (
        ("all weights", ("model.freeze_vision=false",)),
        ("adapter", ("lora.rank=64",)),
    ):
        try:
            phases, _, peak = course.grpo(
                "step_7b", "shape_7b", "model.activation_checkpointing=auto", *more, kl=0.01
            )
        except DoesNotFit as error:
            course.add(f"step, {name} (H6)", "does not fit", note=str(error))
            continue
        course.add(f"step, {name} (H6)", phases["step_seconds"], "s")
        if peak is not None:
            course.add(f"peak, {name}", peak, "GB")


PARTS = [
    machine,
    tests,
    same_training,
    sampler_and_update,
    decode_3b,
    steps_3b,
    group_growth,
    whole_7b,
]
