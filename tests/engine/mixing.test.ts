import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { crossEntropy } from '../../src-main/engine/autodiff/loss.ts';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { float32, int64 } from '../../src-main/engine/graph/tensor.ts';
import { beta, drawMix, mixed, mixes } from '../../src-main/engine/training/mixing.ts';
import { seededRandom } from '../../src-main/engine/training/random.ts';
import { opened } from '../helpers/trainer.ts';

const golden = JSON.parse(
  await readFile(new URL('../unit/fixtures/augmentation.json', import.meta.url), 'utf8'),
).mixed as {
  logits: number[];
  first: number[];
  second: number[];
  share: number;
  losses: { smoothing: number; loss: number; gradient: number[] }[];
};

async function lossOf(labelSmoothing: number, classWeights?: readonly number[]) {
  const g = new GraphBuilder('loss');
  const logits = g.input('logits', ['batch', 3]);
  const labels = g.input('labels', ['batch'], 'int64');
  const mixed = { labels: g.input('others', ['batch'], 'int64'), share: g.input('share', []) };
  const { loss, gradient } = crossEntropy(g, logits, labels, {
    classes: 3,
    labelSmoothing,
    classWeights,
    mixed,
  });
  g.output(loss, []);
  g.output(g.node('Identity', [gradient], {}, { output: 'gradient' }), ['batch', 3]);
  const session = await opened(g.build());
  const results = await session.run({
    logits: float32([4, 3], golden.logits),
    labels: int64([4], golden.first),
    others: int64([4], golden.second),
    share: float32([], [golden.share]),
  });
  return {
    loss: Number(results.loss!.data[0]),
    gradient: [...(results.gradient!.data as Float32Array)],
  };
}

describe('the loss of mixed examples', () => {
  it("is PyTorch's with the mixed labels as probabilities", async () => {
    for (const { smoothing, loss, gradient } of golden.losses) {
      const found = await lossOf(smoothing);
      expect(found.loss).toBeCloseTo(loss, 6);
      for (const [i, value] of gradient.entries()) expect(found.gradient[i]).toBeCloseTo(value, 6);
    }
  });

  it('weighs both labels of an example', async () => {
    const weights = [0.5, 1, 2.5];
    const { first, second, share, logits } = golden;
    let sum = 0;
    let divisor = 0;
    for (const [i, label] of first.entries()) {
      const row = logits.slice(3 * i, 3 * i + 3);
      const total = Math.log(row.reduce((all, each) => all + Math.exp(each), 0));
      for (const [k, part] of [
        [label, share],
        [second[i]!, 1 - share],
      ] as const) {
        sum += part * weights[k]! * (total - row[k]!);
        divisor += part * weights[k]!;
      }
    }
    expect((await lossOf(0, weights)).loss).toBeCloseTo(sum / divisor, 6);
  });
});

describe('mixing', () => {
  const on = { mixup: 0, cutmix: 0, seed: 3 };

  it('blends each example with the one before it', () => {
    const rows = Float32Array.of(1, 2, 10, 20, 100, 200);
    const out = mixed(rows, [2], { share: 0.75, box: null });
    expect([...out]).toEqual([7.75, 15.5, 77.5, 155]);
  });

  it('pastes a box of the one before it, in every channel', () => {
    const dims = [2, 3, 4];
    const rows = Float32Array.from({ length: 48 }, (_, i) => i);
    const box = { top: 1, bottom: 3, left: 2, right: 4 };
    const out = mixed(rows, dims, { share: 0.5, box });
    for (let i = 0; i < 24; i++) {
      const [x, y] = [i % 4, Math.floor(i / 4) % 3];
      expect(out[i]).toBe(x >= 2 && y >= 1 ? i : i + 24);
    }
  });

  it('shares the label by the area that is left', () => {
    const dims = [3, 20, 30];
    const boxes = Array.from({ length: 300 }, (_, step) =>
      drawMix({ ...on, cutmix: 1 }, dims, step),
    );
    for (const { share, box } of boxes) {
      const { top, bottom, left, right } = box!;
      expect(top >= 0 && left >= 0 && bottom <= 20 && right <= 30).toBe(true);
      expect(share).toBeCloseTo(1 - ((bottom - top) * (right - left)) / 600, 9);
    }
    expect(new Set(boxes.map(({ share }) => share)).size).toBeGreaterThan(100);
  });

  it('is the same for the same seed and step, takes either way by chance, and cuts no vector', () => {
    const both = { mixup: 0.2, cutmix: 1, seed: 3 };
    expect(drawMix(both, [3, 8, 8], 5)).toEqual(drawMix(both, [3, 8, 8], 5));
    const cut = Array.from({ length: 400 }, (_, step) => drawMix(both, [3, 8, 8], step)).filter(
      ({ box }) => box,
    );
    expect(cut.length).toBeGreaterThan(150);
    expect(cut.length).toBeLessThan(250);
    expect(drawMix(both, [512], 5).box).toBeNull();
    expect(mixes({ ...on, cutmix: 1 }, [512])).toBe(false);
    expect(mixes({ ...on, mixup: 0.2 }, [512])).toBe(true);
  });

  it("draws shares with Beta's mean and variance", () => {
    for (const alpha of [0.2, 1, 4]) {
      const random = seededRandom(1, 1);
      const drawn = Array.from({ length: 20_000 }, () => beta(alpha, random));
      const mean = drawn.reduce((sum, each) => sum + each / drawn.length, 0);
      const variance = drawn.reduce((sum, each) => sum + (each - mean) ** 2 / drawn.length, 0);
      expect(mean).toBeCloseTo(0.5, 1.7);
      expect(variance).toBeCloseTo(1 / (4 * (2 * alpha + 1)), 2);
    }
  });
});
