#!/usr/bin/env python3
"""Compares this project with an installed transformers, stage by stage, on random models of both families (cases
of Qwen3-VL begin with 3_).

    pip install torch==2.11.0 torchvision transformers==5.17.0 qwen-vl-utils==0.0.14 peft==0.21.2
    python scripts/golden/parity.py            # needs build/release/bin/vrlt-parity

Both programs get the same weights, chat messages and frames. Every stage is compared: token ids, pixels, position ids, the vision
tower, keys and values, hidden states, logits, log-probs, gradients, greedy continuations, and checkpoints and adapters in both directions.
Prints one table of the largest differences; exit 1 if one is beyond its tolerance.
"""

import argparse
import pathlib
import sys
import tempfile
import time
import traceback

import torch
import transformers

from parity_adapters import adapter_cases
from parity_cases import cases
from parity_common import ROOT, Table
from parity_inputs import input_cases
from parity_models import ModelCase
from parity_round_trips import RoundTrip, sources


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="NAME", action="append", help="run this case only (may be repeated)")
    parser.add_argument("--list", action="store_true", help="print the names of the cases and stop")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "release" / "bin" / "vrlt-parity", help="default: %(default)s")
    parser.add_argument("--attention", choices=("eager", "sdpa"), default="eager", help="of transformers (default: %(default)s)")
    options = parser.parse_args()

    results = Table()
    sections = {
        "inputs": {case.name: case for case in input_cases(options, results)},
        "models": {case.name: ModelCase(case, options, results) for case in cases()},
        "adapters": {case.name: case for case in adapter_cases(options, results)},
        "checkpoints": {source.name: RoundTrip(source, options, results) for source in sources()},
    }
    runs = {name: run for section in sections.values() for name, run in section.items()}
    if options.list:
        print("\n".join(runs))
        return 0
    unknown = set(options.only or ()) - set(runs)
    if unknown:
        parser.error(f"no case {', '.join(sorted(unknown))}; known: {', '.join(runs)}")
    if not options.program.exists():
        parser.error(f"{options.program} does not exist; build it: cmake --build --preset release --target vrlt-parity")

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    print(f"transformers {transformers.__version__}, torch {torch.__version__}, {options.attention} attention, {torch.get_num_threads()} threads")
    with tempfile.TemporaryDirectory(prefix="vrlt-parity-") as work:
        for name, run in runs.items():
            if options.only and name not in options.only:
                continue
            start = time.monotonic()
            try:
                run.run(pathlib.Path(work))
            except Exception as error:  # the other cases still say something
                traceback.print_exc()
                results.fail(name, f"stopped by {type(error).__name__}: {error}")
            print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    for title, section in sections.items():
        results.print(title, section)
    results.print_end()
    return 1 if results.all_failures() else 0


if __name__ == "__main__":
    sys.exit(main())
