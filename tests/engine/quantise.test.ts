import { readFileSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { describeWeights, loadBackbone } from '../../src-main/engine/backbones/weight-file.ts';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { cut } from '../../src-main/engine/graph/cut.ts';
import { foldBatchNorm } from '../../src-main/engine/graph/fold-batch-norm.ts';
import { encodeModel } from '../../src-main/engine/graph/onnx-encode.ts';
import { float32 } from '../../src-main/engine/graph/tensor.ts';
import { fastTrunk } from '../../src-main/engine/quantise/fast-trunk.ts';
import { runOn } from '../../src-main/engine/quantise/pictures.ts';
import { quantise } from '../../src-main/engine/quantise/quantise.ts';
import { saturates } from '../../src-main/engine/quantise/saturation.ts';
import { affineOf, quantiseWeights } from '../../src-main/engine/quantise/scales.ts';
import { schemeOf } from '../../src-main/engine/quantise/scheme.ts';
import { cosine } from '../../src-main/engine/quantise/similarity.ts';
import { onnxruntime as runtime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { loadPixels } from '../../src-main/images/pixels.ts';
import { uniform } from '../helpers/random.ts';
import { tinyBackbone } from '../helpers/tiny-backbone.ts';

const { signal } = new AbortController();
const noise = (dims: readonly number[], count: number) => ({
  dims,
  pixels: Array.from({ length: count }, (_, i) =>
    uniform(
      `picture ${i}`,
      dims.reduce((a, b) => a * b),
      -2,
      2,
    ),
  ),
});

describe('scales', () => {
  it('give 0 an integer of its own and cover the range', () => {
    const { scale, zeroPoint } = affineOf({ low: -1, high: 3 });
    expect(scale).toBeCloseTo(4 / 255, 7);
    expect(zeroPoint).toBe(64);
    expect(affineOf({ low: 2, high: 5.1 })).toMatchObject({ zeroPoint: 0 });
    expect(affineOf({ low: 0, high: 0 })).toEqual({ scale: 1, zeroPoint: 0 });
  });

  it('are one for each channel; zeros have any, and a bias that would not fit widens its own', () => {
    const weights = Float32Array.of(0.5, -1, 0, 0, 1e-9, 0);
    const bias = Float32Array.of(2, 0, 5);
    const found = quantiseWeights(weights, bias, 3, 0.1, 127);
    expect([...found.weights.subarray(0, 4)]).toEqual([64, -127, 0, 0]);
    expect(found.scales[0]).toBeCloseTo(1 / 127, 7);
    expect(found.scales[1]).toBe(1);
    expect(found.bias![0]).toBe(Math.round(2 / (0.1 * found.scales[0]!)));
    expect(found.bias![2]! * found.scales[2]! * 0.1).toBeCloseTo(5, 4);
    expect(Math.max(...quantiseWeights(weights, bias, 3, 0.1, 63).weights)).toBeLessThanOrEqual(63);
  });
});

/** y = relu(conv(x)), 1 x 1, two channels to three. */
function convolution() {
  const g = new GraphBuilder('conv');
  const x = g.input('input', ['batch', 2, 4, 4]);
  const w = float32([3, 2, 1, 1], [0.5, -0.25, 1, 0.75, -0.6, 0.1]);
  const conv = [x, g.initializer('w', w), g.initializer('b', float32([3], [0.1, -0.2, 0.3]))];
  const y = g.node('Relu', [g.node('Conv', conv, { kernel_shape: [1, 1] })], {}, { name: 'y' });
  g.output(y, ['batch', 3, 4, 4]);
  return { graph: g.build(), w: w.data as Float32Array };
}

describe('a quantised convolution', () => {
  it('gives what integers by hand give', async () => {
    const { graph, w } = convolution();
    const scheme = schemeOf(graph, 'none');
    expect([...scheme.values]).toEqual(['input', 'y']);
    const ranges = new Map([
      ['input', { low: -2, high: 2 }],
      ['y', { low: 0, high: 3 }],
    ]);
    const pictures = noise([2, 4, 4], 2);
    const [rows] = await runOn(runtime, quantise(graph, scheme, ranges, 127), pictures, signal);

    const x = affineOf(ranges.get('input')!);
    const y = affineOf(ranges.get('y')!);
    const { weights, scales, bias } = quantiseWeights(
      w,
      Float32Array.of(0.1, -0.2, 0.3),
      3,
      x.scale,
      127,
    );
    const clamp = (v: number) => Math.max(0, Math.min(255, v));
    for (const [n, pixels] of pictures.pixels.entries()) {
      for (let c = 0; c < 3; c++) {
        for (let at = 0; at < 16; at++) {
          let sum = bias![c]!;
          for (const i of [0, 1]) {
            const q = clamp(Math.round(pixels[16 * i + at]! / x.scale) + x.zeroPoint);
            sum += (q - x.zeroPoint) * weights[2 * c + i]!;
          }
          const q = clamp(Math.round((sum * x.scale * scales[c]!) / y.scale) + y.zeroPoint);
          const expected = (q - y.zeroPoint) * y.scale;
          // Half of a step may be rounded to either side.
          expect(Math.abs(rows![n]![16 * c + at]! - expected)).toBeLessThan(1.01 * y.scale);
        }
      }
    }
  });
});

describe('a quantised network', () => {
  it('computes the same with batch normalisations folded', async () => {
    const { graph } = tinyBackbone();
    const pictures = noise([3, 32, 32], 3);
    const folded = foldBatchNorm(graph);
    expect(folded.nodes.some(({ op }) => op === 'BatchNormalization')).toBe(false);
    const [before] = await runOn(runtime, graph, pictures, signal);
    const [after] = await runOn(runtime, folded, pictures, signal);
    for (const [i, row] of before!.entries()) {
      for (const [f, value] of row.entries()) expect(after![i]![f]).toBeCloseTo(value, 4);
    }
  });

  it('keeps the shapes that move numbers at one scale, and fuses what follows a layer', () => {
    const g = new GraphBuilder('net');
    const x = g.input('input', ['batch', 2, 8, 8]);
    const w = g.initializer('w', float32([2, 2, 1, 1], [1, 0, 0, 1]));
    const relu = g.node('Relu', [g.node('Conv', [x, w])], {}, { name: 'relu' });
    const half = { kernel_shape: [2, 2], strides: [2, 2] };
    const pooled = g.node('MaxPool', [relu], half, { name: 'pooled' });
    g.output(g.node('Sigmoid', [pooled], {}, { name: 'last' }), ['batch', 2, 4, 4]);
    const scheme = schemeOf(g.build(), 'none');
    expect([...scheme.sameAs]).toEqual([['pooled', 'relu']]);
    expect([...scheme.values].sort()).toEqual(['input', 'pooled', 'relu']);
    expect([...scheme.fused.keys()]).toEqual(['conv']);
    expect(scheme.nodes.size).toBe(2);
  });

  it('stays close with several outputs, and one far off says so', async () => {
    const { graph, blocks } = tinyBackbone();
    const { trunk } = cut(graph, blocks[1]!.output);
    const early = cut(graph, blocks[0]!.output).trunk.outputs;
    const both = { ...trunk, outputs: [...early, ...trunk.outputs] };
    const pictures = noise([3, 32, 32], 8);
    const fast = await fastTrunk({ runtime, trunk: both, pictures, check: pictures, signal });
    expect(fast.graph.outputs).toEqual(both.outputs);
    expect(fast.cosine).toBeGreaterThan(0.98);
    const rows = await runOn(runtime, fast.graph, pictures, signal);
    expect(rows.map((each) => each.length)).toEqual([8, 8]);
  });

  it('is close to the bundled MobileNetV2 on real pictures, and computes with integers', async () => {
    const weights = 'resources/backbones/mobilenet_v2.safetensors';
    const { sha256 } = await describeWeights(weights);
    const backbone = await loadBackbone({ name: 'mobilenet_v2', weights, sha256 });
    const { size } = backbone.preprocessing;
    const names = ['abacus', 'dog', 'house', 'lemon', 'shark', 'zebra', 'church', 'bagel'];
    const pixels = await Promise.all(
      names.map((name) => loadPixels(`resources/samples/${name}.webp`, backbone.preprocessing)),
    );
    const { trunk } = cut(backbone.graph, backbone.blocks.at(-1)!.output);
    const dims = [3, size, size];
    const fast = await fastTrunk({
      ...{ runtime, trunk, signal },
      pictures: { dims, pixels: pixels.slice(0, 4) },
      check: { dims, pixels: pixels.slice(4) },
    });
    expect(fast.cosine).toBeGreaterThan(0.98);

    const file = join(await mkdtemp(join(tmpdir(), 'graft-')), 'optimised.onnx');
    const session = await InferenceSession.create(encodeModel(fast.graph), {
      optimizedModelFilePath: file,
      logSeverityLevel: 3,
    });
    await session.release();
    const kernels = (await readFile(file)).toString('latin1').match(/QLinear(Conv|Add)\b/g) ?? [];
    const convolutions = fast.graph.nodes.filter(({ op }) => op === 'Conv').length;
    const left = fast.way.floatLayers === 'none' ? 0 : 2;
    expect(kernels.filter((name) => name === 'QLinearConv').length).toBeGreaterThanOrEqual(
      convolutions - left,
    );
  });
});

describe('saturates', () => {
  it('finds what the processor says of itself', async (context) => {
    let flags: string;
    try {
      flags = readFileSync('/proc/cpuinfo', 'utf8');
    } catch {
      return context.skip();
    }
    if (process.arch !== 'x64') return context.skip();
    expect(await saturates(runtime)).toBe(!/avx512_vnni|avx_vnni/.test(flags));
  });
});

describe('cosine', () => {
  it('is 1 along, 0 across', () => {
    expect(cosine(Float32Array.of(1, 2), Float32Array.of(2, 4))).toBeCloseTo(1, 12);
    expect(cosine(Float32Array.of(1, 0), Float32Array.of(0, 3))).toBe(0);
    expect(cosine(new Float32Array(2), new Float32Array(2))).toBe(1);
    expect(cosine(Float32Array.of(1, 0), new Float32Array(2))).toBe(0);
  });
});
