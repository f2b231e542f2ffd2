"""Models of true shapes with random weights: the small folder of vrlt-data synth, whose tokenizer
they take, with another config.json. Its vocabulary is the published one, beyond what the tokenizer
writes: random weights say such tokens too."""

import json
import shutil

SHAPE_3B = dict(
    hidden_size=2048,
    num_hidden_layers=36,
    num_attention_heads=16,
    num_key_value_heads=2,
    intermediate_size=11008,
    tie_word_embeddings=True,
    vocab_size=151936,
)
SHAPE_7B = dict(
    hidden_size=3584,
    num_hidden_layers=28,
    num_attention_heads=28,
    num_key_value_heads=4,
    intermediate_size=18944,
    tie_word_embeddings=False,
    vocab_size=152064,
)
VISION = dict(
    depth=32,
    hidden_size=1280,
    intermediate_size=3420,
    num_heads=16,
    fullatt_block_indexes=[7, 15, 23, 31],
)
SMALL = dict(
    hidden_size=64,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    intermediate_size=128,
    tie_word_embeddings=True,
    vocab_size=2048,
)
SMALL_VISION = dict(
    depth=2, hidden_size=64, intermediate_size=128, num_heads=4, fullatt_block_indexes=[1]
)

# What the parts run: shapes, the load of a step, and how many of them. Pixels of a frame: 128
# tokens for two frames, 2,048 for a clip.
REAL = dict(
    device="cuda",
    dtype="bfloat16",
    shape_3b=(SHAPE_3B, VISION, [16, 24, 24]),
    shape_7b=(SHAPE_7B, VISION, [16, 24, 24]),
    prompts=16,
    group=8,
    tokens=256,
    short_tokens=64,
    frames=32,
    pixels=100352,
    steps=3,
    small_steps=20,
)
DRY = dict(
    device="cpu",
    dtype="float32",
    shape_3b=(SMALL, SMALL_VISION, [4, 2, 2]),
    shape_7b=(SMALL, SMALL_VISION, [4, 2, 2]),
    prompts=2,
    group=4,
    tokens=16,
    short_tokens=4,
    frames=8,
    pixels=3136,
    steps=2,
    small_steps=4,
)


def make(small, folder, shape):
    """A model folder of that shape beside the small one. @return folder."""
    text, vision, sections = shape
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for file in small.iterdir():
        if file.name != "config.json" and not file.name.endswith(".safetensors"):
            shutil.copy(file, folder)
    config = json.loads((small / "config.json").read_text())
    config.update(text, initializer_range=0.02, rope_theta=1e6)
    config["rope_scaling"]["mrope_section"] = sections
    config["vision_config"].update(vision, out_hidden_size=text["hidden_size"])
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    return folder


def bytes_of_decoder(shape):
    """Bytes that a decoding step reads: the matrices of all layers and the projection to the
    vocabulary, in bfloat16."""
    text = shape[0]
    width, heads = text["hidden_size"], text["num_attention_heads"]
    kv = width // heads * text["num_key_value_heads"]
    layer = 2 * width * width + 2 * width * kv + 3 * width * text["intermediate_size"]
    return 2 * (text["num_hidden_layers"] * layer + width * text["vocab_size"])
