/**
 * Confident learning: which labels are probably wrong (Northcutt, Jiang and Chuang, Confident Learning:
 * Estimating Uncertainty in Dataset Labels, JAIR 70, 2021), as the Python package cleanlab does it with
 * `find_label_issues(filter_by="prune_by_noise_rate")`.
 *
 * Notation: N pictures, K classes; `labels` are the N given classes, `probabilities` N rows of K, each from
 * a classifier that has not seen the picture.
 */
import { argmax } from '../training/classification.ts';

type Rows = readonly ArrayLike<number>[];

/** cleanlab's tolerance where two probabilities are compared. */
const tolerance = 1e-6;

/**
 * How sure the classifier is of a class's own pictures on average: t[k] = mean of p[i][k] over the
 * pictures labelled k, at least 2e-6; 2 for a class without pictures, which nothing can reach.
 */
export function confidentThresholds(labels: readonly number[], probabilities: Rows): number[] {
  const classes = probabilities[0]?.length ?? 0;
  return Array.from({ length: classes }, (_, k) => {
    let sum = 0;
    let count = 0;
    for (const [i, label] of labels.entries()) {
      if (label !== k) continue;
      sum += probabilities[i]![k]!;
      count++;
    }
    return count === 0 ? 2 : Math.max(2 * tolerance, sum / count);
  });
}

/**
 * The confident joint, K x K: estimates how many pictures that were labelled as the row are really of the
 * column. A picture counts for the class whose threshold it reaches (of several the likeliest, of none: not
 * at all); the diagonal is at least 1; then each row is scaled to its label's count and rounded.
 */
export function confidentJoint(labels: readonly number[], probabilities: Rows): number[][] {
  const thresholds = confidentThresholds(labels, probabilities);
  const classes = thresholds.length;
  const joint = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [i, row] of probabilities.entries()) {
    const confident = thresholds.flatMap((t, k) => (row[k]! >= t - tolerance ? [k] : []));
    if (confident.length === 0) continue;
    joint[labels[i]!]![confident.length === 1 ? confident[0]! : argmax(row)]! += 1;
  }
  for (let k = 0; k < classes; k++) joint[k]![k] = Math.max(1, joint[k]![k]!);
  const counts = joint.map((_, k) => labels.filter((label) => label === k).length);
  return joint.map((row, k) => {
    const sum = row.reduce((total, value) => total + value, 0);
    return roundKeepingSum(row.map((value) => (value / sum) * counts[k]!));
  });
}

/**
 * Which labels are probably wrong. For each pair of classes the confident joint says how many; those are
 * the pictures with the largest p(other) - p(given). One whose likeliest class is the given one is spared,
 * and so is the only picture of a label.
 *
 * @returns N booleans
 */
export function labelIssues(labels: readonly number[], probabilities: Rows): boolean[] {
  const counts = keepOneEach(confidentJoint(labels, probabilities));
  const flagged = new Array<boolean>(labels.length).fill(false);
  for (const [given, row] of counts.entries()) {
    const own = labels.flatMap((label, i) => (label === given ? [i] : []));
    if (own.length <= 1) continue;
    for (const [other, count] of row.entries()) {
      if (other === given || count === 0) continue;
      const margin = (i: number) => probabilities[i]![other]! - probabilities[i]![given]!;
      for (const i of own.toSorted((a, b) => margin(b) - margin(a)).slice(0, count)) {
        flagged[i] = true;
      }
    }
  }
  return flagged.map((flag, i) => flag && !agrees(labels[i]!, probabilities[i]!));
}

/** p of the given label: 0 is surely wrong, 1 is surely right. cleanlab's `self_confidence`. */
export function selfConfidence(label: number, row: ArrayLike<number>): number {
  return row[label]!;
}

function agrees(label: number, row: ArrayLike<number>): boolean {
  const raised = Array.from(row, (p, k) => (k === label ? p + tolerance : p));
  return argmax(raised) === label;
}

/** Leaves at least one picture in each class: what a diagonal lacks is taken evenly from its row's errors. */
function keepOneEach(joint: readonly number[][]): number[][] {
  const least = joint.map((row, given) => {
    const lacking = Math.max(row[given]!, 1) - row[given]!;
    const errors = Math.max(1, row.filter((count) => count !== 0).length - 1);
    return row.map((count, other) =>
      other === given ? count + lacking : Math.trunc(Math.max(0, count - lacking / errors)),
    );
  });
  return least;
}

/**
 * Rounds numbers so that their sum stays (rounded): those whose rounding was most unfair are moved by one.
 * Halves go to the even neighbour, as in numpy. Of equally unfair ones the first goes up and the last down; in cleanlab
 * numpy's sort decides, which is not stable and not the same on every processor.
 */
export function roundKeepingSum(values: readonly number[]): number[] {
  const rounded = values.map(roundHalfEven);
  const wanted = roundHalfEven(values.reduce((total, value) => total + value, 0));
  let left = wanted - rounded.reduce((total, value) => total + value, 0);
  while (left !== 0) {
    const step = Math.sign(left);
    const unfair = values.map((_, i) => i);
    unfair.sort((a, b) => values[b]! - rounded[b]! - (values[a]! - rounded[a]!));
    if (step < 0) unfair.reverse();
    for (const i of unfair.slice(0, Math.abs(left))) {
      rounded[i]! += step;
      left -= step;
    }
  }
  return rounded;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const part = value - floor;
  if (part !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
