#!/usr/bin/env python3
"""Compares this project with an installed transformers, stage by stage, on random Qwen2.5-VL models.

    pip install torch==2.11.0 torchvision transformers==5.17.0
    python scripts/golden/parity.py            # needs build/release/bin/vrlt-parity

Both programs get the same weights, chat messages and frames. Every stage is compared: token ids, pixels, position ids, the vision
tower, keys and values, hidden states, logits, log-probs, gradients, greedy continuations, and checkpoints in both directions.
Prints one table of the largest differences; exit 1 if one is beyond its tolerance.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import safetensors
import safetensors.torch
import torch
import transformers

import parity_reference as reference
from parity_cases import Image, Prompt, Video, cases, words

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXACT = 0.0
# Stage: tolerance at small and at real width. Float32 programs that add in another order differ by a few 1e-5 at magnitude 10.
TOLERANCES = {
    "text": (EXACT, EXACT), "ids": (EXACT, EXACT), "grids": (EXACT, EXACT), "positions": (EXACT, EXACT),
    "pixels": (1.0, 1.0),  # levels of 255
    "patch embed": (1e-4, 1e-3), "vision blocks": (1e-4, 1e-3), "vision out": (1e-4, 1e-3), "keys, values": (1e-4, 1e-3),
    "hidden": (1e-4, 1e-3), "logits": (2e-4, 2e-3), "log-probs": (2e-4, 2e-3),
    "group log-probs": (2e-4, 2e-3), "group entropy": (2e-4, 2e-3), "gradients": (1e-3, 1e-3),
    "greedy": (EXACT, EXACT), "greedy logits": (2e-4, 2e-3), "rollout": (EXACT, EXACT), "rollout log-probs": (2e-4, 2e-3),
}
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711])


class Table:
    """Largest difference per case and stage."""

    def __init__(self):
        self.rows, self.notes, self.failures = {}, {}, []

    def add(self, case, stage, difference, tolerance):
        row = self.rows.setdefault(case, {})
        row[stage] = max(row.get(stage, 0.0), difference)
        if not difference <= tolerance:
            self.failures.append((case, stage, difference, tolerance))

    def note(self, case, text):
        self.notes.setdefault(case, []).append(text)

    def print(self):
        stages = []
        for row in self.rows.values():
            stages += [stage for stage in row if stage not in stages]
        stages.sort(key=lambda stage: list(TOLERANCES).index(stage) if stage in TOLERANCES else 99)
        width = max(map(len, stages), default=5) + 1
        names = list(self.rows)
        for begin in range(0, len(names), 7):
            part = names[begin:begin + 7]
            print("\n" + " " * width + "".join(f"{name[:16]:>17}" for name in part))
            for stage in stages:
                if any(stage in self.rows[name] for name in part):
                    print(f"{stage:{width}}" + "".join(f"{cell(self.rows[name].get(stage)):>17}" for name in part))
        for name, notes in self.notes.items():
            print(f"{name}: " + "; ".join(notes))
        for case, stage, difference, tolerance in self.failures:
            print(f"FAILED {case}: {stage}: difference {difference:.3g}, tolerance {tolerance:.3g}")


def cell(value):
    return "-" if value is None else "equal" if value == 0 else f"{value:.1e}"


def difference(ours, theirs):
    if ours.shape != theirs.shape:
        return float("inf")
    return (ours.double() - theirs.double()).abs().max().item() if ours.numel() else 0.0


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


# ---- models -----------------------------------------------------------------------------------------------------------------


def tokenizer_folder(name, work):
    data = ROOT / "tests" / "golden" / "data" / "tokenizer"
    if name == "mini":
        return data / "mini"
    folder = work / "tokenizer"
    if not folder.exists():
        folder.mkdir()
        subprocess.run(["tar", "xf", data / "qwen2_5_full_tokenizer.tar.xz", "-C", folder], check=True)
    return next(folder.rglob("vocab.json")).parent


def make_processor(folder):
    bounds = {"shortest_edge": 28 * 28, "longest_edge": 12845056}  # frames are given in their final size
    template = json.loads((folder / "chat_template.json").read_text())["chat_template"]
    return transformers.Qwen2_5_VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(size=bounds), tokenizer=transformers.AutoTokenizer.from_pretrained(folder),
        video_processor=transformers.Qwen2VLVideoProcessor(size=bounds), chat_template=template)


def save_model(model, case, folder, tokenizer):
    model.save_pretrained(folder)
    if case.layout == "flat":
        (folder / "config.json").write_text(json.dumps(case.config))
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": case.config["vocab_size"] - 1}))  # has no token: is not sampled
    for file in tokenizer.iterdir():
        if file.is_file():
            shutil.copy(file, folder / file.name)


def build_prompt(prompt, seed):
    """Messages, and frames [F, 3, H, W] uint8 of every video and image."""
    generator = torch.Generator().manual_seed(seed)
    content, videos, images = [], [], []
    frames = lambda count, hm, wm: torch.randint(0, 256, (count, 3, hm * 28, wm * 28), generator=generator, dtype=torch.uint8)
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


class ModelCase:
    """Runs one case: ours as a program of its own, then transformers beside its outputs."""

    def __init__(self, case, options, table):
        self.case, self.options, self.table = case, options, table

    def add(self, stage, value):
        self.table.add(self.case.name, stage, value, TOLERANCES[stage][self.case.real_width])

    def run(self, work):
        folder = work / self.case.name
        tokenizer = tokenizer_folder(self.case.tokenizer, work)
        processor = make_processor(tokenizer)
        model = reference.make_model(self.case, self.options.attention)
        save_model(model, self.case, folder / "model", tokenizer)

        tool = Tool(self.options.program, folder)
        vocabulary = processor.tokenizer.vocab_size
        generator = torch.Generator().manual_seed(self.case.seed)
        prompts = []
        for index, prompt in enumerate(self.case.prompts):
            name = f"p{index}"
            messages, videos, images = build_prompt(prompt, 100 * self.case.seed + 10 * index)
            text, features = process(processor, messages, videos, images)
            responses = [torch.randint(0, vocabulary, (length,), generator=generator) for length in prompt.responses]
            responses[-1][0] = self.case.config["vision_start_token_id"]  # plain text in a response
            for kind, tensors in (("video", [frames for frames, _ in videos]), ("image", images), ("response", responses)):
                tool.inputs.update({f"{name}.{kind}.{i}": tensor for i, tensor in enumerate(tensors)})
            seconds = features.get("second_per_grid_ts", torch.empty(0)).tolist()
            tool.request["prompts"].append({"name": name, "messages": messages, "second_per_grid_ts": seconds})
            prompts.append((name, text, features, responses))
        weights = torch.randn(sum(len(response) for *_, responses in prompts for response in responses), generator=generator)
        tool.inputs["weights"] = weights
        never = [self.case.config["image_token_id"], self.case.config["video_token_id"], self.case.config["vision_start_token_id"]]
        tool.request.update(model=str(folder / "model"), threads=torch.get_num_threads(), modes=["int_grid", "float_max"], group=True,
                            greedy_mode="int_grid", rollout=never, new_tokens=self.case.new_tokens)
        never += range(len(processor.tokenizer), self.case.config["vocab_size"])
        tool.run()

        for name, text, features, _ in prompts:
            if self.compare_processor(model, tool, name, text, features):
                self.compare_states(model, tool, name, features)
                self.compare_greedy(model, tool, name, features, never)
        self.compare_groups(model, tool, prompts, weights)
        shutil.rmtree(folder)

    def compare_processor(self, model, tool, name, text, features):
        """Whether the inputs have the same shape, so that the rest can be compared."""
        self.add("text", 0.0 if tool.texts[name] == text else float("inf"))
        ids = features["input_ids"][0]
        self.add("ids", difference(tool[f"{name}.input_ids"], ids))
        for pixels, grid in (("pixel_values", "image_grid_thw"), ("pixel_values_videos", "video_grid_thw")):
            if pixels not in features:
                continue
            self.add("grids", difference(tool[f"{name}.{grid}"], features[grid]))
            apart = (tool[f"{name}.{pixels}"] - features[pixels]).view(-1, 3, 392) * STD.view(1, 3, 1) * 255
            self.add("pixels", apart.abs().max().item())
        kinds = features["mm_token_type_ids"][0].tolist()
        grids = [features.get(grid, torch.empty(0, 3, dtype=torch.long)).tolist() for grid in ("image_grid_thw", "video_grid_thw")]
        seconds = features.get("second_per_grid_ts", torch.empty(0)).tolist()
        per_second = self.case.config["vision_config"]["tokens_per_second"]
        self.positions = {mode: reference.positions_by_token(kinds, *grids, seconds, per_second, mode) for mode in reference.MODES}
        self.positions["library"] = reference.library_positions(model, features)
        for mode, positions in self.positions.items():
            ours = "int_grid" if mode == "library" else mode
            self.add("positions", difference(tool[f"{name}.position_ids.{ours}"], positions))
            self.add("positions", abs(tool[f"{name}.next_position.{ours}"].item() - positions.max().item() - 1))
        return tool[f"{name}.input_ids"].shape == ids.shape

    def compare_states(self, model, tool, name, features):
        for kind, stages in reference.vision_stages(model, features).items():
            for stage, value in stages.items():
                column = {"patch_embed": "patch embed", "features": "vision out"}.get(stage, "vision blocks")
                self.add(column, difference(tool[f"{name}.{kind}.{stage}"], value))
        for mode, positions in (("int_grid", None), ("float_max", self.positions["float_max"])):
            states = reference.prompt_states(model, features, positions)
            for stage, value in states.items():
                column = stage if stage in TOLERANCES else "keys, values"
                self.add(column, difference(tool[f"{name}.{mode}.{stage}"], value))
            next_ids = features["input_ids"][0, 1:]
            log_probs = states["logits"][:-1].log_softmax(-1).gather(-1, next_ids.unsqueeze(-1)).squeeze(-1)
            self.add("log-probs", difference(tool[f"{name}.{mode}.log_probs"], log_probs))

    def compare_greedy(self, model, tool, name, features, never):
        ids, logits = reference.generate(model, features, self.case.new_tokens)
        self.compare_continuation("greedy", tool[f"{name}.greedy"], ids, logits)
        if torch.equal(tool[f"{name}.greedy"], ids):
            self.add("greedy logits", difference(tool[f"{name}.greedy_logits"], logits))
        if f"{name}.rollout" not in tool.names:
            return
        ids, logits = reference.greedy_loop(model, features, self.positions["float_max"], self.case.new_tokens, never)
        self.compare_continuation("rollout", tool[f"{name}.rollout"], ids, logits)
        log_probs = logits.log_softmax(-1).gather(-1, ids.unsqueeze(-1)).squeeze(-1)
        if torch.equal(tool[f"{name}.rollout"], ids):
            self.add("rollout log-probs", difference(tool[f"{name}.rollout_log_probs"], log_probs))

    def compare_continuation(self, stage, ours, theirs, logits):
        """Tokens must be equal; the smallest lead of a winner says how sure that is."""
        top = logits.topk(2).values
        margin = (top[:, 0] - top[:, 1]).min().item()
        self.margin = min(getattr(self, "margin", margin), margin)
        self.add(stage, difference(ours, theirs))

    def compare_groups(self, model, tool, prompts, weights):
        model.zero_grad()
        begin = 0
        for name, _, features, responses in prompts:
            positions = reference.positions_by_token(
                features["mm_token_type_ids"][0].tolist(), features.get("image_grid_thw", torch.empty(0)).tolist(),
                features.get("video_grid_thw", torch.empty(0)).tolist(), features.get("second_per_grid_ts", torch.empty(0)).tolist(),
                self.case.config["vision_config"]["tokens_per_second"], "float_max")
            for response in responses:
                at_one, at_seven, entropy = reference.response_log_probs(model, features, positions, response)
                rows = slice(begin, begin + len(response))
                begin = rows.stop
                (at_one * weights[rows]).sum().backward()
                self.add("group log-probs", difference(tool["group.log_probs"][rows], at_one.detach()))
                self.add("group log-probs", difference(tool["group.log_probs_t0.7"][rows], at_seven))
                self.add("group entropy", difference(tool["group.entropy"][rows], entropy))
        for name, parameter in model.named_parameters():
            old = name.replace("model.visual.", "visual.").replace("model.language_model.", "model.")
            ours = tool[f"grad.{old}"]
            theirs = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            size = theirs.norm().item()
            apart = (ours - theirs).norm().item()
            self.add("gradients", apart / size if size > 0 else apart)
        self.table.note(self.case.name, f"smallest lead of a greedy winner {self.margin:.1e}")


# ---- command line -----------------------------------------------------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="NAME", action="append", help="run this case only (may be repeated)")
    parser.add_argument("--list", action="store_true", help="print the names of the cases and stop")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "release" / "bin" / "vrlt-parity", help="default: %(default)s")
    parser.add_argument("--attention", choices=("eager", "sdpa"), default="eager", help="of transformers (default: %(default)s)")
    options = parser.parse_args()

    table = {case.name: ModelCase(case, options, None) for case in cases()}
    if options.list:
        print("\n".join(table))
        return 0
    unknown = set(options.only or ()) - set(table)
    if unknown:
        parser.error(f"no case {', '.join(sorted(unknown))}; known: {', '.join(table)}")
    if not options.program.exists():
        parser.error(f"{options.program} does not exist; build it: cmake --build --preset release --target vrlt-parity")

    results = Table()
    print(f"transformers {transformers.__version__}, torch {torch.__version__}, {options.attention} attention, {torch.get_num_threads()} threads")
    with tempfile.TemporaryDirectory(prefix="vrlt-parity-") as work:
        for name, case in table.items():
            if options.only and name not in options.only:
                continue
            start = time.monotonic()
            case.table = results
            case.run(pathlib.Path(work))
            print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    results.print()
    return 1 if results.failures else 0


if __name__ == "__main__":
    sys.exit(main())
