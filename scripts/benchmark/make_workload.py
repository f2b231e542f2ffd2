#!/usr/bin/env python3
"""Makes model folders (Hugging Face layout, old hub names, float32, from a seed) and input files for the peer scripts and for vrlt.

  make_workload.py --out DIR                                 the standard set (see PRESETS)
  make_workload.py --out DIR --name x --hidden 128 ...       one model

DIR/models/NAME/   config.json (shaped as Qwen2.5-VL-3B-Instruct's), model.safetensors, tokenizer and processor files
DIR/inputs/NAME/   prompt256.safetensors  prompt512.safetensors  (and what --prompts asks for); manifest.json
DIR/frames_480p.safetensors   uint8 [32,480,854,3], for hf_preprocess.py

An input file holds (i64 unless said):
  input_ids [1,P]  attention_mask [1,P]  mm_token_type_ids [1,P] (2 = video)  pixel_values_videos f32 [T*H*W,1176]
  video_grid_thw [1,3]  second_per_grid_ts f32 [1]
  position_ids [3,1,P+R]            transformers 5.17's rule ("int_grid"), prompt then response
  position_ids_float_max [3,1,P+R]  our default rule
  response_ids [32,R]  rewards f32 [32]  ref_log_probs f32 [32,R]  old_log_probs f32 [32,R]
  frames u8 [2T,h,w,3]              what pixel_values_videos was made from
Every tensor comes from its own generator, seeded with (seed, crc32(name)): the same bytes whatever else is made.
"""
import argparse, hashlib, json, math, os, sys, zlib

PRESETS = [  # name, hidden, layers, heads, kv heads, intermediate, vocab, vision depth, vision hidden, tied
    ("h64", 64, 2, 4, 2, 176, 1024, 2, 64, True),
    ("h128", 128, 4, 4, 2, 344, 1024, 4, 128, True),
    ("h256", 256, 4, 4, 2, 688, 1024, 4, 256, True),
    ("h64v152k", 64, 2, 4, 2, 176, 151936, 2, 64, True),
    ("h128untied", 128, 4, 4, 2, 344, 1024, 4, 128, False),
]
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>",
            "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
            "<|image_pad|>", "<|video_pad|>", "<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>",
            "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"]
CONTROL = SPECIALS[:14]
CHAT_TEMPLATE = (
    "{% set image_count = namespace(value=0) %}{% set video_count = namespace(value=0) %}{% for message in messages %}"
    "{% if loop.first and message['role'] != 'system' %}<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
    "<|im_start|>{{ message['role'] }}\n{% if message['content'] is string %}{{ message['content'] }}<|im_end|>\n{% else %}"
    "{% for content in message['content'] %}{% if content['type'] == 'image' or 'image' in content or 'image_url' in content %}"
    "{% set image_count.value = image_count.value + 1 %}{% if add_vision_id %}Picture {{ image_count.value }}: {% endif %}"
    "<|vision_start|><|image_pad|><|vision_end|>{% elif content['type'] == 'video' or 'video' in content %}"
    "{% set video_count.value = video_count.value + 1 %}{% if add_vision_id %}Video {{ video_count.value }}: {% endif %}"
    "<|vision_start|><|video_pad|><|vision_end|>{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}"
    "<|im_end|>\n{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
# name, temporal patches, merged height, merged width, text tokens -> prompt length T*Hm*Wm + text
PROMPTS = {"prompt256": (8, 5, 5, 56), "prompt512": (8, 8, 7, 64), "prompt2198": (16, 8, 16, 150)}
# One size at a time, for curves: frames (two a patch), tokens of the whole prompt, tokens of a response.
FRAMES = {f"frames{n}": (n // 2, 5, 5, 56) for n in (4, 8, 16, 32, 64)}
LENGTHS = {f"length{n}": (8, 5, 5, n - 200) for n in (256, 512, 1024, 2048)}
RESPONSES = {f"response{n}": n for n in (16, 32, 64, 128, 256)}
PROMPTS.update(FRAMES, **LENGTHS, **{name: PROMPTS["prompt256"] for name in RESPONSES})


def generator(torch, seed, name):
    return torch.Generator().manual_seed((seed << 32) + zlib.crc32(name.encode()))


def config(p, special_base):
    special = {name: special_base + i for i, name in enumerate(SPECIALS)}
    half = p["hidden"] // p["heads"] // 2
    section = [half // 4, (half - half // 4) // 2]
    section.append(half - sum(section))
    return {
        "architectures": ["Qwen2_5_VLForConditionalGeneration"], "attention_dropout": 0.0,
        "bos_token_id": special["<|endoftext|>"], "eos_token_id": special["<|im_end|>"],
        "vision_start_token_id": special["<|vision_start|>"], "vision_end_token_id": special["<|vision_end|>"],
        "vision_token_id": special["<|vision_pad|>"], "image_token_id": special["<|image_pad|>"],
        "video_token_id": special["<|video_pad|>"], "hidden_act": "silu", "hidden_size": p["hidden"],
        "initializer_range": 0.02, "intermediate_size": p["intermediate"], "max_position_embeddings": 128000,
        "max_window_layers": 70, "model_type": "qwen2_5_vl", "num_attention_heads": p["heads"],
        "num_hidden_layers": p["layers"], "num_key_value_heads": p["kv_heads"], "rms_norm_eps": 1e-06,
        "rope_theta": 1000000.0, "sliding_window": 32768, "tie_word_embeddings": p["tied"], "torch_dtype": "float32",
        "transformers_version": "4.41.2", "use_cache": True, "use_sliding_window": False,
        "vision_config": {
            "depth": p["vision_depth"], "hidden_act": "silu", "hidden_size": p["vision_hidden"],
            "intermediate_size": p["vision_intermediate"], "num_heads": p["vision_heads"], "in_chans": 3,
            "out_hidden_size": p["hidden"], "patch_size": 14, "spatial_merge_size": 2, "spatial_patch_size": 14,
            "window_size": 112, "fullatt_block_indexes": list(range(1, p["vision_depth"], 2)), "tokens_per_second": 2,
            "temporal_patch_size": 2},
        "rope_scaling": {"type": "mrope", "mrope_section": section}, "vocab_size": p["vocab"]}


def shapes(c):
    """Old hub names -> (shape, kind, fan in)."""
    v, d, inter = c["vision_config"], c["hidden_size"], c["intermediate_size"]
    dv, iv = v["hidden_size"], v["intermediate_size"]
    kv = d // c["num_attention_heads"] * c["num_key_value_heads"]
    out = {"visual.patch_embed.proj.weight": ((dv, 3, 2, 14, 14), "weight", 1176)}
    linear = lambda name, o, i, bias: out.update(
        {name + ".weight": ((o, i), "weight", i), **({name + ".bias": ((o,), "bias", i)} if bias else {})})
    norm = lambda name, n: out.update({name + ".weight": ((n,), "norm", n)})
    for b in range(v["depth"]):
        at = f"visual.blocks.{b}."
        norm(at + "norm1", dv), norm(at + "norm2", dv)
        linear(at + "attn.qkv", 3 * dv, dv, True), linear(at + "attn.proj", dv, dv, True)
        linear(at + "mlp.gate_proj", iv, dv, True), linear(at + "mlp.up_proj", iv, dv, True)
        linear(at + "mlp.down_proj", dv, iv, True)
    norm("visual.merger.ln_q", dv)
    linear("visual.merger.mlp.0", 4 * dv, 4 * dv, True), linear("visual.merger.mlp.2", d, 4 * dv, True)
    out["model.embed_tokens.weight"] = ((c["vocab_size"], d), "embedding", d)
    for l in range(c["num_hidden_layers"]):
        at = f"model.layers.{l}."
        norm(at + "input_layernorm", d), norm(at + "post_attention_layernorm", d)
        linear(at + "self_attn.q_proj", d, d, True), linear(at + "self_attn.k_proj", kv, d, True)
        linear(at + "self_attn.v_proj", kv, d, True), linear(at + "self_attn.o_proj", d, d, False)
        linear(at + "mlp.gate_proj", inter, d, False), linear(at + "mlp.up_proj", inter, d, False)
        linear(at + "mlp.down_proj", d, inter, False)
    norm("model.norm", d)
    if not c["tie_word_embeddings"]:
        out["lm_head.weight"] = ((c["vocab_size"], d), "embedding", d)
    return out


def weights(torch, c, seed):
    """Scaled so that logits have a standard deviation near 1 and no layer dies: greedy choices are far from ties, and with a tied
    head a token does not simply repeat itself."""
    scale = {"weight": lambda n: 1 / math.sqrt(n), "embedding": lambda n: 1 / math.sqrt(n), "bias": lambda n: 0.05, "norm": lambda n: 0.1}
    out = {}
    for name, (shape, kind, fan_in) in shapes(c).items():
        x = torch.randn(shape, generator=generator(torch, seed, name)) * scale[kind](fan_in)
        out[name] = (x + 1 if kind == "norm" else x).contiguous()
    return out


def tokenizer_files(folder, vocab):
    """A byte-level BPE with Qwen's pre-tokenizer: 256 bytes, merges learned from a fixed text, filler up to vocab - 22 (or
    151643 for the real size), then Qwen's 22 added tokens in Qwen's order."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers, AddedToken
    base = 151643 if vocab >= 151936 else vocab - len(SPECIALS)
    words = ("the video shows a person who opens the door and then closes the window while the dog runs from left to right "
             "what happens in the video answer with the start and end time in seconds think step by step before you answer "
             "question option first second third between during after red green blue square circle triangle moves appears "
             "system user assistant You are a helpful assistant time span event caption describe count how many when where").split()
    text = []
    for i in range(600):
        text.append(" ".join(words[(i * 7 + j * j * 3) % len(words)] for j in range(24)) + f" {i % 97}.{i % 10} to {i % 61}.\n")
    text += ["<think> </think> <answer> </answer> <glue> </glue>\n"] * 20
    pattern = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
    t = Tokenizer(models.BPE())
    t.normalizer = normalizers.NFC()
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), behavior="isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(text, trainers.BpeTrainer(vocab_size=min(base, 1002), min_frequency=1, show_progress=False,
                                                    initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    spec = json.loads(t.to_str())
    table = spec["model"]["vocab"]
    for i in range(len(table), base):
        table[f"filler{i}"] = i
    spec["added_tokens"] = [{"id": base + i, "content": name, "single_word": False, "lstrip": False, "rstrip": False,
                             "normalized": False, "special": name in CONTROL} for i, name in enumerate(SPECIALS)]
    json.dump(spec, open(f"{folder}/tokenizer.json", "w"), ensure_ascii=False)
    json.dump(table, open(f"{folder}/vocab.json", "w"), ensure_ascii=False)
    with open(f"{folder}/merges.txt", "w") as f:
        f.write("#version: 0.2\n" + "".join((m if isinstance(m, str) else " ".join(m)) + "\n" for m in spec["model"]["merges"]))
    json.dump({"add_prefix_space": False, "added_tokens_decoder": {
        str(base + i): {"content": n, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": n in CONTROL}
        for i, n in enumerate(SPECIALS)}, "additional_special_tokens": SPECIALS[1:14], "bos_token": None, "chat_template": CHAT_TEMPLATE,
        "clean_up_tokenization_spaces": False, "eos_token": "<|im_end|>", "errors": "replace", "model_max_length": 131072,
        "pad_token": "<|endoftext|>", "split_special_tokens": False, "tokenizer_class": "Qwen2Tokenizer", "unk_token": None},
        open(f"{folder}/tokenizer_config.json", "w"), indent=2)
    return base


def patchify(torch, frames):
    """uint8 [2T,h,w,3] -> float32 [T*H*W,1176], rows merge-block-major."""
    x = frames.permute(0, 3, 1, 2).float()
    mean, std = torch.tensor(MEAN).view(1, 3, 1, 1) * 255, torch.tensor(STD).view(1, 3, 1, 1) * 255
    x = (x - mean) / std
    n, _, h, w = x.shape
    t, gh, gw = n // 2, h // 28, w // 28
    x = x.view(t, 2, 3, gh, 2, 14, gw, 2, 14).permute(0, 3, 6, 4, 7, 2, 1, 5, 8)
    return x.reshape(t * gh * gw * 4, 1176).contiguous()


def moving_frames(torch, g, n, h, w):
    """Smooth moving colour fields plus noise: neither constant nor white noise."""
    y, x = torch.meshgrid(torch.linspace(0, 1, h), torch.linspace(0, 1, w), indexing="ij")
    a = torch.rand(3, 3, generator=g) * 12
    frames = [torch.stack([torch.sin(a[c, 0] * x + a[c, 1] * y + a[c, 2] * i / n) for c in range(3)], -1) for i in range(n)]
    noise = torch.rand(n, h, w, 3, generator=g)
    return ((torch.stack(frames) * 0.5 + 0.5) * 215 + noise * 40).to(torch.uint8)


def positions(torch, text_before, grid, text_after, responses, rule, spg, tps=2):
    t, h, w = grid
    step = (lambda i: i * tps * int(spg)) if rule == "int_grid" else (lambda i: int(i * spg * tps))
    ids = [torch.arange(text_before).expand(3, -1)]
    tt, yy, xx = torch.meshgrid(torch.tensor([step(i) for i in range(t)]), torch.arange(h), torch.arange(w), indexing="ij")
    visual = torch.stack([tt, yy, xx]).reshape(3, -1) + text_before
    cursor = text_before + max(h, w) if rule == "int_grid" else int(visual.max()) + 1
    ids += [visual, torch.arange(text_after).expand(3, -1) + cursor]
    if rule == "int_grid" and responses:
        # a forward over prompt + response treats the response as text that follows: cursor + text_after + k
        ids.append(torch.arange(responses).expand(3, -1) + cursor + text_after)
    elif responses:
        ids.append(torch.arange(responses).expand(3, -1) + int(torch.cat(ids, 1).max()) + 1)
    return torch.cat(ids, 1).unsqueeze(1).contiguous()


def inputs(torch, c, special_base, name, spec, response_length, seed, max_group=32):
    t, hm, wm, text = spec
    g = generator(torch, seed, "inputs/" + name)
    visual, before = t * hm * wm, 16
    video, start, end = c["video_token_id"], c["vision_start_token_id"], c["vision_end_token_id"]
    plain = lambda *n: torch.randint(0, special_base, n, generator=g)
    ids = torch.cat([plain(before - 1), torch.tensor([start]), torch.full((visual,), video), torch.tensor([end]), plain(text - before - 1)])
    frames = moving_frames(torch, g, 2 * t, hm * 28, wm * 28)
    responses = plain(max_group, response_length)
    rewards = torch.randint(0, 11, (max_group,), generator=g).float() / 10
    rewards[0], rewards[1] = 0.0, 1.0  # no group is without variance
    base = -math.log(c["vocab_size"]) + torch.randn(max_group, response_length, generator=g)
    return {
        "input_ids": ids.view(1, -1), "attention_mask": torch.ones(1, len(ids), dtype=torch.long),
        "mm_token_type_ids": (ids == video).long().view(1, -1) * 2, "pixel_values_videos": patchify(torch, frames),
        "video_grid_thw": torch.tensor([[t, 2 * hm, 2 * wm]]), "second_per_grid_ts": torch.tensor([1.0]),
        "position_ids": positions(torch, before, (t, hm, wm), text - before, response_length, "int_grid", 1.0),
        "position_ids_float_max": positions(torch, before, (t, hm, wm), text - before, response_length, "float_max", 1.0),
        "response_ids": responses, "rewards": rewards, "frames": frames,
        "ref_log_probs": base, "old_log_probs": base + 0.1 * torch.randn(max_group, response_length, generator=g)}


def sha256(path):
    return hashlib.sha256(open(path, "rb").read()).hexdigest()


def build(torch, out, p, prompts, response_length, seed):
    from safetensors.torch import save_file
    folder, where = f"{out}/models/{p['name']}", f"{out}/inputs/{p['name']}"
    os.makedirs(folder, exist_ok=True), os.makedirs(where, exist_ok=True)
    base = tokenizer_files(folder, p["vocab"])
    c = config(p, base)
    json.dump(c, open(f"{folder}/config.json", "w"), indent=2)
    save_file(weights(torch, c, seed), f"{folder}/model.safetensors", metadata={"format": "pt"})
    json.dump({"bos_token_id": base, "pad_token_id": base, "eos_token_id": [base + 2, base], "do_sample": True, "temperature": 1.0,
               "top_k": 0, "top_p": 1.0, "repetition_penalty": 1.0, "transformers_version": "4.49.0"},
              open(f"{folder}/generation_config.json", "w"), indent=2)
    json.dump({"min_pixels": 3136, "max_pixels": 12845056, "patch_size": 14, "temporal_patch_size": 2, "merge_size": 2,
               "image_mean": MEAN, "image_std": STD, "image_processor_type": "Qwen2VLImageProcessor",
               "processor_class": "Qwen2_5_VLProcessor"}, open(f"{folder}/preprocessor_config.json", "w"), indent=2)
    json.dump({"chat_template": CHAT_TEMPLATE}, open(f"{folder}/chat_template.json", "w"), indent=2)
    files = {}
    for name in prompts:
        path = f"{where}/{name}.safetensors"
        save_file(inputs(torch, c, base, name, PROMPTS[name], RESPONSES.get(name, response_length), seed), path, metadata={"format": "pt"})
        files[name] = {"sha256": sha256(path), "temporal_patches_merged_h_w_text": PROMPTS[name]}
    manifest = {**p, "seed": seed, "response_length": response_length, "model_sha256": sha256(f"{folder}/model.safetensors"), "inputs": files}
    json.dump(manifest, open(f"{where}/manifest.json", "w"), indent=1)
    return manifest


def check(torch, out, name):
    """transformers loads the folder without a missing or unexpected tensor and agrees on the positions."""
    from safetensors.torch import load_file
    from transformers import AutoProcessor, Qwen2_5_VLForConditionalGeneration
    folder = f"{out}/models/{name}"
    model, info = Qwen2_5_VLForConditionalGeneration.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    problems = {k: v for k, v in info.items() if v and k in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs")}
    if problems:
        raise SystemExit(f"{name}: {problems}")
    for file in sorted(os.listdir(f"{out}/inputs/{name}")):
        if not file.endswith(".safetensors"):
            continue
        x = load_file(f"{out}/inputs/{name}/{file}")
        row = torch.cat([x["input_ids"], x["response_ids"][:1]], 1)
        kinds = torch.cat([x["mm_token_type_ids"], torch.zeros_like(x["response_ids"][:1])], 1)
        ids, _ = model.model.get_rope_index(row, mm_token_type_ids=kinds, video_grid_thw=x["video_grid_thw"],
                                            second_per_grid_ts=x["second_per_grid_ts"], attention_mask=torch.ones_like(row))
        if not torch.equal(ids, x["position_ids"]):
            raise SystemExit(f"{name}/{file}: position ids differ from transformers'")
    processor = AutoProcessor.from_pretrained(folder)
    processor.apply_chat_template([{"role": "user", "content": "the video shows a dog"}], tokenize=True)
    return sum(v.numel() for v in model.parameters())


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--out", required=True)
    a.add_argument("--seed", type=int, default=20260101)
    a.add_argument("--prompts", default="prompt256,prompt512", help="from " + ",".join(PROMPTS))
    a.add_argument("--response-length", type=int, default=64)
    a.add_argument("--only", help="these of the standard set, without frames_480p")
    a.add_argument("--name"), a.add_argument("--hidden", type=int, default=128), a.add_argument("--layers", type=int, default=4)
    a.add_argument("--heads", type=int, default=4), a.add_argument("--kv-heads", type=int, default=2)
    a.add_argument("--intermediate", type=int), a.add_argument("--vocab", type=int, default=1024)
    a.add_argument("--vision-depth", type=int, default=4), a.add_argument("--vision-hidden", type=int)
    a.add_argument("--vision-heads", type=int, default=4), a.add_argument("--untied", action="store_true")
    a.add_argument("--no-check", action="store_true", help="do not load the result with transformers")
    a.add_argument("--threads", type=int, default=1)
    args = a.parse_args()
    from common import set_threads_environment
    set_threads_environment(args.threads)
    import torch
    if args.name:
        rows = [(args.name, args.hidden, args.layers, args.heads, args.kv_heads, args.intermediate or round(args.hidden * 8 / 3 / 8) * 8,
                 args.vocab, args.vision_depth, args.vision_hidden or args.hidden, not args.untied)]
    else:
        rows = [row for row in PRESETS if not args.only or row[0] in args.only.split(",")]
    result = {"out": args.out, "models": {}}
    for name, hidden, layers, heads, kv, inter, vocab, depth, vh, tied in rows:
        p = dict(name=name, hidden=hidden, layers=layers, heads=heads, kv_heads=kv, intermediate=inter, vocab=vocab, vision_depth=depth,
                 vision_hidden=vh, vision_heads=args.vision_heads, vision_intermediate=round(vh * 8 / 3 / 8) * 8, tied=tied)
        m = build(torch, args.out, p, args.prompts.split(","), args.response_length, args.seed)
        if not args.no_check:
            m["parameters"] = check(torch, args.out, name)
        result["models"][name] = {"sha256": m["model_sha256"][:16], "parameters": m.get("parameters")}
    if not args.name and not args.only:
        from safetensors.torch import save_file
        frames = moving_frames(torch, generator(torch, args.seed, "frames_480p"), 32, 480, 854)
        save_file({"frames": frames}, f"{args.out}/frames_480p.safetensors", metadata={"format": "pt"})
        result["frames_480p_sha256"] = sha256(f"{args.out}/frames_480p.safetensors")[:16]
    print(json.dumps(result))


if __name__ == "__main__":
    main()
