"""A reward that pays the responses to a prompt 0 to 1 by their place, so that every group has a
signal whatever random weights say."""

import json
import sys

next(sys.stdin)
print(json.dumps({"vrlt_reward": 1, "name": "graded", "min": 0, "max": 1}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    count = len(request["responses"])
    print(
        json.dumps({"id": request["id"], "scores": [i / max(1, count - 1) for i in range(count)]}),
        flush=True,
    )
