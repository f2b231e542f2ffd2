"""The side of transformers: models with random weights, and every stage of their forward and backward passes.

What to mind (all of it measured with 5.17.0): without `mm_token_type_ids` the library numbers tokens 0, 1, 2, .. on all three axes;
explicit `position_ids` win over its own; the model remembers `rope_deltas` of its last call.
"""

import contextlib
import math

import numpy
import torch
import transformers

MODES = ("float_max", "int_max", "int_grid", "float_grid")
MERGE = 2


def make_model(family, case, attention):
    config = family.config_class.from_dict(case.config)
    config._attn_implementation = attention
    with torch.random.fork_rng():
        torch.manual_seed(case.seed)
        with skip_initialisation():
            model = family.model_class._from_config(config, dtype=torch.float32, attn_implementation=attention)
        randomise(model, case)
    return model.eval()


@contextlib.contextmanager
def skip_initialisation():
    """The library would fill gigabytes that are filled again."""
    initialise = transformers.PreTrainedModel.init_weights
    transformers.PreTrainedModel.init_weights = lambda self: self.tie_weights()
    try:
        yield
    finally:
        transformers.PreTrainedModel.init_weights = initialise


@torch.no_grad()
def randomise(model, case):
    """Attention that is not flat, biases and norm weights that are not 0 and 1, logits of magnitude 10 with a clear winner."""
    tied = case.config["tie_word_embeddings"]
    for name, tensor in model.named_parameters():
        if name.endswith("bias"):
            tensor.normal_(0.0, 0.2)
        elif tensor.dim() == 1:
            tensor.normal_(1.0, 0.25)
        elif "pos_embed" in name:
            tensor.normal_(0.0, 0.5)
        else:
            gain = 1.0
            if any(part in name for part in ("q_proj", "k_proj", "qkv")):
                gain = 1.3
            elif "lm_head" in name or ("embed_tokens" in name and tied):
                gain = 3.0
            elif "embed_tokens" in name:
                gain = 6.0
            elif tied and "visual" not in name and ("o_proj" in name or "down_proj" in name):
                gain = 3.0  # else the state is near the last token's embedding, which is the head, and that token wins again and again
            tensor.normal_(0.0, gain / math.sqrt(tensor[0].numel()))


def reset(model):
    model.model.rope_deltas = None


def model_kwargs(features):
    names = ("pixel_values", "image_grid_thw", "pixel_values_videos", "video_grid_thw", "second_per_grid_ts")
    return {name: features[name] for name in names if name in features}


def library_positions(model, features):
    """[3, P] by the library's own rule; of Qwen2.5-VL int_grid since 5.6."""
    ids = features["input_ids"]
    if not any(name in features for name in ("image_grid_thw", "video_grid_thw")):
        return torch.arange(ids.shape[1]).expand(3, -1)
    seconds = {"second_per_grid_ts": features["second_per_grid_ts"]} if "second_per_grid_ts" in features else {}
    positions, _ = model.model.get_rope_index(ids, features["mm_token_type_ids"], image_grid_thw=features.get("image_grid_thw"),
                                              video_grid_thw=features.get("video_grid_thw"), **seconds)
    return positions[-3:, 0]


def positions_by_token(kinds, image_grids, video_grids, seconds, tokens_per_second, mode):
    """[3, P] token by token from the definition of each mode. `kinds`: 0 text, 1 image, 2 video."""
    grids = {1: list(image_grids), 2: list(video_grids)}
    seconds = list(seconds)
    out, cursor, i = [], 0, 0
    while i < len(kinds):
        if kinds[i] == 0:
            out.append((cursor,) * 3)
            cursor, i = cursor + 1, i + 1
            continue
        is_video = kinds[i] == 2
        t_count, height, width = grids[kinds[i]].pop(0)
        height, width = height // MERGE, width // MERGE
        step = seconds.pop(0) if is_video else 0.0
        run = []
        for unit in range(t_count * height * width):
            t, y, x = unit // (height * width), unit // width % height, unit % width
            if mode == "float_max":
                offset = int(numpy.float32(numpy.float32(t) * numpy.float32(step)) * numpy.float32(tokens_per_second))
            elif mode == "float_grid":
                offset = int(t * (tokens_per_second * float(numpy.float32(step))))
            else:
                offset = t * int(step) * tokens_per_second
            run.append((cursor + offset, cursor + y, cursor + x))
        out += run
        i += len(run)
        cursor = cursor + max(height, width) if mode.endswith("grid") else max(map(max, run)) + 1
    return torch.tensor(out).T


@torch.no_grad()
def vision_stages(family, model, features):
    """{"image" | "video": {"patch_embed", "embeddings" (with learned positions), "block.<i>", "features"}}."""
    visual, stages = model.model.visual, {}
    for kind, pixels, grid in (("image", "pixel_values", "image_grid_thw"), ("video", "pixel_values_videos", "video_grid_thw")):
        if pixels not in features:
            continue
        seen = {}
        keep = lambda key, seen=seen: lambda module, inputs, output: seen.__setitem__(key, output)
        hooks = [visual.patch_embed.register_forward_hook(keep("patch_embed"))]
        hooks += [block.register_forward_hook(keep(f"block.{index}")) for index, block in enumerate(visual.blocks)]
        if hasattr(visual, "pos_embed"):
            hooks.append(visual.blocks[0].register_forward_pre_hook(lambda module, inputs, seen=seen: seen.__setitem__("embeddings", inputs[0])))
        seen["features"] = family.features_of(visual(features[pixels], grid_thw=features[grid]))
        for hook in hooks:
            hook.remove()
        stages[kind] = seen
    return stages


@torch.no_grad()
def prompt_states(model, features, positions=None):
    """Hidden states, logits, keys and values of a prompt; by the library's own positions unless some are given."""
    reset(model)
    arguments = model_kwargs(features)
    if positions is None:
        arguments["mm_token_type_ids"] = features["mm_token_type_ids"]
    else:
        arguments["position_ids"] = positions.unsqueeze(1)
    out = model(input_ids=features["input_ids"], use_cache=True, output_hidden_states=True, **arguments)
    states = {"hidden": out.hidden_states[-1][0], "logits": out.logits[0].float()}
    for index, layer in enumerate(out.past_key_values.layers):
        states[f"keys.{index}"], states[f"values.{index}"] = layer.keys[0], layer.values[0]
    return states


@torch.no_grad()
def generate(model, features, new_tokens):
    """Greedy by the library: ids [new_tokens], logits [new_tokens, V]."""
    reset(model)
    model.generation_config.eos_token_id = None
    out = model.generate(input_ids=features["input_ids"], attention_mask=features["attention_mask"],
                         mm_token_type_ids=features["mm_token_type_ids"], do_sample=False, repetition_penalty=1.0, max_new_tokens=new_tokens,
                         pad_token_id=0, return_dict_in_generate=True, output_logits=True, **model_kwargs(features))
    return out.sequences[0, features["input_ids"].shape[1]:], torch.cat(out.logits).float()


@torch.no_grad()
def greedy_loop(model, features, positions, new_tokens, never):
    """Greedy at given positions through the cache, some ids never: ids, logits."""
    reset(model)
    out = model(input_ids=features["input_ids"], position_ids=positions.unsqueeze(1), use_cache=True, logits_to_keep=1, **model_kwargs(features))
    next_position, ids, logits = int(positions.max()) + 1, [], []
    for step in range(new_tokens):
        logits.append(out.logits[0, -1].float())
        allowed = logits[-1].clone()
        allowed[never] = -math.inf
        ids.append(int(allowed.argmax()))
        place = torch.full((3, 1, 1), next_position + step)
        out = model(input_ids=torch.tensor([[ids[-1]]]), position_ids=place, past_key_values=out.past_key_values, use_cache=True)
    return torch.tensor(ids), torch.stack(logits)


def response_log_probs(model, features, positions, response):
    """Log-probs of a response in a row of its own, [R] in double at temperatures 1 and 0.7, and the entropy; with gradient."""
    reset(model)
    length = len(response)
    ids = torch.cat([features["input_ids"], response.unsqueeze(0)], 1)
    after = (int(positions.max()) + 1 + torch.arange(length)).expand(3, -1)
    out = model(input_ids=ids, position_ids=torch.cat([positions, after], 1).unsqueeze(1), use_cache=False, logits_to_keep=length + 1,
                **model_kwargs(features))
    logits = out.logits[0, :-1].double()
    at_one = logits.log_softmax(-1)
    pick = lambda log_probs: log_probs.gather(-1, response.unsqueeze(-1)).squeeze(-1)
    return pick(at_one), pick((logits.detach() / 0.7).log_softmax(-1)), -(at_one.detach().exp() * at_one.detach()).sum(-1)
