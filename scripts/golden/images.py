#!/usr/bin/env python3
"""Writes small images of every kind and what Pillow makes of them: tests/unit/video/images/.

usage: images.py [FOLDER]        needs pillow, numpy, safetensors

Expected values are those of qwen-vl-utils: RGBA composited on white, everything else convert("RGB").
"""
import sys
from pathlib import Path

import numpy as np
import PIL
from PIL import Image
from safetensors.numpy import save_file

SEED = 7
HEIGHT, WIDTH = 37, 53


def picture(channels):
    """Smooth colours, a hard edge and some noise."""
    rng = np.random.default_rng(SEED)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    planes = [128 + 100 * np.sin((c + 1) * x / 9.0 + y / (5.0 + c)) for c in range(channels)]
    image = np.stack(planes, axis=-1)
    image[10:20, 15:40] = [230, 20, 60, 128][:channels]
    image[25:, :20] += rng.normal(0, 25, (HEIGHT - 25, 20, channels))
    return np.clip(image, 0, 255).astype(np.uint8)


def to_rgb(image):
    if image.mode == "RGBA":
        white = Image.new("RGB", image.size, (255, 255, 255))
        white.paste(image, mask=image.split()[3])
        return white
    return image.convert("RGB")


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "tests/unit/video/images")
    folder.mkdir(parents=True, exist_ok=True)
    rgb, rgba = Image.fromarray(picture(3)), Image.fromarray(picture(4), "RGBA")
    grey = rgb.convert("L")
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side; must be ignored
    rgb.save(folder / "jpeg_420.jpg", quality=80, subsampling="4:2:0")
    rgb.save(folder / "jpeg_422.jpg", quality=80, subsampling="4:2:2")
    rgb.save(folder / "jpeg_444_progressive.jpg", quality=95, subsampling="4:4:4", progressive=True)
    rgb.save(folder / "jpeg_orientation.jpg", quality=80, exif=exif)
    grey.save(folder / "jpeg_grey.jpg", quality=80)
    rgb.save(folder / "png_rgb.png")
    rgba.save(folder / "png_rgba.png")
    grey.save(folder / "png_grey.png")
    rgba.convert("LA").save(folder / "png_grey_alpha.png")
    rgb.quantize(16).save(folder / "png_palette.png")
    rgb.quantize(16).save(folder / "png_palette_transparent.png", transparency=3)
    grey.convert("1").save(folder / "png_black_white.png")
    rgb.save(folder / "webp_lossless.webp", lossless=True)
    rgb.save(folder / "bmp_rgb.bmp")
    expected = {}
    for path in sorted(folder.iterdir()):
        if path.suffix != ".safetensors":
            expected[path.name] = np.ascontiguousarray(np.asarray(to_rgb(Image.open(path))).transpose(2, 0, 1))
    metadata = {"made_by": "scripts/golden/images.py", "pillow": PIL.__version__, "seed": str(SEED)}
    save_file(expected, folder / "expected.safetensors", metadata)


if __name__ == "__main__":
    main()
