/** What a report is made from: gathered by gather.ts, shown by page.ts. */
import type { Advice, Outcome } from '../../../src-shared/advisor/advice.ts';
import type { CallOutput } from '../../../src-shared/contract.ts';
import type {
  Backbone,
  Epoch,
  Prediction,
  Project,
  Run,
  SplitName,
  Statistics,
} from '../../../src-shared/domain.ts';

/** A picture as it is put into the page. */
export interface ReportPicture {
  /** A `data:` address; null where the picture could not be read. */
  readonly address: string | null;
  /** Of its file. */
  readonly name: string;
}

/** A test picture that the network was asked about. */
export interface Mistake extends ReportPicture {
  readonly prediction: Prediction;
}

/** A test picture beside where the network looks in it. */
export interface Look extends Mistake {
  /** The middle square with the heat on it. */
  readonly heat: string;
  readonly block: string;
  /** Where the heat is, in words. */
  readonly words: string;
}

export interface RunContents {
  readonly run: Run;
  /** As the verdict calls it. */
  readonly name: string;
  readonly network: string;
  /** Blocks of its network. */
  readonly blocks: number;
  readonly epochs: readonly Epoch[];
  readonly test: readonly Prediction[];
  readonly validation: readonly Prediction[];
  /** All pictures in their folds where it is judged by them, else the test. */
  readonly judged: readonly Prediction[];
  readonly mistakes: readonly Mistake[];
  readonly looks: readonly Look[];
  /** Why there are no looks, in a sentence; null where there are. */
  readonly noLooks: string | null;
  /** By class, then set: what it was given; null for a run of an older Graft. */
  readonly dealt: readonly Readonly<Record<SplitName, number>>[] | null;
  /** Pictures of its data set that have another label by now, or none. */
  readonly relabelled: number;
}

export interface Duplicates {
  /** Pictures of which the same bytes were found in several files. */
  readonly exact: number;
  /** Groups of pictures that were saved, scaled or slightly cropped anew, and the pictures in them. */
  readonly groups: number;
  readonly pictures: number;
  /** Groups that lie in more than one set. */
  readonly apart: number;
}

export interface Advised {
  readonly network: string;
  readonly advice: Advice;
  readonly outdated: boolean;
  readonly outcome: Outcome | null;
}

export interface ReportContents {
  readonly project: Project;
  readonly writtenAt: Date;
  readonly statistics: Statistics;
  readonly duplicates: Duplicates;
  readonly comparison: Pick<CallOutput<'runs.compare'>, 'pairs' | 'headline'>;
  /** The best first. */
  readonly runs: readonly RunContents[];
  /** Those that the runs began with. */
  readonly networks: readonly Backbone[];
  readonly advised: readonly Advised[];
  /** Names and what was found. */
  readonly environment: readonly (readonly [string, string])[];
}
