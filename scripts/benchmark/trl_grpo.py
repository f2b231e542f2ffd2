#!/usr/bin/env python3
"""A real TRL GRPOTrainer step on a tiny Qwen2.5-VL: PROMPTS prompts x G generations x R tokens, one optimizer step. One JSON line.

TRL takes images, not videos: a prompt gets --images images whose tower rows (2-frame patches) and LLM tokens equal those of a clip
with as many frame pairs (8 images of 140x140 = 8*25 tokens = the 16-frame clip of prompt256). float32, no vLLM, AdamW, beta 0.04,
sampling at temperature 1 with forced length, reward computed in Python on the decoded text.
A step is timed from the end of one optimizer step to the end of the next: data, processor (twice, as TRL does), generate, decode,
reward, reference pass, policy pass, backward, clip, AdamW, logging. The phases come from TRL's own profiling contexts (TRL sends
them to wandb only; here they are caught), plus what is left.
--data memory    PIL images already decoded (favours the peer)   --data datasets   datasets.Dataset with an Image column, as in TRL's docs
--micro N        per_device_train_batch_size (gradient accumulation makes up the rest). TRL's default is 8.
"""
import sys, tempfile
from common import *
THREADS = parse_threads()
set_threads_environment(THREADS)


def parser_():
    parser = base_parser(__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--prompts", type=int, default=4), parser.add_argument("--group", type=int, default=8)
    parser.add_argument("--new-tokens", type=int, default=64)
    parser.add_argument("--images", type=int, default=8), parser.add_argument("--side", type=int, default=140, help="pixels, multiple of 28")
    parser.add_argument("--prompt-tokens", type=int, default=256, help="the text is filled up to about this length; 0 = short text")
    parser.add_argument("--beta", type=float, default=0.04)
    parser.add_argument("--micro", type=int, default=8)
    parser.add_argument("--data", choices=["memory", "datasets"], default="memory")
    parser.add_argument("--gradient-checkpointing", action="store_true", help="TRL's default is on; off is faster and is ours")
    parser.add_argument("--freeze-vision", action="store_true")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser


def reward_tail(completions, **kwargs):
    """Share of vowels, plus 0.2 for a digit: any text gets a value, and a group has variance."""
    out = []
    for completion in completions:
        text = completion[0]["content"] if isinstance(completion, list) else completion
        vowels = sum(text.count(v) for v in "aeiou")
        out.append(vowels / max(len(text), 1) + 0.2 * any(c.isdigit() for c in text))
    return out


def make_rows(args, processor, count):
    import numpy as np
    from PIL import Image
    rng = np.random.default_rng(7)
    template = lambda text: [{"role": "user", "content": [{"type": "image"}] * args.images + [{"type": "text", "text": text}]}]
    merged = args.images * (args.side // 28) ** 2
    text = "what happens"
    length = lambda t: len(processor.tokenizer(processor.apply_chat_template(template(t), add_generation_prompt=True, tokenize=False))["input_ids"]) - args.images + merged
    while args.prompt_tokens and length(text + " video") <= args.prompt_tokens:
        text += " video"
    rows = []
    for i in range(count):
        base = rng.integers(0, 200, (args.images, 1, 1, 3))
        noise = rng.integers(0, 55, (args.images, args.side, args.side, 3))
        rows.append({"prompt": [{"role": "user", "content": text}],
                     "images": [Image.fromarray((base[k] + noise[k]).astype("uint8")) for k in range(args.images)]})
    return rows, length(text), merged


def child(args):
    import io, contextlib
    started = time.perf_counter()
    torch = init_torch(args.threads)
    os.environ["WANDB_DISABLED"] = "true"
    from transformers import AutoProcessor, TrainerCallback
    from trl import GRPOConfig, GRPOTrainer
    from trl.extras import profiling
    processor = AutoProcessor.from_pretrained(args.model, padding_side="left")
    total = args.prompts * args.group
    micro = min(args.micro, total)
    steps = args.warmup + args.repeats
    rows, prompt_tokens, visual = make_rows(args, processor, args.prompts * 2)
    if args.data == "datasets":
        from datasets import Dataset, Features, Image, Sequence, Value
        data = Dataset.from_list([{"prompt": r["prompt"], "images": r["images"]} for r in rows],
                                 features=Features({"prompt": [{"role": Value("string"), "content": Value("string")}], "images": Sequence(Image())}))
    else:
        from datasets import Dataset
        pick = lambda batch: {"prompt": [[dict(m) for m in rows[i]["prompt"]] for i in batch["index"]],
                              "images": [list(rows[i]["images"]) for i in batch["index"]]}
        data = Dataset.from_dict({"index": list(range(len(rows)))}).with_transform(pick)
    phases = {}

    def record(self, duration):
        phases[self.name] = phases.get(self.name, 0.0) + duration
    profiling.ProfilingContext._log_metrics = record

    class Step(TrainerCallback):
        """Blocks before each step until the parent says go."""
        def wait(self):
            line = sys.stdin.readline().strip()
            if line != "go":
                sys.exit(0)
            phases.clear()
            self.wall, self.cpu = time.perf_counter(), time.process_time()

        def on_train_begin(self, a, state, control, **k):
            print(json.dumps({"ready": True, "startup": time.perf_counter() - started}), file=real, flush=True)
            self.wait()

        def on_step_end(self, a, state, control, **k):
            self.seconds, self.cpus = time.perf_counter() - self.wall, time.process_time() - self.cpu

        def on_log(self, a, state, control, logs=None, **k):  # logging is part of the step
            seconds, cpus = time.perf_counter() - self.wall, time.process_time() - self.cpu
            if "loss" not in (logs or {}):
                return
            keep = {k: logs[k] for k in ("loss", "grad_norm", "reward", "reward_std", "kl", "step_time", "completions/mean_length", "num_tokens") if k in logs}
            print(json.dumps({"seconds": seconds, "cpu": cpus, "phases": dict(phases), "logs": keep}), file=real, flush=True)
            if state.global_step < state.max_steps:
                self.wait()
            else:
                sys.stdin.readline()
                print(json.dumps({"peak_rss": peak_rss_bytes()}), file=real, flush=True)

    real = os.fdopen(os.dup(1), "w")  # trainer prints to stdout; keep ours apart
    sys.stdout = sys.stderr
    config = GRPOConfig(
        output_dir=os.path.join(tempfile.gettempdir(), "vrlt-trl"), use_cpu=True, bf16=False, fp16=False, gradient_checkpointing=args.gradient_checkpointing,
        per_device_train_batch_size=micro, gradient_accumulation_steps=total // micro, num_generations=args.group,
        max_completion_length=args.new_tokens, generation_kwargs={"min_new_tokens": args.new_tokens}, temperature=1.0, beta=args.beta,
        loss_type="grpo", scale_rewards="group", max_steps=steps, learning_rate=1e-6, report_to="none", save_strategy="no",
        logging_steps=1, dataloader_num_workers=0, dataloader_pin_memory=False, disable_tqdm=True, seed=1,
        model_init_kwargs={"dtype": "float32"})
    callback = Step()
    trainer = GRPOTrainer(model=args.model, reward_funcs=reward_tail, args=config, train_dataset=data, processing_class=processor, callbacks=[callback])
    if args.freeze_vision:
        trainer.model.model.visual.requires_grad_(False)
    print(json.dumps({"prompt_tokens": prompt_tokens, "visual_tokens": visual, "micro": micro, "accumulation": total // micro,
                      "gflops": calibration(torch)}), file=real, flush=True)
    trainer.train()


class Child:
    def __init__(self, args):
        flags = ["--model", args.model, "--threads", str(args.threads), "--prompts", str(args.prompts), "--group", str(args.group),
                 "--new-tokens", str(args.new_tokens), "--images", str(args.images), "--side", str(args.side), "--prompt-tokens",
                 str(args.prompt_tokens), "--beta", str(args.beta), "--micro", str(args.micro), "--data", args.data, "--repeats",
                 str(args.repeats), "--warmup", str(args.warmup)]
        flags += ["--gradient-checkpointing"] * args.gradient_checkpointing + ["--freeze-vision"] * args.freeze_vision
        self.log = tempfile.TemporaryFile("w+")
        self.started = time.perf_counter()
        self.process = subprocess.Popen([sys.executable, os.path.abspath(__file__), *flags, "--child"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.info = self.read()
        self.ready = self.read()
        self.startup = time.perf_counter() - self.started
        self.phases, self.logs, self.first = [], [], None

    def read(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        self.log.seek(0)
        raise RuntimeError(f"child ended ({self.process.wait()}): {self.log.read()[-1500:]}")

    def step(self):
        self.process.stdin.write("go\n"), self.process.stdin.flush()
        out = self.read()
        self.phases.append(out["phases"]), self.logs.append(out["logs"])
        self.first = self.first or round(self.startup + out["seconds"], 2)
        return out["seconds"], out["cpu"]

    def finish(self):
        self.process.stdin.write("end\n"), self.process.stdin.flush()
        out = self.read()
        self.process.wait()
        return out


def run_case(args) -> dict:
    child_ = Child(args)
    completions = args.prompts * args.group
    try:
        case = {**child_.info, "prompts": args.prompts, "group": args.group, "new_tokens": args.new_tokens, "images": args.images}
        case.update(measure(child_.step, args, dict(model=args.model, threads=args.threads, group=args.group, prompts=args.prompts,
                                                    new_tokens=args.new_tokens, case=args.images), [child_.process.pid]))
        case["peak_rss_gib"] = round(child_.finish()["peak_rss"] / 2 ** 30, 3)
    except BaseException:
        child_.process.kill()
        raise
    finally:
        child_.process.wait()
    timed_phases = child_.phases[args.warmup:]
    names = sorted({n for p in timed_phases for n in p})
    middle = {n: statistics.median(p.get(n, 0.0) for p in timed_phases) for n in names}
    case["phases_median"] = {n: round(v, 4) for n, v in middle.items()}
    # TRL nests them: _prepare_inputs holds generate, reward and the reference pass; compute_loss holds the policy pass
    step, get = case["seconds"]["median"], lambda part: sum(v for n, v in middle.items() if part in n)
    generate, loss, prepare = get("transformers.generate"), get("compute_loss"), get("_prepare_inputs")
    reference = max(get("_get_per_token_logps_and_entropies") - loss, 0.0) if args.beta else 0.0
    case["split"] = {"generate": round(generate, 4), "reference_pass_about": round(reference, 4),
                     "rest_of_prepare (processor twice, decode, reward)": round(prepare - generate - reference, 4),
                     "policy_forward_and_loss": round(loss, 4), "backward_clip_adamw_data_log": round(step - prepare - loss, 4)}
    case["completions_per_second"] = round(completions / step, 3)
    case["logs_last"] = child_.logs[-1]
    case["startup_seconds"] = round(child_.startup, 2)
    case["start_to_first_step_done"] = child_.first
    return case


def main():
    args = parser_().parse_args()
    if args.child:
        return child(args)
    waited = wait_quiet(args.wait_quiet)
    result = {"script": "trl_grpo", "model": args.model, "threads": args.threads, "beta": args.beta, "data": args.data,
              "gradient_checkpointing": args.gradient_checkpointing, "freeze_vision": args.freeze_vision, "waited": round(waited, 1)}
    result.update(run_case(args))
    emit(result)


if __name__ == "__main__":
    main()
