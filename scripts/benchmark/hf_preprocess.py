#!/usr/bin/env python3
"""Decoded frames to patch rows: resize, normalise, patchify, by transformers' video processor. One JSON line. Needs transformers, torchvision, qwen-vl-utils.

--variant  hf      Qwen2VLVideoProcessor alone, which resizes bytes
           utils   qwen-vl-utils' own resize of a tensor, then the processor: what training code runs after decoding
"""
from common import *
THREADS = parse_threads()
set_threads_environment(THREADS)


def main():
    parser = base_parser(__doc__)
    parser.add_argument("--frames", required=True, help="safetensors file with frames [F, H, W, 3] uint8")
    parser.add_argument("--variant", choices=["hf", "utils"], default="hf")
    parser.add_argument("--total-pixels", type=int, default=1605632)
    args = parser.parse_args()
    torch = init_torch(args.threads)
    from qwen_vl_utils import vision_process
    from safetensors.torch import load_file
    from torchvision.transforms import InterpolationMode
    from torchvision.transforms.functional import resize
    from transformers.models.qwen2_vl.video_processing_qwen2_vl import Qwen2VLVideoProcessor
    frames = load_file(args.frames)["frames"].permute(0, 3, 1, 2).contiguous()
    count, _, height, width = frames.shape
    low = vision_process.VIDEO_MIN_TOKEN_NUM * 784
    high = int(max(min(vision_process.VIDEO_MAX_TOKEN_NUM * 784, args.total_pixels / count * 2), int(low * 1.05)))
    size = list(vision_process.smart_resize(height, width, factor=28, min_pixels=low, max_pixels=high))
    processor = Qwen2VLVideoProcessor(size={"shortest_edge": low, "longest_edge": high}, do_sample_frames=False, cap_pixels_per_frame=False)
    hf = lambda: processor(videos=[frames], return_tensors="pt")
    utils = lambda: processor(videos=[resize(frames, size, interpolation=InterpolationMode.BICUBIC, antialias=True).float()], do_resize=False,
                              return_tensors="pt")
    run = {"hf": hf, "utils": utils}[args.variant]
    rows = run()["pixel_values_videos"]
    # transformers' own resize rounds twice: another operator, whose values are not to be compared.
    check = {"rows": rows.shape[0], **({"mean_square": rows.double().square().mean().item()} if args.variant == "utils" else {})}
    result = {"script": "hf_preprocess", "variant": args.variant, "size": size, "threads": args.threads,
              **measure(timed(run), args, {"inputs": args.frames, "threads": args.threads, "case": args.variant})}
    if args.ours:
        result["checks"] = compare_checks(check, result["ours_last"].get("check"))
    emit(result)


if __name__ == "__main__":
    main()
