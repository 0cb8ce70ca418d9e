import { describe, expect, it } from 'vitest';
import { type Matrix, rowOf } from '../../src-main/engine/assist/algebra.ts';
import { temperatureOf } from '../../src-main/engine/assist/calibration.ts';
import { Embedding } from '../../src-main/engine/assist/embedding.ts';
import { minimise } from '../../src-main/engine/assist/lbfgs.ts';
import { fit, logitsOf } from '../../src-main/engine/assist/softmax-regression.ts';
import { opinions, outOfFoldProbabilities, teach } from '../../src-main/engine/assist/teacher.ts';
import { argmax, softmax } from '../../src-main/engine/training/classification.ts';
import { seededRandom } from '../../src-main/engine/training/random.ts';

/** Three clouds of points around three corners. */
function clouds(each: number, spread: number, seed = 1) {
  const random = seededRandom(seed, 0);
  const labels = Array.from({ length: 3 * each }, (_, i) => i % 3);
  const rows = labels.map((label) =>
    Float32Array.from({ length: 8 }, (_, f) => (f === label ? 1 : 0) + spread * (random() - 0.5)),
  );
  return { labels, rows };
}

const matrix = (rows: readonly Float32Array[]): Matrix => ({
  rows: rows.length,
  columns: rows[0]!.length,
  data: Float32Array.from(rows.flatMap((row) => [...row])),
});

describe('minimising', () => {
  it("finds the bottom of Rosenbrock's valley", async () => {
    const found = await minimise(
      async ([x, y]) => ({
        value: (1 - x!) ** 2 + 100 * (y! - x! * x!) ** 2,
        gradient: Float64Array.of(-2 * (1 - x!) - 400 * x! * (y! - x! * x!), 200 * (y! - x! * x!)),
      }),
      Float64Array.of(-1.2, 1),
      { steps: 200, tolerance: 1e-8 },
    );
    expect(found[0]).toBeCloseTo(1, 5);
    expect(found[1]).toBeCloseTo(1, 5);
  });
});

describe('softmax regression', () => {
  it('ends where the gradient is nothing, wherever it starts', async () => {
    const { labels, rows } = clouds(20, 3);
    const options = { classes: 3, decay: 0.1 };
    const cold = await fit(matrix(rows), labels, options);
    const other = await fit(
      matrix(rows),
      labels.map((k) => (k + 1) % 3),
      options,
    );
    const warm = await fit(matrix(rows), labels, { ...options, from: other });
    for (const [i, w] of cold.weights.entries()) expect(warm.weights[i]).toBeCloseTo(w, 2);

    // At the minimum, decay * W = -(p - y)^T X / N.
    const logits = await logitsOf(cold, matrix(rows));
    let slope = 0;
    for (const [i, row] of rows.entries()) {
      const p = softmax(logits.data.subarray(3 * i, 3 * i + 3))[0]!;
      slope += ((p - (labels[i] === 0 ? 1 : 0)) * row[2]!) / rows.length;
    }
    expect(slope + 0.1 * cold.weights[2]!).toBeCloseTo(0, 3);
  });
});

describe('the temperature', () => {
  it('cools nothing that is right as often as it says, and warms what boasts', () => {
    const said = [2, 0];
    const logits = Array.from({ length: 1000 }, () => said);
    const often = Math.round(1000 * softmax(said)[0]!);
    const labels = logits.map((_, i) => (i < often ? 0 : 1));
    expect(temperatureOf(logits, labels)).toBeCloseTo(1, 1);
    const boasting = logits.map((row) => row.map((z) => 3 * z));
    expect(temperatureOf(boasting, labels)).toBeCloseTo(3, 1);
    expect(temperatureOf([], [])).toBe(1);
  });
});

describe('the teacher', () => {
  async function said(embedding: Embedding, by: Awaited<ReturnType<typeof teach>>) {
    const rows: Float32Array[] = [];
    for await (const block of opinions(embedding, by))
      for (let i = 0; i < block.rows; i++) rows.push(rowOf(block, i));
    return rows;
  }

  async function taught(spread: number) {
    const { labels, rows } = clouds(30, spread);
    const embedding = new Embedding(8);
    for (const [i, row] of rows.entries()) embedding.add(i + 1, row);
    const shown = labels.slice(0, 30);
    const lesson = { ids: shown.map((_, i) => i + 1), labels: shown, classes: 3 };
    return { embedding, labels, lesson };
  }

  it('names pictures it was never shown, as surely as it is right', async () => {
    const { embedding, labels, lesson } = await taught(2.2);
    const unseen = (await said(embedding, await teach(embedding, lesson))).slice(30);
    const right = unseen.filter((row, i) => argmax(row) === labels[30 + i]).length / unseen.length;
    const sure = unseen.reduce((sum, row) => sum + Math.max(...row), 0) / unseen.length;
    expect(right).toBeGreaterThan(0.6);
    expect(Math.abs(sure - right)).toBeLessThan(0.15);
  });

  it('is calibrated anew when the lesson has grown, not for every label', async () => {
    const { embedding, labels } = await taught(2.2);
    const lessonOf = (count: number) => {
      const shown = labels.slice(0, count);
      return { ids: shown.map((_, i) => i + 1), labels: shown, classes: 3 };
    };
    const before = await teach(embedding, lessonOf(40));
    const soon = await teach(embedding, lessonOf(41), before);
    expect(soon.calibration.temperature).toBe(before.calibration.temperature);
    expect(soon.classifier.weights).not.toEqual(before.classifier.weights);
    const later = await teach(embedding, lessonOf(44), soon);
    expect(later.calibration).toMatchObject({ pictures: 44, served: 1 });
    let again = later;
    for (let i = 0; i < 20; i++) again = await teach(embedding, lessonOf(44), again);
    expect(again.calibration.served).toBe(1);
  });

  it('judges each labelled picture by classifiers that have not seen it', async () => {
    const { embedding, lesson } = await taught(0.5);
    const wrong = { ...lesson, labels: lesson.labels.with(4, 2) };
    const rows = await outOfFoldProbabilities(embedding, wrong);
    expect(rows).toHaveLength(30);
    expect(argmax(rows[4]!)).toBe(1);
    for (const row of rows) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  it('does not fall over pictures that are all the same', async () => {
    const embedding = new Embedding(8);
    for (let id = 1; id <= 10; id++) embedding.add(id, new Float32Array(8).fill(1));
    const ids = Array.from({ length: 10 }, (_, i) => i + 1);
    const lesson = { ids, labels: ids.map((id) => id % 2), classes: 2 };
    for (const row of await said(embedding, await teach(embedding, lesson)))
      expect(Math.max(...row)).toBeCloseTo(0.5, 1);
  });
});
