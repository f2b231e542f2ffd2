"""Starts the ranks of a program as a launcher would, and a random model on rendered clips for them. For scripts beside this one."""
import os
import pathlib
import resource
import socket
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("VRLT_BIN", ROOT / "build/release/bin"))


def start(program, arguments, ranks, environment=(), data_bytes=None):
    """@param environment  beside the launcher's. @param data_bytes  of memory that each process may take (ulimit -d).
    @return the processes; what they write goes to log-RANK.txt."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])

    def limit():
        resource.setrlimit(resource.RLIMIT_DATA, (data_bytes, data_bytes))

    processes = []
    for rank in range(ranks):
        own = dict(os.environ, OMP_NUM_THREADS="1", **dict(environment))
        if ranks > 1:
            own |= {"RANK": str(rank), "WORLD_SIZE": str(ranks), "LOCAL_RANK": str(rank), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        with open(f"log-{rank}.txt", "w") as log:
            processes.append(subprocess.Popen([PROGRAMS / program, *arguments], stdout=log, stderr=log, env=own,
                                              preexec_fn=limit if data_bytes else None))
    return processes


def wait(processes):
    """@return (exit code, most bytes resident) of each; the code is minus the signal where one ended it."""
    ends = []
    for process in processes:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        ends.append((process.returncode, usage.ru_maxrss * 1024))
    return ends


def log(rank):
    return pathlib.Path(f"log-{rank}.txt").read_text()


def make_data(folder, clips, **sizes):
    """Clips, records and the config of a model with random weights. @param sizes  text_width, text_layers, ..."""
    values = ", ".join(f"{name}: {value}" for name, value in sizes.items())
    pathlib.Path("synth.yaml").write_text(f"output: {folder}\ntrain_clips: {clips}\ntest_clips: 1\nmodel: {{{values}}}\n")
    subprocess.run([PROGRAMS / "vrlt-data", "synth", "synth.yaml"], check=True, capture_output=True)
