/** Networks and pictures, as jobs name them. */
import type { SplitName } from '../../../src-shared/domain.ts';

/** A backbone whose weights are on this machine. */
export interface BackboneFile {
  readonly name: string;
  /** Safetensors, with the names that the architecture gives its parameters. */
  readonly weights: string;
  readonly sha256: string;
}

export interface Example {
  readonly imageId: number;
  readonly sha256: string;
  readonly path: string;
  /** Index into `classes`. */
  readonly label: number;
  readonly split: SplitName;
}
