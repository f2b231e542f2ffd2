#!/usr/bin/env python3
"""scripts/rewards/judge.py and template.py, as vrlt talks to them, against a server of this test on a free port."""
import collections
import http.server
import json
import os
import pathlib
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts/rewards"
KEY = "a-key-of-this-test"


class Endpoint(http.server.ThreadingHTTPServer):
    """An OpenAI-style endpoint. The verdict on "answer N of M" is N / M; every `fail_every`-th first try is answered by an error."""

    request_queue_size = 256
    daemon_threads = True

    def __init__(self, fail_every=0, codes=(500, 429, 503), reply=None, hold=None, seconds=0.0):
        super().__init__(("127.0.0.1", 0), Handler)
        self.fail_every, self.codes, self.reply = fail_every, codes, reply
        self.seconds = seconds  # for a reply
        self.lock, self.together = threading.Lock(), threading.Barrier(hold) if hold else None  # so many wait for each other
        self.num_requests, self.num_failures, self.at_once, self.most_at_once = 0, 0, 0, 0
        self.tries, self.keys = collections.Counter(), set()

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # without a look for its name in the network

    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def answer(self, text, key):
        """@return status and reply."""
        with self.lock:
            self.num_requests += 1
            self.keys.add(key)
            self.tries[text] += 1
            fails = self.fail_every and self.tries[text] == 1 and len(self.tries) % self.fail_every == 0
            if fails:
                self.num_failures += 1
                return self.codes[self.num_failures % len(self.codes)], None
        if self.together:
            self.together.wait(timeout=60)
        time.sleep(self.seconds)
        if self.reply is not None:
            return 200, self.reply
        number, of = text.split("answer ")[-1].split("\n")[0].split(" of ")
        return 200, str(int(number) / int(of))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        with self.server.lock:
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, reply = self.server.answer(body["messages"][0]["content"], self.headers.get("Authorization"))
        text = json.dumps({"choices": [{"message": {"role": "assistant", "content": reply}}]} if reply else {"error": "busy"}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        with self.server.lock:
            self.server.at_once -= 1
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Reward:
    """A command as vrlt runs it."""

    def __init__(self, *command, key=None):
        environment = {name: value for name, value in os.environ.items() if name != "VRLT_JUDGE_KEY"}
        if key:
            environment["VRLT_JUDGE_KEY"] = key
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True, env=environment)
        self.id = 0
        self.greeting = self.tell({"vrlt_reward": 1, "record_schema": "vs/1"})

    def tell(self, line):
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def score(self, record, completions):
        self.id += 1
        answer = self.tell({"id": self.id, "record": record, "prompt": None,
                            "responses": [{"completion": text, "tokens": 1, "finish": "stop"} for text in completions]})
        assert answer["id"] == self.id
        return answer["scores"]

    def finish(self):
        self.process.stdin.close()
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        with self.errors:
            self.errors.seek(0)
            return code, self.errors.read()


def judge(server, *arguments, key=None):
    return Reward(str(SCRIPTS / "judge.py"), "--url", server.url(), "--model", "m", "--backoff", "0.01", *arguments, key=key)


def values(scores):
    return [score["value"] for score in scores]


RECORD = {"schema": "vs/1", "id": "q/1", "task": "open", "question": "What?", "answer": "a cup"}


class TemplateTest(unittest.TestCase):
    def test_scores_by_the_record_and_keeps_its_prints_out_of_the_answers(self):
        reward = Reward(str(SCRIPTS / "template.py"))
        self.assertEqual(reward.greeting, {"vrlt_reward": 1, "name": "my_reward", "min": 0, "max": 1})
        self.assertEqual(reward.score(RECORD, ["It is A CUP.", "a bowl"]), [1.0, 0.0])
        self.assertEqual(reward.finish(), (0, ""))


class JudgeTest(unittest.TestCase):
    def test_every_answer_gets_its_verdict_though_some_replies_fail(self):
        with Endpoint(fail_every=20) as server:
            reward = judge(server)
            for group in range(10):
                texts = [f"answer {i} of {10 + group}" for i in range(10)]
                self.assertEqual(values(reward.score(RECORD, texts)), [i / (10 + group) for i in range(10)])
            self.assertEqual(reward.finish(), (0, ""))
            self.assertEqual(server.num_failures, 5)  # of 100 first tries every 20th
            self.assertEqual(server.num_requests, 105)

    def test_asks_about_a_group_at_once_and_about_equal_answers_once(self):
        with Endpoint(hold=8) as server:  # a judge that asks one after the other would wait for ever
            reward = judge(server, "--concurrency", "8")
            self.assertEqual(values(reward.score(RECORD, [f"answer {i} of 8" for i in range(8)] * 2)), [i / 8 for i in range(8)] * 2)
            reward.finish()
            self.assertEqual(server.num_requests, 8)
            self.assertEqual(server.most_at_once, 8)

    def test_what_was_answered_once_is_not_asked_again(self):
        with tempfile.TemporaryDirectory() as folder, Endpoint() as server:
            cache = os.path.join(folder, "judge.jsonl")
            texts = [f"answer {i} of 8" for i in range(8)]
            first = judge(server, "--cache", cache)
            expected = first.score(RECORD, texts)
            first.finish()
            with open(cache, "ab") as file:
                file.write(b'{"key": "torn')
            again = judge(server, "--cache", cache)
            self.assertEqual(again.score(RECORD, texts + ["answer 1 of 2"])[:8], expected)
            again.finish()
            self.assertEqual(server.num_requests, 9)
            third = judge(server, "--cache", cache)
            self.assertEqual(values(third.score(RECORD, ["answer 1 of 2"])), [0.5])
            third.finish()
            self.assertEqual(server.num_requests, 9)

    def test_an_answer_without_a_verdict_is_no_number_and_says_why(self):
        with Endpoint(reply="8 out of 10") as server:
            reward = judge(server)
            self.assertEqual(values(reward.score(RECORD, ["x"])), ["the judge replied '8 out of 10', expected one number from 0 to 1"])
            self.assertIn("q/1: the judge replied", reward.finish()[1])
        with Endpoint(fail_every=1, codes=(401,)) as server:
            reward = judge(server)
            self.assertEqual(values(reward.score(RECORD, ["x"])), ["the endpoint answered 401 Unauthorized"])
            reward.finish()
            self.assertEqual(server.num_requests, 1, "asking again would not help")
        reward = judge(server, "--tries", "2")  # it is closed
        self.assertIn("no reply after 2 tries", values(reward.score(RECORD, ["x"]))[0])
        reward.finish()

    def test_the_key_comes_from_the_environment_and_is_told_to_nobody_else(self):
        with tempfile.TemporaryDirectory() as folder, Endpoint(fail_every=1, codes=(403,)) as server:
            cache = os.path.join(folder, "judge.jsonl")
            reward = judge(server, "--cache", cache, key=KEY)
            scores = reward.score(RECORD, ["x"])
            self.assertEqual(server.keys, {"Bearer " + KEY})
            with open(cache) as file:
                self.assertNotIn(KEY, file.read() + json.dumps(scores) + reward.finish()[1])


def show(num_answers=1000, concurrency=32, group_size=8):
    """What a long run costs: judge_test.py --show."""
    workers, num_groups = concurrency // group_size, num_answers // group_size
    with Endpoint(fail_every=20, seconds=0.1) as server:
        rewards = [judge(server, "--concurrency", str(group_size)) for _ in range(workers)]
        right, lock, next_group = [], threading.Lock(), iter(range(num_groups))

        def work(reward):
            for group in next_group:
                scores = values(reward.score(RECORD, [f"answer {i} of {group + 10}" for i in range(group_size)]))
                with lock:
                    right.extend(score == i / (group + 10) for i, score in enumerate(scores))

        start = time.monotonic()
        threads = [threading.Thread(target=work, args=(reward,)) for reward in rewards]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - start
        for reward in rewards:
            reward.finish()
        print(f"{len(right)} answers in {seconds:.2f} s by {workers} workers, {sum(right)} with the right verdict; {server.num_requests} requests, "
              f"{server.num_failures} of them failed, at most {server.most_at_once} at once")


if __name__ == "__main__":
    if sys.argv[1:] == ["--show"]:
        show()
    else:
        unittest.main()
