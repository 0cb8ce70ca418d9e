/** How a picture lies on the stage of the large view: its scale, and the offset of its centre in pixels. */
export interface View {
  /** 1: a pixel of the picture is a pixel of the screen. */
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const greatest = 16;

/** As large as the stage allows; small pictures up to four times, so that an icon can be seen at all. */
export function fit(picture: Size, stage: Size): View {
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height, 4);
  return { scale, x: 0, y: 0 };
}

/**
 * Zoom by a factor with the point under the pointer staying where it is. `point` is measured from the
 * centre of the stage. Never smaller than fitted, never more than 16 to 1 (or twice the fit, if that is more).
 */
export function zoom(
  view: View,
  factor: number,
  point: { readonly x: number; readonly y: number },
  picture: Size,
  stage: Size,
): View {
  const least = fit(picture, stage).scale;
  const scale = Math.min(Math.max(view.scale * factor, least), Math.max(greatest, 2 * least));
  const ratio = scale / view.scale;
  return hold(
    { scale, x: point.x - (point.x - view.x) * ratio, y: point.y - (point.y - view.y) * ratio },
    picture,
    stage,
  );
}

/** Keeps the picture from leaving the stage: it moves only as far as it is larger. */
export function hold(view: View, picture: Size, stage: Size): View {
  const within = (offset: number, length: number, room: number) => {
    const most = Math.max(0, (length * view.scale - room) / 2);
    // `|| 0`: a clamp to nothing must not leave a minus zero.
    return Math.min(most, Math.max(-most, offset)) || 0;
  };
  return {
    scale: view.scale,
    x: within(view.x, picture.width, stage.width),
    y: within(view.y, picture.height, stage.height),
  };
}
