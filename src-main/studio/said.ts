/** What the classifier says of the pictures that it knows. */

import { certain } from '../engine/protocol/assist.ts';
import type { JobResult } from '../engine/protocol.ts';
import type { Classes } from './classes.ts';

/** In the order of what is said of them: a picture's place is a number from 0 on. */
interface Pictures {
  /** By which the engine knows them; null: none. */
  readonly name: string | null;
  readonly ids: Int32Array;
  /** Undefined when nothing is known of the picture. */
  placeOf(imageId: number): number | undefined;
}

export interface Said {
  readonly pictures: Pictures;
  /** Id of the label that the picture at a place most likely has. */
  labelOf(place: number): number;
  /** Calibrated probability of that label. */
  confidenceOf(place: number): number;
  /** 1 - (p1 - p2) of the two likeliest labels. */
  uncertaintyOf(place: number): number;
  /** Places of those that it was not taught with and is at least so sure of, the surest first. */
  surest(least: number): Int32Array;
}

export const nothingSaid: Said = {
  pictures: { name: null, ids: new Int32Array(), placeOf: () => undefined },
  labelOf: () => 0,
  confidenceOf: () => 0,
  uncertaintyOf: () => 0,
  surest: () => new Int32Array(),
};

/** Made anew only when there are other pictures: with 100,000 of them that is work, and memory, that a key waits for. */
function picturesOf(name: string, ids: Int32Array): Pictures {
  let most = 0;
  for (const id of ids) most = Math.max(most, id);
  const places = new Int32Array(most + 1);
  for (let place = 0; place < ids.length; place++) places[ids[place]!] = place + 1;
  return {
    name,
    ids,
    placeOf: (imageId) => (places[imageId] ? places[imageId] - 1 : undefined),
  };
}

/**
 * @param classes what it was taught with
 * @param before the pictures of the last answer
 */
export function saidOf(
  { name, ids, labels, confidences, uncertainties }: NonNullable<JobResult['suggest']>,
  { labelIds, labelled }: Classes,
  before: Pictures,
): Said {
  if (!ids && before.name !== name) throw new Error('the engine speaks of unknown pictures');
  const pictures = ids ? picturesOf(name, ids) : before;
  const surest = (least: number) => {
    const isTaught = new Uint8Array(labels.length);
    for (const id of labelled.ids) isTaught[pictures.placeOf(id) ?? -1] = 1;
    return fromCertain(confidences, Math.ceil(certain * least), (place) => !isTaught[place]);
  };
  return {
    pictures,
    labelOf: (place) => labelIds[labels[place]!]!,
    confidenceOf: (place) => confidences[place]! / certain,
    uncertaintyOf: (place) => uncertainties[place]! / certain,
    surest,
  };
}

/** Counted, not compared: how far from certain a picture is is one of few numbers. */
function fromCertain(
  confidences: Uint16Array,
  least: number,
  counts: (place: number) => boolean,
): Int32Array {
  const begins = new Int32Array(certain - least + 2);
  const each = (take: (place: number, distance: number) => void) => {
    for (let place = 0; place < confidences.length; place++) {
      if (confidences[place]! >= least && counts(place)) take(place, certain - confidences[place]!);
    }
  };
  each((_, distance) => begins[distance + 1]!++);
  for (let i = 1; i < begins.length; i++) begins[i]! += begins[i - 1]!;
  const order = new Int32Array(begins.at(-1)!);
  each((place, distance) => {
    order[begins[distance]!++] = place;
  });
  return order;
}
