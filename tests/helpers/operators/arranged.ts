/** Operators that move numbers, and those that slide over maps, over random shapes. */
import type { Draw, Property, RandomCase } from '../sampled-gradients.ts';

const map = (draw: Draw, low = 2, high = 6) =>
  [draw.whole(1, 4), draw.whole(low, high), draw.whole(low, high)] as const;

/** What comes after an operator that only moves numbers: products that tell the places apart. */
const squared: (write: RandomCase['write']) => RandomCase['write'] = (write) => (g, x) => {
  const y = write(g, x);
  return g.node('Mul', [y, y]);
};

export const arranged: Readonly<Record<string, Property>> = {
  Transpose: (draw) => ({
    input: map(draw),
    write: squared((g, x) =>
      g.node('Transpose', [x], {
        perm: [0, ...draw.of([1, 2, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1], [1, 3, 2])],
      }),
    ),
  }),
  'Reshape, Squeeze and Unsqueeze': (draw) => {
    const [c, h, w] = map(draw);
    return {
      input: [c, h, w],
      write: squared((g, x) => {
        const flat = g.node('Reshape', [x, g.constant([0, -1, w], 'int64')]);
        const more = g.node('Unsqueeze', [flat, g.constant([draw.of(1, -1)], 'int64')]);
        const less = g.node('Unsqueeze', [more, g.constant([1], 'int64')]);
        return g.node('Squeeze', [less, g.constant([1], 'int64')]);
      }),
    };
  },
  'Flatten and Expand': (draw) => {
    const [c, h] = map(draw);
    return {
      input: [c, h, 1],
      write: squared((g, x) => {
        const wide = g.node('Expand', [x, g.constant([1, c, h, draw.whole(2, 4)], 'int64')]);
        return g.node('Flatten', [wide], { axis: 1 });
      }),
    };
  },
  Concat: (draw) => {
    const input = map(draw);
    const axis = draw.of(1, 2, 3, -1);
    const other = input.with((axis < 0 ? axis + 4 : axis) - 1, draw.whole(1, 3));
    return {
      input,
      parameters: { other: [1, ...other] },
      write: squared((g, x) => {
        const whole = g.node('ReduceSum', [x, g.constant([1, 2, 3], 'int64')]);
        const two = g.node('Mul', ['other', whole]);
        return g.node('Concat', draw.of(true, false) ? [x, two, x] : [two, x], { axis });
      }),
    };
  },
  Slice: (draw) => {
    const input = map(draw, 4, 7);
    const step = draw.of(1, 2, 3, -1, -2);
    const [start, end] = step > 0 ? [draw.whole(0, 2), draw.whole(3, 9)] : [draw.of(-1, 3), -9];
    const axes = draw.of([2], [3], [2, 3], [-1]);
    return {
      input,
      write: squared((g, x) => {
        const list = (value: number) =>
          g.constant(
            axes.map(() => value),
            'int64',
          );
        return g.node('Slice', [x, list(start), list(end), g.constant(axes, 'int64'), list(step)]);
      }),
    };
  },
  Split: (draw) => {
    const [c, h, w] = map(draw, 3, 6);
    const first = draw.whole(1, h - 2);
    const sizes = [first, 1, h - first - 1];
    const used = draw.of([0, 1, 2], [2], [0, 2], [1]);
    return {
      input: [c, h, w],
      write: (g, x) => {
        const parts = g.nodes('Split', [x, g.constant(sizes, 'int64')], 3, { axis: 2 });
        return g.node(
          'Concat',
          used.map((i) => g.node('Tanh', [parts[i]!])),
          { axis: draw.of(2, -2) },
        );
      },
    };
  },
  Pad: (draw) => {
    const pads = [0, 0, ...Array.from({ length: 2 }, () => draw.whole(-1, 2))];
    const after = [0, draw.whole(0, 1), ...Array.from({ length: 2 }, () => draw.whole(-1, 2))];
    return {
      input: map(draw, 3, 6),
      write: squared((g, x) => g.node('Pad', [x, g.constant([...pads, ...after], 'int64')])),
    };
  },
  Gather: (draw) => {
    const input = map(draw, 3, 6);
    const places = draw.of([0], [1, 1, 0], [-1, 2], [2, 0, 1, 2]);
    const axis = draw.of(2, 3, -1);
    const single = draw.of(true, false);
    return {
      input,
      write: squared((g, x) =>
        g.node('Gather', [x, g.constant(single ? places[0]! : places, 'int64')], { axis }),
      ),
    };
  },
  'Gather from a parameter': (draw) => ({
    input: [2, 3],
    parameters: { table: [5, 3] },
    write: (g, x) => {
      const at = g.constant([draw.whole(0, 4), draw.whole(0, 4)], 'int64');
      return g.node('Mul', [x, g.node('Gather', ['table', at], { axis: 0 })]);
    },
  }),
  'Resize, nearest': (draw) => resize(draw, 'nearest'),
  'Resize, linear': (draw) => resize(draw, 'linear'),
  LayerNormalization: (draw) => {
    const input = map(draw, 3, 6);
    const axis = draw.of(-1, -2, 3, 1);
    const over = input.slice((axis < 0 ? axis + 4 : axis) - 1);
    return {
      input,
      parameters: { scale: over, shift: over },
      write: (g, x) => g.node('LayerNormalization', [x, 'scale', 'shift'], { axis }),
    };
  },
  'GroupNorm, as exported': (draw) => {
    const [groups, per] = [draw.whole(1, 3), draw.whole(1, 2)];
    const [, h, w] = map(draw, 3, 5);
    const channels = groups * per;
    return {
      input: [channels, h, w],
      parameters: {
        scale: [channels, 1, 1],
        shift: [channels, 1, 1],
        ones: [groups],
        zeros: [groups],
      },
      write: (g, x) => {
        const grouped = g.node('Reshape', [x, g.constant([0, groups, -1], 'int64')]);
        const normal = g.node('InstanceNormalization', [grouped, 'ones', 'zeros']);
        const back = g.node('Reshape', [normal, g.constant([-1, channels, h, w], 'int64')]);
        return g.node('Add', [g.node('Mul', [back, 'scale']), 'shift']);
      },
    };
  },
  Conv: (draw) => {
    const groups = draw.of(1, 1, 2, 3);
    const [inside, outside] = [groups * draw.whole(1, 2), groups * draw.whole(1, 2)];
    const kernel = [draw.whole(1, 3), draw.whole(1, 3)];
    return {
      input: [inside, draw.whole(5, 8), draw.whole(5, 8)],
      parameters: { w: [outside, inside / groups, ...kernel], b: [outside] },
      write: (g, x) => g.node('Conv', [x, 'w', 'b'], { group: groups, ...window(draw) }),
    };
  },
  ConvTranspose: (draw) => {
    const groups = draw.of(1, 1, 2);
    const [inside, outside] = [groups * draw.whole(1, 2), draw.whole(1, 2)];
    const kernel = [draw.whole(2, 3), draw.whole(2, 3)];
    const strides = [draw.whole(1, 3), draw.whole(1, 3)];
    return {
      input: [inside, draw.whole(3, 5), draw.whole(3, 5)],
      parameters: { w: [inside, outside, ...kernel], b: [outside * groups] },
      write: (g, x) =>
        g.node('ConvTranspose', [x, 'w', 'b'], {
          group: groups,
          strides,
          pads: Array.from({ length: 4 }, () => draw.whole(0, 1)),
          dilations: [draw.whole(1, 2), draw.whole(1, 2)],
          output_padding: strides.map((stride) => draw.whole(0, stride - 1)),
        }),
    };
  },
  MaxPool: (draw) => pool(draw, 'MaxPool'),
  AveragePool: (draw) => pool(draw, 'AveragePool'),
  GlobalAveragePool: (draw) => ({
    input: map(draw),
    write: squared((g, x) => g.node('GlobalAveragePool', [x])),
  }),
  Gemm: (draw) => {
    const [rows, width, out] = [draw.whole(1, 5), draw.whole(2, 5), draw.whole(2, 4)];
    const transB = draw.of(0, 1);
    return {
      input: [rows],
      parameters: {
        w: transB ? [width, rows] : [rows, width],
        b: draw.of([width], [1, width]),
        v: [width, out],
      },
      write: (g, x) => {
        const factors = { alpha: { float: draw.of(1, 0.5) }, beta: { float: draw.of(1, 2) } };
        const y = g.node('Gemm', [x, 'w', 'b'], { transB, ...factors });
        return g.node('Gemm', [g.node('Tanh', [y]), 'v']);
      },
    };
  },
  MatMul: (draw) => {
    const [c, h, w] = map(draw);
    const width = draw.whole(1, 4);
    return {
      input: [c, h, w],
      parameters: { w: draw.of([w, width], [1, w, width], [c, w, width]), b: [width] },
      write: (g, x) => g.node('Add', [g.node('MatMul', [x, 'w']), 'b']),
    };
  },
  'MatMul of two values, as attention has it': (draw) => ({
    input: map(draw),
    write: (g, x) => {
      const turned = g.node('Transpose', [x], { perm: [0, 1, 3, 2] });
      const shares = g.node('Softmax', [g.node('MatMul', [x, turned])], { axis: -1 });
      return g.node('MatMul', [shares, x]);
    },
  }),
  BatchNormalization: (draw) => {
    const input = map(draw);
    const [channels] = input;
    return {
      input,
      positive: true, // a variance is
      parameters: { scale: [channels], shift: [channels] },
      write: (g, x) => {
        const statistics = (name: string) =>
          g.initializer(name, {
            type: 'float32',
            dims: [channels],
            data: new Float32Array(channels).fill(0.7),
          });
        const y = [x, 'scale', 'shift', statistics('mean'), statistics('variance')];
        return g.node('Tanh', [g.node('BatchNormalization', y)]);
      },
    };
  },
};

function window(draw: Draw) {
  return {
    strides: [draw.whole(1, 3), draw.whole(1, 3)],
    pads: Array.from({ length: 4 }, () => draw.whole(0, 2)),
    dilations: [draw.whole(1, 2), draw.whole(1, 2)],
  };
}

function resize(draw: Draw, mode: string): RandomCase {
  const input = map(draw, 2, 5);
  const sizes = [2, input[0], draw.whole(2, 9), draw.whole(2, 9)];
  return {
    input,
    write: squared((g, x) =>
      g.node('Resize', [x, '', '', g.constant(sizes, 'int64')], {
        mode,
        coordinate_transformation_mode: draw.of(
          'half_pixel',
          'asymmetric',
          'align_corners',
          'pytorch_half_pixel',
        ),
        nearest_mode: draw.of('floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil'),
      }),
    ),
  };
}

function pool(draw: Draw, op: string): RandomCase {
  const kernel_shape = [draw.whole(2, 3), draw.whole(2, 3)];
  const ceil_mode = draw.of(0, 1);
  // ONNX and ONNX Runtime disagree on windows that begin in the padding after the map: none here does.
  const longest = ceil_mode ? 2 : 3;
  const strides = [draw.whole(1, longest), draw.whole(1, longest)];
  const pads = Array.from({ length: 4 }, (_, i) => (ceil_mode && i > 1 ? 0 : draw.whole(0, 1)));
  const count_include_pad = draw.of(0, 1);
  return {
    input: map(draw, 4, 7),
    write: squared((g, x) =>
      g.node(op, [x], {
        kernel_shape,
        strides,
        pads,
        ceil_mode,
        ...(op === 'AveragePool' && { count_include_pad }),
      }),
    ),
  };
}
