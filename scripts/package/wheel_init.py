"""The programs of vrlt: each function becomes the program of its name, with the arguments of this process."""
import os
import sys

_BIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin")


def __getattr__(name):
    program = os.path.join(_BIN, name.replace("_", "-"))
    if name.startswith("_") or not os.path.exists(program):
        raise AttributeError(f"module 'vrlt' has no attribute '{name}'")
    return lambda: os.execv(program, [program, *sys.argv[1:]])
