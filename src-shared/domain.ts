/** The words of the trade, once: what SQL, TypeScript, the command line and the screen all call the same. */
import { z } from 'zod';
import { recipeNames, trainSettings } from './recipes.ts';

export const imageId = z.int().positive();
export const labelId = z.int().positive();
export const runId = z.int().positive();
/** A probability or a share, from 0 to 1. */
export const unit = z.number().min(0).max(1);
export type Unit = z.infer<typeof unit>;

export const splitName = z.enum(['train', 'validation', 'test']);
export type SplitName = z.infer<typeof splitName>;

export const label = z.object({
  id: labelId,
  name: z.string(),
  /** One of the ten label hues, 1 to 10: `--label-N` in the renderer's tokens. */
  colour: z.int().min(1).max(10),
  /** How many images carry it now. */
  count: z.int().nonnegative(),
  /** How many of them are excluded: in no set, never trained on. */
  excluded: z.int().nonnegative(),
});
export type Label = z.infer<typeof label>;

/** What a person marks a picture with, beside its label. */
export const imageMarks = z.object({
  /** To be looked at again; it is trained on all the same. */
  unsure: z.boolean(),
  /** Left out of every set, and so of every training. */
  excluded: z.boolean(),
  /** Empty when there is none. */
  note: z.string(),
});
export type ImageMarks = z.infer<typeof imageMarks>;

export const image = z.object({
  id: imageId,
  /** Absolute path where the file was last seen. */
  path: z.string(),
  name: z.string(),
  sha256: z.string(),
  /** Pixels, after EXIF orientation. */
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
  importedAt: z.string(),
  labelId: labelId.nullable(),
  split: splitName.nullable(),
  /** The file was not there when it was last looked for. */
  missing: z.boolean(),
  ...imageMarks.shape,
});
export type Image = z.infer<typeof image>;

export const rejection = z.object({ path: z.string(), reason: z.string() });
export type Rejection = z.infer<typeof rejection>;

/** A folder that pictures were imported from. */
export const imageSource = z.object({
  id: z.int().positive(),
  /** Absolute. */
  path: z.string(),
  /** Do its folders' names become labels? */
  labels: z.enum(['none', 'folders']),
  /** New files are taken in by themselves while the project is open. */
  watched: z.boolean(),
  pictures: z.int(),
  missing: z.int(),
  /** Why it is not found or not watched, as a sentence; null when all is well. */
  problem: z.string().nullable(),
});
export type ImageSource = z.infer<typeof imageSource>;

export const importReport = z.object({
  imported: z.int(),
  duplicates: z.int(),
  rejected: z.array(rejection),
  /** Images newly labelled by their folder's name, by label; empty when folders are not labels. */
  labels: z.record(z.string(), z.int()),
  cancelled: z.boolean(),
});
export type ImportReport = z.infer<typeof importReport>;

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

export const project = z.object({
  path: z.string(),
  name: z.string(),
  images: z.int(),
  labelled: z.int(),
  /** Pictures that wait for a label: without one, and not excluded. */
  toGo: z.int(),
  unsure: z.int(),
  excluded: z.int(),
  /** Images whose file was not there when it was last looked for. */
  missing: z.int(),
  labels: z.array(label),
  /** Labelled images by split; all zero before the first run draws the split. */
  split: z.record(splitName, z.int()),
  undo: z.object({ undo: z.string().nullable(), redo: z.string().nullable() }),
});
export type Project = z.infer<typeof project>;

const perChannel = z.tuple([z.number(), z.number(), z.number()]).readonly();
/** `(value - mean) / std` for red, green and blue, on values from 0 to 1. */
export const normalisation = z.object({
  mean: perChannel,
  std: perChannel.refine((std) => std.every((each) => each !== 0), 'a deviation is never 0'),
});
export type Normalisation = z.infer<typeof normalisation>;

export const backbone = z.object({
  name: z.string(),
  title: z.string(),
  /** Is its weight file here, so that it can be trained on? */
  ready: z.boolean(),
  /** Side of the square input, in pixels. */
  inputSize: z.int(),
  /** The places to cut, from the input to the features: names of blocks, the first is the stem. */
  blocks: z.array(z.string()),
  /** What leaves each of them: C x H x W of a map, F of a vector. */
  blockShapes: z.array(z.array(z.int())),
  parameters: z.int(),
  /** Size of the weight file; null when it is not here and unknown. */
  bytes: z.int().nullable(),
  licence: z.string(),
  source: z.string(),
  /** Can `backbones.fetch` download it on a click? */
  fetchable: z.boolean(),
});
export type Backbone = z.infer<typeof backbone>;

export const runState = z.enum(['queued', 'running', 'finished', 'failed', 'cancelled']);
export type RunState = z.infer<typeof runState>;

export const epoch = z.object({
  /** Counted from 1. */
  epoch: z.int().positive(),
  trainLoss: z.number(),
  validationLoss: z.number(),
  validationAccuracy: unit,
  imagesPerSecond: z.number(),
  /** Until the last planned epoch; early stopping may end sooner. */
  secondsLeft: z.number(),
});
export type Epoch = z.infer<typeof epoch>;

/** What goes on between the features and the first epoch. */
export const runPhase = z.enum(['layers', 'head']);
export type RunPhase = z.infer<typeof runPhase>;

/** How well a linear classifier reads a layer: cross-validated on the training images. */
export const layerQuality = z.object({ block: z.string(), accuracy: unit, loss: z.number() });
export type LayerQuality = z.infer<typeof layerQuality>;

/** Accuracy on held-out images with its 95 % Wilson interval. */
export const testResult = z.object({
  accuracy: unit,
  low: unit,
  high: unit,
  macroF1: unit,
  count: z.int(),
});
export type TestResult = z.infer<typeof testResult>;

/** Mean of the accuracies of several trainings, with its 95 % interval by Student's t. */
export const meanAccuracy = z.object({ mean: unit, low: unit, high: unit, values: z.array(unit) });
export type MeanAccuracy = z.infer<typeof meanAccuracy>;

/** How the frozen part of a network was brought to 8 bits, and what that did to its features. */
export const quantisation = z.object({
  /** Layers that stayed in float32. */
  floatLayers: z.enum(['none', 'first', 'first and last']),
  /** How the ranges of its values were calibrated. */
  ranges: z.enum(['min-max', 'percentile']),
  weightBits: z.union([z.literal(7), z.literal(8)]),
  /** Training pictures that the two figures below are of. */
  pictures: z.int(),
  /** Of fast and exact features, the mean over the pictures. */
  cosine: z.number(),
  /**
   * Accuracy of a linear classifier in cross-validation, on exact and on fast features; null where there are too
   * few pictures.
   */
  probe: z.object({ exact: unit, fast: unit }).nullable(),
});
export type Quantisation = z.infer<typeof quantisation>;

export const run = z.object({
  id: runId,
  backbone: z.string(),
  recipe: z.enum(recipeNames),
  settings: trainSettings,
  state: runState,
  /** Why it failed; null otherwise. */
  reason: z.string().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** Wall seconds from start to end; null before the end. */
  seconds: z.number().nullable(),
  /** What was trained, in words: "last layer", "3 of 10 blocks". */
  trained: z.string().nullable(),
  /** Which blocks of the backbone were adapted, true from the first trained one; the new head is always trained. */
  trainedBlocks: z.int().nullable(),
  epochs: z.int(),
  bestEpoch: z.int().nullable(),
  /**
   * The epoch after which it can go on with `runs.resume`, when it was interrupted; null when it cannot. With
   * parts, the epoch of the part it was in: 0 for one that had not come to the end of its first.
   */
  checkpointEpoch: z.int().nullable(),
  /** The classes of this run, in the order of its outputs, as they were named when it started. */
  classes: z.array(z.object({ labelId, name: z.string(), colour: z.int() })),
  counts: z.record(splitName, z.int()),
  validation: z.object({ accuracy: unit, loss: z.number() }).nullable(),
  /** The layers that were chosen from, from the stem; null where the recipe chooses none. */
  layers: z.array(layerQuality).nullable(),
  /** What was done otherwise than asked, in sentences: smaller parts of a batch, another try. */
  notes: z.array(z.string()),
  /** Of the exact network, whatever the precision of the training. */
  test: testResult.nullable(),
  /** How many of its parts (folds, other seeds) are trained: see parts.ts. The model that is kept comes last. */
  partsDone: z.int().nonnegative(),
  /** All its pictures, each judged by a network that had not seen it, pooled; null without cross-validation. */
  crossValidation: testResult.nullable(),
  /** Of the accuracies of its folds; null without cross-validation. */
  foldMean: meanAccuracy.nullable(),
  /** Of the test accuracies with each seed, its own first; null where there is one seed. */
  seedMean: meanAccuracy.nullable(),
  /**
   * What the logits are divided by so that probabilities mean what they say, fitted on validation (Guo et al. 2017);
   * null before the end, and for runs of an older Graft, whose probabilities are as they came.
   */
  temperature: z.number().positive().nullable(),
  /** A prediction below this probability is called unsure; null: none is. */
  unsureBelow: unit.nullable(),
  /** Null for an exact run, and before the end. */
  quantisation: quantisation.nullable(),
});
export type Run = z.infer<typeof run>;

/** Pictures that a run did not learn from: of `folds` each was left out once (cross-validation). */
export const heldOut = z.enum(['validation', 'test', 'folds']);
export type HeldOut = z.infer<typeof heldOut>;

export const prediction = z.object({
  imageId,
  /** Indices into the run's classes. */
  actual: z.int(),
  predicted: z.int(),
  /** Of the predicted class, calibrated. */
  probability: unit,
  /** The same as the network said it before its temperature was fitted. */
  uncalibrated: unit,
});
export type Prediction = z.infer<typeof prediction>;

/** McNemar's exact test between two runs on the images that both were tested on. */
export const pairVerdict = z.object({
  a: runId,
  b: runId,
  /** Both were cross-validated in the same folds: the images are those of all folds. */
  pooled: z.boolean(),
  /** Images that both were tested on. */
  count: z.int(),
  /** Test images that a has right and b has wrong, and the reverse. */
  onlyA: z.int(),
  onlyB: z.int(),
  pValue: unit,
  verdict: z.string(),
});
export type PairVerdict = z.infer<typeof pairVerdict>;

export const filePrediction = z.object({
  path: z.string(),
  label: z.string(),
  probability: unit,
  /** Is the probability below what the run's `unsureBelow` asks for? */
  unsure: z.boolean(),
  /** All classes, likeliest first (at most five). */
  top: z.array(z.object({ label: z.string(), probability: unit })),
});
export type FilePrediction = z.infer<typeof filePrediction>;

/** A picture of the project, or a file on the studio's machine (uploads: the path that `uploads.finish` gave). */
export const pictureOf = z.union([
  z.strictObject({ imageId }),
  z.strictObject({ path: z.string().min(1) }),
]);
export type PictureOf = z.infer<typeof pictureOf>;

/** Where in a picture a network found what speaks for a class (Grad-CAM). */
export const explanation = z.object({
  /** Index into the run's classes. */
  class: z.int(),
  /** What the model says of the picture, one for each of the run's classes. */
  probabilities: z.array(unit),
  block: z.string(),
  /** All blocks that can be asked about, from the input on. */
  blocks: z.array(z.string()),
  /** Rows and columns of the map, which covers the middle square of the picture. */
  height: z.int(),
  width: z.int(),
  /** Row by row, the strongest is 1; all 0 when nothing speaks for the class. */
  heat: z.array(unit),
});
export type Explanation = z.infer<typeof explanation>;

/** A picture that a run was trained on and that its network sees as near another one. */
export const neighbour = z.object({
  imageId,
  /** Index into the run's classes: the label it was trained with. */
  label: z.int(),
  /** Cosine of the features. */
  similarity: z.number(),
});
export type Neighbour = z.infer<typeof neighbour>;

/** What lies between two runs: on the test pictures of both, and in what they were trained on. */
export const runChanges = z.object({
  /** Test pictures that both have seen under the same label. */
  common: z.int(),
  /** Wrong in the first and right in the second, and the reverse; what each said are names of labels. */
  fixed: z.array(z.object({ imageId, label: z.string(), before: z.string(), after: z.string() })),
  broken: z.array(z.object({ imageId, label: z.string(), before: z.string(), after: z.string() })),
  /**
   * Pictures that the second was given otherwise than the first: another label, or (null) none. Null when one of them
   * is a run of an older Graft, which kept no list.
   */
  edits: z
    .array(
      z.object({
        imageId,
        before: z.string().nullable(),
        after: z.string().nullable(),
        split: splitName,
      }),
    )
    .nullable(),
});
export type RunChanges = z.infer<typeof runChanges>;

const instant = z.iso.datetime();

/** Conditions on images. All that are there must hold; one that is absent asks for nothing. */
export const imageFilter = z.object({
  /** The images of a label or of several, `none` for the unlabelled, `any` for the labelled. */
  label: z.union([labelId, z.array(labelId).min(1).max(1000), z.enum(['none', 'any'])]).optional(),
  /** What a model makes of it: a label, or `other` for another one than it carries. */
  predicted: z.union([labelId, z.literal('other')]).optional(),
  /** Probability of what was predicted: from and up to, both included. */
  confidence: z.object({ from: unit.optional(), to: unit.optional() }).optional(),
  split: splitName.optional(),
  unsure: z.boolean().optional(),
  excluded: z.boolean().optional(),
  /** With a note, or without. */
  noted: z.boolean().optional(),
  /** Absolute path of a folder: the images in it and below it. */
  folder: z.string().min(1).optional(),
  /** When it was imported, or its file last changed: from, and before (not included). */
  date: z
    .object({ of: z.enum(['imported', 'file']), from: instant.optional(), to: instant.optional() })
    .optional(),
  /** The shorter side in pixels, or the file in bytes: from and up to, both included. */
  size: z
    .object({
      of: z.enum(['side', 'bytes']),
      from: z.int().nonnegative().optional(),
      to: z.int().nonnegative().optional(),
    })
    .optional(),
  /** Width by height: from, and before (not included). */
  aspect: z
    .object({ from: z.number().nonnegative().optional(), to: z.number().nonnegative().optional() })
    .optional(),
  /** Mean brightness, 0 (black) to 255 (white): from and up to, both included. */
  brightness: z
    .object({
      from: z.int().min(0).max(255).optional(),
      to: z.int().min(0).max(255).optional(),
    })
    .optional(),
  /** Its file was not found when it was last looked for, or was. */
  missing: z.boolean().optional(),
  /** Part of the path or of the label's name, case ignored. */
  text: z.string().optional(),
});
export type ImageFilter = z.infer<typeof imageFilter>;

export const imageSort = z.enum(['imported', 'name', 'label', 'unlabelled-first']);
export type ImageSort = z.infer<typeof imageSort>;

/** A label that a light classifier proposes for a picture that has none. */
export const suggestion = z.object({
  imageId,
  labelId,
  /** Calibrated: of those with 0.8, about 80 % are right. */
  confidence: unit,
});
export type Suggestion = z.infer<typeof suggestion>;

/** How to choose what to label next: what the classifier is unsure of, what is unlike all labelled, or both. */
export const nextStrategy = z.enum(['uncertain', 'different', 'mixed']);
export type NextStrategy = z.infer<typeof nextStrategy>;

/** What frozen networks have seen in the pictures of a project, kept on the disk. */
export const featureCacheState = z.object({
  bytes: z.int(),
  limitBytes: z.int(),
  /** The largest first. */
  entries: z.array(
    z.object({
      /** Null for what is left over from other weights or versions: the next run removes it. */
      network: z.string().nullable(),
      /** The value of the network at which it is cut; null for the network itself in 8 bits. */
      cut: z.string().nullable(),
      pictures: z.int(),
      /** Files: one for each view of the pictures, and way of making it. */
      views: z.int(),
      bytes: z.int(),
      inUse: z.boolean(),
    }),
  ),
});
export type FeatureCacheState = z.infer<typeof featureCacheState>;

/** How far the backbone is through all pictures of the project, for suggestions, likeness and review. */
export const assistState = z.object({
  state: z.enum(['resting', 'looking', 'ready']),
  /** Pictures that were looked at, of all. */
  done: z.int(),
  total: z.int(),
  secondsLeft: z.number().nullable(),
  /** Why it cannot go on; null when it can. */
  problem: z.string().nullable(),
  /** Are there enough labels for suggestions? */
  suggesting: z.boolean(),
});
export type AssistState = z.infer<typeof assistState>;

/** A label that is probably wrong (confident learning). */
export const labelIssue = z.object({
  imageId,
  given: labelId,
  suggested: labelId,
  /** Probability of the given label, by classifiers that have not seen the picture: 0 is surely wrong. */
  score: unit,
  /** Probability of the suggested label. */
  confidence: unit,
});
export type LabelIssue = z.infer<typeof labelIssue>;

export const review = z.object({
  /** The least likely first. */
  labelIssues: z.array(labelIssue),
  /** Groups of exact and near copies. */
  duplicates: z.array(z.array(imageId)),
  /** Pictures unlike all others, the most outlying first: 0 is far from all, 1 is among its like. */
  outliers: z.array(z.object({ imageId, score: unit })),
});
export type Review = z.infer<typeof review>;

/** How many images have a value from `from` on and below `to` (null: without end). */
export const statisticsBar = z.object({
  from: z.number(),
  to: z.number().nullable(),
  count: z.int(),
});
export type StatisticsBar = z.infer<typeof statisticsBar>;

/** What the image set is like. */
export const statistics = z.object({
  /** Shorter side in pixels. */
  side: z.array(statisticsBar),
  /** Of the files. */
  bytes: z.array(statisticsBar),
  /** Width by height. */
  aspect: z.array(statisticsBar),
  /** Mean brightness, 0 to 255. */
  brightness: z.array(statisticsBar),
  /** Images of which the brightness is not known yet. */
  unmeasured: z.int(),
  /** A few images of each label that has some. */
  samples: z.array(z.object({ labelId, imageIds: z.array(imageId) })),
  /** Images of which the same bytes were found in several files; the first 200. */
  copies: z.array(z.object({ imageId, paths: z.array(z.string()) })),
  /** Files that could not be imported when they were last read; the first 200, and how many. */
  refused: z.array(rejection),
  refusedCount: z.int(),
});
export type Statistics = z.infer<typeof statistics>;

/** A filter and an order that were kept under a name. */
export const view = z.object({
  id: z.int().positive(),
  name: z.string(),
  filter: imageFilter,
  sort: imageSort,
  /** How many images fit now. */
  count: z.int().nonnegative(),
});
export type View = z.infer<typeof view>;

/** Something that happened to one image. */
export const historyEntry = z.object({
  at: z.string(),
  what: z.enum(['label', 'unsure', 'excluded', 'note']),
  /** The label's name, the note, or `yes`; null when it was taken away. */
  value: z.string().nullable(),
});
export type HistoryEntry = z.infer<typeof historyEntry>;

/** One step of the project's history: what undo takes back at once. */
export const operation = z.object({
  id: z.int().positive(),
  /** In words: "label 12 pictures as frog". */
  what: z.string(),
  at: z.string(),
  undone: z.boolean(),
  /** How many images it touched, and the first few of them. */
  images: z.int().nonnegative(),
  some: z.array(imageId),
});
export type Operation = z.infer<typeof operation>;
