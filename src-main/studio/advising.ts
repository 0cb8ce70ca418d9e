/** Keeps the advice up to date while pictures are labelled: in the background, with pauses, where that is cheap. */

import type { StudioEvent } from '../../src-shared/contract.ts';
import { toErrorReply } from '../../src-shared/errors.ts';
import type { Context, OpenProject } from './context.ts';

export type Subscribe = (listener: (event: StudioEvent) => void) => () => void;

export interface Advised {
  /** Networks that are worth measuring by itself. */
  networks(project: OpenProject): Promise<readonly string[]>;
  /** The labels of the moment, where they can be measured and this network was last measured with others; else null. */
  outdatedBy(project: OpenProject, network: string): string | null;
  /** `ended` rejects when it was stopped or failed; `stop` does nothing where somebody asked for the same. */
  measure(
    project: OpenProject,
    network: string,
  ): { readonly ended: Promise<unknown>; readonly stop: () => void };
  /** Is the machine needed for something that somebody waits for? */
  busy(project: OpenProject): boolean;
}

/** Labels in quick succession are measured together. */
const quietMs = 3000;
/** When somebody looks. */
const hurryMs = 300;
/** A measurement that took a second is followed by this many without one. */
const rest = 3;
/** Beyond that it is not cheap, and waits to be asked for. */
const mostMs = 60_000;

/** @returns says that somebody looks at the advice, so that it should not wait for long */
export function keepAdvised(context: Context, subscribe: Subscribe, advised: Advised): () => void {
  let timer: NodeJS.Timeout | undefined;
  let due = Number.POSITIVE_INFINITY;
  /** Stops the measurement that goes on. */
  let stop: (() => void) | null = null;
  let looking = false;
  /** Something changed while it looked. */
  let again = false;
  let restsUntil = 0;
  /** Labels that a network was measured with by itself, with success or without: once is enough. */
  const tried = new Map<string, string>();
  /** Networks that took too long. */
  const slow = new Set<string>();

  function soon(inMs: number, { postpones }: { readonly postpones: boolean }): void {
    const at = Math.max(Date.now() + inMs, restsUntil);
    if (!postpones && at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(() => void look(), at - Date.now());
    timer.unref();
  }

  async function look(): Promise<void> {
    due = Number.POSITIVE_INFINITY;
    again = looking;
    const project = context.current();
    if (!project || looking || advised.busy(project)) return;
    looking = true;
    try {
      for (const network of await advised.networks(project)) {
        if (context.current() !== project || advised.busy(project)) break;
        await measure(project, network);
      }
    } catch (error) {
      console.error('Advising:', toErrorReply(error).message);
    } finally {
      looking = false;
    }
    if (again) soon(quietMs, { postpones: false });
  }

  async function measure(project: OpenProject, network: string): Promise<void> {
    const labels = advised.outdatedBy(project, network);
    if (labels === null || slow.has(network) || tried.get(network) === labels) return;
    tried.set(network, labels);
    const began = Date.now();
    const { ended, ...measurement } = advised.measure(project, network);
    stop = measurement.stop;
    await ended.catch(() => {
      // It was stopped, or whoever asks for it is told what is wrong.
    });
    stop = null;
    const took = Date.now() - began;
    if (took > mostMs) slow.add(network);
    restsUntil = Date.now() + rest * took;
  }

  context.onOpen((project) => {
    soon(quietMs, { postpones: true });
    project.onClose(() => {
      clearTimeout(timer);
      due = Number.POSITIVE_INFINITY;
      restsUntil = 0;
      tried.clear();
      slow.clear();
    });
  });
  subscribe((event) => {
    switch (event.name) {
      case 'project.changed':
        soon(quietMs, { postpones: true });
        break;
      case 'run.changed':
      case 'backbones.changed':
        soon(quietMs, { postpones: false });
        break;
      case 'assist.progress':
        if (event.data.state === 'ready') soon(quietMs, { postpones: false });
        break;
      case 'import.finished':
        // Suggestions for the new pictures come first.
        if (stop === null) break;
        tried.clear();
        stop();
        break;
    }
  });
  return () => soon(hurryMs, { postpones: false });
}
