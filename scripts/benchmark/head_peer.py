#!/usr/bin/env python3
"""Log-probs of many states over a large vocabulary, as they are computed beside a transformers model. One JSON line.

The states and weights are those of `policy_benchmark head`. Variants
  selective    all logits, then logit minus logsumexp row by row (TRL's selective_log_softmax)
  log_softmax  all logits, log_softmax of all, gather (the textbook)
"""
from common import *
THREADS = parse_threads()
set_threads_environment(THREADS)


def main():
    parser = base_parser(__doc__)
    parser.add_argument("--variant", choices=["selective", "log_softmax"], default="selective")
    parser.add_argument("--rows", type=int, default=32), parser.add_argument("--length", type=int, default=320)
    parser.add_argument("--vocabulary", type=int, default=151936), parser.add_argument("--hidden", type=int, default=64)
    args = parser.parse_args()
    torch = init_torch(args.threads)
    count = args.rows * args.length
    wave = lambda rows, step: (torch.arange(rows * args.hidden, dtype=torch.float64) * step).sin().float().view(rows, args.hidden)
    hidden, weight = wave(count, 0.7).view(args.rows, args.length, -1), wave(args.vocabulary, 0.3)
    ids = (torch.arange(count) * 7919 % args.vocabulary).view(args.rows, args.length)
    loaded, state = peak_rss_bytes(), {}

    def run():
        with torch.no_grad():
            logits = torch.nn.functional.linear(hidden, weight)
            if args.variant == "log_softmax":
                state["out"] = logits.log_softmax(-1).gather(-1, ids[..., None]).squeeze(-1)
            else:
                picked = logits.gather(-1, ids[..., None]).squeeze(-1)
                state["out"] = picked - torch.stack([row.logsumexp(-1) for row in logits])

    result = {"script": "head_peer", "variant": args.variant, "tokens": count, "vocabulary": args.vocabulary, "hidden": args.hidden, "threads": args.threads}
    result.update(measure(timed(run), args, {"threads": args.threads}))
    result["check"] = {"log_prob_sum": state["out"].double().sum().item()}
    result["peak_rss_gib"], result["loaded_rss_gib"] = peak_rss_bytes() / 2**30, loaded / 2**30
    if "ours_last" in result:
        result["checks"] = compare_checks(result["check"], result["ours_last"].get("check"))
    emit(result)


if __name__ == "__main__":
    main()
