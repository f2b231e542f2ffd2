"""A reward by command that misbehaves as it is told: odd_reward.py HOW [WORD]. It does so for responses that hold the word "odd";
others earn 1 if they hold the letter of the right option, else 0."""
import json
import os
import sys
import time

how, word = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "odd"
say = lambda text: (sys.stdout.write(text + "\n"), sys.stdout.flush())

if how == "dies":
    sys.exit("no module named judge")
if how == "silent":
    time.sleep(1000)
if how == "gibberish":
    say("Loading the model ..")
sys.stdin.readline()
greeting = {"vrlt_reward": 1, "name": "letter", "min": 0, "max": 1, "continuous": False}
if how == "version":
    greeting["vrlt_reward"] = 2
if how == "name":
    greeting["name"] = "choice"
if how == "tasks":
    greeting["tasks"] = ["tvg"]
if how == "once":  # dies at the second start, and at every further one
    if os.path.exists(sys.argv[3]):
        sys.exit("the licence allows one start")
    open(sys.argv[3], "w").close()
say(json.dumps(greeting))
for line in sys.stdin:
    request = json.loads(line)
    record, responses = request["record"], request["responses"]
    letter = "ABCDEFGH"[record.get("answer") or 0]
    scores = [{"value": float(letter in r["completion"]), "read": r["finish"], "extra": {"tokens": r["tokens"]}} for r in responses]
    odd = [i for i, r in enumerate(responses) if word in r["completion"]]
    if odd and how == "hangs":
        print("waiting for the judge", file=sys.stderr, flush=True)
        time.sleep(1000)
    if odd and how in ("crashes", "once"):
        raise KeyError("verdict")
    if odd and how == "killed":
        os.kill(os.getpid(), 9)
    if odd and how == "floods":
        say("x" * (3 << 20))
    if odd and how == "stderr":
        for i in range(20000):
            print(f"line {i} " + "y" * 100, file=sys.stderr)
    if odd and how == "prints":
        say("debug: " + responses[0]["completion"])
    if odd and how == "few":
        scores = scores[1:]
    for i in odd:
        scores[i] = {"nan": float("nan"), "infinite": float("inf"), "range": 1.5, "text": "good", "none": None,
                     "word": {"value": 0.5, "reason": "vague"}}.get(how, scores[i])
    if how == "slow_first" and record["id"] == "s0":
        time.sleep(0.2)
    say(json.dumps({"id": request["id"], "scores": scores}))
