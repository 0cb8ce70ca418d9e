/** Labels that come from files and go into them. */
import { z } from 'zod';
import { splitName } from './base.ts';
import { rejection } from './images.ts';

/** A row of a file of labels that did not simply become a label. */
export const labelFileProblem = z.object({
  kind: z.enum([
    /** It could not be read, or says nothing that can be a label. */
    'unreadable',
    /** No such picture is in the project, nor where the row says. */
    'missing',
    /** The file is there, but is not in the project. */
    'not-imported',
    /** Several pictures of the project may be meant. */
    'ambiguous',
    /** Rows give the same picture different labels: the last one won. */
    'conflict',
    /** The label is not in the project, and none was to be made. */
    'unknown-label',
    /** The picture is in another set than the file says. */
    'other-set',
  ]),
  /** "line 12", "task 7": where in the file. */
  where: z.string(),
  /** As it is written there; empty when there is none. */
  path: z.string(),
  reason: z.string(),
});
export type LabelFileProblem = z.infer<typeof labelFileProblem>;

/** What importing labels came to. */
export const labelImportReport = z.object({
  /** Absolute path of the file, folder or archive. */
  path: z.string(),
  /** What it was taken for: "CSV", "Label Studio". */
  format: z.string(),
  /** Rows that were read, with those that had something wrong. */
  rows: z.int(),
  /** Pictures that were imported first. */
  imported: z.int(),
  /** Pictures that the file gives a label which they have now. */
  labelled: z.int(),
  /** How many of them had no label before, and how many another one. */
  added: z.int(),
  replaced: z.int(),
  /** Pictures that keep another label which they had. */
  kept: z.int(),
  /** Rows that say the same of a picture again. */
  repeated: z.int(),
  /** Labels that were made. */
  created: z.array(z.string()),
  /** Pictures labelled, by label. */
  labels: z.record(z.string(), z.int()),
  /** Pictures put into sets that the file names. */
  sets: z.record(splitName, z.int()),
  /** Sentences about the file as a whole. */
  notes: z.array(z.string()),
  problems: z.array(labelFileProblem),
});
export type LabelImportReport = z.infer<typeof labelImportReport>;

export const datasetFormat = z.enum(['csv', 'jsonl', 'imagefolder', 'huggingface', 'coco']);
export type DatasetFormat = z.infer<typeof datasetFormat>;

/** What exporting labels came to. */
export const datasetExportReport = z.object({
  /** Absolute path of the file or folder. */
  path: z.string(),
  /** Pictures in it. */
  rows: z.int(),
  /** Pictures left out, because their files cannot be read or they are in no set. */
  rejected: z.array(rejection),
  /** Sentences about the whole. */
  notes: z.array(z.string()),
});
export type DatasetExportReport = z.infer<typeof datasetExportReport>;
