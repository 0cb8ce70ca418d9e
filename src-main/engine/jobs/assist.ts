/** Questions to the embedded pictures. */

import { fingerprintBytes } from '../../images/fingerprint.ts';
import { type Fingerprint, nearCopies } from '../../images/near-copies.ts';
import { loadPixels } from '../../images/pixels.ts';
import { placeholderBytes } from '../../images/placeholder.ts';
import { rowOf } from '../assist/algebra.ts';
import { labelIssues, selfConfidence } from '../assist/confident-learning.ts';
import type { Embedding } from '../assist/embedding.ts';
import { commonDirection, nearest } from '../assist/nearest.ts';
import { outlierness } from '../assist/outliers.ts';
import { sample } from '../assist/sample.ts';
import { type Known, knownAs } from '../assist/state.ts';
import { lessonOf, opinions, outOfFoldProbabilities, shortened, teach } from '../assist/teacher.ts';
import { fromMiddle, meanOf, representatives, uncertainty } from '../assist/what-next.ts';
import { certain } from '../protocol/assist.ts';
import type {
  FingerprintsJob,
  JobResult,
  Labelled,
  NextJob,
  ReviewJob,
  ReviewResult,
  SimilarJob,
  SuggestJob,
} from '../protocol.ts';
import { argmax } from '../training/classification.ts';
import { featuresOf } from './embed.ts';

/** Streams of the seed. */
const [candidatesOf, referencesOf, fieldOf] = [11, 12, 17];
/** What is chosen has to stand for so many pictures at the most. */
const fieldSize = 2000;

const lesson = (embedding: Embedding, { ids, labels, classes }: Labelled) =>
  lessonOf(embedding, ids, labels, classes);

export async function suggest(job: SuggestJob): Promise<JobResult['suggest']> {
  const known = await knownAs(job.embedding, job.rows);
  if (!known) return null;
  const { embedding } = known;
  const pictures = shortened(lesson(embedding, job.labelled));
  known.taught = await teach(embedding, pictures, known.taught);
  const { name, count } = embedding;
  const ids = job.pictures === name ? null : Int32Array.from(embedding.ids);
  const labels = new Uint16Array(count);
  const confidences = new Uint16Array(count);
  const uncertainties = new Uint16Array(count);
  let at = 0;
  for await (const block of opinions(embedding, known.taught)) {
    // A picture that came meanwhile has no place.
    for (let row = 0; row < block.rows && at < count; row++, at++) {
      const probabilities = rowOf(block, row);
      labels[at] = argmax(probabilities);
      confidences[at] = Math.round(certain * probabilities[labels[at]!]!);
      uncertainties[at] = Math.round(certain * uncertainty(probabilities));
    }
  }
  return { name, ids, labels, confidences, uncertainties };
}

export async function next(job: NextJob): Promise<JobResult['next']> {
  const known = await knownAs(job.embedding, job.rows);
  if (!known) return null;
  const { embedding } = known;
  const rows = (ids: readonly number[]) => embedding.gather(ids.map((id) => embedding.rowOf(id)!));
  const places = Array.from(job.candidates.keys()).filter(
    (i) => embedding.rowOf(job.candidates[i]!) !== undefined,
  );
  const idsAt = (some: readonly number[]) => some.map((i) => job.candidates[i]!);
  const candidates = sample(places, candidatesOf);
  const field = sample(places, fieldOf, fieldSize);
  const labelled = Array.from(job.labelled).filter((id) => embedding.rowOf(id) !== undefined);
  const stoodFor = rows(idsAt(field));
  const middle = meanOf(stoodFor);
  const chosen = await representatives(
    fromMiddle(rows(idsAt(candidates)), middle),
    { rows: fromMiddle(stoodFor, middle), weights: field.map((i) => job.weights?.[i] ?? 1) },
    fromMiddle(rows(labelled), middle),
    job.count,
  );
  return { ids: chosen.map((i) => job.candidates[candidates[i]!]!) };
}

export async function similar(job: SimilarJob): Promise<JobResult['similar']> {
  const known = await knownAs(job.embedding, job.rows);
  if (!known) return null;
  const { like, count } = job;
  const { embedding } = known;
  if ('file' in like) {
    const direction = await directionOf(known, like.file);
    return { near: await nearest(embedding, direction, count) };
  }
  const direction = commonDirection(embedding, like.ids);
  if (!direction) return { near: [] };
  return { near: await nearest(embedding, direction, count, new Set(like.ids)) };
}

/** @throws StudioError that names the file when it cannot be read */
async function directionOf(known: Known, file: string): Promise<Float32Array> {
  const pixels = await loadPixels(file, known.backbone.preprocessing);
  return featuresOf(known, [pixels]);
}

/** Of the review to come. */
let held: Fingerprint[] = [];

export async function fingerprints(job: FingerprintsJob): Promise<JobResult['fingerprints']> {
  if (job.isFirst) held = [];
  for (const [i, id] of job.ids.entries()) {
    held.push({
      id,
      cells: job.cells.subarray(i * fingerprintBytes, (i + 1) * fingerprintBytes),
      colours: job.colours.subarray(i * placeholderBytes, (i + 1) * placeholderBytes),
    });
  }
  return { held: held.length };
}

export async function review(job: ReviewJob): Promise<JobResult['review']> {
  const known = await knownAs(job.embedding, job.rows);
  // Either is gone with the process that had it.
  if (!known || held.length !== job.fingerprints) return null;
  const { embedding } = known;
  const compared = held;
  held = [];
  return {
    labelIssues: await wrongLabels(embedding, job.labelled),
    copies: nearCopies(compared),
    outliers: await unlikeOthers(embedding),
  };
}

async function wrongLabels(
  embedding: Embedding,
  labelled: Labelled,
): Promise<ReviewResult['labelIssues']> {
  const taught = lesson(embedding, labelled);
  if (new Set(taught.labels).size < 2) return [];
  const probabilities = await outOfFoldProbabilities(embedding, taught);
  const flagged = labelIssues(taught.labels, probabilities);
  return taught.ids
    .flatMap((id, i) => {
      const row = probabilities[i]!;
      const suggested = argmax(row);
      const score = selfConfidence(taught.labels[i]!, row);
      return flagged[i] ? [{ id, suggested, confidence: row[suggested]!, score }] : [];
    })
    .toSorted((a, b) => a.score - b.score);
}

async function unlikeOthers(embedding: Embedding): Promise<ReviewResult['outliers']> {
  const all = embedding.ids.map((_, row) => row);
  const reference = sample(all, referencesOf);
  const place = new Map(reference.map((row, at) => [row, at]));
  const scores: { id: number; score: number }[] = [];
  const found = await outlierness(
    Array.from(embedding.blocks(), ({ matrix }) => matrix),
    embedding.gather(reference),
    all.map((row) => place.get(row) ?? -1),
  );
  for (const [row, { score, isOutlier }] of found.entries()) {
    if (isOutlier) scores.push({ id: embedding.ids[row]!, score });
  }
  return scores.toSorted((a, b) => a.score - b.score);
}
