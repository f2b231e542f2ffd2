#!/usr/bin/env python3
"""scripts/track.py with stand-ins for the clients, which note what they are told."""
import contextlib
import importlib.util
import io
import json
import pathlib
import sys
import tempfile
import types
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/track.py"
SPEC = importlib.util.spec_from_file_location("track", SCRIPT)
track = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(track)


class Client:
    """Any of the four: what a tracker's run is told goes to `logged`, how it began to `begun`."""

    def __init__(self):
        self.logged, self.begun, self.params, self.num_finished = [], [], {}, 0
        self.id = "id-1"
        self.info = types.SimpleNamespace(run_id="id-1")

    def init(self, **options):
        self.begun.append(options)
        return self

    def set_tracking_uri(self, uri):
        self.begun.append(uri)

    def set_experiment(self, name):
        self.begun.append(name)

    def start_run(self, **options):
        self.begun.append(options)
        return self

    def log_params(self, params):
        self.params.update(params)

    def log(self, values, step):
        self.logged.append((step, values))

    def log_metrics(self, values, step):
        self.logged.append((step, values))

    def finish(self):
        self.num_finished += 1

    end_run = finish


class Track(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.run_folder = pathlib.Path(folder.name) / "grpo"
        self.run_folder.mkdir()
        self.put("config.yaml", "name: grpo\nsteps: 3\n")
        self.client = Client()

    def put(self, name, text):
        (self.run_folder / name).write_text(text, encoding="utf-8")

    def append(self, name, *lines):
        with open(self.run_folder / name, "a", encoding="utf-8") as file:
            for line in lines:
                file.write(json.dumps(line) + "\n")

    def track(self, tracker="wandb", *flags, wait=None):
        options = track.parse([tracker, str(self.run_folder), *flags])
        return track.track(self.client, self.run_folder, options, wait=wait or self.fail)

    def test_lines_of_a_step_are_sent_as_one_in_the_order_of_steps(self):
        self.append("metrics.jsonl", {"step": 0, "validation/score": 0.25}, {"step": 1, "reward/total": 0.5}, {"step": 1, "validation/score": 0.75})
        self.append("timing.jsonl", {"step": 1, "time/step_seconds": 2.5})
        self.assertEqual(self.track(), 2)
        self.assertEqual(self.client.logged, [(0, {"validation/score": 0.25}),
                                              (1, {"reward/total": 0.5, "validation/score": 0.75, "time/step_seconds": 2.5})])
        self.assertEqual(self.client.num_finished, 1)

    def test_what_is_no_number_is_left_out_and_a_torn_line_waits(self):
        self.put("metrics.jsonl", '{"step": 1, "a": null, "b": NaN, "c": true, "d": "x", "e": 2}\n{"step": 2, "e": 3')
        self.assertEqual(self.track(), 1)
        self.assertEqual(self.client.logged, [(1, {"e": 2})])

    def test_the_same_command_again_sends_what_has_come_since_to_the_same_run(self):
        self.append("metrics.jsonl", {"step": 1, "a": 1})
        self.track()
        self.append("metrics.jsonl", {"step": 2, "a": 2})
        self.assertEqual(self.track(), 1)
        self.assertEqual([step for step, _ in self.client.logged], [1, 2])
        self.assertEqual([begun["id"] for begun in self.client.begun], [None, "id-1"])

    def test_following_ends_with_the_last_step_and_its_validation(self):
        waits = []

        def wait(seconds):
            waits.append(seconds)
            step = len(waits)
            if step <= 3:
                self.append("metrics.jsonl", {"step": step, "a": step})
            if step == 5:  # a validation takes its time
                self.append("metrics.jsonl", {"step": 3, "validation/score": 0.5})
                (self.run_folder / "checkpoints/step-000003").mkdir(parents=True)

        self.track("wandb", "--follow", "--poll", "0.5", wait=wait)
        self.assertEqual(set(waits), {0.5})
        self.assertEqual(self.client.logged, [(1, {"a": 1}), (2, {"a": 2}), (3, {"a": 3, "validation/score": 0.5})])

    def test_a_file_that_a_resumed_run_wrote_anew_is_read_again_and_nothing_goes_twice(self):
        looks = []

        def wait(_):
            looks.append(None)
            if len(looks) == 1:
                self.append("metrics.jsonl", {"step": 1, "a": 1}, {"step": 2, "a": 2}, {"step": 2, "b": 1})
            elif len(looks) == 2:
                (self.run_folder / "new").write_text('{"step": 1, "a": 1}\n', encoding="utf-8")
                (self.run_folder / "new").replace(self.run_folder / "metrics.jsonl")
            elif len(looks) == 3:
                self.append("metrics.jsonl", {"step": 2, "a": 20}, {"step": 3, "a": 3})
                (self.run_folder / "checkpoints/step-000003").mkdir(parents=True)

        self.track("wandb", "--follow", wait=wait)
        self.assertEqual([step for step, _ in self.client.logged], [1, 2, 3])

    def test_an_interrupt_keeps_what_was_sent(self):
        self.append("metrics.jsonl", {"step": 1, "a": 1}, {"step": 2, "a": 2})

        def wait(_):
            raise KeyboardInterrupt

        with contextlib.redirect_stderr(io.StringIO()) as err:
            self.assertEqual(self.track("wandb", "--follow", wait=wait), 1)
        self.assertIn("goes on", err.getvalue())
        self.assertEqual(json.loads((self.run_folder / "track-wandb.json").read_text()), {"id": "id-1", "sent": 1})
        self.assertEqual(self.client.num_finished, 1)

    def test_each_tracker_is_told_the_same(self):
        self.append("metrics.jsonl", {"step": 1, "validation/tvg/R1@0.5": 0.5})
        for tracker in track.TRACKERS:
            self.client = Client()
            self.track(tracker, "--offline", "--project", "videos", "--name", "mine")
            name = "validation/tvg/R1_0.5" if tracker == "mlflow" else "validation/tvg/R1@0.5"
            self.assertEqual(self.client.logged, [(1, {name: 0.5})], tracker)
            self.assertEqual(self.client.num_finished, 1, tracker)
            told = json.dumps(self.client.begun)
            self.assertIn("videos", told, tracker)
            self.assertIn("mine", told, tracker)
        self.assertEqual(self.client.begun[0]["config"], self.config())

    def config(self):
        return track.read_config(self.run_folder)

    def test_config_is_flat(self):
        self.assertEqual(track.flat({"a": 1, "b": {"c": {"d": [1]}, "e": None}}), {"a": 1, "b.c.d": [1], "b.e": None})

    def test_mistakes_say_what_to_do(self):
        self.put("metrics.jsonl", '{"step": 1}\nnot json\n')
        with self.assertRaisesRegex(track.TrackError, r"metrics\.jsonl:2: not a line of a run"):
            self.track()
        self.put("metrics.jsonl", "")
        self.put("track-wandb.json", "[]")
        with self.assertRaisesRegex(track.TrackError, "remove it to send the run anew"):
            self.track()
        (self.run_folder / "config.yaml").unlink()
        (self.run_folder / "track-wandb.json").unlink()
        with self.assertRaisesRegex(track.TrackError, "expected the folder of a run of vrlt-train"):
            self.track()
        with contextlib.redirect_stderr(io.StringIO()) as err:
            self.assertEqual(track.main(["wandb", str(self.run_folder / "none")]), 2)
        self.assertIn("no such run folder", err.getvalue())


if __name__ == "__main__":
    unittest.main()
