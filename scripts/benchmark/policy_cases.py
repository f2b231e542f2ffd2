"""Update, rollout, whole step and vocabulary projection beside transformers and TRL, on the same weights and inputs."""
from cases import beside_script


def cases(setup):
    program = setup.policy_benchmark
    out = []
    for m in ("h64", "h128", "h256"):
        inputs = f"--model {setup.model(m)} --inputs {setup.inputs(m, 'prompt512')} --group 8"
        out.append(beside_script(f"update {m}", "update phase, 8 responses of 64 tokens to a prompt of 512", 4.0, f"hf_update.py {inputs}",
                                 f"{program} update {inputs} --repeats 1"))
    for m, goal in (("h64", 10.0), ("h128", 10.0), ("h256", 3.0)):
        inputs = f"--model {setup.model(m)} --inputs {setup.inputs(m, 'prompt256')} --group 8 --new-tokens 64"
        peer, ours = f"hf_generate.py {inputs}", f"{program} generate {inputs} --repeats 1 --warmup 2"
        out.append(beside_script(f"rollout {m} greedy", "8 responses of 64 tokens to a video prompt of 256", goal, f"{peer} --mode greedy", f"{ours} --greedy"))
        out.append(beside_script(f"rollout {m} sampled", "the same, sampled", goal, f"{peer} --mode sampled", ours))
        if m == "h128":
            out.append(beside_script(f"rollout {m} loop", "against a hand-written loop that prefills once", None,
                                     f"{peer} --mode greedy --variant loop", f"{ours} --greedy"))
    for m in ("h64", "h128"):
        out.append(beside_script(f"step {m}", "whole GRPO step of TRL, 4 prompts x 8 x 64 tokens", 8.0, f"trl_grpo.py --model {setup.model(m)}",
                                 f"{program} step --model {setup.model(m)} --inputs {setup.inputs(m, 'prompt256')} --prompts 4 --group 8 --new-tokens 64 "
                                 "--repeats 1"))
    out.append(beside_script("head 152k", "log-probs of 32 x 320 tokens over 151,936 ids", 2.0, "head_peer.py --warmup 0",
                             f"{program} head --forward-only --repeats 1 --warmup 0"))
    return out
