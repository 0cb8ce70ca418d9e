/** Questions to a trained network. */

export interface PredictJob {
  readonly kind: 'predict';
  /** A model.onnx that a run wrote. */
  readonly model: string;
  readonly files: readonly string[];
}

export interface PredictResult {
  readonly classes: readonly string[];
  readonly predictions: readonly { readonly path: string; readonly probabilities: Float32Array }[];
  readonly rejected: readonly { readonly path: string; readonly reason: string }[];
}

/** Where in a picture a trained network found what speaks for a class (Grad-CAM). */
export interface ExplainJob {
  readonly kind: 'explain';
  /** A model.onnx that a run wrote. */
  readonly model: string;
  readonly file: string;
  /** The last one that has a map when absent. */
  readonly block?: string | undefined;
  /** Index of the class; the likeliest when absent. */
  readonly class?: number | undefined;
}

/** Which of the pictures that a network was trained on it sees as the nearest to a file. */
export interface NearestJob {
  readonly kind: 'nearest';
  readonly model: string;
  /** Where the training left their features. */
  readonly features: string;
  readonly file: string;
  readonly count: number;
  /** Left out: the picture itself. */
  readonly except: number | null;
}

export interface NearestResult {
  /** The nearest first; `similarity` is the cosine of the features that the last layer sees. */
  readonly near: readonly { readonly id: number; readonly similarity: number }[];
}
