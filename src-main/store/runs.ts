/** Runs: what was asked, and what becomes of it, from the queue to its end. */
import type { LayerQuality, Run } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { recipes, type TrainSettings } from '../../src-shared/recipes.ts';
import type { Database } from './database.ts';
import type { Datasets } from './datasets.ts';
import { deletedRuns } from './deleted-runs.ts';
import type { Epochs } from './epochs.ts';
import type { Operations } from './operations.ts';
import type { Predictions, StoredPrediction } from './predictions.ts';
import { runRows } from './run-rows.ts';
import { runScores } from './run-scores.ts';

export type NewRun = Pick<Run, 'backbone' | 'recipe' | 'settings' | 'classes' | 'counts'>;

/** What a finished run brings home; its validation figures are those of its best epoch. */
export interface Outcome {
  readonly trained: string;
  readonly trainedBlocks: number;
  readonly bestEpoch: number;
  readonly quantisation: Run['quantisation'];
  readonly layers: readonly LayerQuality[] | null;
  /** What the logits were divided by to give the probabilities below. */
  readonly temperature: number;
  /** Of the test images. */
  readonly predictions: readonly StoredPrediction[];
  readonly validationPredictions: readonly StoredPrediction[];
}

export type Runs = ReturnType<typeof runsTable>;

interface Others {
  readonly operations: Operations;
  readonly predictions: Predictions;
  readonly datasets: Datasets;
  readonly epochs: Epochs;
}

export function runsTable(
  database: Database,
  { operations, predictions, datasets, epochs }: Others,
) {
  const scores = runScores(predictions);
  const rows = runRows(database, scores);
  const { get } = rows;
  const insert = database.prepare(`
    INSERT INTO runs (backbone, recipe, settings, runtime, state, created_at, classes, counts)
    VALUES (@backbone, @recipe, @settings, NULL, 'queued', @at, @classes, @counts)`);
  const start = database.prepare(`
    UPDATE runs SET state = 'running', checkpoint_epoch = NULL, started_at = @at,
      -- What was said of epochs that stay is still true.
      notes = CASE WHEN checkpoint_epoch IS NULL THEN '[]' ELSE notes END,
      classes = @classes, counts = @counts
    WHERE id = @id AND state = 'queued'`);
  const requeue = database.prepare(`
    UPDATE runs SET state = 'queued', started_at = NULL, checkpoint_epoch = @checkpointEpoch
    WHERE id = @id AND state = 'running'`);
  const finish = database.prepare(`
    UPDATE runs SET state = 'finished', finished_at = @at, trained = @trained,
      trained_blocks = @trainedBlocks, best_epoch = @bestEpoch, quantisation = @quantisation,
      layers = @layers, temperature = @temperature
    WHERE id = @id AND state = 'running'`);
  const end = database.prepare(`
    UPDATE runs SET state = @state, reason = @reason, finished_at = @at,
      checkpoint_epoch = @checkpointEpoch
    WHERE id = @id AND state IN ('queued', 'running')`);
  const interrupt = database.prepare(`
    UPDATE runs SET state = 'failed', reason = @reason, checkpoint_epoch = @checkpointEpoch
    WHERE id = @id AND state = 'running'`);
  const resume = database.prepare(`
    UPDATE runs SET state = 'queued', reason = NULL, started_at = NULL, finished_at = NULL
    WHERE id = ? AND state IN ('failed', 'cancelled') AND checkpoint_epoch IS NOT NULL`);
  const setRuntime = database.prepare('UPDATE runs SET runtime = @runtime WHERE id = @id');
  const setSettings = database.prepare('UPDATE runs SET settings = @settings WHERE id = @id');
  const addNote = database.prepare(
    "UPDATE runs SET notes = json_insert(notes, '$[#]', ?) WHERE id = ?",
  );
  const unsure = database.prepare(
    "UPDATE runs SET unsure_below = @below WHERE id = @id AND state = 'finished'",
  );

  /** A change of state that the state before does not allow is a mistake of the caller. */
  function expect(changes: number, id: number, wanted: string): Run {
    const run = get(id);
    if (changes !== 1)
      throw new StudioError('refused', `Run ${id} is ${run.state} and cannot be ${wanted}.`);
    return run;
  }

  const now = () => new Date().toISOString();

  return {
    ...rows,

    create(run: NewRun): Run {
      const { backbone, recipe } = run;
      const { lastInsertRowid } = insert.run({
        backbone,
        recipe,
        settings: JSON.stringify(run.settings),
        classes: JSON.stringify(run.classes),
        counts: JSON.stringify(run.counts),
        at: now(),
      });
      return get(Number(lastInsertRowid));
    },

    /** From the queue into training; classes and counts are those of the moment. */
    start: database.transaction((id: number, data: Pick<Run, 'classes' | 'counts'>): Run => {
      const { changes } = start.run({
        id,
        classes: JSON.stringify(data.classes),
        counts: JSON.stringify(data.counts),
        at: now(),
      });
      return expect(changes, id, 'started');
    }),

    /** Back into the queue, at its old place: the studio was closed in an orderly way. */
    requeue(id: number, checkpointEpoch: number | null = null): Run {
      const { changes } = requeue.run({ id, checkpointEpoch });
      return expect(changes, id, 'put back into the queue');
    },

    /**
     * Back into the queue, to go on after the epoch of its checkpoint.
     * @param elsewhere what computes it from now on
     */
    resume: database.transaction(
      (id: number, elsewhere: Partial<Pick<TrainSettings, 'device' | 'runtime'>> = {}): Run => {
        expect(resume.run(id).changes, id, 'resumed');
        const settings = { ...get(id).settings, ...elsewhere };
        setSettings.run({ id, settings: JSON.stringify(settings) });
        return get(id);
      },
    ),

    computedWith(id: number, runtime: NonNullable<Run['runtime']>): Run {
      setRuntime.run({ id, runtime });
      return get(id);
    },

    /** One of its parts is trained; its epochs give way to those of the next. */
    finishPart: database.transaction(
      (id: number, part: number, said: readonly StoredPrediction[]): Run => {
        predictions.addPart(id, part, said);
        epochs.replace(id, []);
        return get(id);
      },
    ),

    /** All of it or nothing. */
    finish: database.transaction((id: number, outcome: Outcome): Run => {
      const { trained, trainedBlocks, bestEpoch, temperature } = outcome;
      predictions.add(id, 'test', outcome.predictions);
      predictions.add(id, 'validation', outcome.validationPredictions);
      const layers = outcome.layers && JSON.stringify(outcome.layers);
      const quantisation = outcome.quantisation && JSON.stringify(outcome.quantisation);
      const { changes } = finish.run({
        ...{ id, trained, trainedBlocks, bestEpoch, quantisation, layers, temperature },
        at: now(),
      });
      const run = expect(changes, id, 'finished');
      if (run.validation === null)
        throw new Error(`run ${id} names epoch ${bestEpoch} as its best, which was never stored`);
      return run;
    }),

    /** One more sentence about what a run did otherwise than asked. */
    note(id: number, sentence: string): Run {
      addNote.run(sentence, id);
      return get(id);
    },

    /**
     * A queued or running run ends without a result.
     * @param checkpointEpoch the epoch after which it could go on
     */
    end(
      id: number,
      state: 'failed' | 'cancelled',
      reason: string | null,
      checkpointEpoch: number | null = null,
    ): Run {
      const { changes } = end.run({ id, state, reason, checkpointEpoch, at: now() });
      return expect(changes, id, state);
    },

    /** What ran when the studio was killed: failed, and nobody knows when it ended. */
    failInterrupted(id: number, reason: string, checkpointEpoch: number | null): void {
      interrupt.run({ id, reason, checkpointEpoch });
    },

    /** The predictions of a finished run below this probability are unsure from now on; null: none is. */
    unsureBelow: (id: number, below: number | null): Run =>
      expect(unsure.run({ id, below }).changes, id, 'asked what it is unsure of'),

    /** One undoable step: it stays, with all that belongs to it, until it is `lost`. Refused while it runs. */
    delete(id: number): void {
      const { state, recipe } = get(id);
      if (state === 'running') expect(0, id, 'deleted');
      operations.perform(
        (step) => step.deleteRun(id),
        () => `delete run ${id} (${recipes[recipe].title})`,
      );
    },

    ...deletedRuns(database, (id) => {
      datasets.sweep();
      scores.forget(id);
    }),
  };
}
