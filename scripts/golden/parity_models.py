"""One model of the grid: every stage of both programs."""

import shutil

import torch

import parity_reference as reference
from parity_common import TOLERANCES, Tool, build_prompt, difference, levels, process, save_model, tokenizer_folder
from parity_families import FAMILIES


def processor_call(messages, videos):
    """What our Processor is given, where a prompt is one it can make: images, then at most one video, then a text, and no empty system turn."""
    *system, user = messages
    *media, text = user["content"]
    kinds = [item["type"] for item in media]
    if system and not system[0]["content"][0]["text"]:
        return {}
    if text["type"] != "text" or kinds != ["image"] * (len(kinds) - len(videos)) + ["video"] * len(videos) or len(videos) > 1:
        return {}
    return {"question": text["text"], "system": system[0]["content"][0]["text"] if system else "", "sample_fps": videos[0][1] if videos else 0.0}


class ModelCase:
    """Runs one case: ours as a program of its own, then transformers beside its outputs."""

    def __init__(self, case, options, table):
        self.case, self.options, self.table, self.family = case, options, table, FAMILIES[case.family]
        self.leads, self.winners = [], []

    def add(self, stage, value):
        self.table.add(self.case.name, stage, value, TOLERANCES[stage][self.case.real_width])

    def run(self, work):
        folder = work / self.case.name
        tokenizer = tokenizer_folder(self.case.tokenizer, work, self.family)
        processor = self.family.make_processor(tokenizer, self.case)
        model = reference.make_model(self.family, self.case, self.options.attention)
        save_model(self.family, model, self.case, folder / "model", tokenizer)

        tool = Tool(self.options.program, folder)
        vocabulary = processor.tokenizer.vocab_size
        generator = torch.Generator().manual_seed(self.case.seed)
        prompts = []
        for index, prompt in enumerate(self.case.prompts):
            name = f"p{index}"
            messages, videos, images = build_prompt(self.family, prompt, 100 * self.case.seed + 10 * index)
            text, features = process(processor, messages, videos, images)
            responses = [torch.randint(0, vocabulary, (length,), generator=generator) for length in prompt.responses]
            responses[-1][0] = self.case.config["vision_start_token_id"]  # plain text in a response
            for kind, tensors in (("video", [frames for frames, _ in videos]), ("image", images), ("response", responses)):
                tool.inputs.update({f"{name}.{kind}.{i}": tensor for i, tensor in enumerate(tensors)})
            described = self.family.described(videos, features)
            tool.request["prompts"].append({"name": name, "messages": messages} | described | processor_call(messages, videos))
            prompts.append((name, text, features, responses))
        weights = torch.randn(sum(len(response) for *_, responses in prompts for response in responses), generator=generator)
        tool.inputs["weights"] = weights
        never = [self.case.config["image_token_id"], self.case.config["video_token_id"], self.case.config["vision_start_token_id"]]
        tool.request.update(model=str(folder / "model"), threads=torch.get_num_threads(), modes=list(self.modes_of_states()), group=True,
                            greedy_mode=self.family.library_mode, rollout=never, new_tokens=self.case.new_tokens, **self.family.request)
        never += range(len(processor.tokenizer), model.config.get_text_config().vocab_size)
        tool.run()

        for name, text, features, _ in prompts:
            if self.compare_processor(model, tool, name, text, features):
                self.compare_states(model, tool, name, features)
                self.compare_greedy(model, tool, name, features, never)
        self.compare_groups(model, tool, prompts, weights)
        shutil.rmtree(folder)

    def modes_of_states(self):
        """Positions that states are compared in: the library's own first."""
        return dict.fromkeys((self.family.library_mode, self.family.own_mode))

    def positions_of(self, features, mode):
        return self.family.positions(self.case.config, features, mode)

    def compare_processor(self, model, tool, name, text, features):
        """Whether the inputs have the same shape, so that the rest can be compared."""
        self.add("text", 0.0 if tool.texts[name] == text else float("inf"))
        ids = features["input_ids"][0]
        self.add("ids", difference(tool[f"{name}.input_ids"], ids))
        for pixels, grid in (("pixel_values", "image_grid_thw"), ("pixel_values_videos", "video_grid_thw")):
            if pixels not in features:
                continue
            self.add("grids", difference(tool[f"{name}.{grid}"], features[grid]))
            self.add("pixels", levels(self.family, tool[f"{name}.{pixels}"], features[pixels]))
        self.positions = {mode: self.positions_of(features, mode) for mode in self.family.modes}
        self.positions["library"] = reference.library_positions(model, features)
        for mode, positions in self.positions.items():
            ours = self.family.library_mode if mode == "library" else mode
            self.add("positions", difference(tool[f"{name}.position_ids.{ours}"], positions))
            self.add("positions", abs(tool[f"{name}.next_position.{ours}"].item() - positions.max().item() - 1))
        if f"{name}.processor.input_ids" in tool.names:
            self.add("ids", difference(tool[f"{name}.processor.input_ids"], ids))
            self.add("positions", difference(tool[f"{name}.processor.position_ids"], self.positions[self.family.own_mode]))
            for pixels in ("pixel_values", "pixel_values_videos"):
                if pixels in features:
                    self.add("pixels", levels(self.family, tool[f"{name}.processor.{pixels}"], features[pixels]))
        return tool[f"{name}.input_ids"].shape == ids.shape

    def compare_states(self, model, tool, name, features):
        columns = {"patch_embed": "patch embed", "embeddings": "learned positions", "features": "vision out"}
        for kind, stages in reference.vision_stages(self.family, model, features).items():
            for stage, value in stages.items():
                column = columns.get(stage, "vision blocks")
                self.add(column, difference(tool[f"{name}.{kind}.{stage}"], value))
        for mode in self.modes_of_states():
            positions = None if mode == self.family.library_mode else self.positions[mode]
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
        ids, logits = reference.greedy_loop(model, features, self.positions[self.family.own_mode], self.case.new_tokens, never)
        self.compare_continuation("rollout", tool[f"{name}.rollout"], ids, logits)
        log_probs = logits.log_softmax(-1).gather(-1, ids.unsqueeze(-1)).squeeze(-1)
        if torch.equal(tool[f"{name}.rollout"], ids):
            self.add("rollout log-probs", difference(tool[f"{name}.rollout_log_probs"], log_probs))

    def compare_continuation(self, stage, ours, theirs, logits):
        """Tokens must be equal; the smallest lead of a winner, and how many different tokens won, say what that is worth."""
        top = logits.topk(2).values
        self.leads.append((top[:, 0] - top[:, 1]).min().item())
        self.winners.append(len(set(theirs.tolist())))
        self.add(stage, difference(ours, theirs))

    def compare_groups(self, model, tool, prompts, weights):
        model.zero_grad()
        begin = 0
        for name, _, features, responses in prompts:
            positions = self.positions_of(features, self.family.own_mode)
            for response in responses:
                at_one, at_seven, entropy = reference.response_log_probs(model, features, positions, response)
                rows = slice(begin, begin + len(response))
                begin = rows.stop
                (at_one * weights[rows]).sum().backward()
                self.add("group log-probs", difference(tool["group.log_probs"][rows], at_one.detach()))
                self.add("group log-probs", difference(tool["group.log_probs_t0.7"][rows], at_seven))
                self.add("group entropy", difference(tool["group.entropy"][rows], entropy))
        for name, parameter in model.named_parameters():
            ours = tool[f"grad.{self.family.old_name(name)}"]
            theirs = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            size = theirs.norm().item()
            apart = (ours - theirs).norm().item()
            self.add("gradients", apart / size if size > 0 else apart)
        self.table.note(self.case.name, f"greedy winners lead by at least {min(self.leads):.1e}, {min(self.winners)} to {max(self.winners)} different ones")
