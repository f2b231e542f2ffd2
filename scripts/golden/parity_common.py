"""What the cases of parity.py share: the table of differences, our program, and the prompts in both forms."""

import json
import pathlib
import shutil
import subprocess

import safetensors
import safetensors.torch
import torch
import transformers

from parity_cases import Image, Video, words

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA, DATA3 = ROOT / "tests" / "golden" / "data", ROOT / "tests" / "golden" / "data_qwen3"
EXACT = 0.0
# Stage: tolerance at small and at real width. Float32 programs that add in another order differ by a few 1e-5 at magnitude 10.
TOLERANCES = {
    "text": (EXACT, EXACT), "ids": (EXACT, EXACT), "grids": (EXACT, EXACT), "positions": (EXACT, EXACT),
    "resized": (1.0, 1.0), "pixels": (1.001, 1.001),  # levels of 255: ties of rounding after a resize, and float32 on the way back
    "patch embed": (1e-4, 1e-3), "learned positions": (1e-4, 1e-3), "vision blocks": (1e-4, 1e-3), "vision out": (1e-4, 1e-3), "keys, values": (1e-4, 1e-3),
    "hidden": (1e-4, 1e-3), "logits": (2e-4, 2e-3), "log-probs": (2e-4, 2e-3),
    "group log-probs": (2e-4, 2e-3), "group entropy": (2e-4, 2e-3), "gradients": (1e-3, 1e-3),
    "greedy": (EXACT, EXACT), "greedy logits": (2e-4, 2e-3), "rollout": (EXACT, EXACT), "rollout log-probs": (2e-4, 2e-3),
    # Round trips. Two correct bfloat16 programs differ as much from each other as from float32: the ratio of their errors counts.
    "bf16 error ratio": (1.5, 1.5), "tensors changed": (EXACT, EXACT), "links saved": (EXACT, EXACT), "key problems": (EXACT, EXACT),
    "their logits": (EXACT, EXACT), "processor": (EXACT, EXACT),
    # Beside an adapter of PEFT's; float32 rounds W + BA once, and W x + B A x otherwise.
    "adapter logits": (2e-4, 2e-3), "adapter grads": (1e-3, 1e-3), "factors changed": (EXACT, EXACT), "written to PEFT": (EXACT, EXACT),
    "merged logits": (2e-4, 2e-3),
}


class Table:
    """Largest difference per case and stage."""

    def __init__(self):
        self.rows, self.notes, self.failures = {}, {}, []

    def add(self, case, stage, difference, tolerance):
        row = self.rows.setdefault(case, {})
        row[stage] = max(row.get(stage, (0.0, tolerance)), (difference, tolerance))

    def note(self, case, text):
        self.notes.setdefault(case, []).append(text)

    def fail(self, case, text):
        self.failures.append(f"{case}: {text}")

    def all_failures(self):
        beyond = [f"{case}: {stage}: difference {difference:.3g}, tolerance {tolerance:.3g}"
                  for case, row in self.rows.items() for stage, (difference, tolerance) in row.items() if not difference <= tolerance]
        return self.failures + beyond

    def print(self, title, names):
        """The rows of `names` as columns of a table, a line per stage."""
        names = [name for name in names if name in self.rows]
        per_block, width = 5, 28
        for begin in range(0, len(names), per_block):
            part = names[begin:begin + per_block]
            print(f"\n{title:18}" + "".join(f"{name:>{width}}" for name in part))
            for stage in TOLERANCES:
                if any(stage in self.rows[name] for name in part):
                    print(f"{stage:18}" + "".join(f"{cell(self.rows[name].get(stage)):>{width}}" for name in part))

    def print_end(self):
        print()
        for name, notes in self.notes.items():
            print(f"{name}: " + "; ".join(notes))
        for failure in self.all_failures():
            print(f"FAILED {failure}")


def cell(entry):
    return "-" if entry is None else "equal" if entry[0] == 0 else f"{entry[0]:.1e}"


def difference(ours, theirs):
    if ours.shape != theirs.shape:
        return float("inf")
    return (ours.double() - theirs.double()).abs().max().item() if ours.numel() else 0.0


def levels(family, ours, theirs):
    """Largest difference of patch rows in levels of 255, before the division by the standard deviation."""
    if ours.shape != theirs.shape:
        return float("inf")
    return ((ours - theirs).view(len(ours), 3, -1) * family.std.view(1, 3, 1) * 255).abs().max().item()


class Tool:
    """Our side: a folder with a request and its outputs."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.inputs, self.request = {}, {"prompts": []}

    def run(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        safetensors.torch.save_file({name: tensor.contiguous() for name, tensor in self.inputs.items()}, self.folder / "inputs.safetensors")
        (self.folder / "request.json").write_text(json.dumps(self.request))
        subprocess.run([self.program, self.folder], check=True)
        self.outputs = safetensors.safe_open(self.folder / "outputs.safetensors", "pt")
        self.names = set(self.outputs.keys())
        self.texts = json.loads((self.folder / "outputs.json").read_text())

    def __getitem__(self, name):
        return self.outputs.get_tensor(name)


def tokenizer_folder(name, work, family):
    if name == "mini":
        return family.data / "tokenizer" / "mini"
    folder = work / "tokenizer"
    if not folder.exists():
        folder.mkdir(parents=True)
        subprocess.run(["tar", "xf", DATA / "tokenizer" / "qwen2_5_full_tokenizer.tar.xz", "-C", folder], check=True)
    return next(folder.rglob("vocab.json")).parent


def save_model(family, model, case, folder, tokenizer, **options):
    model.save_pretrained(folder, **options)
    if case.layout == "hub":
        (folder / "config.json").write_text(json.dumps(case.config))
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": model.config.get_text_config().vocab_size - 1}))  # has no token: is not sampled
    for file in tokenizer.iterdir():
        if file.is_file():
            shutil.copy(file, folder / file.name)
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": family.template(tokenizer, case)}))


def build_prompt(family, prompt, seed):
    """Messages, and frames [F, 3, H, W] uint8 of every video and image."""
    generator = torch.Generator().manual_seed(seed)
    content, videos, images = [], [], []
    frames = lambda count, hm, wm: torch.randint(0, 256, (count, 3, hm * family.factor, wm * family.factor), generator=generator, dtype=torch.uint8)
    for index, item in enumerate(prompt.content):
        if isinstance(item, Video):
            videos.append((frames(2 * item.t - item.odd_frames, item.hm, item.wm), item.fps))
            content.append({"type": "video"})
        elif isinstance(item, Image):
            images.append(frames(1, item.hm, item.wm))
            content.append({"type": "image"})
        else:
            content.append({"type": "text", "text": words(item, seed + index) if isinstance(item, int) else item})
    messages = [{"role": "user", "content": content}]
    if prompt.system is not None:
        messages.insert(0, {"role": "system", "content": [{"type": "text", "text": prompt.system}]})
    return messages, videos, images


def process(processor, messages, videos, images):
    """What the library's processor makes of them."""
    text = processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    arguments = {}
    if videos:
        arguments["videos"] = [frames for frames, _ in videos]
        arguments["video_metadata"] = [
            dict(fps=fps, total_num_frames=len(frames), frames_indices=list(range(len(frames))), duration=len(frames) / fps) for frames, fps in videos]
    if images:
        arguments["images"] = [image[0] for image in images]
    features = dict(processor(text=[text], do_sample_frames=False, return_tensors="pt", **arguments))
    if "second_per_grid_ts" in features:
        features["second_per_grid_ts"] = torch.as_tensor(features["second_per_grid_ts"], dtype=torch.float64)
    return text, features
