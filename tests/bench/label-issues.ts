/**
 * `npm run -s bench -- label-issues [SET,...] [SEEDS]`: 5 % of the labels of a set are made wrong, and the review is asked
 * for labels that may be wrong. Prints how many of the planted ones it finds (recall) and how many of those that it
 * finds were planted (precision), and how many pictures only one of Graft and cleanlab flags for the same probabilities.
 *
 * cleanlab is run by the Python that GRAFT_BENCH_PYTHON names; without one that comparison is left out.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { labelIssues, selfConfidence } from '../../src-main/engine/assist/confident-learning.ts';
import { outOfFoldProbabilities } from '../../src-main/engine/assist/teacher.ts';
import { seededRandom, shuffled } from '../../src-main/engine/training/random.ts';
import { embeddedSamples, embeddedSet } from './helpers/embedded.ts';

const wrongShare = 0.05;
const sets = {
  samples: embeddedSamples,
  foods: () => embeddedSet('foods', 200),
  emoji: () => embeddedSet('emoji', 250),
  digits: () => embeddedSet('digits', 250),
} as const;

interface Case {
  readonly labels: readonly number[];
  readonly probabilities: readonly (readonly number[])[];
}

/** What cleanlab flags in each case, as it comes and with ties decided as here; null, having said why, when there is no cleanlab. */
function cleanlab(cases: readonly Case[]): [number[], number[]][] | null {
  const python = process.env.GRAFT_BENCH_PYTHON;
  if (!python) {
    console.error('cleanlab is not compared with: GRAFT_BENCH_PYTHON names no Python that has it.');
    return null;
  }
  const { stdout, status, stderr } = spawnSync(
    python,
    [join(import.meta.dirname, 'helpers', 'cleanlab_issues.py')],
    {
      input: cases.map((one) => JSON.stringify(one)).join('\n'),
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    },
  );
  if (status !== 0) throw new Error(`cleanlab did not run: ${stderr}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as [number[], number[]]);
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const round = (value: number) => Math.round(1000 * value) / 1000;

const [names = Object.keys(sets).join(','), seeds = '5'] = process.argv.slice(2);
for (const name of names.split(',') as (keyof typeof sets)[]) {
  const { embedding, labels: right, classes } = await sets[name]();
  const cases: Case[] = [];
  const scores: { precision: number; recall: number; firstOf: number }[] = [];
  const found: number[][] = [];
  for (let seed = 1; seed <= Number(seeds); seed++) {
    const random = seededRandom(seed, 1);
    const rows = right.map((_, row) => row);
    const planted = new Set(shuffled(rows, random).slice(0, Math.round(wrongShare * rows.length)));
    const labels = right.map((label, row) => {
      if (!planted.has(row)) return label;
      const others = classes.map((_, k) => k).filter((k) => k !== label);
      return others[Math.floor(random() * others.length)]!;
    });
    const lesson = { ids: embedding.ids, labels, classes: classes.length };
    const probabilities = (await outOfFoldProbabilities(embedding, lesson)).map((row) => [...row]);
    const flagged = labelIssues(labels, probabilities).flatMap((flag, row) => (flag ? [row] : []));
    cases.push({ labels, probabilities });
    found.push(flagged);
    const hits = flagged.filter((row) => planted.has(row)).length;
    // The list is ranked: how many are planted among as many at its top.
    const score = (row: number) => selfConfidence(labels[row]!, probabilities[row]!);
    const top = flagged.toSorted((a, b) => score(a) - score(b)).slice(0, planted.size);
    scores.push({
      precision: hits / Math.max(1, flagged.length),
      recall: hits / planted.size,
      firstOf: top.filter((row) => planted.has(row)).length / Math.max(1, top.length),
    });
  }
  const theirs = cleanlab(cases);
  const apart = (rows: readonly number[], i: number) =>
    rows.filter((row) => !found[i]!.includes(row)).length +
    found[i]!.filter((row) => !rows.includes(row)).length;
  console.log(
    JSON.stringify({
      set: name,
      pictures: right.length,
      planted: Math.round(wrongShare * right.length),
      seeds: Number(seeds),
      flagged: round(mean(found.map((rows) => rows.length))),
      precision: round(mean(scores.map(({ precision }) => precision))),
      recall: round(mean(scores.map(({ recall }) => recall))),
      precisionAtTop: round(mean(scores.map(({ firstOf }) => firstOf))),
      /** Pictures that only one of the two flags, mean over the seeds. */
      apartFromCleanlab: theirs && round(mean(theirs.map(([rows], i) => apart(rows, i)))),
      apartWithTiesAsHere: theirs && round(mean(theirs.map(([, rows], i) => apart(rows, i)))),
    }),
  );
}
