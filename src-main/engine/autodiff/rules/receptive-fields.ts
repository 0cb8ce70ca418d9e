/** Which pixels a sliding window sees, forward and backward, as indices into a flattened map. */
import type { Sliding, Window } from '../../graph/window.ts';

/** One pixel for each tap of the kernel, row by row; -1 lies beyond the map. */
export type Field = readonly number[];

/** 0, 1, ... up to `count` of them. */
export const range = (count: number) => Array.from({ length: count }, (_, i) => i);

const pixelSeen = (axis: Sliding, position: number, tap: number) => {
  const pixel = position * axis.stride - axis.before + tap * axis.dilation;
  return pixel >= 0 && pixel < axis.input ? pixel : -1;
};

/** Along one axis the pixel that a tap sees for each pixel of the output; -1 beyond the map. */
export const seenBy = (axis: Sliding, tap: number): number[] =>
  range(axis.output).map((position) => pixelSeen(axis, position, tap));

/** The pixels of the input behind each pixel of the output. */
export function fields([rows, columns]: Window): Field[] {
  return range(rows.output).flatMap((top) =>
    range(columns.output).map((left) =>
      range(rows.kernel).flatMap((i) => {
        const y = pixelSeen(rows, top, i);
        return range(columns.kernel).map((j) => {
          const x = pixelSeen(columns, left, j);
          return y < 0 || x < 0 ? -1 : y * columns.input + x;
        });
      }),
    ),
  );
}

/** Pixels of the input that the same taps reach: with a stride, neighbours are reached by different ones. */
interface AxisPhase {
  readonly taps: readonly number[];
  /** Pixels of the input. */
  readonly pixels: readonly number[];
}

function axisPhases(axis: Sliding): AxisPhase[] {
  return range(axis.stride)
    .map((phase) => ({
      taps: range(axis.kernel).filter((tap) => (tap * axis.dilation) % axis.stride === phase),
      pixels: range(axis.input).filter((pixel) => (pixel + axis.before) % axis.stride === phase),
    }))
    .filter(({ taps, pixels }) => taps.length > 0 && pixels.length > 0);
}

export interface Phase {
  /** Indices of taps of the kernel, row by row. */
  readonly taps: readonly number[];
  /** For each of the phase's pixels of the input: the pixels of the output that saw it by those taps. */
  readonly fields: readonly Field[];
}

/**
 * The pixels of the output that saw each pixel of the input, by phases that have their taps in common;
 * and for each pixel of the input its place in the concatenated phases, -1 where no window came.
 */
export function reversedFields([rows, columns]: Window): {
  readonly phases: readonly Phase[];
  readonly order: readonly number[];
} {
  const order = new Array<number>(rows.input * columns.input).fill(-1);
  const phases: Phase[] = [];
  const at = (axis: Sliding, pixel: number, tap: number) => {
    const position = (pixel + axis.before - tap * axis.dilation) / axis.stride;
    return position >= 0 && position < axis.output ? position : -1;
  };
  let place = 0;
  for (const down of axisPhases(rows)) {
    for (const across of axisPhases(columns)) {
      const fields = down.pixels.flatMap((y) =>
        across.pixels.map((x) => {
          order[y * columns.input + x] = place++;
          return down.taps.flatMap((i) => {
            const top = at(rows, y, i);
            return across.taps.map((j) => {
              const left = at(columns, x, j);
              return top < 0 || left < 0 ? -1 : top * columns.output + left;
            });
          });
        }),
      );
      const taps = down.taps.flatMap((i) => across.taps.map((j) => i * columns.kernel + j));
      phases.push({ taps, fields });
    }
  }
  return { phases, order };
}
