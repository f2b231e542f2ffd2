#!/usr/bin/env python3
"""Rollout as a Hugging Face user does it: G responses of forced length for one video prompt. One JSON line.

Variants
  dynamic   model.generate(), dynamic cache. Sampled: num_return_sequences=G; greedy: G copies of the row (generate refuses
            num_return_sequences > 1 without sampling). Both run the vision tower and the prefill G times.
  static    the same with cache_implementation="static"
  compile   static cache and torch.compile(model.forward) (inductor, C++ backend), compiled during warm-up
  loop      a lean hand-written loop on the HF model: prefill once, cache repeated G times, forward + argmax/multinomial. What an
            expert would write; not what generate or TRL do.
Seconds are for tower + prefill + decode, from CPU tensors to token ids. --group 1,2,4 gives one "case" per G, interleaved.
"""
import sys
from common import *
THREADS = parse_threads()
set_threads_environment(THREADS)


def build(torch, args):
    from safetensors.torch import load_file
    from transformers import Qwen2_5_VLForConditionalGeneration
    model = Qwen2_5_VLForConditionalGeneration.from_pretrained(args.model, dtype=torch.float32, attn_implementation=args.attention).eval()
    return model, load_file(args.inputs)


def expand(x, group):
    return {"input_ids": x["input_ids"].repeat(group, 1), "attention_mask": x["attention_mask"].repeat(group, 1),
            "mm_token_type_ids": x["mm_token_type_ids"].repeat(group, 1),
            "pixel_values_videos": x["pixel_values_videos"].repeat(group, 1), "video_grid_thw": x["video_grid_thw"].repeat(group, 1),
            "second_per_grid_ts": x["second_per_grid_ts"].repeat(group)}


def make_generate(torch, model, x, group, args):
    from transformers import GenerationConfig
    eos = model.generation_config.eos_token_id
    common = dict(max_new_tokens=args.new_tokens, min_new_tokens=args.new_tokens, use_cache=True, repetition_penalty=1.0,
                  eos_token_id=eos, pad_token_id=model.generation_config.pad_token_id)
    if args.variant in ("static", "compile"):
        common["cache_implementation"] = "static"
    if args.mode == "sampled":
        config = GenerationConfig(do_sample=True, temperature=1.0, top_k=0, top_p=1.0, num_return_sequences=group, **common)
        rows = expand(x, 1)
    else:
        config = GenerationConfig(do_sample=False, **common)
        rows = expand(x, group)

    def run():
        with torch.inference_mode() if args.variant != "compile" else torch.no_grad():
            model.model.rope_deltas = None
            return model.generate(**rows, generation_config=config)[:, rows["input_ids"].shape[1]:]
    return run


def make_loop(torch, model, x, group, args):
    row = expand(x, 1)
    eos = torch.tensor(model.generation_config.eos_token_id)

    def run():
        with torch.inference_mode():
            model.model.rope_deltas = None
            positions = x["position_ids"][:, :, :row["input_ids"].shape[1]]
            out = model(**row, position_ids=positions, use_cache=True, logits_to_keep=1)
            cache = out.past_key_values
            if group > 1:
                cache.batch_repeat_interleave(group)
            logits = out.logits[:, -1].float().repeat(group, 1)
            position = positions.max() + 1
            tokens = []
            for i in range(args.new_tokens):
                logits[:, eos] = -torch.inf
                token = logits.argmax(-1, keepdim=True) if args.mode == "greedy" else torch.multinomial(logits.softmax(-1), 1)
                tokens.append(token)
                if i + 1 == args.new_tokens:
                    break
                out = model.model.language_model(inputs_embeds=model.model.language_model.embed_tokens(token), past_key_values=cache,
                                                 position_ids=(position + i).view(1, 1, 1).expand(3, group, 1), use_cache=True)
                logits = model.lm_head(out.last_hidden_state[:, -1]).float()
            return torch.cat(tokens, 1)
    return run


def main():
    parser = base_parser(__doc__)
    parser.add_argument("--model", required=True), parser.add_argument("--inputs", required=True)
    parser.add_argument("--group", default="8", help="G, or a list 1,2,4,8")
    parser.add_argument("--new-tokens", type=int, default=64)
    parser.add_argument("--mode", default="greedy", help="greedy, sampled, or both with a comma")
    parser.add_argument("--variant", default="dynamic", help="from dynamic,static,loop; compile on its own")
    parser.add_argument("--attention", default="sdpa")
    parser.add_argument("--save-tokens", metavar="FILE", help="write the tokens [G,R] of the last case (safetensors), for an equality check")
    args = parser.parse_args()
    torch = init_torch(args.threads)
    torch.manual_seed(0)
    model, x = build(torch, args)
    if args.variant == "compile":
        model.forward = torch.compile(model.forward, dynamic=False)
        args.warmup = max(args.warmup, 2)
    waited = wait_quiet(args.wait_quiet)
    calib = calibration(torch)
    cases = []
    for variant in args.variant.split(","):
        for mode in args.mode.split(","):
            for g in [int(v) for v in args.group.split(",")]:
                make = make_loop if variant == "loop" else make_generate
                run = make(torch, model, x, g, argparse.Namespace(**{**vars(args), "variant": variant, "mode": mode}))
                cases.append({"variant": variant, "mode": mode, "group": g, "run": run, "step": timed(run), "wall": [], "cpu": [], "ours": [], "speed": []})
    result = {"script": "hf_generate", "model": args.model, "inputs": args.inputs, "prompt_tokens": x["input_ids"].shape[1],
              "new_tokens": args.new_tokens, "attention": args.attention, "threads": args.threads, "gflops": calib,
              "waited": round(waited, 1), "cases": []}
    for c in cases:
        for _ in range(args.warmup):
            c["step"]()
    meter = NoiseMeter()
    for repeat in range(args.repeats):  # repeat r of every case before repeat r+1 of any: a slow minute hits them all
        for c in cases:
            c["speed"].append(wait_calm(args))
            wall, cpu = c["step"]()
            c["wall"].append(wall), c["cpu"].append(cpu)
            if args.ours:
                c["last"] = run_ours(args.ours, dict(model=args.model, inputs=args.inputs, threads=args.threads, group=c["group"],
                                                     new_tokens=args.new_tokens, repeat=repeat, case=c["mode"]))
                c["ours"].append(c["last"]["seconds"])
    result.update(meter.finish())
    for c in cases:
        tokens = c["run"]()
        case = {"variant": c["variant"], "mode": c["mode"], "group": c["group"], "seconds": summary(c["wall"]),
                "cpu_seconds": summary(c["cpu"]), "python_us": [min(c["speed"]), max(c["speed"])],
                "tokens_per_second": round(c["group"] * args.new_tokens / summary(c["wall"])["median"], 1),
                "check": {"first_tokens": tokens[0, :8].tolist(), "rows_equal": bool((tokens == tokens[:1]).all())}}
        if c["ours"]:
            case.update(compare(c["wall"], c["ours"]), ours_last=c["last"], checks=compare_checks(case["check"], c["last"].get("check")))
        result["cases"].append(case)
    if args.save_tokens:
        from safetensors.torch import save_file
        save_file({"tokens": tokens.contiguous()}, args.save_tokens)
    emit(result)


if __name__ == "__main__":
    main()
