import { initial } from './001-initial.ts';
import { warmup } from './002-warmup.ts';
import { library } from './003-library.ts';
import { fingerprints } from './004-fingerprints.ts';
import { marksAndViews } from './005-marks-and-views.ts';
import { quantisation } from './006-quantisation.ts';
import { datasets } from './007-datasets.ts';
import { runNotes } from './008-run-notes.ts';
import { heldOut } from './009-held-out.ts';
import { partPredictions } from './010-part-predictions.ts';
import { statistics } from './011-statistics.ts';
import { advices } from './012-advices.ts';
import { maps } from './013-maps.ts';
import { orders } from './014-orders.ts';
import { runtime } from './015-runtime.ts';
import { undoableImportsAndDeletions } from './016-undoable-imports-and-deletions.ts';
import { counting } from './017-counting.ts';
import { adviceOutcomes } from './018-advice-outcomes.ts';

/**
 * What brings a database from version N to N + 1, at place N; `PRAGMA user_version` counts how many were
 * applied. One file each, never changed once released: a new shape is a new file at the end.
 */
export const migrations: readonly string[] = [
  initial,
  warmup,
  library,
  fingerprints,
  marksAndViews,
  quantisation,
  datasets,
  runNotes,
  heldOut,
  partPredictions,
  statistics,
  advices,
  maps,
  orders,
  runtime,
  undoableImportsAndDeletions,
  counting,
  adviceOutcomes,
];
