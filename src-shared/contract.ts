/**
 * Every call and every event of the studio, once. Each door (Electron, browser, command line) is an
 * adapter of this file: a new call is one entry here and one function in src-main/studio.
 *
 * Input is checked where it enters the main side (src-main/studio/dispatch.ts); types are inferred.
 */
import { z } from 'zod';
import { advice, outcome } from './advisor/advice.ts';
import { augmentation } from './augmentation.ts';
import { device, deviceChoice, deviceKind } from './devices.ts';
import * as d from './domain.ts';
import { preferences } from './preferences.ts';
import { recipeNames, trainSettings } from './recipes.ts';

const none = z.strictObject({});
const done = z.object({});
const labelled = z.object({ labels: z.array(d.label) });
const viewName = z.string().trim().min(1).max(100);

const sourceId = z.int().positive();
const listed = z.object({ sources: z.array(d.imageSource) });

const define = <I extends z.ZodObject, O extends z.ZodType>(input: I, output: O) => ({
  input,
  output,
});

/** How many bytes of a file `uploads.write` takes at once, at most. */
export const uploadChunkBytes = 1 << 20;

/** Where what came with an ONNX file lies when that is not beside it: its weights, `preprocessor_config.json`. */
const besideNetwork = z.array(z.string().min(1)).max(20).optional();

export const calls = {
  // The project that is open in this studio.
  'project.current': define(
    none,
    z.object({ project: d.project.nullable(), recent: z.array(z.string()) }),
  ),
  'project.create': define(z.strictObject({ path: z.string().min(1) }), d.project),
  'project.open': define(z.strictObject({ path: z.string().min(1) }), d.project),
  'project.close': define(none, done),
  /**
   * What a person means who drops something on the first start. One path that is a project: it is
   * opened. Pictures, folders or archives on the studio's machine (`paths`), or uploads that will follow
   * (none): a project of this name is made in the user's own place for projects. `sources`: what of
   * `paths` is to be imported next.
   */
  'project.begin': define(
    z.strictObject({ name: z.string().min(1), paths: z.array(z.string().min(1)) }),
    z.object({ project: d.project, sources: z.array(z.string()) }),
  ),
  /** Makes (if needed) and opens the sample project: pictures of emoji, labelled by their group. */
  'project.sample': define(none, d.project),

  // Images. An import goes on by itself: follow `import.progress`, then `import.finished`.
  'images.import': define(
    z.strictObject({
      sources: z.array(z.string().min(1)).min(1),
      labels: z.enum(['none', 'folders']),
      /** Folders are looked at again when the project is opened, and watched while it is open. */
      watch: z.boolean().default(false),
    }),
    z.object({ importId: z.string() }),
  ),
  'images.cancelImport': define(z.strictObject({ importId: z.string() }), done),
  /** Folders that pictures were imported from. */
  'sources.list': define(none, listed),
  'sources.watch': define(z.strictObject({ id: sourceId, watched: z.boolean() }), listed),
  /**
   * Takes in what is new in a folder, finds what moved and marks what is gone; answers when that is done.
   * Without an id: the folders that cannot be watched.
   */
  'sources.look': define(z.strictObject({ id: sourceId.optional() }), listed),
  /** Its pictures stay in the project. */
  'sources.forget': define(z.strictObject({ id: sourceId }), listed),
  'images.query': define(
    z.strictObject({ filter: d.imageFilter, sort: d.imageSort }),
    z.object({ ids: z.array(d.imageId) }),
  ),
  'images.get': define(
    z.strictObject({ ids: z.array(d.imageId).max(2000) }),
    z.object({ images: z.array(d.image) }),
  ),
  /**
   * What stands in a picture's place until its thumbnail has come: base64 of 48 bytes for each id in the order
   * asked (4 x 4 RGB, see src-main/images/placeholder.ts); zeros where there is none.
   */
  'images.placeholders': define(
    z.strictObject({ ids: z.array(d.imageId).max(5000) }),
    z.object({ base64: z.string() }),
  ),
  'images.history': define(
    z.strictObject({ id: d.imageId }),
    z.object({ entries: z.array(d.historyEntry) }),
  ),
  /** How many images fit each of these filters. */
  'images.count': define(
    z.strictObject({ filters: z.array(d.imageFilter).max(200) }),
    z.object({ counts: z.array(z.int()) }),
  ),
  /** What the image set is like as a whole. */
  'images.statistics': define(none, d.statistics),
  /** The folders that images lie in, with how many lie right there. */
  'images.folders': define(
    none,
    z.object({ folders: z.array(z.object({ path: z.string(), count: z.int() })) }),
  ),
  /** Which images these files are; null for a file that is none. Paths on the studio's machine. */
  'images.find': define(
    z.strictObject({ paths: z.array(z.string().min(1)).max(10_000) }),
    z.object({ ids: z.array(d.imageId.nullable()) }),
  ),
  /** One undoable step; what is not given stays as it is. Durable when it returns. */
  'images.mark': define(
    z.strictObject({
      imageIds: z.array(d.imageId).min(1),
      unsure: z.boolean().optional(),
      excluded: z.boolean().optional(),
      note: z.string().trim().max(2000).optional(),
    }),
    done,
  ),

  // Saved views: a filter and an order under a name. Changes can be undone.
  'views.list': define(none, z.object({ views: z.array(d.view) })),
  'views.create': define(
    z.strictObject({ name: viewName, filter: d.imageFilter, sort: d.imageSort }),
    d.view,
  ),
  'views.update': define(
    z.strictObject({
      id: z.int().positive(),
      name: viewName.optional(),
      filter: d.imageFilter.optional(),
      sort: d.imageSort.optional(),
    }),
    d.view,
  ),
  'views.delete': define(z.strictObject({ id: z.int().positive() }), done),

  /** The steps of the project, the latest first, those before the step `before`. */
  'history.list': define(
    z.strictObject({ before: z.int().positive().optional(), limit: z.int().min(1).max(500) }),
    z.object({ operations: z.array(d.operation), total: z.int() }),
  ),
  /**
   * Undoes or redoes until the step `id` is the last one that is done; 0 undoes all.
   * @returns how many steps were undone and done again
   */
  'history.turnTo': define(
    z.strictObject({ id: z.int().nonnegative() }),
    z.object({ undone: z.int(), redone: z.int() }),
  ),

  /**
   * Files from another machine, in chunks. `begin` answers how much of this file is already here, so
   * that an upload goes on after a lost connection; the last `write` checks the hash and puts the file
   * (or the members of a .zip, .tar or .tar.gz) into the project's `images/` folder.
   * `purpose: 'predict'` keeps it apart, for `predict`.
   */
  'uploads.begin': define(
    z.strictObject({
      name: z.string().min(1),
      bytes: z.int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      purpose: z.enum(['import', 'predict', 'backbone']),
    }),
    z.object({ uploadId: z.string(), received: z.int() }),
  ),
  'uploads.write': define(
    z.strictObject({ uploadId: z.string(), offset: z.int().nonnegative(), base64: z.string() }),
    z.object({ received: z.int() }),
  ),
  /** Where the finished upload lies on the studio's machine: a file, or the folder an archive went into. */
  'uploads.finish': define(
    z.strictObject({ uploadId: z.string() }),
    z.object({ path: z.string(), rejected: z.array(d.rejection) }),
  ),
  'uploads.abandon': define(z.strictObject({ uploadId: z.string() }), done),

  // Labels.
  'labels.create': define(
    z.strictObject({
      name: z.string().trim().min(1).max(100),
      colour: z.int().min(1).max(10).optional(),
    }),
    d.label,
  ),
  'labels.update': define(
    z.strictObject({
      id: d.labelId,
      name: z.string().trim().min(1).max(100).optional(),
      colour: z.int().min(1).max(10).optional(),
    }),
    labelled,
  ),
  'labels.merge': define(z.strictObject({ from: d.labelId, into: d.labelId }), labelled),
  'labels.delete': define(z.strictObject({ id: d.labelId }), labelled),
  /** Durable when it returns. `labelId: null` clears. */
  'labels.assign': define(
    z.strictObject({ imageIds: z.array(d.imageId).min(1), labelId: d.labelId.nullable() }),
    labelled,
  ),
  /** Piles of images, each with its label (null clears): one undoable step. */
  'labels.sort': define(
    z.strictObject({
      piles: z
        .array(
          z.strictObject({ imageIds: z.array(d.imageId).min(1), labelId: d.labelId.nullable() }),
        )
        .min(1),
    }),
    labelled,
  ),
  'labels.undo': define(none, z.object({ what: z.string().nullable() })),
  'labels.redo': define(none, z.object({ what: z.string().nullable() })),
  /**
   * Labels from a file, a folder or an archive on the studio's machine, whatever it is (docs/formats.md), as
   * one undoable step. Pictures that it brings and the project lacks are imported first, which is told as any
   * import is.
   */
  'labels.import': define(
    z.strictObject({
      path: z.string().min(1),
      /** Are pictures that are not in the project imported? */
      pictures: z.boolean().default(true),
      /** Are labels made that are not in the project? */
      newLabels: z.boolean().default(true),
      /** Do pictures that have another label get the one of the file? */
      replace: z.boolean().default(true),
    }),
    d.labelImportReport,
  ),
  /**
   * Labelled pictures that are not excluded, to a file (csv, jsonl) or into a new folder on the studio's
   * machine. A file that is there is replaced; a folder that is not empty is not.
   */
  'labels.export': define(
    z.strictObject({
      out: z.string().min(1),
      format: d.datasetFormat.default('csv'),
      /** For folders: how the pictures get there. */
      files: z.enum(['copy', 'link']).default('copy'),
      /** For folders: one for each set, or all pictures together. */
      sets: z.enum(['together', 'folders']).default('together'),
    }),
    d.datasetExportReport,
  ),

  /** The same rows as text, for a page that saves them on its own machine. */
  'labels.csv': define(none, z.object({ csv: z.string(), rows: z.int() })),

  // Backbones.
  'backbones.list': define(
    none,
    z.object({ backbones: z.array(d.backbone), best: z.string().nullable() }),
  ),
  /** What an ONNX file says of itself; null is what has to be asked. */
  'backbones.inspect': define(
    z.strictObject({ file: z.string().min(1), beside: besideNetwork }),
    z.object({ inputSize: z.int().nullable(), normalisation: d.normalisation.nullable() }),
  ),
  /**
   * A weight file for a network that Graft knows, or a whole network as ONNX, which is called like the
   * file unless `as` says otherwise. What an ONNX file leaves open is 224 pixels and ImageNet's
   * normalisation unless it is given. A network that Graft brings is replaced only when `as` names it.
   */
  'backbones.add': define(
    z.strictObject({
      file: z.string().min(1),
      beside: besideNetwork,
      as: z.string().min(1).optional(),
      inputSize: z.int().min(16).max(1024).optional(),
      normalisation: d.normalisation.optional(),
    }),
    d.backbone,
  ),
  /** Starts a download; follow `backbone.progress`, then `backbones.changed`. */
  'backbones.fetch': define(z.strictObject({ name: z.string() }), done),
  'backbones.cancelFetch': define(z.strictObject({ name: z.string() }), done),

  // Runs. They wait in a queue and are trained one after the other.
  'runs.start': define(
    z.strictObject({
      runs: z
        .array(
          z.strictObject({
            recipe: z.enum(recipeNames),
            backbone: z.string(),
            /** What differs from the recipe's defaults. */
            settings: trainSettings.partial().strict().default({}),
          }),
        )
        .min(1),
    }),
    z.object({ runs: z.array(d.run) }),
  ),
  /**
   * What a run would take, its network's weights here or not. `memory`: bytes of the engine's process at the most,
   * how many pictures it computes at once, and the bytes it may use; null where the recipe cannot train the
   * network. `seconds`: of the features of all labelled pictures, computed anew, in either precision,
   * from a measurement on this machine that is made once; null where nothing is frozen, and where it is not
   * measured yet while a run is being trained, or `measure` is false, which answers at once.
   */
  'runs.estimate': define(
    z.strictObject({
      recipe: z.enum(recipeNames),
      backbone: z.string(),
      settings: trainSettings.partial().strict().default({}),
      measure: z.boolean().default(true),
    }),
    z.object({
      pictures: z.int(),
      memory: z
        .object({ bytes: z.number(), microBatch: z.int(), available: z.number() })
        .nullable(),
      seconds: z.object({ exact: z.number(), fast: z.number() }).nullable(),
    }),
  ),
  /**
   * What the advisor last said of a backbone (the best one if none is given), and what came of it. `missing`: what to
   * label before it can measure. `outdated`: labels have changed since, or it has said nothing yet.
   */
  'advisor.get': define(
    z.strictObject({ backbone: z.string().optional() }),
    z.object({
      backbone: z.string(),
      advice: advice.nullable(),
      missing: z.string().nullable(),
      outdated: z.boolean(),
      measuring: z.boolean(),
      outcome: outcome.nullable(),
    }),
  ),
  /** Measures anew, which gives way to a training; follow `advisor.progress`. */
  'advisor.run': define(z.strictObject({ backbone: z.string().optional() }), advice),
  'advisor.cancel': define(none, done),
  'runs.list': define(none, z.object({ runs: z.array(d.run) })),
  'runs.epochs': define(z.strictObject({ id: d.runId }), z.object({ epochs: z.array(d.epoch) })),
  'runs.cancel': define(z.strictObject({ id: d.runId }), done),
  /** An interrupted run goes back into the queue, and then on after the epoch of its checkpoint. */
  'runs.resume': define(z.strictObject({ id: d.runId }), z.object({ run: d.run })),
  'runs.delete': define(z.strictObject({ id: d.runId }), done),
  /** What a finished run says of images that it did not learn from. */
  'runs.predictions': define(
    z.strictObject({ id: d.runId, of: d.heldOut.default('test') }),
    z.object({ predictions: z.array(d.prediction) }),
  ),
  /** From now on the run's predictions below this probability are called unsure; null: none. */
  'runs.unsureBelow': define(
    z.strictObject({ id: d.runId, below: d.unit.nullable() }),
    z.object({ run: d.run }),
  ),
  /** Grad-CAM. Without a block: the last that has a map; without a class (an index): the likeliest. */
  'runs.explain': define(
    z.strictObject({
      id: d.runId,
      picture: d.pictureOf,
      block: z.string().min(1).optional(),
      class: z.int().nonnegative().optional(),
    }),
    d.explanation,
  ),
  /** Of the pictures that the run was trained on, those that its network sees as the nearest, the nearest first. */
  'runs.nearest': define(
    z.strictObject({
      id: d.runId,
      picture: d.pictureOf,
      count: z.int().min(1).max(100).default(8),
    }),
    z.object({ neighbours: z.array(d.neighbour) }),
  ),
  /** From run `before` to run `after`. */
  'runs.changes': define(z.strictObject({ before: d.runId, after: d.runId }), d.runChanges),
  'runs.compare': define(
    z.strictObject({ ids: z.array(d.runId).min(1) }),
    z.object({ runs: z.array(d.run), pairs: z.array(d.pairVerdict), headline: z.string() }),
  ),
  /** Writes the trained model to a file on the studio's machine. */
  'runs.export': define(
    z.strictObject({
      id: d.runId,
      format: z.literal('onnx'),
      /** The one in 8 bits is there after a fast run only. */
      precision: trainSettings.shape.precision.default('exact'),
      out: z.string().min(1),
    }),
    z.object({ path: z.string(), bytes: z.int() }),
  ),
  /** Paths on the studio's machine (uploads: the path that `uploads.finish` gave). */
  predict: define(
    z.strictObject({ run: d.runId, files: z.array(z.string().min(1)).min(1).max(1000) }),
    z.object({ predictions: z.array(d.filePrediction), rejected: z.array(d.rejection) }),
  ),

  /** Views of a picture as training with this seed sees them, as addresses of data (WebP). */
  'augmentation.preview': define(
    z.strictObject({
      imageId: d.imageId,
      augmentation: augmentation.strict(),
      seed: trainSettings.shape.seed,
      count: z.int().min(1).max(32),
    }),
    z.object({ pictures: z.array(z.string()) }),
  ),

  // What is kept of frozen networks' work, so that it is done once.
  'features.state': define(none, d.featureCacheState),
  /** Removes what no process has open. */
  'features.clear': define(none, d.featureCacheState),
  /** For every project; what is too much in the open one is removed at once, the least recently used first. */
  'features.limit': define(z.strictObject({ bytes: z.int().nonnegative() }), d.featureCacheState),

  // What the person has set, for all projects.
  'preferences.get': define(none, preferences),
  /** What is not given stays as it is. */
  'preferences.set': define(
    z.strictObject({
      shortcuts: z.record(z.string().max(60), z.array(z.string().min(1).max(40)).max(6)).optional(),
      advance: z.boolean().optional(),
      device: deviceChoice.optional(),
      featureLimit: z.int().nonnegative().optional(),
    }),
    preferences,
  ),
  /**
   * What the model helps with. The best backbone that is here looks at all pictures once, in the
   * background: follow `assist.progress`. Until it is through, answers are about the pictures it has seen.
   */
  'assist.state': define(none, d.assistState),
  /** Begins to look at the pictures, where that does not begin by itself. */
  'assist.prepare': define(none, d.assistState),
  /** Of these pictures, or of all: those without a label for which there is a proposal, the surest first. */
  'assist.suggestions': define(
    z.strictObject({ imageIds: z.array(d.imageId).max(2000).optional() }),
    z.object({ suggestions: z.array(d.suggestion) }),
  ),
  /** Pictures that surely belong to one label, to be accepted together after a look. */
  'assist.groups': define(
    none,
    z.object({ groups: z.array(z.object({ labelId: d.labelId, imageIds: z.array(d.imageId) })) }),
  ),
  /** Unlabelled pictures in the order in which labels would teach most; `imageIds`: of these only. */
  'assist.next': define(
    z.strictObject({
      count: z.int().min(1).max(1000),
      strategy: d.nextStrategy.default('mixed'),
      imageIds: z.array(d.imageId).optional(),
    }),
    z.object({ imageIds: z.array(d.imageId) }),
  ),
  /** The pictures most like these together, or like a file on the studio's machine (or an upload). */
  'assist.similar': define(
    z.strictObject({
      like: z.union([
        z.strictObject({ imageIds: z.array(d.imageId).min(1).max(1000) }),
        z.strictObject({ path: z.string().min(1) }),
      ]),
      count: z.int().min(1).max(1000).default(100),
    }),
    z.object({ similar: z.array(z.object({ imageId: d.imageId, similarity: z.number() })) }),
  ),
  'assist.review': define(none, d.review),

  /** What trainings can compute on: as they were when last tried, or tried now. */
  'devices.list': define(
    z.strictObject({ again: z.boolean().default(false) }),
    z.object({ devices: z.array(device), automatic: deviceKind }),
  ),
  doctor: define(
    none,
    z.object({
      versions: z.record(z.string(), z.string()),
      runtimes: z.array(
        z.object({ name: z.string(), version: z.string(), devices: z.array(z.string()) }),
      ),
      /** Why the engine does not start, and so has no runtimes; null when it does. */
      problem: z.string().nullable(),
      /** Tried anew, and which of them is chosen where nobody does. */
      devices: z.array(device),
      automatic: deviceKind,
      threads: z.int(),
      memoryBytes: z.int(),
      home: z.string(),
    }),
  ),
} as const;

export const events = {
  'project.changed': z.object({ project: d.project.nullable() }),
  /** Images came, went or changed otherwise than by a label: ask again for what is shown. */
  'images.changed': z.object({}),
  /** A folder that pictures come from was added, looked at, or can no longer be found: ask again. */
  'sources.changed': z.object({}),
  /** Labels or marks of these images changed; null means "many, ask again". */
  'labels.assigned': z.object({ imageIds: z.array(d.imageId).nullable() }),
  'views.changed': z.object({}),
  'import.progress': z.object({
    importId: z.string(),
    done: z.int(),
    /** Unknown while folders are still being read. */
    total: z.int().nullable(),
    secondsLeft: z.number().nullable(),
  }),
  'import.finished': z.object({
    importId: z.string(),
    report: d.importReport.nullable(),
    /** Why the import as a whole failed; null when there is a report. */
    error: z.string().nullable(),
  }),
  'backbone.progress': z.object({
    name: z.string(),
    received: z.int(),
    total: z.int().nullable(),
    error: z.string().nullable(),
  }),
  'backbones.changed': z.object({}),
  /** A run was queued, started, finished, failed or was cancelled: its `state` tells. */
  'run.changed': z.object({ run: d.run }),
  'run.deleted': z.object({ id: d.runId }),
  /** The frozen trunk is run once per image; this counts the images. */
  'run.features': z.object({
    id: d.runId,
    done: z.int(),
    total: z.int(),
    secondsLeft: z.number().nullable(),
  }),
  /** What comes before the epochs: layers that are compared, or epochs of the last layer alone. */
  'run.phase': z.object({ id: d.runId, phase: d.runPhase, done: z.int(), total: z.int() }),
  'run.epoch': z.object({ id: d.runId, epoch: d.epoch }),
  'advisor.progress': z.object({
    backbone: z.string(),
    what: z.enum(['features', 'measuring']),
    done: z.int(),
    total: z.int(),
  }),
  'advisor.changed': z.object({ backbone: z.string() }),
  'preferences.changed': preferences,
  'assist.progress': d.assistState,
  /** There are new suggestions. */
  'assist.changed': z.object({}),
} as const;

export type CallName = keyof typeof calls;
export type CallInput<N extends CallName> = z.input<(typeof calls)[N]['input']>;
export type CallParsed<N extends CallName> = z.output<(typeof calls)[N]['input']>;
export type CallOutput<N extends CallName> = z.output<(typeof calls)[N]['output']>;

export type EventName = keyof typeof events;
export type StudioEvent = {
  [N in EventName]: { readonly name: N } & { readonly data: z.output<(typeof events)[N]> };
}[EventName];

/** What a door serves as bytes rather than as JSON, by id only: never by a path from the page. */
export const mediaKinds = ['thumbnail', 'picture', 'model', 'fast-model'] as const;
export type MediaKind = (typeof mediaKinds)[number];

export interface Media {
  /** MIME type. */
  readonly type: string;
  readonly bytes: Uint8Array;
  /** For a download. */
  readonly fileName: string;
}

/**
 * The studio as every door sees it: the one in this process, or one at the other end of a WebSocket.
 * `call` rejects with a StudioError.
 */
export interface Studio {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: StudioEvent) => void): () => void;
  /** thumbnail and picture: by image id; model and fast-model: by run id (ONNX). */
  media(kind: MediaKind, id: number): Promise<Media>;
  close(): Promise<void>;
}
