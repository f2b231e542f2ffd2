"""What the two model families differ in, on the side of transformers and in what our program is told."""

import json

import torch
import transformers

import parity_reference as reference
from parity_common import DATA, DATA3


class Family:
    """One for all, of no state. Names are those of transformers and of requests (tests/parity/parity_tool.cpp)."""

    def template(self, folder, case=None):
        return json.loads((folder / "chat_template.json").read_text())["chat_template"]


class Qwen25(Family):
    name = "qwen2_5_vl"
    data = DATA
    config_class = transformers.Qwen2_5_VLConfig
    model_class = transformers.Qwen2_5_VLForConditionalGeneration
    factor, std = 28, torch.tensor([0.26862954, 0.26130258, 0.27577711])  # of CLIP, by which pixels are divided
    modes = reference.MODES
    own_mode, library_mode = "float_max", "int_grid"
    frame_tokens = dict(min=128, total=115200)
    request = {}

    def old_name(self, name):
        return name.replace("model.visual.", "visual.").replace("model.language_model.", "model.")

    def make_processor(self, folder, case=None):
        bounds = {"shortest_edge": 28 * 28, "longest_edge": 12845056}  # frames are given in their final size
        return transformers.Qwen2_5_VLProcessor(
            image_processor=transformers.Qwen2VLImageProcessor(size=bounds), tokenizer=transformers.AutoTokenizer.from_pretrained(folder),
            video_processor=transformers.Qwen2VLVideoProcessor(size=bounds), chat_template=self.template(folder))

    def video_processor(self):
        return transformers.Qwen2VLVideoProcessor(size={"shortest_edge": 3136, "longest_edge": 12845056})

    def described(self, videos, features):
        """What our program is told of the videos of a prompt."""
        return {"second_per_grid_ts": features.get("second_per_grid_ts", torch.empty(0)).tolist()}

    def positions(self, config, features, mode):
        lists = [features[name].tolist() if name in features else [] for name in ("image_grid_thw", "video_grid_thw", "second_per_grid_ts")]
        return reference.positions_by_token(features["mm_token_type_ids"][0].tolist(), *lists, config["vision_config"]["tokens_per_second"], mode)

    def features_of(self, output):
        return output.pooler_output


class Qwen3(Family):
    name = "qwen3_vl"
    data = DATA3
    config_class = transformers.Qwen3VLConfig
    model_class = transformers.Qwen3VLForConditionalGeneration
    factor, std = 32, torch.tensor([0.5, 0.5, 0.5])
    modes = ("slices",)
    own_mode = library_mode = "slices"
    frame_tokens = dict(min=128, total=115200)
    request = {"video_wrapper": "kept"}  # what transformers does since 5.10

    def old_name(self, name):
        return name

    def template(self, folder, case=None):
        if case is not None and case.template == "thinking":
            return (DATA3 / "chat_template" / "thinking.jinja").read_text()
        return super().template(folder)

    def make_processor(self, folder, case=None):
        pixels = dict(patch_size=16, image_mean=[0.5] * 3, image_std=[0.5] * 3)
        bounds = {"shortest_edge": 32 * 32, "longest_edge": 1 << 30}  # frames are given in their final size
        return transformers.Qwen3VLProcessor(
            image_processor=transformers.Qwen2VLImageProcessor(size=bounds, **pixels), tokenizer=transformers.AutoTokenizer.from_pretrained(folder),
            video_processor=transformers.Qwen3VLVideoProcessor(size=bounds), chat_template=self.template(folder, case))

    def video_processor(self):
        return transformers.Qwen3VLVideoProcessor(size={"shortest_edge": 1024, "longest_edge": 1 << 30})

    def described(self, videos, features):
        return {"fps": [fps for _, fps in videos], **self.request}

    def positions(self, config, features, mode):
        """Token by token from the rule: text counts, a slice is a run of its own."""
        slices = [(1, h, w) for t, h, w in features["video_grid_thw"].tolist() for _ in range(t)] if "video_grid_thw" in features else []
        images = features["image_grid_thw"].tolist() if "image_grid_thw" in features else []
        return reference.positions_by_token(features["mm_token_type_ids"][0].tolist(), images, slices, [0.0] * len(slices), 0, "int_grid")

    def features_of(self, output):
        return torch.cat([output.pooler_output, *output.deepstack_features], 1)


FAMILIES = {family.name: family for family in (Qwen25(), Qwen3())}
