"""How time and memory grow with one size at a time, ours beside transformers: what the charts of the page show."""
import os, re, subprocess, sys
from cases import HERE, beside_script
from make_workload import FRAMES, LENGTHS, RESPONSES

MODEL = "h64"
GROUPS = (2, 4, 8, 16, 32)  # an advantage compares at least two


def make_inputs(folder):
    """Of every size; once."""
    names = [*FRAMES, *LENGTHS, *RESPONSES, "prompt512"]
    if all(os.path.exists(f"{folder}/inputs/{MODEL}/{name}.safetensors") for name in names):
        return
    subprocess.run([sys.executable, f"{HERE}/make_workload.py", "--out", folder, "--only", MODEL, "--prompts", ",".join(names), "--no-check"], check=True,
                   stdout=subprocess.DEVNULL)


def updates(setup, label, size, inputs):
    """(label, size, [(its value, case)]) of the update of 8 responses, or of as many as the size says."""
    return label, size, [(value, beside_script(label, "", None, f"hf_update.py {flags}", f"{setup.policy_benchmark} update {flags} --repeats 1"))
                         for value, flags in inputs]


def rollouts(setup, label, size, inputs):
    return label, size, [(value, beside_script(label, "", None, f"hf_generate.py {flags} --mode greedy",
                                               f"{setup.policy_benchmark} generate {flags} --greedy --repeats 1")) for value, flags in inputs]


def curves(setup):
    folder = f"{setup.work}/curves"
    files = lambda prompt: f"--model {folder}/models/{MODEL} --inputs {folder}/inputs/{MODEL}/{prompt}.safetensors"
    number = lambda name: int(re.sub(r"\D", "", name))
    of_each = lambda names: [(number(name), f"{files(name)} --group 8") for name in names]
    of_groups = [(g, f"{files('prompt512')} --group {g}") for g in GROUPS]
    lengths = [(number(name), f"{files(name)} --group 8 --new-tokens {number(name)}") for name in RESPONSES]
    group, frames, prompt, response = "responses per prompt (G)", "frames of the clip", "tokens of the prompt", "tokens of each response"
    return [updates(setup, "update against G", group, of_groups), rollouts(setup, "rollout against G", group, of_groups),
            updates(setup, "update against frames", frames, of_each(FRAMES)), rollouts(setup, "rollout against frames", frames, of_each(FRAMES)),
            updates(setup, "update against prompt length", prompt, of_each(LENGTHS)),
            rollouts(setup, "rollout against prompt length", prompt, of_each(LENGTHS)),
            updates(setup, "update against response length", response, of_each(RESPONSES)),
            rollouts(setup, "rollout against response length", response, lengths)]


def measure(setup, repeats, wanted, agrees):
    """[{label, size, points: [{value, peer, ours: seconds, and of updates peer_gib, ours_gib}]}] of the labels that are wanted; no points where the
    two sides do not agree."""
    chosen = [curve for curve in curves(setup) if wanted(curve[0])]
    if chosen:
        make_inputs(f"{setup.work}/curves")
    out = []
    for label, size, cases in chosen:
        out.append({"label": label, "size": size, "points": []})
        results = [(value, case.run(repeats)) for value, case in cases]
        if not all([agrees(f"{label}, {value}", result) for value, result in results]):
            continue
        points = out[-1]["points"]
        for value, result in results:
            point = {"value": value, "peer": result["seconds"], "ours": result["ours_seconds"]}
            ours = result["ours_last"]
            if "loaded_rss_gib" in result:
                point["peer_gib"] = result["peak_rss_gib"] - result["loaded_rss_gib"]
                point["ours_gib"] = ours["peak_rss_gib"] - ours["loaded_rss_gib"]
            points.append(point)
        print(f"{label}: x{points[0]['peer']['median'] / points[0]['ours']['median']:.1f} to x{points[-1]['peer']['median'] / points[-1]['ours']['median']:.1f}",
              flush=True)
    return out
