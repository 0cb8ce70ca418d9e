/** Networks as PyTorch exports them, trained end to end on TensorFlow and on ONNX Runtime. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { takeOver } from '../../../src-main/engine/backbones/onnx/take-over.ts';
import { appendHead, head } from '../../../src-main/engine/graph/head.ts';
import { parametersOf } from '../../../src-main/engine/recipes/parameters.ts';
import { onnxruntime } from '../../../src-main/engine/runtimes/onnxruntime.ts';
import { tensorflow } from '../../../src-main/engine/runtimes/tensorflow/tensorflow.ts';
import type { TensorFlow } from '../../../src-main/engine/runtimes/tensorflow/value.ts';
import { exportedGraph } from '../exported.ts';
import { uniform } from '../random.ts';
import { drawn } from '../small-networks.ts';
import { difference, type Steps, stepsOn } from './same-steps.ts';

const fixtures = new URL('../../engine/fixtures/', import.meta.url);
const sizes: Readonly<Record<string, { readonly size: number }>> = JSON.parse(
  readFileSync(new URL('classifiers.json', fixtures), 'utf8'),
);
const files = readdirSync(new URL('classifiers/', fixtures)).filter((file) =>
  file.endsWith('.onnx'),
);

const classes = 3;
const pictures = 2;
const count = 4;

/** All of a network learns, its last layer faster. */
async function stepsOf(file: string): Promise<Steps> {
  const { graph } = await takeOver(exportedGraph(file), file, onnxruntime);
  const width = graph.outputs[0]!.dims[1] as number;
  const bound = Math.sqrt(3 / width);
  const forward = appendHead(
    graph,
    drawn(head.weight, [classes, width], -bound, bound),
    drawn(head.bias, [classes], -0.1, 0.1),
  );
  const dims = [3, sizes[file]!.size, sizes[file]!.size];
  const of = (name: string) => (name === head.weight || name === head.bias ? 'head' : 'backbone');
  const trainable = parametersOf(forward).map(
    (each) => ({ ...each, group: of(each.name) }) as const,
  );
  const length = pictures * dims[1]! * dims[2]! * 3;
  return {
    forward,
    dims,
    step: {
      ...{ logits: head.logits, trainable, optimizer: 'sgd', weightDecay: 0.01, dropout: 0 },
    },
    rates: [0.02, 0.005],
    // The same ones again and again, so that what was learned shows.
    batches: Array.from({ length: count }, () => ({
      parts: [
        async () => ({ features: uniform('pictures', length), labels: [0, 1], dropout: null }),
      ],
      ...{ rateFactor: 1, divisor: pictures },
    })),
  };
}

/** @param wanted names of files, as far as they are tried here */
export function describeExported(tf: TensorFlow, wanted: RegExp = /./): void {
  describe('a network that was exported', () => {
    it.each(files.filter((file) => wanted.test(file)))('learns the same: %s', async (file) => {
      const steps = await stepsOf(file);
      const [there, here] = [
        (await stepsOn(tensorflow(tf), steps)).losses,
        (await stepsOn(onnxruntime, steps)).losses,
      ];
      expect(difference(here, there), `${there} against ${here}`).toBeLessThan(1e-3);
      expect(here.at(-1)).toBeLessThan(here[0]!);
    });
  });
}
