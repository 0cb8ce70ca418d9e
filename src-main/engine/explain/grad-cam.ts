/** Grad-CAM (Selvaraju et al. 2017, "Visual Explanations from Deep Networks via Gradient-based Localization"). */

/**
 * ReLU(sum over channels of w_c * A_c), where w_c is the mean of the gradient of the class's logit over the
 * channel (eq. 1 and 2), divided by its largest value.
 *
 * @param maps C x H x W, and their gradients
 * @returns H x W, from 0 to 1; all 0 where nothing speaks for the class
 */
export function gradCam(
  maps: ArrayLike<number>,
  gradients: ArrayLike<number>,
  [channels, height, width]: readonly [number, number, number],
): number[] {
  const pixels = height * width;
  const heat = new Float64Array(pixels);
  for (let c = 0; c < channels; c++) {
    let weight = 0;
    for (let i = 0; i < pixels; i++) weight += gradients[c * pixels + i]!;
    weight /= pixels;
    for (let i = 0; i < pixels; i++) heat[i]! += weight * maps[c * pixels + i]!;
  }
  const most = heat.reduce((highest, value) => Math.max(highest, value), 0);
  return Array.from(heat, (value) => (most > 0 ? Math.max(0, value) / most : 0));
}
