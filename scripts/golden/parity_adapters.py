"""Adapters in both directions: one of PEFT's is opened here, written again and merged, and PEFT opens what we wrote."""

import re
import shutil
import warnings

import peft
import safetensors.torch
import torch

import parity_reference as reference
from parity_cases import Case, Prompt, Video, tiny3_config, tiny_config
from parity_common import TOLERANCES, Tool, build_prompt, difference, process, save_model, tokenizer_folder
from parity_families import FAMILIES

DECODER = r"model\.language_model\.layers\.\d+\."
EVERY = DECODER + r"(self_attn\.(q|k|v|o)_proj|mlp\.(gate|up|down)_proj)"
SOME = DECODER + r"(self_attn\.(q)_proj|mlp\.(down)_proj)"
VARIANTS = {"every_target": dict(r=4, lora_alpha=8, target_modules=EVERY), "rslora_subset": dict(r=3, lora_alpha=5.5, use_rslora=True, target_modules=SOME)}


class AdapterCase:
    """A model with an adapter of PEFT's; the tower has none."""

    def __init__(self, name, family, settings, tied, options, table):
        self.name, self.family, self.settings, self.tied, self.options, self.table = name, FAMILIES[family], settings, tied, options, table

    def add(self, stage, value):
        self.table.add(self.name, stage, value, TOLERANCES[stage][0])

    def open(self, folder):
        return self.family.model_class.from_pretrained(folder, dtype=torch.float32, attn_implementation=self.options.attention).eval()

    def run(self, work):
        folder = work / self.name
        tokenizer = tokenizer_folder("mini", work, self.family)
        config = {"qwen2_5_vl": tiny_config, "qwen3_vl": tiny3_config}[self.family.name](tie_word_embeddings=self.tied)
        case = Case("", config, [], family=self.family.name, seed=41)
        save_model(self.family, reference.make_model(self.family, case, self.options.attention), case, folder / "model", tokenizer)
        base = self.open(folder / "model")
        torch.manual_seed(42)
        model = peft.get_peft_model(base, peft.LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.0, bias="none", **self.settings))
        factors = {name: tensor for name, tensor in model.named_parameters() if ".lora_" in name}
        with torch.no_grad():
            for factor in factors.values():
                factor.normal_(0.0, 0.15)
        model.save_pretrained(folder / "adapter")

        messages, videos, images = build_prompt(self.family, Prompt([Video(2, 5, 6, fps=1.5), 12]), 43)
        _, features = process(self.family.make_processor(tokenizer), messages, videos, images)
        response = torch.randint(0, 1000, (9,), generator=torch.Generator().manual_seed(44))
        weights = torch.randn(9, generator=torch.Generator().manual_seed(45))
        tool = self.run_ours(folder, messages, videos, features, response, weights)

        positions = self.family.positions(config, features, self.family.own_mode)
        inner = model.base_model.model
        logits = reference.prompt_states(inner, features, positions)["logits"]
        self.add("adapter logits", difference(tool[f"p0.{self.family.own_mode}.logits"], logits))
        at_one, _, _ = reference.response_log_probs(inner, features, positions, response)
        self.add("group log-probs", difference(tool["group.log_probs"], at_one.detach()))
        (at_one * weights).sum().backward()
        for name, factor in factors.items():
            ours = tool["grad." + self.table_name(name)]
            self.add("adapter grads", ((ours - factor.grad).norm() / factor.grad.norm()).item())

        self.add("factors changed", self.factors_changed(folder))
        again = self.open_with_peft(folder / "model", folder / "ours")
        self.add("written to PEFT", difference(reference.prompt_states(again.base_model.model, features, positions)["logits"], logits))
        merged = self.open(folder / "merged")
        self.add("merged logits", difference(reference.prompt_states(merged, features, positions)["logits"], logits))
        self.add("tensors changed", self.tower_changed(folder))
        shutil.rmtree(folder)

    def run_ours(self, folder, messages, videos, features, response, weights):
        tool = Tool(self.options.program, folder / "tool")
        tool.inputs.update({"p0.video.0": videos[0][0], "p0.response.0": response, "weights": weights})
        tool.request["prompts"].append({"name": "p0", "messages": messages} | self.family.described(videos, features))
        tool.request.update(model=str(folder / "model"), adapter=str(folder / "adapter"), save_adapter=str(folder / "ours"), merge=str(folder / "merged"),
                            threads=torch.get_num_threads(), modes=[self.family.own_mode], group=True, **self.family.request)
        tool.run()
        return tool

    def table_name(self, name):
        """Of a factor in our table of parameters, by PEFT's name of it."""
        return self.family.old_name(name.removeprefix("base_model.model.").replace(".default.", "."))

    def open_with_peft(self, model, adapter):
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # PEFT warns of factors that it cannot place, and goes on without them
            return peft.PeftModel.from_pretrained(self.open(model), adapter).eval()

    def factors_changed(self, folder):
        theirs, ours = (safetensors.torch.load_file(folder / name / "adapter_model.safetensors") for name in ("adapter", "ours"))
        return len(theirs.keys() ^ ours.keys()) + sum(not torch.equal(theirs[name], ours[name]) for name in theirs.keys() & ours.keys())

    def tower_changed(self, folder):
        """Tensors of the merged folder that no adapter stood beside and that are others than the base's."""
        base, merged = (safetensors.torch.load_file(folder / name / "model.safetensors") for name in ("model", "merged"))
        adapted = re.compile(self.settings["target_modules"].replace(DECODER, r"model\.(language_model\.)?layers\.\d+\.") + r"\.weight")
        return len(base.keys() ^ merged.keys()) + sum(not torch.equal(base[name], merged[name]) for name in base if not adapted.fullmatch(name))


def adapter_cases(options, table):
    prefixes = {"qwen2_5_vl": "", "qwen3_vl": "3_"}
    return [AdapterCase(f"{prefix}{name}_{'tied' if tied else 'untied'}", family, settings, tied, options, table)
            for family, prefix in prefixes.items() for (name, settings), tied in zip(VARIANTS.items(), (True, False))]
