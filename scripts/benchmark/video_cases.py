"""Reading 32 frames of 64 s clips, first and second time, and preprocessing them, beside the libraries that do so in Python. One thread each.
Needs the ffmpeg program, which makes the clips from the real ones of the tests."""
import os, shutil, subprocess, sys
from cases import HERE, beside_script
MEDIA = os.path.join(HERE, "..", "..", "tests", "media")
SIZES = {"480p": (854, 480), "720p": (1280, 720)}
FRAMES = 32


def make_clip(path, width, height):
    """The two real clips in turn, 64 s at 30 frames a second: H.264, key frames at most 250 apart, B-frames."""
    scaled = "fps=30,scale={}:{}:flags=area,setsar=1,format=yuv420p".format(width, height)
    parts = "".join(f"[x{i}]" for i in range(5))
    graph = (f"[0:v:0]{scaled}[a];[1:v:0]{scaled}[b];[a][b]concat=n=2:v=1,split=5{parts};{parts}concat=n=5:v=1,trim=duration=64,"
             "setpts=PTS-STARTPTS[out]")
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", f"{MEDIA}/real_bbb_720p.mp4", "-i", f"{MEDIA}/real_city_360p.mp4",
                    "-filter_complex", graph, "-map", "[out]", "-an", "-c:v", "libx264", "-preset", "medium", "-crf", "23", "-g", "250",
                    "-threads", "1", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-movflags", "+faststart",
                    f"{path}.part.mp4"], check=True)
    os.replace(f"{path}.part.mp4", path)


def make_frames(path, clip):
    import av, torch
    from safetensors.torch import save_file
    with av.open(clip) as container:
        wanted = set(torch.linspace(0, container.streams.video[0].frames - 1, FRAMES).round().long().tolist())
        taken = [torch.from_numpy(f.to_ndarray(format="rgb24")) for i, f in enumerate(container.decode(video=0)) if i in wanted]
    save_file({"frames": torch.stack(taken)}, path)


def cases(setup):
    program, folder = f"{setup.bin}/video_benchmark", f"{setup.work}/video"
    os.makedirs(folder, exist_ok=True)
    if shutil.which("ffmpeg") is None and not os.path.exists(f"{folder}/bench_720p.mp4"):
        print("reading videos is left out: no ffmpeg, which makes the clips", file=sys.stderr)
        return []
    out = []
    for name, (width, height) in SIZES.items():
        clip = f"{folder}/bench_{name}.mp4"
        if not os.path.exists(clip):
            make_clip(clip, width, height)
        ours = f"{program} decode --clip {clip} --repeats 1"
        for reader, goal in (("pyav_seq", 1.7), ("pyav_seek", 1.3), ("decord", 1.3), ("torchcodec", 1.3), ("opencv", 1.3)):
            out.append(beside_script(f"decode {name} {reader}", "first read of 32 frames of 64 s", goal,
                                     f"video_decode.py --clip {clip} --reader {reader}", ours))
        out.append(beside_script(f"decode {name} again", "second read, from the cache folder, beside the first of PyAV", 50.0,
                                 f"video_decode.py --clip {clip} --reader pyav_seq", f"{ours} --cache {folder}/cache"))
    frames = f"{folder}/frames_480p.safetensors"
    if not os.path.exists(frames):
        make_frames(frames, f"{folder}/bench_480p.mp4")
    for variant, goal in (("hf", 5.0), ("utils", None)):
        out.append(beside_script(f"preprocess {variant}", "32 decoded frames of 480p to patch rows", goal,
                                 f"hf_preprocess.py --frames {frames} --variant {variant}", f"{program} preprocess --inputs {frames} --repeats 1 --warmup 2"))
    return out
