#!/usr/bin/env python3
"""A reward by a judge: a language model behind an OpenAI-style endpoint says how good each response is.

    rewards: [{command: "python3 scripts/rewards/judge.py --url http://HOST:8000/v1 --model NAME", weight: 1, workers: 4, timeout: 600}]

The responses to a prompt are asked about at the same time, and each worker has a prompt of its own: workers x
rollout.group_size requests at once, at most --concurrency for each worker. What fails is asked again, later each time. Answers
are kept in --cache, so that a run that goes on asks nothing twice. A key is read from the environment variable VRLT_JUDGE_KEY
and from nowhere else. A response that the judge gives no verdict on counts as failed (max_failed of the config).
"""
import argparse
import concurrent.futures
import hashlib
import http.client
import json
import os
import random
import re
import string
import sys
import time
import urllib.error
import urllib.request

PROMPT = """A model was asked about a video.

Question: $question
$options
Reference answer: $answer
Response of the model: $completion

Does the response agree with the reference answer? Reply with one number from 0 (not at all) to 1 (entirely), and nothing else."""
TRY_AGAIN = {408, 409, 425, 429, 500, 502, 503, 504}
LONGEST_REPLY = 1 << 20


class NoVerdict(Exception):
    """The judge gave no number; the text says why."""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True, help="of the endpoint, up to and with /v1")
    parser.add_argument("--model", required=True, help="the name that the endpoint knows it by")
    parser.add_argument("--name", default="judge", help="of the reward, in metrics and files")
    parser.add_argument("--prompt", help="a file with $question, $options, $answer, $completion or any key of the record")
    parser.add_argument("--concurrency", type=int, default=32, help="requests at once")
    parser.add_argument("--timeout", type=float, default=60, help="seconds for one request")
    parser.add_argument("--tries", type=int, default=6, help="for one response")
    parser.add_argument("--backoff", type=float, default=0.5, help="seconds before the second try; twice as long before each further one")
    parser.add_argument("--max-tokens", type=int, default=16, help="of the judge's reply")
    parser.add_argument("--cache", help="JSON Lines file of answers, shared by any number of workers and runs")
    return parser.parse_args()


class Cache:
    """Answers by the hash of what was asked. Each is appended by one write, so that processes may share the file."""

    def __init__(self, path):
        self.verdicts, self.file = {}, None
        if not path:
            return
        self.file = open(path, "ab+", buffering=0)
        self.file.seek(0)
        text = self.file.read()
        for line in text.split(b"\n"):
            try:
                entry = json.loads(line)
                self.verdicts[entry["key"]] = float(entry["value"])
            except (ValueError, KeyError, TypeError):
                continue  # empty, or torn by a process that was killed
        if text and not text.endswith(b"\n"):
            self.file.write(b"\n")

    def get(self, key):
        return self.verdicts.get(key)

    def put(self, key, value):
        self.verdicts[key] = value
        if self.file:
            self.file.write(json.dumps({"key": key, "value": value}).encode() + b"\n")


def options_of(record):
    return "\n".join(f"{chr(65 + i)}. {text}" for i, text in enumerate(record.get("options") or []))


def answer_of(record):
    if isinstance(record.get("answer"), int) and record.get("options"):
        return f"{chr(65 + record['answer'])}. {record['options'][record['answer']]}"
    if record.get("answer") is not None:
        return str(record["answer"])
    return ", ".join(f"{start} to {end} s" for start, end in record.get("segments") or [])


def verdict_in(reply):
    """The number of a reply such as "0.8", "Score: 1" or {"score": 0.5}; more than one number is no verdict."""
    numbers = re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*\w)", reply)
    if len(numbers) != 1 or not 0 <= float(numbers[0]) <= 1:
        raise NoVerdict(f"the judge replied {reply[:80]!r}, expected one number from 0 to 1")
    return float(numbers[0])


class Judge:
    def __init__(self, options):
        self.options = options
        self.cache = Cache(options.cache)
        prompt = PROMPT
        if options.prompt:
            with open(options.prompt, encoding="utf-8") as file:
                prompt = file.read()
        self.prompt = string.Template(prompt)
        self.key = os.environ.get("VRLT_JUDGE_KEY", "")

    def question(self, record, completion):
        values = {key: value if isinstance(value, str) else json.dumps(value) for key, value in record.items()}
        values.update(options=options_of(record), answer=answer_of(record), completion=completion)
        return self.prompt.safe_substitute(values)

    def body(self, text):
        return {"model": self.options.model, "messages": [{"role": "user", "content": text}], "temperature": 0,
                "max_tokens": self.options.max_tokens}

    def post(self, body):
        """One request. Raises NoVerdict, or OSError and ValueError for what may work another time."""
        headers = {"Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = "Bearer " + self.key
        request = urllib.request.Request(self.options.url.rstrip("/") + "/chat/completions", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=self.options.timeout) as answer:
                reply = json.loads(answer.read(LONGEST_REPLY))
        except urllib.error.HTTPError as error:
            if error.code not in TRY_AGAIN:
                raise NoVerdict(f"the endpoint answered {error.code} {error.reason}") from error
            raise
        try:
            return str(reply["choices"][0]["message"]["content"])
        except (KeyError, IndexError, TypeError) as error:
            raise ValueError(f"a reply without choices[0].message.content: {json.dumps(reply)[:80]}") from error

    def ask(self, body):
        """The reply, after as many tries as allowed; waits are drawn around twice the last one, or are what the server asks for."""
        for number in range(1, self.options.tries + 1):
            try:
                return self.post(body)
            except (OSError, ValueError, http.client.HTTPException) as error:
                if number == self.options.tries:
                    raise NoVerdict(f"no reply after {number} tries, the last: {error}") from error
                asked_for = error.headers.get("Retry-After", "") if isinstance(error, urllib.error.HTTPError) else ""
                wait = self.options.backoff * 2 ** (number - 1) * random.uniform(0.5, 1.5)
                time.sleep(min(float(asked_for) if asked_for.isdigit() else wait, self.options.timeout))

    def score(self, record, completion):
        body = self.body(self.question(record, completion))
        key = hashlib.sha256(json.dumps([self.options.url, body]).encode()).hexdigest()
        value = self.cache.get(key)
        try:
            if value is None:
                value = verdict_in(self.ask(body))
                self.cache.put(key, value)
            return {"value": value}
        except NoVerdict as error:
            print(f"{record.get('id')}: {error}", file=sys.stderr, flush=True)
            return {"value": str(error)}  # not a number: counted as failed


def main():
    out, sys.stdout = sys.stdout, sys.stderr
    options = arguments()
    next(sys.stdin)
    greeting = {"vrlt_reward": 1, "name": options.name, "min": 0, "max": 1, "continuous": True}
    print(json.dumps(greeting), file=out, flush=True)
    judge = Judge(options)
    with concurrent.futures.ThreadPoolExecutor(options.concurrency) as pool:
        for line in sys.stdin:
            request = json.loads(line)
            texts = [response["completion"] for response in request["responses"]]
            futures = {text: pool.submit(judge.score, request["record"], text) for text in dict.fromkeys(texts)}  # equal ones once
            print(json.dumps({"id": request["id"], "scores": [futures[text].result() for text in texts]}), file=out, flush=True)


if __name__ == "__main__":
    main()
