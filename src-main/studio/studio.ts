/** The studio: every use case behind one `call`, whichever door it comes through. */
import type { Studio, StudioEvent } from '../../src-shared/contract.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { EngineHost } from '../engine/host.ts';
import { Inspectors } from '../images/inspectors.ts';
import { advisorCalls } from './advisor.ts';
import { assistCalls } from './assist.ts';
import { augmentationCalls } from './augmentation.ts';
import { backboneCalls } from './backbones.ts';
import { beginCalls } from './begin.ts';
import { changesCalls } from './changes.ts';
import { compareCalls } from './compare.ts';
import { createContext, type Engine } from './context.ts';
import { deletedCalls } from './deleted.ts';
import { deviceCalls, knownDevices } from './devices.ts';
import { dispatcher } from './dispatch.ts';
import { doctorCalls } from './doctor.ts';
import { downloads } from './downloads.ts';
import { estimateCalls } from './estimate.ts';
import { featureCalls } from './features.ts';
import type { Handlers } from './handlers.ts';
import { historyCalls } from './history.ts';
import { imageCalls } from './images.ts';
import { importCalls } from './imports.ts';
import { insideCalls } from './inside.ts';
import { labelImportCalls } from './label-import.ts';
import { labelCalls } from './labels.ts';
import { mediaReader } from './media.ts';
import { modelExportCalls } from './model-export.ts';
import { predictCalls } from './predict.ts';
import { preferenceCalls } from './preferences.ts';
import { projectCalls } from './project.ts';
import type { Printer } from './report/print.ts';
import { reportCalls } from './report.ts';
import { runCalls } from './runs.ts';
import { runtimeCalls } from './runtimes.ts';
import { sampleCalls } from './sample.ts';
import { sourceCalls } from './sources.ts';
import { statisticsCalls } from './statistics.ts';
import { tensorflow } from './tensorflow/calls.ts';
import { uploadCalls } from './uploads.ts';
import { viewCalls } from './views.ts';

export interface StudioOptions {
  /** Instead of the real one: for tests. */
  readonly engine?: Engine;
  /**
   * False for a studio that is opened for one command: runs that wait in the project then go on with the
   * next training, or when a window opens it, pictures are looked at when they are asked about, and no
   * folder is watched. True
   * if not given.
   */
  readonly resumesQueue?: boolean;
  /** Makes PDFs; a browser on this machine if it is not given. */
  readonly print?: Printer;
}

export function createStudio(options: StudioOptions = {}): Studio {
  const listeners = new Set<(event: StudioEvent) => void>();
  const subscribe: Studio['subscribe'] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const engine = options.engine ?? new EngineHost();
  const inspectors = new Inspectors();
  const context = createContext({
    engine,
    inspectors,
    emit: (event) => {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          // What is told has happened already: a door that fails must not undo or stop it.
          console.error(`Telling ${event.name}:`, error);
        }
      }
    },
  });

  const closingDown = new AbortController();
  const fetched = downloads(context);
  const devices = knownDevices(context);
  const secondRuntime = tensorflow(context, closingDown.signal);
  const project = projectCalls(context);
  const imports = importCalls(context);
  const preferences = preferenceCalls(context);
  const assist = assistCalls(context, subscribe, { eager: options.resumesQueue ?? true });
  const images = imageCalls(context, assist.guesses);
  const compare = compareCalls(context);
  const backbones = backboneCalls(context, { closing: closingDown.signal });
  const runs = runCalls(context, devices, { resumes: options.resumesQueue ?? true });
  const statistics = statisticsCalls(context);
  const inside = insideCalls(context);
  const advisor = advisorCalls(context, compare, subscribe, {
    eager: options.resumesQueue ?? true,
    isLooking: () => assist.isLooking(),
  });
  const handlers: Handlers = {
    ...project,
    ...beginCalls(project),
    ...sampleCalls({ ...project, ...imports }, subscribe),
    ...imports,
    ...sourceCalls(context, { watches: options.resumesQueue ?? true }),
    ...uploadCalls(context),
    ...fetched.calls,
    ...images,
    ...statistics,
    ...labelCalls(context),
    ...labelImportCalls(context, imports, subscribe),
    ...viewCalls(context, images['images.count']),
    ...historyCalls(context),
    ...backbones,
    ...runs,
    ...deletedCalls(context),
    ...estimateCalls(context),
    ...compare,
    ...advisor,
    ...inside,
    ...changesCalls(context),
    ...reportCalls(
      context,
      devices,
      { ...backbones, ...statistics, ...runs, ...compare, ...inside, ...advisor },
      { print: options.print },
    ),
    ...modelExportCalls(context, { ...backbones, ...inside }),
    ...predictCalls(context),
    ...preferences,
    ...augmentationCalls(context),
    ...featureCalls(context, preferences),
    ...assist.calls,
    ...deviceCalls(devices),
    ...runtimeCalls(context, devices),
    ...secondRuntime.calls,
    ...doctorCalls(context, devices, secondRuntime),
  };

  const call = dispatcher(handlers);
  let closing: Promise<void> | null = null;
  async function close(): Promise<void> {
    closingDown.abort();
    await call('project.close', {}); // in turn, should a project be opening just now
    await Promise.all([engine.close(), inspectors.close(), secondRuntime.ended()]);
    listeners.clear();
  }

  return {
    async call(name, input) {
      if (closing) throw new StudioError('unavailable', 'Graft is closing.');
      return call(name, input);
    },
    subscribe,
    media: mediaReader(context),
    download: fetched.open,
    close() {
      closing ??= close();
      return closing;
    },
  };
}
