"""What goes into the model: token ids of many texts, and frames from their source size to patch rows."""

import random

import qwen_vl_utils.vision_process as qwen_vl
import torch
import transformers

import parity_reference as reference
from parity_cases import WORDS, Case, tiny_config
from parity_common import TOLERANCES, Tool, difference, levels, save_model, tokenizer_folder

SPECIAL = ["<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|video_pad|>", "<tool_call>", "<|endoftext|>", "<|im_", "|>"]
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

    def __init__(self, name, options, table):
        self.name, self.options, self.table = name, options, table

    def add(self, stage, value):
        self.table.add(self.name, stage, value, TOLERANCES[stage][0])

    def start(self, work, tokenizer):
        folder = work / self.name
        case = Case("", tiny_config(), [])
        save_model(reference.make_model(case, self.options.attention), case, folder / "model", tokenizer)
        tool = Tool(self.options.program, folder)
        tool.request.update(model=str(folder / "model"))
        return tool


class Texts(InputCase):
    def __init__(self, tokenizer, options, table):
        super().__init__(f"texts_{tokenizer}", options, table)
        self.tokenizer = tokenizer

    def run(self, work):
        folder = tokenizer_folder(self.tokenizer, work)
        tool = self.start(work, folder)
        tool.request["texts"] = texts(2000, seed=31)
        tool.run()
        theirs = transformers.AutoTokenizer.from_pretrained(folder)
        for index, text in enumerate(tool.request["texts"]):
            self.add("ids", difference(tool[f"text.{index}"], torch.tensor(theirs(text).input_ids, dtype=torch.long)))


# Frames, source height and width, and options as qwen-vl-utils takes them.
CLIPS = [
    (4, 120, 200, {}),  # enlarged to the default minimum
    (3, 360, 640, {}),
    (4, 720, 1280, {}),  # shrunk to the default maximum
    (2, 480, 270, {"max_pixels": 128 * 784}),
    (8, 240, 320, {"min_pixels": 16 * 784, "total_pixels": 8 * 30 * 784}),
    (2, 224, 420, {}),  # keeps its size
    (2, 61, 333, {"min_pixels": 4 * 784, "max_pixels": 40 * 784}),
]


class Frames(InputCase):
    """Sizes and resized frames of qwen-vl-utils, whose reader is replaced by one that gives our frames, then the library's processor."""

    def __init__(self, options, table):
        super().__init__("frames", options, table)

    def run(self, work):
        tool = self.start(work, tokenizer_folder("mini", work))
        generator = torch.Generator().manual_seed(32)
        theirs, tool.request["clips"] = [], []
        for index, (count, height, width, options) in enumerate(CLIPS):
            # Noise over a gradient: smooth and hard edges.
            ramp = torch.linspace(0, 200, width).expand(count, 3, height, width)
            frames = (ramp + 55 * torch.rand(count, 3, height, width, generator=generator)).to(torch.uint8)
            tool.inputs[f"clip.{index}"] = frames
            tool.request["clips"].append({"min_pixels": 128 * 784, "total_pixels": 128000 * 784 * 0.9} | options)
            qwen_vl.VIDEO_READER_BACKENDS["given"] = lambda element, frames=frames: (frames, {}, 2.0)
            qwen_vl.get_video_reader_backend = lambda: "given"
            theirs.append(qwen_vl.fetch_video({"video": "given"} | options))
        tool.run()
        processor = transformers.Qwen2VLVideoProcessor(size={"shortest_edge": 3136, "longest_edge": 12845056})
        for index, frames in enumerate(theirs):
            self.add("resized", difference(tool[f"clip.{index}.frames"], frames))
            made = processor(videos=[frames], do_sample_frames=False, return_tensors="pt")
            self.add("grids", difference(tool[f"clip.{index}.video_grid_thw"], made["video_grid_thw"]))
            self.add("pixels", levels(tool[f"clip.{index}.pixel_values_videos"], made["pixel_values_videos"]))


def input_cases(options, table):
    return [Texts("mini", options, table), Texts("full", options, table), Frames(options, table)]
