"""A run of vrlt-train on the model, images, questions and sizes of the TRL script."""
import json, os, shutil
import trl_grpo

# Of a model that has learnt nothing only the lengths differ.
REWARDS = ("rewards=[{name: format_answer, weight: 1.0}, {name: overlong, weight: 1.0}]", "reward_options.overlong_buffer=64")


def options(setup, model, prompts):
    """Arguments of the TRL script."""
    return trl_grpo.parser_().parse_args(f"--model {setup.model(model)} --prompts {prompts} --repeats 1 --warmup 0".split())


def make_records(args, folder):
    """What TRL gets in memory, as files: PNG images and questions."""
    from transformers import AutoProcessor
    rows, _, _ = trl_grpo.make_rows(args, AutoProcessor.from_pretrained(args.model, padding_side="left"), 2 * args.prompts)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    open(f"{folder}/config.yaml", "w").write("trainer: grpo\n")
    with open(f"{folder}/records.jsonl", "w") as file:
        for i, row in enumerate(rows):
            names = [f"{i}-{k}.png" for k in range(len(row["images"]))]
            for name, image in zip(names, row["images"]):
                image.save(f"{folder}/{name}")
            record = {"schema": "vs/1", "id": f"benchmark/{i}", "task": "mcq", "images": names, "question": row["prompt"][0]["content"],
                      "options": ["a", "b"], "answer": 0}
            file.write(json.dumps(record) + "\n")


def command(setup, args, folder, name, steps):
    """Runs on those records; the run folder is folder/runs/name."""
    pixels = args.side ** 2
    return [f"{setup.bin}/vrlt-train", f"{folder}/config.yaml", f"name={name}", f"output={folder}/runs", f"steps={steps}",
            f"prompts_per_step={args.prompts}", f"model.path={args.model}", f"model.freeze_vision={str(args.freeze_vision).lower()}",
            f"data.records=[{folder}/records.jsonl]", f"data.root={folder}", "data.prompt=auto_short", f"image.min_pixels={pixels}",
            f"image.max_pixels={pixels}", f"rollout.group_size={args.group}", f"rollout.max_new_tokens={args.new_tokens}",
            *REWARDS, f"algorithm.kl_coef={args.beta}", "optim.lr=1e-6"]
