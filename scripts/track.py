#!/usr/bin/env python3
"""Sends the metrics of a run folder to an experiment tracker, once or while the run goes on.

usage: scripts/track.py wandb|swanlab|mlflow|trackio RUN [--follow] [--offline] [--project NAME] [--name NAME] [--poll SECONDS]

The numbers are those of metrics.jsonl and timing.jsonl, by step and under their names; the resolved config goes along. What was sent is noted in
RUN/track-<tracker>.json, so that the same command again sends what has come since, to the same run of the tracker. With --follow it ends when the run
has made its last step, or with Ctrl-C (a run that its validation ends early makes none). The client must be installed (pip install wandb), and finds its key as it always does.
--offline writes what the client can show or send later: wandb and swanlab below RUN, mlflow to RUN/mlruns.db; trackio is always local.
"""
import argparse
import importlib
import json
import math
import os
import pathlib
import re
import sys
import time

FILES = ("metrics.jsonl", "timing.jsonl")


class TrackError(Exception):
    """What a user can mend; the text says how."""


class LineFile:
    """The whole lines of a file that grows. A run that goes on may write it anew with fewer lines: it is read from its beginning then."""

    def __init__(self, path):
        self.path, self.offset, self.inode, self.number = path, 0, None, 0

    def new_lines(self):
        """@return (number, line) of each that has come since; a last line without its line feed is still being written."""
        try:
            file = open(self.path, "rb")
        except FileNotFoundError:
            return []
        with file:
            status = os.fstat(file.fileno())
            if status.st_ino != self.inode or status.st_size < self.offset:
                self.offset, self.inode, self.number = 0, status.st_ino, 0
            file.seek(self.offset)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self.offset += len(whole)
        lines = []
        for text in whole.splitlines():
            self.number += 1
            if text.strip():
                lines.append((self.number, text))
        return lines


class RunReader:
    """The metrics of a run, step after step, each step once and whole."""

    def __init__(self, run, sent=-1):
        self.files = [LineFile(run / name) for name in FILES]
        self.sent = sent      # the last step that was given
        self.newest = sent    # the last step that was read
        self.waiting = {}     # by step

    def read(self, ended=False):
        """@param ended  whether the newest step is whole as well. @return (step, values) in the order of steps."""
        for file in self.files:
            for number, text in file.new_lines():
                self._take(file.path, number, text)
        ready = sorted(step for step in self.waiting if ended or step < self.newest)
        for step in ready:
            self.sent = step
        return [(step, self.waiting.pop(step)) for step in ready]

    def _take(self, path, number, text):
        try:
            line = json.loads(text)
            step = line["step"]
            if not isinstance(step, int) or isinstance(step, bool):
                raise TypeError
        except (ValueError, KeyError, TypeError):
            raise TrackError(f"{path}:{number}: not a line of a run: expected an object with a number \"step\"") from None
        if step <= self.sent:
            return
        values = self.waiting.setdefault(step, {})
        for name, value in line.items():
            if name != "step" and isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
                values[name] = value
        self.newest = max(self.newest, step)


def flat(config, before=""):
    """{"model.path": ...} of nested sections; lists as they are."""
    values = {}
    for key, value in config.items():
        if isinstance(value, dict):
            values.update(flat(value, f"{before}{key}."))
        else:
            values[f"{before}{key}"] = value
    return values


def read_config(run):
    """The resolved config with dots between sections and keys. Without PyYAML, which all clients but swanlab bring, as one text."""
    path = run / "config.yaml"
    if not path.exists():
        raise TrackError(f"{run}: has no config.yaml, expected the folder of a run of vrlt-train")
    text = path.read_text(encoding="utf-8")
    try:
        yaml = importlib.import_module("yaml")
    except ImportError:
        return {"config": text}
    return flat(yaml.safe_load(text) or {})


def has_ended(run, newest):
    """Whether the run has made its last step: it ends in a checkpoint, behind the last validation."""
    last = last_step(run)
    return last is not None and newest >= last and (run / "checkpoints" / f"step-{last:06d}").is_dir()


def last_step(run):
    """The number of the run's last step as its config has it; None where it has none."""
    found = re.search(r"^steps: (\d+)\s*$", (run / "config.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    return int(found.group(1)) if found else None


# The trackers. Each begins a run or goes on with the one of this id, takes the values of a step, and ends.


class Wandb:
    def __init__(self, client, run, options, config, run_id):
        self.run = client.init(project=options.project, name=options.name, config=config, id=run_id, resume="allow", dir=str(run),
                               mode="offline" if options.offline else "online")
        self.id = self.run.id

    def log(self, step, values):
        self.run.log(values, step=step)

    def finish(self):
        self.run.finish()


class Swanlab:
    def __init__(self, client, run, options, config, run_id):
        more = {"id": run_id, "resume": "allow"} if run_id and not options.offline else {}
        self.client = client
        self.run = client.init(project=options.project, experiment_name=options.name, config=config, logdir=str(run / "swanlog"),
                               mode="offline" if options.offline else "cloud", **more)
        self.id = str(getattr(self.run, "id", "") or "") or None

    def log(self, step, values):
        self.client.log(values, step=step)

    def finish(self):
        self.client.finish()


class Mlflow:
    # what a name may hold beside letters and digits
    NOT_ALLOWED = re.compile(r"[^\w\-. /:]")
    LONGEST_VALUE = 6000

    def __init__(self, client, run, options, config, run_id):
        self.client = client
        if options.offline:
            client.set_tracking_uri(f"sqlite:///{(run / 'mlruns.db').resolve()}")
        client.set_experiment(options.project)
        self.run = client.start_run(run_id=run_id) if run_id else client.start_run(run_name=options.name)
        self.id = self.run.info.run_id
        if not run_id:
            client.log_params({self.allowed(key): str(value)[: self.LONGEST_VALUE] for key, value in config.items()})

    @classmethod
    def allowed(cls, name):
        return cls.NOT_ALLOWED.sub("_", name)

    def log(self, step, values):
        self.client.log_metrics({self.allowed(name): value for name, value in values.items()}, step=step)

    def finish(self):
        self.client.end_run()


class Trackio:
    def __init__(self, client, run, options, config, run_id):
        self.client = client
        # a run of trackio goes by its name
        self.id = run_id or options.name
        client.init(project=options.project, name=self.id, config=config, resume="allow")

    def log(self, step, values):
        self.client.log(values, step=step)

    def finish(self):
        self.client.finish()


TRACKERS = {"wandb": Wandb, "swanlab": Swanlab, "mlflow": Mlflow, "trackio": Trackio}


class Notes:
    """RUN/track-<tracker>.json: the id of the tracker's run and the last step it has."""

    def __init__(self, run, tracker):
        self.path = run / f"track-{tracker}.json"
        self.id, self.sent = None, -1
        if not self.path.exists():
            return
        try:
            noted = json.loads(self.path.read_text(encoding="utf-8"))
            self.id, self.sent = noted["id"], int(noted["sent"])
        except (ValueError, KeyError, TypeError):
            raise TrackError(f"{self.path}: not what this script writes; remove it to send the run anew") from None

    def write(self):
        new = self.path.with_suffix(".json.tmp")
        new.write_text(json.dumps({"id": self.id, "sent": self.sent}) + "\n", encoding="utf-8")
        os.replace(new, self.path)


def send(reader, tracker, notes, ended):
    steps = reader.read(ended)
    for step, values in steps:
        if values:
            tracker.log(step, values)
        notes.sent = step
    if steps:
        notes.write()
    return len(steps)


def track(client, run, options, wait=time.sleep):
    """@param client  the module of the tracker. @param wait  between two looks. @return how many steps were sent."""
    notes = Notes(run, options.tracker)
    tracker = TRACKERS[options.tracker](client, run, options, read_config(run), notes.id)
    notes.id = tracker.id
    notes.write()
    reader, count = RunReader(run, notes.sent), 0
    try:
        while options.follow:
            ended = has_ended(run, reader.newest)  # before the look: what was written until then is seen by it
            count += send(reader, tracker, notes, ended)
            if ended:
                break
            wait(options.poll)
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
    if not options.follow:
        count += send(reader, tracker, notes, ended=True)
    tracker.finish()
    return count


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0], epilog=__doc__.split("\n\n", 2)[2],
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tracker", choices=TRACKERS)
    parser.add_argument("run", type=pathlib.Path, help="folder of a run of vrlt-train")
    parser.add_argument("--follow", action="store_true", help="until the run has made its last step")
    parser.add_argument("--offline", action="store_true", help="send nothing; write what can be shown or sent later")
    parser.add_argument("--project", default="vrlt", help="of the tracker (default: vrlt)")
    parser.add_argument("--name", help="of the run there (default: that of its folder)")
    parser.add_argument("--poll", type=float, default=5.0, help="seconds between two looks (default: 5)")
    options = parser.parse_args(arguments)
    options.name = options.name or options.run.resolve().name
    if not options.poll > 0:
        parser.error(f"--poll {options.poll}: expected seconds above 0")
    return options


def main(arguments=None):
    options = parse(arguments)
    try:
        if not options.run.is_dir():
            raise TrackError(f"{options.run}: no such run folder")
        try:
            client = importlib.import_module(options.tracker)
        except ImportError as error:
            raise TrackError(f"{error}: pip install {options.tracker}") from None
        count = track(client, options.run, options)
    except TrackError as error:
        print(f"track.py: {error}", file=sys.stderr)
        return 2
    print(f"sent {count} steps of {options.run} to {options.tracker}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
