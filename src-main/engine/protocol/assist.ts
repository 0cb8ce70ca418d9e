/** What the network says of the pictures while they are labelled. */
import type { BackboneFile, Example } from './pictures.ts';

/** Runs the backbone on pictures and keeps what it says of them, on disk and in the process. */
export interface EmbedJob {
  readonly kind: 'embed';
  readonly backbone: BackboneFile;
  /** The project's feature cache. */
  readonly features: string;
  /** How many pictures the studio has had embedded before. */
  readonly rows: number;
  /** Forgets what was embedded before: pictures may be gone since. Their features are kept. */
  readonly anew: boolean;
  readonly pictures: readonly Pick<Example, 'imageId' | 'sha256' | 'path'>[];
}

export interface EmbedResult {
  /** Names the embedding: the backbone and the place of its features. */
  readonly embedding: string;
  /** Pictures that are embedded by now. */
  readonly rows: number;
  /** Pictures that cannot be read, or are not the ones they were. */
  readonly failed: readonly { readonly imageId: number; readonly reason: string }[];
}

/** What the questions to the embedded pictures have in common. */
interface Question {
  /** As `EmbedResult` named it. */
  readonly embedding: string;
  /** How many pictures the studio has had embedded. */
  readonly rows: number;
}

/** Labelled pictures: ids, and the class of each from 0 to `classes` - 1. */
export interface Labelled {
  readonly ids: Int32Array;
  readonly labels: Int32Array;
  readonly classes: number;
}

/** What every picture is, by a light classifier taught with the labelled ones. */
export interface SuggestJob extends Question {
  readonly kind: 'suggest';
  readonly labelled: Labelled;
  /** Names the pictures that the last answer spoke of; null: there was none. */
  readonly pictures: string | null;
}

/** The number for a probability of 1: two bytes a picture are enough, and more of them a key would wait for. */
export const certain = 10_000;

/** Of all pictures that are embedded, the labelled ones too, in the order of the ids. */
export interface SuggestResult {
  /** Names the pictures and their order. */
  readonly name: string;
  /** null: these are the pictures of the last answer. */
  readonly ids: Int32Array | null;
  readonly labels: Uint16Array;
  /** Calibrated probability of the label, in ten-thousandths. */
  readonly confidences: Uint16Array;
  /** 1 - (p1 - p2) of the two likeliest labels, in ten-thousandths. */
  readonly uncertainties: Uint16Array;
}

/** Which of the candidates stand for most of the others that are unlike all that is labelled. */
export interface NextJob extends Question {
  readonly kind: 'next';
  readonly labelled: Int32Array;
  readonly candidates: Int32Array;
  /** How much each candidate matters to be stood for; null: all the same. */
  readonly weights: Float32Array | null;
  readonly count: number;
}

export interface NextResult {
  readonly ids: readonly number[];
}

/** The pictures most like some others, of the project or a file. */
export interface SimilarJob extends Question {
  readonly kind: 'similar';
  readonly like: { readonly ids: readonly number[] } | { readonly file: string };
  readonly backbone: BackboneFile;
  readonly count: number;
}

export interface SimilarResult {
  /** The likest first; `similarity` is the cosine of the features. */
  readonly near: readonly { readonly id: number; readonly similarity: number }[];
}

/** A part of what copies are recognised by; the next review compares all that has come. */
export interface FingerprintsJob {
  readonly kind: 'fingerprints';
  /** Nothing has come before it: what is left of an earlier review is forgotten. */
  readonly isFirst: boolean;
  readonly ids: Int32Array;
  /** Of one picture after the other: see images/fingerprint.ts and images/placeholder.ts. */
  readonly cells: Uint8Array;
  readonly colours: Uint8Array;
}

/** Labels that are probably wrong, copies, and pictures unlike all others. */
export interface ReviewJob extends Question {
  readonly kind: 'review';
  readonly labelled: Labelled;
  /** So many have come. */
  readonly fingerprints: number;
}

export interface ReviewResult {
  /** The least likely label first. */
  readonly labelIssues: readonly {
    readonly id: number;
    /** Class that the others' labels speak for, and its probability. */
    readonly suggested: number;
    readonly confidence: number;
    /** Probability of the given label. */
    readonly score: number;
  }[];
  /** Groups of copies, by image id. */
  readonly copies: readonly (readonly number[])[];
  /** The most outlying first, from 0. */
  readonly outliers: readonly { readonly id: number; readonly score: number }[];
}

/** Points on a map, by image id. */
export interface MapPoints {
  readonly ids: Int32Array;
  /** x and y of each, from -1 to 1. */
  readonly points: Float32Array;
  /** How many were projected: the others were placed among them. */
  readonly projected: number;
}

/** All pictures as points in a plane, so that likes lie together. */
export interface MapJob extends Question {
  readonly kind: 'map';
  /** Pictures that stay where they are, so that only the others are placed; null: all is drawn anew. */
  readonly known: MapPoints | null;
}
