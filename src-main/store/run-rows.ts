/** Runs as they are read: settings and lists from JSON, and what their epochs and predictions come to. */
import type { Run, RunState } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { storedSettings, type TrainSettings } from '../../src-shared/recipes.ts';
import type { Database } from './database.ts';
import { type RunScores, unscored } from './run-scores.ts';

interface Row {
  id: number;
  backbone: string;
  recipe: Run['recipe'];
  settings: string;
  runtime: Run['runtime'];
  state: RunState;
  reason: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  trained: string | null;
  trainedBlocks: number | null;
  bestEpoch: number | null;
  classes: string;
  counts: string;
  quantisation: string | null;
  layers: string | null;
  notes: string;
  temperature: number | null;
  unsureBelow: number | null;
  epochs: number;
  partsDone: number;
  checkpointEpoch: number | null;
  accuracy: number | null;
  loss: number | null;
}

/** Those that are not deleted. */
export function runRows(database: Database, scores: RunScores) {
  const select = `
    SELECT runs.id, backbone, recipe, settings, runtime, state, reason, created_at AS createdAt,
      started_at AS startedAt, finished_at AS finishedAt, trained, trained_blocks AS trainedBlocks,
      best_epoch AS bestEpoch, checkpoint_epoch AS checkpointEpoch, classes, counts, quantisation,
      layers, notes,
      temperature, unsure_below AS unsureBelow,
      best.validation_accuracy AS accuracy,
      best.validation_loss AS loss,
      (SELECT count(*) FROM epochs WHERE run_id = runs.id) AS epochs,
      (SELECT count(DISTINCT part) FROM part_predictions WHERE run_id = runs.id) AS partsDone
    FROM runs LEFT JOIN epochs AS best ON best.run_id = runs.id AND best.epoch = best_epoch`;
  const one = database.prepare<[number], Row>(`${select} WHERE runs.id = ? AND deleted_at IS NULL`);
  const all = database.prepare<[], Row>(`${select} WHERE deleted_at IS NULL ORDER BY runs.id`);
  const inState = database.prepare<[RunState], Row>(
    `${select} WHERE state = ? AND deleted_at IS NULL ORDER BY runs.id`,
  );

  function toRun({ accuracy, loss, ...row }: Row): Run {
    const classes = JSON.parse(row.classes) as Run['classes'];
    const settings = storedSettings(JSON.parse(row.settings) as Partial<TrainSettings>);
    return {
      ...row,
      settings,
      classes,
      counts: JSON.parse(row.counts) as Run['counts'],
      quantisation:
        row.quantisation === null
          ? null
          : (JSON.parse(row.quantisation) as NonNullable<Run['quantisation']>),
      layers: row.layers === null ? null : (JSON.parse(row.layers) as Run['layers']),
      notes: JSON.parse(row.notes) as Run['notes'],
      seconds:
        row.startedAt && row.finishedAt
          ? (Date.parse(row.finishedAt) - Date.parse(row.startedAt)) / 1000
          : null,
      validation: accuracy === null || loss === null ? null : { accuracy, loss },
      ...(row.state === 'finished' ? scores.of(row.id, classes.length, settings) : unscored),
    };
  }

  function get(id: number): Run {
    const row = one.get(id);
    if (!row) throw new StudioError('not-found', `Run ${id} is not in this project.`);
    return toRun(row);
  }

  return {
    get,
    list: (): Run[] => all.all().map(toRun),
    /** The oldest first: the order of the queue. */
    inState: (state: RunState): Run[] => inState.all(state).map(toRun),
  };
}
