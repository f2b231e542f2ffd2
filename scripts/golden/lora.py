#!/usr/bin/env python3
"""LoRA adapters against PEFT: writes tests/golden/data/lora, and compares a run's adapter with PEFT.

    pip install torch==2.11.0 transformers==5.17.0 peft==0.21.2
    python scripts/golden/lora.py make
    python scripts/golden/lora.py check BASE ADAPTER [MERGED]

`make` puts random adapters beside tests/golden/data/models/tiny_tied and stores PEFT's own folder of each, with logits, log-probs, gradients
of a loss and ten steps of AdamW on the video case of model_io. `check` opens an adapter that vrlt wrote with PEFT: every factor must be
used, and the logits must be those of the folder that `vrlt-data merge` wrote, or differ from the base's if none is given.
"""

import argparse
import json
import pathlib
import warnings

import peft
import safetensors.torch
import torch
import transformers

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "data"
OUTPUT = GOLDEN / "lora"
MODEL, CASE = "tiny_tied", "video"
SHOWN_LOGITS = 4  # of as many positions
DECODER = r"model\.(language_model\.)?layers\.\d+\."
EVERY = DECODER + r"(self_attn\.(q|k|v|o)_proj|mlp\.(gate|up|down)_proj)"
TOWER = (r"(model\.)?visual\.(blocks\.\d+\.(attn\.(qkv|proj)|mlp\.((gate|up|down)_proj|linear_fc[12]))|"
         r"(merger|deepstack_merger_list\.\d+)\.(mlp\.[02]|linear_fc[12]))")
VARIANTS = {
    "every_target": dict(r=4, lora_alpha=8, target_modules=EVERY),
    "rslora_subset": dict(r=3, lora_alpha=5.5, use_rslora=True, target_modules=DECODER + r"(self_attn\.(q)_proj|mlp\.(down)_proj)"),
    "with_tower": dict(r=2, lora_alpha=4, target_modules=EVERY + "|" + TOWER),  # what PEFT calls all-linear
}


def open_base(folder):
    return transformers.Qwen2_5_VLForConditionalGeneration.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


class Inputs:
    """The video case: a prompt and its answer in one row."""

    def __init__(self):
        case = json.loads((GOLDEN / "model_io" / f"{MODEL}.json").read_text())["cases"][CASE]
        stored = safetensors.torch.load_file(GOLDEN / "model_io" / f"{MODEL}.inputs.safetensors")
        self.ids = stored[f"{CASE}.input_ids"].reshape(1, -1).long()
        self.answer = self.ids[0, case["num_prompt_tokens"]:]
        self.arguments = dict(
            input_ids=self.ids, position_ids=stored[f"{CASE}.position_ids.float_max"].reshape(3, 1, -1).long(), use_cache=False,
            pixel_values_videos=stored[f"{CASE}.pixel_values_videos_q"].float() / 32, video_grid_thw=torch.tensor(case["video_grid_thw"]))

    def logits(self, model):
        """Those that predict the answer: [R, V]."""
        return model(**self.arguments).logits[0, -len(self.answer) - 1:-1]

    def log_probs(self, model):
        return self.logits(model).double().log_softmax(-1).gather(-1, self.answer.unsqueeze(-1)).squeeze(-1)


def factors_of(model):
    """Trained parameters by the names of vrlt's table."""
    def name_of(name):
        name = name.replace(".default.", ".").replace("base_model.model.model.language_model.", "model.")
        return name.replace("base_model.model.model.visual.", "visual.")

    return {name_of(name): tensor for name, tensor in model.named_parameters() if ".lora_" in name}


def make_variant(name, settings, inputs, seed, values):
    torch.manual_seed(seed)
    config = peft.LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.0, bias="none", **settings)
    model = peft.get_peft_model(open_base(GOLDEN / "models" / MODEL), config)
    factors = factors_of(model)
    if "visual" in settings["target_modules"]:
        every = peft.get_peft_model(open_base(GOLDEN / "models" / MODEL), peft.LoraConfig(target_modules="all-linear"))
        assert factors.keys() == factors_of(every).keys(), factors.keys() ^ factors_of(every).keys()
    with torch.no_grad():
        for factor in factors.values():
            factor.normal_(0.0, 0.15)
    model.save_pretrained(OUTPUT / name)
    path = OUTPUT / name / "adapter_config.json"
    stored = json.loads(path.read_text()) | {"base_model_name_or_path": MODEL}
    path.write_text(json.dumps(stored, indent=2, sort_keys=True) + "\n")
    (OUTPUT / name / "README.md").unlink(missing_ok=True)

    weights = torch.randn(len(inputs.answer), dtype=torch.float64)
    values[f"{name}.weights"] = weights
    values[f"{name}.logits"] = inputs.logits(model).detach()[:SHOWN_LOGITS].clone()
    log_probs = inputs.log_probs(model)
    values[f"{name}.log_probs"] = log_probs.detach()
    (-(log_probs * weights).sum()).backward()
    for key, factor in factors.items():
        values[f"{name}.grad.{key}"] = factor.grad.clone()

    optimizer = torch.optim.AdamW(factors.values(), lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = -(inputs.log_probs(model) * weights).sum()
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    values[f"{name}.losses"] = torch.tensor(losses, dtype=torch.float64)
    values[f"{name}.log_probs_after"] = inputs.log_probs(model).detach()


def make(_):
    OUTPUT.mkdir(parents=True, exist_ok=True)
    inputs, values = Inputs(), {}
    for seed, (name, settings) in enumerate(VARIANTS.items()):
        make_variant(name, settings, inputs, seed, values)
    safetensors.torch.save_file({key: value.contiguous() for key, value in values.items()}, OUTPUT / "expected.safetensors")
    about = {"command": "python scripts/golden/lora.py make", "model": MODEL, "case": CASE, "variants": list(VARIANTS), "torch": torch.__version__,
             "transformers": transformers.__version__, "peft": peft.__version__}
    (OUTPUT / "lora.json").write_text(json.dumps(about, indent=2) + "\n")


@torch.no_grad()
def check(options):
    """Text alone: what an adapter does to the decoder."""
    ids = torch.arange(1, 60).unsqueeze(0)
    base = open_base(options.base)
    without = base(input_ids=ids).logits.double()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # PEFT warns of factors that it cannot place, and goes on without them
        model = peft.PeftModel.from_pretrained(base, options.adapter)
    stored = safetensors.torch.load_file(options.adapter / "adapter_model.safetensors")
    loaded = {name.replace(".default.", "."): tensor for name, tensor in model.named_parameters() if ".lora_" in name}
    assert loaded.keys() == stored.keys(), loaded.keys() ^ stored.keys()
    assert all(torch.equal(loaded[name], stored[name].to(loaded[name])) for name in stored)
    adapted = model(input_ids=ids).logits.double()
    print(f"PEFT opened {len(stored)} factors; logits differ from the base's by {(adapted - without).abs().max():.3g}")
    if options.merged is not None:
        difference = (open_base(options.merged)(input_ids=ids).logits.double() - adapted).abs().max().item()
        print(f"logits of {options.merged} differ from PEFT's by {difference:.3g}")
        assert difference <= 1e-4


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("make").set_defaults(run=make)
    checks = commands.add_parser("check")
    for name in ("base", "adapter"):
        checks.add_argument(name, type=pathlib.Path)
    checks.add_argument("merged", type=pathlib.Path, nargs="?")
    checks.set_defaults(run=check)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
