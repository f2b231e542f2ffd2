#!/usr/bin/env python3
"""A reward of your own: copy this file, write reward(), and name it in a config or on a command line:

    rewards: [{command: "python3 my_reward.py", weight: 1.0}]
    vrlt-score --command "python3 my_reward.py" --explain COMPLETIONS.jsonl
"""
import json
import sys


def reward(completion, record):
    """A number from 0 to 1. completion: what the model said; record: the line of the records file, all keys."""
    return float(str(record["answer"]).lower() in completion.lower())


out, sys.stdout = sys.stdout, sys.stderr  # what print() says is for people, and comes with errors
next(sys.stdin)  # {"vrlt_reward": 1, ..}: the version of the protocol
print(json.dumps({"vrlt_reward": 1, "name": "my_reward", "min": 0, "max": 1}), file=out, flush=True)
for line in sys.stdin:
    request = json.loads(line)
    scores = [reward(response["completion"], request["record"]) for response in request["responses"]]
    print(json.dumps({"id": request["id"], "scores": scores}), file=out, flush=True)
