"""Checkpoints in both directions: what transformers saves, we load; what we save from it, transformers loads."""

import dataclasses
import hashlib
import json
import os
import shutil

import safetensors.torch
import torch
import transformers

import parity_reference as reference
from parity_cases import Case, Prompt, Video, tiny3_config, tiny_config
from parity_common import TOLERANCES, Tool, build_prompt, difference, process, save_model, tokenizer_folder
from parity_families import FAMILIES

STORED_TYPES = {"F32": "float32", "BF16": "bfloat16", "F16": "float16"}


@dataclasses.dataclass
class Source:
    """How transformers writes the folder that we open; `golden` names a folder of models among the stored values instead."""
    name: str
    family: str = "qwen2_5_vl"
    tied: bool = True
    layout: str = "hub"
    dtype: torch.dtype = torch.float32
    save: dict = dataclasses.field(default_factory=dict)  # of save_pretrained
    rename: object = None  # of every tensor, as another program names it
    hub_cache: bool = False
    golden: str = ""


NEW_NAMES = {"save_original_format": False}
SHARDS = {"max_shard_size": "100KB"}


def goldens(family):
    folders = sorted((FAMILIES[family].data / "models").iterdir())
    prefix = "golden_" if family == "qwen2_5_vl" else "3_golden_"
    return [Source(prefix + folder.name, family=family, golden=folder.name) for folder in folders]


def sources():
    make3 = lambda name, **more: Source("3_" + name, family="qwen3_vl", **more)
    return [
        Source("saved_flat_tied"),
        Source("saved_nested_untied", tied=False, layout="saved"),
        Source("saved_new_names", layout="saved", save=NEW_NAMES),
        Source("saved_shards", tied=False, layout="saved", save=SHARDS),
        Source("saved_bf16", tied=False, layout="saved", dtype=torch.bfloat16),
        Source("saved_bf16_new_shards", layout="saved", dtype=torch.bfloat16, save=NEW_NAMES | SHARDS),
        Source("saved_fp16", dtype=torch.float16),
        Source("saved_hub_cache", tied=False, save=SHARDS, dtype=torch.bfloat16, hub_cache=True),
    ] + goldens("qwen2_5_vl") + [
        make3("saved_as_hub_tied"),
        make3("saved_untied", tied=False, layout="saved"),
        make3("saved_shards", tied=False, save=SHARDS),
        make3("saved_bf16", layout="saved", dtype=torch.bfloat16),
        make3("saved_bf16_shards_cache", tied=False, save=SHARDS, dtype=torch.bfloat16, hub_cache=True),
        make3("base_names", rename=lambda name: name.removeprefix("model.")),
    ] + goldens("qwen3_vl")


def to_hub_cache(folder, cache):
    """The layout of the Hub's cache: snapshots/<commit>/<file> links to ../../blobs/<hash>."""
    snapshot = cache / "models--tests--tiny" / "snapshots" / ("0" * 40)
    blobs = snapshot.parent.parent / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    for file in folder.iterdir():
        blob = blobs / hashlib.sha256(file.read_bytes()).hexdigest()
        shutil.move(file, blob)
        (snapshot / file.name).symlink_to(os.path.relpath(blob, snapshot))
    return snapshot


def stored_tensors(family, folder):
    """Our name -> (dtype, shape, bytes) of every tensor of a folder's safetensors files."""
    tensors = {}
    for path in sorted(folder.glob("*.safetensors")):
        with open(path, "rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
            data = file.read()
        header.pop("__metadata__", None)
        for name, entry in header.items():
            old = family.old_name(name if name.startswith(("model.", "lm_head.")) or family.name == "qwen2_5_vl" else "model." + name)
            begin, end = entry["data_offsets"]
            tensors[old] = (entry["dtype"], entry["shape"], data[begin:end])
    return tensors


class RoundTrip:
    def __init__(self, source, options, table):
        self.source, self.options, self.table, self.family = source, options, table, FAMILIES[source.family]

    def add(self, stage, value):
        self.table.add(self.source.name, stage, value, TOLERANCES[stage][0])

    def hub_files(self, work):
        """Tokenizer and processor files as on the hub."""
        folder = work / "files"
        shutil.copytree(tokenizer_folder("mini", work, self.family), folder)
        for file in (self.family.data / "models" / "tiny_tied").glob("*preprocessor_config.json"):
            shutil.copy(file, folder)
        return folder

    def make_source(self, work, folder, tokenizer):
        source = self.source
        if source.golden:
            shutil.copytree(self.family.data / "models" / source.golden, folder)
            for file in tokenizer.iterdir():
                if not (folder / file.name).exists():
                    shutil.copy(file, folder)
            return folder
        make_config = {"qwen2_5_vl": tiny_config, "qwen3_vl": tiny3_config}[self.family.name]
        case = Case("", make_config(tie_word_embeddings=source.tied), [], layout=source.layout, seed=21)
        case.config["torch_dtype"] = str(source.dtype).removeprefix("torch.")
        model = reference.make_model(self.family, case, self.options.attention).to(source.dtype)
        save_model(self.family, model, case, folder, tokenizer, **source.save)
        if source.rename:
            path = folder / "model.safetensors"
            tensors = safetensors.torch.load_file(path)
            safetensors.torch.save_file({source.rename(name): tensor for name, tensor in tensors.items()}, path, {"format": "pt"})
        if source.layout == "saved":  # tokenizer and processor as the library writes them, in place of the files of the hub
            for file in tokenizer.iterdir():
                (folder / file.name).unlink(missing_ok=True)
            self.family.make_processor(tokenizer).save_pretrained(folder)
        return to_hub_cache(folder, work / "cache") if source.hub_cache else folder

    def load_reference(self, folder, dtype=torch.float32):
        model, report = self.family.model_class.from_pretrained(
            folder, dtype=dtype, attn_implementation=self.options.attention, output_loading_info=True)
        return model.eval(), sum(len(report[key]) for key in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs"))

    def run(self, work):
        work = work / self.source.name
        tokenizer = self.hub_files(work)
        folder = self.make_source(work, work / "source", tokenizer)
        original, problems = self.load_reference(folder)
        assert problems == 0, f"{self.source.name}: transformers does not load its own folder"

        messages, videos, images = build_prompt(self.family, Prompt([Video(2, 5, 6, fps=1.5), 12]), 21)
        text, features = process(self.family.make_processor(tokenizer), messages, videos, images)
        reference_logits = reference.prompt_states(original, features)["logits"]
        stored = stored_tensors(self.family, folder)
        stored_type = STORED_TYPES[next(iter(stored.values()))[0]]

        def run_ours(name, dtype):
            tool = Tool(self.options.program, work / name)
            tool.inputs["p0.video.0"] = videos[0][0]
            tool.request["prompts"].append({"name": "p0", "messages": messages} | self.family.described(videos, features))
            tool.request.update(model=str(folder), dtype=dtype, threads=torch.get_num_threads(), modes=[self.family.library_mode],
                                save=str(work / name / "saved"), **self.family.request)
            tool.run()
            return tool

        ours = run_ours("float32", "float32")
        self.add("ids", difference(ours["p0.input_ids"], features["input_ids"][0]))
        self.add("logits", difference(ours[f"p0.{self.family.library_mode}.logits"], reference_logits))
        if stored_type == "bfloat16":
            ours_narrow = run_ours("bfloat16", "bfloat16")
            narrow = reference.prompt_states(self.load_reference(folder, torch.bfloat16)[0], features)["logits"]
            error = lambda logits: (logits - reference_logits).abs().mean().item()
            self.add("bf16 error ratio", error(ours_narrow[f"p0.{self.family.library_mode}.logits"]) / error(narrow))

        # Float16 is widened on loading and there is no such type to save.
        saved = work / ("bfloat16" if stored_type == "bfloat16" else "float32") / "saved"
        if stored_type != "float16":
            kept = stored_tensors(self.family, saved)
            tied_head = {"lm_head.weight"} if original.config.tie_word_embeddings else set()
            self.add("tensors changed", len((stored.keys() ^ kept.keys()) - tied_head) + sum(stored[name] != kept[name] for name in stored.keys() & kept.keys()))
        self.add("links saved", sum(path.is_symlink() for path in saved.iterdir()))
        again, problems = self.load_reference(saved)
        self.add("key problems", problems)
        self.add("their logits", difference(reference.prompt_states(again, features)["logits"], reference_logits))
        self.add("processor", self.processor_differs(saved, messages, videos, images, text, features))
        shutil.rmtree(work)

    def processor_differs(self, saved, messages, videos, images, text, features):
        """Whether the processor files that we copied make something else of the prompt."""
        again_text, again = process(transformers.AutoProcessor.from_pretrained(saved), messages, videos, images)
        same = again_text == text and all(torch.equal(again[name], features[name]) for name in ("input_ids", "pixel_values_videos"))
        return 0.0 if same else 1.0
