/** The program beside an exported model: what it takes to use it, in Python. */

/** @param size side of the square that the model takes, in pixels */
export const predictPy = (
  size: number,
): string => `"""What the model says of pictures: python predict.py PICTURE...

Needs: pip install onnxruntime pillow numpy
"""

import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

HERE = Path(__file__).parent
SIZE = ${size}


def pixels(path):
    """The middle square of a picture, upright and on white: (1, 3, SIZE, SIZE), RGB, 0 to 255."""
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    image = Image.alpha_composite(white, image).convert("RGB")
    scale = SIZE / min(image.size)
    width, height = (max(SIZE, round(side * scale)) for side in image.size)
    image = image.resize((width, height), Image.Resampling.LANCZOS)
    left, top = (width - SIZE) // 2, (height - SIZE) // 2
    image = image.crop((left, top, left + SIZE, top + SIZE))
    return np.asarray(image, np.float32).transpose(2, 0, 1)[None]


def main(paths):
    session = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])
    labels = (HERE / "labels.txt").read_text("utf-8").splitlines()
    for path in paths:
        (probabilities,) = session.run(["probabilities"], {"image": pixels(path)})
        best = int(probabilities[0].argmax())
        print(f"{path}\\t{labels[best]}\\t{probabilities[0][best]:.4f}")


if __name__ == "__main__":
    main(sys.argv[1:])
`;
