/**
 * `npm run -s bench -- next [SET,...] [SEEDS] [LABELS]`: do fewer labels teach as much when they are chosen as the
 * program chooses them? For each set and seed a third of the pictures is put aside for the test; of the others ten are
 * labelled at a time, as each strategy asks, and after each ten the suggestions' classifier is taught and tested.
 *
 * Prints the mean accuracy over the seeds, and how many labels random order needs for what each strategy has at half of the
 * labels; keeps all in tests/bench/results/next.json and draws docs/images/next-SET.svg.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rowOf } from '../../src-main/engine/assist/algebra.ts';
import { fit, logitsOf } from '../../src-main/engine/assist/softmax-regression.ts';
import {
  centreOf,
  centreRows,
  decay,
  opinions,
  teach,
} from '../../src-main/engine/assist/teacher.ts';
import {
  fromMiddle,
  meanOf,
  representatives,
  uncertainty,
} from '../../src-main/engine/assist/what-next.ts';
import { argmax } from '../../src-main/engine/training/classification.ts';
import { seededRandom, shuffled } from '../../src-main/engine/training/random.ts';
import { root } from '../../src-main/programs.ts';
import { fewestToSuggest } from '../../src-shared/readiness.ts';
import { curvesSvg } from './helpers/curves-svg.ts';
import { type EmbeddedSet, embeddedSet } from './helpers/embedded.ts';

const step = 10;
const testShare = 0.3;
const strategies = ['random', 'uncertain', 'different', 'mixed'] as const;
type Strategy = (typeof strategies)[number];
/** Most pictures of a class. */
const perClass = { foods: 200, emoji: 250, digits: 250 } as const;
type SetName = keyof typeof perClass;

interface Result {
  readonly set: SetName;
  readonly pictures: number;
  readonly classes: number;
  readonly seeds: number;
  /** Accuracy after 10, 20, ... labels, of each seed. */
  readonly curves: Record<Strategy, number[][]>;
}

/** How unsure the suggestions' classifier is of each row; null before it has two labels to tell apart. */
async function unsure({ embedding, labels }: EmbeddedSet, labelled: readonly number[]) {
  const counts = new Map<number, number>();
  for (const row of labelled) counts.set(labels[row]!, (counts.get(labels[row]!) ?? 0) + 1);
  const classes = [...counts].flatMap(([label, many]) => (many >= fewestToSuggest ? [label] : []));
  if (classes.length < 2) return null;
  const rows = labelled.filter((row) => classes.includes(labels[row]!));
  const taught = await teach(embedding, {
    ids: rows.map((row) => embedding.ids[row]!),
    labels: rows.map((row) => classes.indexOf(labels[row]!)),
    classes: classes.length,
  });
  const all: number[] = [];
  for await (const block of opinions(embedding, taught))
    for (let row = 0; row < block.rows; row++) all.push(uncertainty(rowOf(block, row)));
  return all;
}

async function accuracy(
  { embedding, labels, classes }: EmbeddedSet,
  labelled: readonly number[],
  test: readonly number[],
): Promise<number> {
  const raw = embedding.gather(labelled);
  const centre = centreOf(raw);
  const known = labelled.map((row) => labels[row]!);
  const options = { classes: classes.length, decay };
  const classifier = await fit(centreRows(raw, centre), known, options);
  const logits = await logitsOf(classifier, centreRows(embedding.gather(test), centre));
  const right = test.filter((row, i) => {
    const own = logits.data.subarray(i * classes.length, (i + 1) * classes.length);
    return argmax(own) === labels[row];
  });
  return right.length / test.length;
}

async function choose(
  set: EmbeddedSet,
  strategy: Strategy,
  left: readonly number[],
  labelled: readonly number[],
  random: () => number,
): Promise<readonly number[]> {
  if (strategy === 'random') return shuffled(left, random).slice(0, step);
  const said = strategy === 'different' ? null : await unsure(set, labelled);
  if (strategy === 'uncertain' && said)
    return left.toSorted((a, b) => said[b]! - said[a]!).slice(0, step);
  const raw = set.embedding.gather(left);
  const middle = meanOf(raw);
  const rows = fromMiddle(raw, middle);
  const weights = left.map((row) => said?.[row] ?? 1);
  const centres = fromMiddle(set.embedding.gather(labelled), middle);
  const chosen = await representatives(rows, { rows, weights }, centres, step);
  return chosen.map((i) => left[i]!);
}

async function curve(
  set: EmbeddedSet,
  strategy: Strategy,
  seed: number,
  most: number,
): Promise<number[]> {
  const dealt = set.classes.map((_, label) => {
    const own = set.labels.flatMap((one, row) => (one === label ? [row] : []));
    return shuffled(own, seededRandom(seed, label));
  });
  const test = dealt.flatMap((own) => own.slice(0, Math.round(testShare * own.length)));
  const held = new Set(test);
  const pool = dealt.flat().filter((row) => !held.has(row));
  const random = seededRandom(seed, 100);
  let labelled: readonly number[] = [];
  const found: number[] = [];
  while (labelled.length < most) {
    const done = new Set(labelled);
    const left = pool.filter((row) => !done.has(row));
    labelled = [...labelled, ...(await choose(set, strategy, left, labelled, random))];
    found.push(await accuracy(set, labelled, test));
  }
  return found;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const meanCurve = (curves: readonly number[][]) =>
  curves[0]!.map((_, at) => mean(curves.map((one) => one[at]!)));

/** How many labels random order needs to be as good on the mean; null: more than were given. */
function randomNeeds(random: readonly number[], wanted: number): number | null {
  const at = random.findIndex((value) => value >= wanted);
  return at < 0 ? null : step * (at + 1);
}

const [sets = Object.keys(perClass).join(','), seeds = '5', most = '120'] = process.argv.slice(2);
const resultsFile = join(import.meta.dirname, 'results', 'next.json');
const results = JSON.parse(await readFile(resultsFile, 'utf8').catch(() => '[]')) as Result[];
for (const name of sets.split(',') as SetName[]) {
  const set = await embeddedSet(name, perClass[name]);
  const curves: Record<Strategy, number[][]> = {
    random: [],
    uncertain: [],
    different: [],
    mixed: [],
  };
  for (let seed = 1; seed <= Number(seeds); seed++)
    for (const strategy of strategies)
      curves[strategy].push(await curve(set, strategy, seed, Number(most)));
  const result: Result = {
    ...{ set: name, pictures: set.labels.length, classes: set.classes.length },
    ...{ seeds: Number(seeds), curves },
  };
  const others = results.filter((one) => one.set !== name);
  results.splice(0, results.length, ...others, result);
  await writeFile(resultsFile, `${JSON.stringify(results)}\n`);

  const means = Object.fromEntries(
    strategies.map((strategy) => [strategy, meanCurve(curves[strategy])]),
  ) as Record<Strategy, number[]>;
  const half = Math.floor(means.random.length / 2) - 1;
  console.log(`${name}: ${result.pictures} pictures, ${result.classes} labels, ${seeds} seeds`);
  for (const strategy of strategies) {
    const better = curves[strategy].map((one, i) => mean(one) - mean(curves.random[i]!));
    console.log(
      JSON.stringify({
        set: name,
        strategy,
        accuracy: Object.fromEntries(
          means[strategy].map((value, at) => [step * (at + 1), Number(value.toFixed(3))]),
        ),
        /** Mean over the curve, less that of random order with the same seed: mean and least over the seeds. */
        above: Number(mean(better).toFixed(4)),
        aboveAtLeast: Number(Math.min(...better).toFixed(4)),
        labels: step * (half + 1),
        randomNeeds: randomNeeds(means.random, means[strategy][half]!),
      }),
    );
  }
  await mkdir(join(root, 'docs', 'images'), { recursive: true });
  const svg = curvesSvg({
    title: `${name}: accuracy of suggestions by labels given`,
    step,
    curves: strategies.map((strategy) => ({ name: strategy, values: means[strategy] })),
  });
  await writeFile(join(root, 'docs', 'images', `next-${name}.svg`), svg);
}
