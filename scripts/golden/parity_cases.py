"""The grid of models and prompts that parity.py compares."""

import dataclasses
import random

# Of the small tokenizer in tests/golden/data/tokenizer/mini (that of data_qwen3 has the same), and of Qwen2.5-VL.
MINI_IDS = dict(bos_token_id=1000, eos_token_id=1002, vision_start_token_id=1009, vision_end_token_id=1010, vision_token_id=1011,
                image_token_id=1012, video_token_id=1013)
FULL_IDS = dict(bos_token_id=151643, eos_token_id=151645, vision_start_token_id=151652, vision_end_token_id=151653, vision_token_id=151654,
                image_token_id=151655, video_token_id=151656)

WORDS = ("when does the person turn on a light and close 3 doors? option (B): \n\n it's 12.5s, naïve 视频 café 🎬 <answer> don't "
         "between 00:07 and 1:10; THE END\tof scene #4 ... \r\n").split(" ")


@dataclasses.dataclass
class Video:
    """A clip of T temporal steps of Hm x Wm merged units; `odd_frames` leaves its last frame out (it is then repeated)."""
    t: int
    hm: int
    wm: int
    fps: float = 2.0
    odd_frames: bool = False


@dataclasses.dataclass
class Image:
    hm: int
    wm: int


@dataclasses.dataclass
class Prompt:
    """Content of the user turn: videos, images and texts (a number: so many words); responses given by their lengths."""
    content: list
    responses: tuple = (6, 1, 9)
    system: str | None = None


@dataclasses.dataclass
class Case:
    name: str
    config: dict
    prompts: list
    family: str = "qwen2_5_vl"
    tokenizer: str = "mini"
    template: str = "instruct"  # or thinking, of Qwen3-VL
    layout: str = "hub"  # of config.json: as on the hub (of Qwen2.5-VL flat), or as transformers 5 saves it
    new_tokens: int = 24
    real_width: bool = False  # has wider sums and so wider tolerances
    embedding_gain: float | None = None
    seed: int = 0


def words(count, seed):
    draw = random.Random(seed)
    return " ".join(draw.choice(WORDS) for _ in range(count))


def tiny_config(vision=None, **text):
    """config.json as on the hub."""
    config = dict(architectures=["Qwen2_5_VLForConditionalGeneration"], model_type="qwen2_5_vl", **MINI_IDS, attention_dropout=0.0,
                  hidden_act="silu", hidden_size=64, initializer_range=0.02, intermediate_size=96, max_position_embeddings=8192,
                  max_window_layers=3, num_attention_heads=4, num_hidden_layers=3, num_key_value_heads=2, rms_norm_eps=1e-6,
                  rope_theta=1000000.0, sliding_window=32768, tie_word_embeddings=True, torch_dtype="float32", use_cache=True,
                  use_sliding_window=False, vocab_size=1024, rope_scaling=dict(type="mrope", mrope_section=[2, 3, 3]))
    config.update(text)
    config["vision_config"] = dict(depth=4, hidden_act="silu", hidden_size=32, intermediate_size=48, num_heads=2, in_chans=3,
                                   out_hidden_size=config["hidden_size"], patch_size=14, spatial_merge_size=2, spatial_patch_size=14,
                                   window_size=112, fullatt_block_indexes=[1, 3], tokens_per_second=2, temporal_patch_size=2)
    config["vision_config"].update(vision or {})
    return config


def tiny3_config(vision=None, rope=None, **text):
    """config.json of Qwen3-VL as on the hub."""
    ids = {name: MINI_IDS[name] for name in ("image_token_id", "video_token_id", "vision_start_token_id", "vision_end_token_id")}
    tied = text.pop("tie_word_embeddings", True)
    decoder = dict(model_type="qwen3_vl_text", attention_bias=False, attention_dropout=0.0, bos_token_id=MINI_IDS["bos_token_id"],
                   eos_token_id=MINI_IDS["eos_token_id"], dtype="float32", head_dim=16, hidden_act="silu", hidden_size=64, initializer_range=0.02,
                   intermediate_size=96, max_position_embeddings=8192, num_attention_heads=4, num_hidden_layers=4, num_key_value_heads=2,
                   rms_norm_eps=1e-6, rope_scaling=dict(mrope_interleaved=True, mrope_section=rope or [4, 2, 2], rope_type="default"),
                   rope_theta=5000000.0, tie_word_embeddings=tied, use_cache=True, vocab_size=1056)
    decoder.update(text)
    tower = dict(model_type="qwen3_vl", depth=4, deepstack_visual_indexes=[0, 1, 2], hidden_act="gelu_pytorch_tanh", hidden_size=32, in_channels=3,
                 initializer_range=0.02, intermediate_size=48, num_heads=2, num_position_embeddings=36, out_hidden_size=decoder["hidden_size"],
                 patch_size=16, spatial_merge_size=2, temporal_patch_size=2)
    tower.update(vision or {})
    return dict(architectures=["Qwen3VLForConditionalGeneration"], model_type="qwen3_vl", **ids, text_config=decoder, vision_config=tower,
                tie_word_embeddings=tied)


REAL_VISION = dict(depth=2, hidden_size=1280, intermediate_size=3420, num_heads=16, fullatt_block_indexes=[1])
REAL_ROPE = dict(type="mrope", mrope_section=[16, 24, 24])


def cases():
    return cases_2_5() + cases_3()


def cases_3():
    """Clips have two frames or more: of one the library refuses to make a video."""
    make = lambda name, config, prompts, seed, **more: Case("3_" + name, config, prompts, family="qwen3_vl", seed=seed, **more)
    real_tower = dict(depth=4, deepstack_visual_indexes=[1, 2, 3], num_heads=16, num_position_embeddings=2304)
    real = dict(head_dim=128, num_attention_heads=32, num_key_value_heads=8, num_hidden_layers=4, vocab_size=4096, rope=[24, 20, 20])
    slice_prompts = [Prompt([Video(3, 6, 8, fps=1.25), 20], responses=(6, 1, 9)), Prompt([Image(5, 7), 12], responses=(4,))]
    return [
        make("tied", tiny3_config(), [
            Prompt([Video(2, 6, 10), "What happens?"]),
            Prompt(["Describe nothing in a few words."]),
            Prompt([Image(3, 4), 5], responses=(2, 2))], seed=0),
        make("untied_odd_grids", tiny3_config(
            hidden_size=96, head_dim=24, num_attention_heads=6, num_hidden_layers=3, tie_word_embeddings=False, rms_norm_eps=1e-3, rope_theta=10000.0,
            rope=[6, 3, 3], vision=dict(depth=5, hidden_size=36, num_heads=3, intermediate_size=44, deepstack_visual_indexes=[1, 2, 4],
                                        num_position_embeddings=49)), [
            Prompt([Video(3, 3, 7, fps=1.5), 12]),
            Prompt([Video(1, 1, 1, fps=4.0), 3], responses=(1,)),
            Prompt([Video(2, 5, 9, fps=0.7, odd_frames=True), 3], system="You are terse.")], layout="saved", seed=1),
        make("one_level", tiny3_config(num_hidden_layers=2, head_dim=32, rope=[6, 5, 5], num_attention_heads=2, num_key_value_heads=1,
                                       vision=dict(deepstack_visual_indexes=[1], depth=3, num_heads=4)), [
            Prompt([Video(2, 5, 7, fps=29.97), 8]), Prompt([Image(9, 3), 4])], seed=3),
        make("no_level", tiny3_config(vision=dict(deepstack_visual_indexes=[], depth=2)), [Prompt([Video(2, 5, 6), 4])], seed=4),
        make("several_videos", tiny3_config(), [
            Prompt([Video(2, 3, 4), "first", Video(1, 5, 2, fps=3.0), "second:", Video(4, 2, 3, fps=0.5), 6]),
            Prompt([Video(2, 4, 4), Video(2, 4, 4, fps=0.04), 3])], seed=5),
        make("images", tiny3_config(tie_word_embeddings=False), [
            Prompt([Image(4, 5), Image(2, 2), "compare", Image(1, 7), 4]),
            Prompt([3, Image(8, 8)])], layout="saved", seed=6),
        make("images_and_video", tiny3_config(), [
            Prompt([Image(2, 3), "then", Video(3, 4, 2, fps=1.25), "and", Image(5, 2), Video(1, 2, 2), 5]),
            Prompt([Video(2, 2, 5), Image(3, 3), 2])], seed=7),
        make("text_only", tiny3_config(tie_word_embeddings=False), [
            Prompt([1]), Prompt([40], responses=(1, 1, 12, 3)), Prompt([150], system="")], seed=8),
        make("thinking", tiny3_config(), [
            Prompt([Video(3, 4, 4, fps=2.5, odd_frames=True), "When?"], system="You are terse."), Prompt([Image(2, 5), 9])], template="thinking", seed=9),
        make("long", tiny3_config(num_hidden_layers=3), [
            Prompt([Video(18, 8, 8, fps=0.11), 200], responses=(20, 33, 5, 12)), Prompt([900], responses=(7, 7))], seed=10),
        # Four text layers and four vision blocks of 4B and 8B, whose levels are added behind the first three; vocabularies cut to 4096 rows.
        make("slice_4b", tiny3_config(
            **real, hidden_size=2560, intermediate_size=9728, vision=dict(real_tower, hidden_size=1024, intermediate_size=4096)),
            slice_prompts, real_width=True, seed=12),
        make("slice_8b", tiny3_config(
            **real, hidden_size=4096, intermediate_size=12288, tie_word_embeddings=False,
            vision=dict(real_tower, hidden_size=1152, intermediate_size=4304)), slice_prompts, real_width=True, seed=13),
    ]


def cases_2_5():
    return [
        Case("tied", tiny_config(), [
            Prompt([Video(2, 6, 10), "What happens?"]),
            Prompt(["Describe nothing in a few words."]),
            Prompt([Image(3, 4), 5], responses=(2, 2))]),
        Case("untied_odd_grids", tiny_config(
            hidden_size=96, num_attention_heads=6, num_key_value_heads=2, num_hidden_layers=5, tie_word_embeddings=False, rms_norm_eps=1e-5,
            rope_theta=10000.0, vision=dict(depth=5, hidden_size=48, num_heads=4, intermediate_size=44, fullatt_block_indexes=[0, 4])), [
            Prompt([Video(3, 3, 7, fps=1.5), 12]),
            Prompt([Video(1, 1, 1, fps=4.0, odd_frames=True), 3], responses=(1,)),
            Prompt([Video(2, 5, 9, fps=0.7, odd_frames=True), 3], system="You are terse.")], layout="saved", seed=1),
        Case("windows", tiny_config(
            num_attention_heads=2, num_key_value_heads=1, tie_word_embeddings=False, rope_scaling=dict(type="mrope", mrope_section=[4, 6, 6]),
            vision=dict(window_size=56, num_heads=4, tokens_per_second=4)), [
            Prompt([Video(2, 5, 7, fps=2.0), 8]),
            Prompt([Image(4, 4), Image(1, 9), 8]),
            Prompt([Video(4, 2, 2, fps=1.0), 8])], seed=2),
        Case("window_blocks_only", tiny_config(vision=dict(fullatt_block_indexes=[], depth=3, hidden_size=40, num_heads=2)), [
            Prompt([Video(2, 5, 6), 4]), Prompt([Image(9, 3), 4])], layout="saved", seed=3),
        Case("full_blocks_only", tiny_config(vision=dict(fullatt_block_indexes=[0, 1], depth=2, window_size=336)), [
            Prompt([Video(2, 5, 6), 4])], seed=4),
        Case("several_videos", tiny_config(), [
            Prompt([Video(2, 3, 4), "first", Video(1, 5, 2, fps=3.0), "second", Video(4, 2, 3, fps=0.5), 6]),
            Prompt([Video(2, 4, 4), Video(2, 4, 4), 3])], seed=5),
        Case("images", tiny_config(tie_word_embeddings=False), [
            Prompt([Image(4, 5), Image(2, 2), "compare", Image(1, 7), 4]),
            Prompt([3, Image(8, 8)])], layout="saved", seed=6),
        Case("images_and_video", tiny_config(), [
            Prompt([Image(2, 3), "then", Video(3, 4, 2, fps=1.25), "and", Image(5, 2), Video(1, 2, 2), 5]),
            Prompt([Video(2, 2, 5), Image(3, 3), 2])], seed=7),
        Case("text_only", tiny_config(tie_word_embeddings=False), [
            Prompt([1]), Prompt([40], responses=(1, 1, 12, 3)), Prompt([150], system="")], seed=8),
        Case("long", tiny_config(num_hidden_layers=2), [
            Prompt([Video(18, 10, 10), 200], responses=(20, 33, 5, 12)), Prompt([900], responses=(7, 7))], seed=9),
        Case("head_dim_8_all_kv_heads", tiny_config(
            num_attention_heads=8, num_key_value_heads=8, rope_scaling=dict(type="mrope", mrope_section=[1, 1, 2])), [
            Prompt([Video(2, 3, 5), 10]), Prompt([10])], seed=10),
        Case("head_dim_80_one_kv_head", tiny_config(
            hidden_size=240, num_attention_heads=3, num_key_value_heads=1, rope_scaling=dict(type="mrope", mrope_section=[10, 15, 15]),
            num_hidden_layers=2, vision=dict(hidden_size=160, num_heads=2)), [
            Prompt([Video(2, 3, 5), 10]), Prompt([Image(3, 5), 10])], layout="saved", seed=11),
        # Two text layers and two vision blocks of Qwen2.5-VL-3B, with its vocabulary and its tokenizer.
        Case("slice_3b", tiny_config(
            **FULL_IDS, hidden_size=2048, intermediate_size=11008, num_attention_heads=16, num_key_value_heads=2, num_hidden_layers=2,
            vocab_size=151936, rope_scaling=REAL_ROPE, vision=REAL_VISION), [
            Prompt([Video(2, 9, 10), 20], responses=(6, 1, 9)), Prompt([Image(5, 7), 12], responses=(4,))],
            tokenizer="full", real_width=True, seed=12),
        # The same of the 7B; its vocabulary is cut to 4096 rows of 152064 (two of them, with gradients, are 9 GiB).
        Case("slice_7b", tiny_config(
            hidden_size=3584, intermediate_size=18944, num_attention_heads=28, num_key_value_heads=4, num_hidden_layers=2, vocab_size=4096,
            tie_word_embeddings=False, rope_scaling=REAL_ROPE, vision=REAL_VISION), [
            Prompt([Video(2, 9, 10), 20], responses=(6, 1, 9)), Prompt([Image(5, 7), 12], responses=(4,))], real_width=True, seed=13),
    ]
