"""What goes into the model: token ids of many texts, and frames from their source size to patch rows."""

import random

import qwen_vl_utils.vision_process as qwen_vl
import torch
import transformers

import parity_reference as reference
from parity_cases import WORDS, Case, tiny3_config, tiny_config
from parity_common import TOLERANCES, Tool, difference, levels, save_model, tokenizer_folder
from parity_families import FAMILIES

SPECIAL = ["<think>", "</think>", "<0.3 seconds>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|video_pad|>", "<tool_call>", "<|endoftext|>", "<|im_", "|>"]
# Letters with and without marks, digits of several scripts, spaces of several kinds, controls, symbols beyond the first plane.
CHARACTERS = ("abcXYZ'ſéß̸̈́ϓ中文字日本あア가각 ١٢३४½Ⅷ ١\t\n\r\u00a0\u2003\u3000\u0085\u200b\ufeff\x00\x1f.,;:!?…—“”«»()[]{}<>|/\\@#$%^&*_+=~`0123456789🎬👩‍👩‍👧🏳️‍🌈𝔘𐍈")


def texts(count, seed):
    """Random strings: words, single characters, repeated spaces, added tokens whole and broken."""
    draw = random.Random(seed)
    pieces = [lambda: draw.choice(WORDS) + " ", lambda: draw.choice(CHARACTERS), lambda: draw.choice(" \n\t") * draw.randint(1, 5),
              lambda: draw.choice(SPECIAL), lambda: str(draw.randint(0, 10**6)), lambda: draw.choice(["'s", "'LL", "'Re", " 'd", "don't"])]
    return ["".join(draw.choice(pieces)() for _ in range(draw.randint(0, 40))) for _ in range(count)]


class InputCase:
    """Runs our program on a model of no interest, for what comes before the model."""

    def __init__(self, name, family, options, table):
        self.name, self.family, self.options, self.table = name, FAMILIES[family], options, table

    def add(self, stage, value):
        self.table.add(self.name, stage, value, TOLERANCES[stage][0])

    def start(self, work, tokenizer):
        folder = work / self.name
        case = Case("", {"qwen2_5_vl": tiny_config, "qwen3_vl": tiny3_config}[self.family.name](), [], family=self.family.name)
        save_model(self.family, reference.make_model(self.family, case, self.options.attention), case, folder / "model", tokenizer)
        tool = Tool(self.options.program, folder)
        tool.request.update(model=str(folder / "model"))
        return tool


class Texts(InputCase):
    def __init__(self, name, family, tokenizer, options, table):
        super().__init__(name, family, options, table)
        self.tokenizer = tokenizer

    def run(self, work):
        folder = tokenizer_folder(self.tokenizer, work, self.family)
        tool = self.start(work, folder)
        tool.request["texts"] = texts(2000, seed=31)
        tool.run()
        theirs = transformers.AutoTokenizer.from_pretrained(folder)
        for index, text in enumerate(tool.request["texts"]):
            self.add("ids", difference(tool[f"text.{index}"], torch.tensor(theirs(text).input_ids, dtype=torch.long)))


# Frames, source height and width, and options as qwen-vl-utils takes them; bounds of pixels in vision tokens.
CLIPS = [
    (4, 120, 200, {}),  # enlarged to the default minimum
    (3, 360, 640, {}),
    (4, 720, 1280, {}),  # shrunk to the default maximum
    (2, 480, 270, {"max_pixels": 128}),
    (8, 240, 320, {"min_pixels": 16, "total_pixels": 8 * 30}),
    (2, 224, 420, {}),  # keeps its size where a vision token is 28 pixels wide
    (2, 61, 333, {"min_pixels": 4, "max_pixels": 40}),
]


class Frames(InputCase):
    """Sizes and resized frames of qwen-vl-utils, whose reader is replaced by one that gives our frames, then the library's processor."""

    def run(self, work):
        tool = self.start(work, tokenizer_folder("mini", work, self.family))
        generator = torch.Generator().manual_seed(32)
        theirs, tool.request["clips"] = [], []
        area = self.family.factor ** 2
        for index, (count, height, width, tokens) in enumerate(CLIPS):
            # Noise over a gradient: smooth and hard edges.
            ramp = torch.linspace(0, 200, width).expand(count, 3, height, width)
            frames = (ramp + 55 * torch.rand(count, 3, height, width, generator=generator)).to(torch.uint8)
            options = {name: number * area for name, number in tokens.items()}
            tool.inputs[f"clip.{index}"] = frames
            tool.request["clips"].append({"min_pixels": 128 * area, "total_pixels": 128000 * area * 0.9} | options)
            qwen_vl.VIDEO_READER_BACKENDS["given"] = lambda element, frames=frames: (frames, {}, 2.0)
            qwen_vl.get_video_reader_backend = lambda: "given"
            theirs.append(qwen_vl.fetch_video({"video": "given"} | options, image_patch_size=self.family.factor // 2))
        tool.run()
        processor = self.family.video_processor()
        for index, frames in enumerate(theirs):
            self.add("resized", difference(tool[f"clip.{index}.frames"], frames))
            made = processor(videos=[frames], do_sample_frames=False, do_resize=False, return_tensors="pt")
            self.add("grids", difference(tool[f"clip.{index}.video_grid_thw"], made["video_grid_thw"]))
            self.add("pixels", levels(self.family, tool[f"clip.{index}.pixel_values_videos"], made["pixel_values_videos"]))


# Frames, source height and width, and bounds of the pixels of the whole clip.
OWN_CLIPS = [(4, 120, 200, 4096, 25165824), (6, 360, 640, 4096, 25165824), (8, 240, 320, 4096, 200000), (2, 40, 50, 131072, 786432), (5, 96, 64, 4096, 60000)]


class OwnResize(InputCase):
    """Qwen3-VL's video processor by itself: one budget for a clip, and torchvision's kernel of integers."""

    def run(self, work):
        tool = self.start(work, tokenizer_folder("mini", work, self.family))
        generator = torch.Generator().manual_seed(33)
        tool.request["clips"] = []
        for index, (count, height, width, least, most) in enumerate(OWN_CLIPS):
            ramp = torch.linspace(0, 200, width).expand(count, 3, height, width)
            tool.inputs[f"clip.{index}"] = (ramp + 55 * torch.rand(count, 3, height, width, generator=generator)).to(torch.uint8)
            tool.request["clips"].append({"min_pixels": least, "total_pixels": most, "size_rule": "hf_qwen3", "resize": "tv_uint8"})
        tool.run()
        for index, (*_, least, most) in enumerate(OWN_CLIPS):
            processor = transformers.Qwen3VLVideoProcessor(size={"shortest_edge": least, "longest_edge": most})
            made = processor(videos=[tool.inputs[f"clip.{index}"]], do_sample_frames=False, return_tensors="pt")
            self.add("grids", difference(tool[f"clip.{index}.video_grid_thw"], made["video_grid_thw"]))
            self.add("pixels", levels(self.family, tool[f"clip.{index}.pixel_values_videos"], made["pixel_values_videos"]))


def input_cases(options, table):
    return [Texts("texts_mini", "qwen2_5_vl", "mini", options, table), Texts("texts_full", "qwen2_5_vl", "full", options, table),
            Texts("3_texts_mini", "qwen3_vl", "mini", options, table), Frames("frames", "qwen2_5_vl", options, table),
            Frames("3_frames", "qwen3_vl", options, table), OwnResize("3_own_resize", "qwen3_vl", options, table)]
