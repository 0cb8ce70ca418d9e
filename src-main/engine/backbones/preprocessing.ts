/** How pictures are normalised for networks that were trained elsewhere. */
import type { Preprocessing } from '../protocol.ts';

/** torchvision's: mean and standard deviation of ImageNet's pixels. */
export const imagenet: Preprocessing = {
  size: 224,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** From 0 to 1, as nsfwjs feeds its networks. */
export const plain: Preprocessing = { size: 224, mean: [0, 0, 0], std: [1, 1, 1] };

/** TensorFlow's for EfficientNet-Lite: (pixel - 127) / 128. */
export const centred: Preprocessing = {
  size: 224,
  mean: [127 / 255, 127 / 255, 127 / 255],
  std: [128 / 255, 128 / 255, 128 / 255],
};
