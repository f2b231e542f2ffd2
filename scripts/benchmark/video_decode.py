#!/usr/bin/env python3
"""32 uniform frames of a clip, resized to 196x336 as qwen-vl-utils does, with one of the libraries that read videos in Python. One thread, one JSON
line. Needs av, torchvision, and decord, torchcodec or opencv-python-headless for those readers.

--reader  pyav_seq    every frame is decoded          pyav_seek   packets scanned for times, then from the key frame before each wanted frame
          decord, torchcodec (exact mode), opencv (grab every frame, convert the wanted ones)
"""
import bisect
from common import *
THREADS = parse_threads()
set_threads_environment(THREADS)
os.environ.update(DECORD_NUM_THREADS=str(THREADS), OPENCV_FFMPEG_CAPTURE_OPTIONS=f"threads;{THREADS}")


def main():
    parser = base_parser(__doc__)
    parser.add_argument("--clip", required=True), parser.add_argument("--reader", required=True)
    parser.add_argument("--frames", type=int, default=32), parser.add_argument("--height", type=int, default=196), parser.add_argument("--width", type=int, default=336)
    args = parser.parse_args()
    torch = init_torch(args.threads)
    from torchvision.transforms import InterpolationMode
    from torchvision.transforms.functional import resize
    wanted = lambda total: torch.linspace(0, total - 1, args.frames).round().long().tolist()
    as_tensor = lambda array: torch.from_numpy(array).permute(2, 0, 1)
    rgb = lambda frame: as_tensor(frame.to_ndarray(format="rgb24"))

    def opened():
        import av
        container = av.open(args.clip)
        stream = container.streams.video[0]
        stream.thread_type, stream.codec_context.thread_count = "NONE", 1
        return container, stream

    def pyav_seq():
        container, stream = opened()
        with container:
            numbers = set(wanted(stream.frames))
            return torch.stack([rgb(frame) for i, frame in enumerate(container.decode(stream)) if i in numbers])

    def pyav_seek():
        container, stream = opened()
        with container:
            packets = [(p.pts, p.is_keyframe) for p in container.demux(stream) if p.pts is not None]
            times, keys = sorted(t for t, _ in packets), sorted(t for t, key in packets if key)
            taken, at, frames = [], None, None
            for number in wanted(len(times)):
                key = keys[bisect.bisect_right(keys, times[number]) - 1]
                if at is None or key > at:
                    container.seek(key, stream=stream, backward=True)
                    frames = container.decode(stream)
                for frame in frames:
                    at = frame.pts
                    if at >= times[number]:
                        break
                taken.append(rgb(frame))
            return torch.stack(taken)

    def decord():
        from decord import VideoReader
        video = VideoReader(args.clip, num_threads=args.threads)
        return torch.from_numpy(video.get_batch(wanted(len(video))).asnumpy()).permute(0, 3, 1, 2)

    def torchcodec():
        from torchcodec.decoders import VideoDecoder
        video = VideoDecoder(args.clip, num_ffmpeg_threads=args.threads, seek_mode="exact")
        return video.get_frames_at(indices=wanted(video.metadata.num_frames)).data

    def opencv():
        import cv2
        cv2.setNumThreads(args.threads)
        video, taken, number = cv2.VideoCapture(args.clip, cv2.CAP_FFMPEG), [], 0
        numbers = set(wanted(int(video.get(cv2.CAP_PROP_FRAME_COUNT))))
        while video.grab():
            if number in numbers:
                taken.append(as_tensor(cv2.cvtColor(video.retrieve()[1], cv2.COLOR_BGR2RGB)))
            number += 1
        return torch.stack(taken)

    readers = {f.__name__: f for f in (pyav_seq, pyav_seek, decord, torchcodec, opencv)}
    read = lambda: resize(readers[args.reader](), [args.height, args.width], interpolation=InterpolationMode.BICUBIC, antialias=True)
    check = {"mean": read().double().mean().item()}
    result = {"script": "video_decode", "reader": args.reader, "clip": args.clip, "threads": args.threads,
              **measure(timed(read), args, {"inputs": args.clip, "threads": args.threads, "case": args.reader})}
    if args.ours:
        result["checks"] = compare_checks(check, result["ours_last"].get("check"))
    emit(result)


if __name__ == "__main__":
    main()
