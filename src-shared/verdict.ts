/** What a comparison says, in words that a person can act on. */
import type { PairVerdict, Run, TestResult } from './domain.ts';
import { recipes } from './recipes.ts';

/** Differences that chance would make in fewer than one of twenty comparisons are called real. */
export const significance = 0.05;
/** With fewer test images than this the intervals are so wide that it has to be said. */
export const fewTests = 100;

type Named = Pick<Run, 'id' | 'recipe' | 'backbone'>;
type Finished = Named & {
  readonly test: TestResult;
  /** All pictures, pooled, when the run was cross-validated. */
  readonly crossValidation?: TestResult | null;
  readonly counts?: Run['counts'];
};

/**
 * What a run is judged by: its test pictures, but where they are few the pooled result of its
 * cross-validation, if it has one.
 */
export const judgedByFolds = ({
  test,
  crossValidation,
}: Pick<Run, 'test' | 'crossValidation'>): boolean =>
  crossValidation !== null && (test === null || test.count < fewTests);

export const judged = (run: Pick<Run, 'test' | 'crossValidation'>): TestResult | null =>
  judgedByFolds(run) ? run.crossValidation : run.test;

/**
 * The results by which runs are ranked side by side: pooled over their folds where all of them are judged
 * so, else those on their test images, for a result of folds and one of a test are not of the same pictures.
 */
export function rankedBy(
  runs: readonly Pick<Run, 'test' | 'crossValidation'>[],
): (run: Pick<Run, 'test' | 'crossValidation'>) => TestResult | null {
  return runs.every(judgedByFolds) ? judged : ({ test }) => test;
}

/** The same runs, the best first: the one ranking of the headline, the tables and what is chosen by itself. */
export function ranked<R extends Pick<Run, 'id' | 'test' | 'crossValidation'>>(
  runs: readonly R[],
): readonly R[] {
  const resultOf = rankedBy(runs);
  const accuracy = (run: R) => resultOf(run)?.accuracy ?? 0;
  return runs.toSorted((a, b) => accuracy(b) - accuracy(a) || a.id - b.id);
}

/** Names runs so that those which are compared are told apart: recipe, then network, then number. */
export function namesOf(
  runs: readonly Named[],
  titleOf: (backbone: string) => string,
): ReadonlyMap<number, string> {
  const several = new Set(runs.map(({ backbone }) => backbone)).size > 1;
  const name = ({ recipe, backbone }: Named) =>
    several ? `${recipes[recipe].title} with ${titleOf(backbone)}` : recipes[recipe].title;
  return new Map(
    runs.map((run) => {
      const twice = runs.filter((other) => name(other) === name(run)).length > 1;
      return [run.id, twice ? `${name(run)} (run ${run.id})` : name(run)];
    }),
  );
}

const inSentence = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** `p = 0.02`, `p < 0.001`. */
export const pWords = (p: number): string =>
  p < 0.001 ? 'p < 0.001' : `p = ${p < 0.1 ? p.toFixed(3) : p.toFixed(2)}`;

/** The verdict on two runs, from the test images on which just one of them is right. */
export function pairWords(
  { onlyA, onlyB, pValue }: Pick<PairVerdict, 'onlyA' | 'onlyB' | 'pValue'>,
  nameA: string,
  nameB: string,
): string {
  if (onlyA + onlyB === 0)
    return `No difference: ${inSentence(nameA)} and ${inSentence(nameB)} are right on the same pictures.`;
  if (pValue >= significance)
    return `No clear difference between ${inSentence(nameA)} and ${inSentence(nameB)} (${pWords(pValue)}).`;
  const [better, worse] = onlyA > onlyB ? [nameA, nameB] : [nameB, nameA];
  return `${better} is better than ${inSentence(worse)} (${pWords(pValue)}).`;
}

const percent = (share: number) => `${Math.round(100 * share)} %`;

const list = (names: readonly string[]) =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/**
 * The sentence above the table: what is best, by how much, on how many pictures, and what it does not
 * clearly beat.
 *
 * @param runs finished ones
 * @param pairs of those that share test images, as `runs.compare` gives them
 */
export function headline(
  runs: readonly Finished[],
  pairs: readonly PairVerdict[],
  titleOf: (backbone: string) => string,
): string {
  const [best, ...others] = runs.toSorted(
    (a, b) => b.test.accuracy - a.test.accuracy || a.id - b.id,
  );
  if (!best) return 'No run has finished yet.';
  const names = namesOf(runs, titleOf);
  const name = (run: Named) => inSentence(names.get(run.id)!);
  const { accuracy, low, high, count } = best.test;
  const pooled = best.crossValidation != null && best.test === best.crossValidation;
  const right = pooled
    ? `right on ${percent(accuracy)} of ${count} pictures, each judged by a network that had not seen it (cross-validation)`
    : `right on ${percent(accuracy)} of ${count} test pictures it never saw`;
  const all = Object.values(best.counts ?? {}).reduce((sum, each) => sum + each, 0);
  const more = best.crossValidation
    ? ` Cross-validated on all ${best.crossValidation.count} pictures, it is right on ${percent(best.crossValidation.accuracy)} (${percent(best.crossValidation.low)} to ${percent(best.crossValidation.high)}).`
    : all > count
      ? ` Cross-validation would judge it on all ${all} pictures.`
      : '';
  const range = `its true share may lie anywhere from ${percent(low)} to ${percent(high)}.`;
  const small =
    count < fewTests
      ? pooled
        ? ` With so few pictures ${range}`
        : ` With so few test pictures ${range}${more}`
      : '';
  if (others.length === 0) return `${names.get(best.id)} is ${right}.${small}`;

  const pairWith = (other: Named) =>
    pairs.find(
      ({ a, b }) => (a === best.id && b === other.id) || (b === best.id && a === other.id),
    );
  const apart = others.filter((other) => !pairWith(other));
  // On the pictures that both were tested on it need not be the better one.
  const isBeaten = (other: Named) => {
    const pair = pairWith(other);
    if (!pair || pair.pValue >= significance) return false;
    return pair.a === best.id ? pair.onlyA > pair.onlyB : pair.onlyB > pair.onlyA;
  };
  const beaten = others.filter(isBeaten);
  const level = others.filter((other) => !beaten.includes(other) && !apart.includes(other));
  const elsewhere =
    apart.length > 0
      ? ` ${capital(list(apart.map(name)))} cannot be compared with it: tested on other pictures.`
      : '';
  if (level.length + beaten.length === 0)
    return `${names.get(best.id)} is ${right}.${elsewhere}${small}`;
  if (beaten.length === 0) {
    const to = level.length === 1 ? name(level[0]!) : 'the others';
    return `No clear winner: ${name(best)} is ${right}, but that is no clear difference to ${to}.${elsewhere}${small}`;
  }
  const beats = beaten.map((other) => `${name(other)} (${pWords(pairWith(other)!.pValue)})`);
  // A sentence that names many is read by nobody; the table below has them all.
  const against = level.length > 2 ? `${level.length} others` : list(level.map(name));
  const unclear = level.length > 0 ? `; against ${against} there is no clear difference` : '';
  return `${names.get(best.id)} is the best here: ${right}. It beats ${list(beats)}${unclear}.${elsewhere}${small}`;
}
