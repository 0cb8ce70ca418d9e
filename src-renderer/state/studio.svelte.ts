import { createContext } from 'svelte';
import type { Bridge } from '../../src-shared/bridge.ts';
import type {
  CallInput,
  CallName,
  CallOutput,
  EventName,
  MediaKind,
  StudioEvent,
} from '../../src-shared/contract.ts';
import type { ImageFilter, Label, Project } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { downloadKind } from '../../src-shared/wire.ts';
import { saveAs } from '../parts/save.ts';
import { Placeholders } from '../pictures/placeholders.svelte.ts';
import { Commands } from './commands.svelte.ts';
import { Intake } from './intake.svelte.ts';
import { Notices } from './notices.svelte.ts';
import { Route } from './route.svelte.ts';
import { Settings } from './settings.svelte.ts';
import { Shortcuts } from './shortcuts.svelte.ts';
import { Theme } from './theme.svelte.ts';
import { Undoing } from './undoing.ts';

/** Milliseconds that feel like at once: a line that changes twice within them only flickers. */
const noticed = 100;

type EventData<N extends EventName> = Extract<StudioEvent, { name: N }>['data'];

/**
 * The studio as the page sees it: calls, events, the open project and the connection. One for the whole
 * page; components get it with `getStudio()`.
 */
export class StudioState {
  readonly bridge: Bridge;
  readonly notices = new Notices();
  readonly theme = new Theme();
  readonly route = new Route();
  readonly commands = new Commands();
  readonly intake: Intake = new Intake(this);
  readonly placeholders: Placeholders = new Placeholders(this);
  readonly settings: Settings = new Settings(this);
  readonly shortcuts = new Shortcuts(this.settings);
  readonly undoing: Undoing = new Undoing(this);

  /** undefined until the studio has answered for the first time; null when no project is open. */
  project = $state.raw<Project | null | undefined>(undefined);
  recent = $state.raw<readonly string[]>([]);
  /** What the Label room is to show when it opens next; undefined: all. */
  wantedFilter: ImageFilter | undefined;
  connected = $state(true);
  /** Changes that are on their way to the disk for longer than one notices. */
  saving = $state(0);

  readonly labels: readonly Label[] = $derived(this.project?.labels ?? []);
  /** The open project's folder. Unlike `project` it stays the same while its numbers change. */
  readonly projectPath: string | undefined = $derived(this.project?.path);
  readonly #labelById = $derived(new Map(this.labels.map((label) => [label.id, label])));

  #onReconnect = new Set<() => void>();

  constructor(bridge: Bridge) {
    this.bridge = bridge;
  }

  /** Asks for the project and follows it. Returns the function that stops that. */
  start(): () => void {
    const stops = [
      this.intake.follow(),
      this.settings.follow(),
      this.on('project.changed', ({ project }) => {
        const another = project?.path !== this.project?.path;
        this.project = project;
        if (another) void this.refresh();
      }),
      this.bridge.onConnection((connected) => {
        const back = connected && !this.connected;
        this.connected = connected;
        if (!back && this.project !== undefined) return;
        if (connected) void this.#again();
      }),
    ];
    void this.refresh();
    return () => {
      for (const stop of stops) stop();
    };
  }

  async refresh(): Promise<void> {
    const current = await this.ask('project.current', {});
    if (!current) return;
    this.project = current.project;
    this.recent = current.recent;
  }

  /** Resolves at once, or when the lost connection is back. */
  whenConnected(): Promise<void> {
    if (this.connected) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.bridge.onConnection((connected) => {
        if (!connected) return;
        stop();
        resolve();
      });
    });
  }

  async #again(): Promise<void> {
    await this.refresh();
    for (const run of this.#onReconnect) run();
  }

  label(id: number | null): Label | undefined {
    return id === null ? undefined : this.#labelById.get(id);
  }

  /**
   * Where a picture's or model's bytes are. Ids belong to a project and browsers keep pictures by their
   * address, so the project is in it: another project's picture of the same id is not shown.
   */
  media(kind: MediaKind, id: number): string {
    const project = encodeURIComponent(this.projectPath ?? '');
    return `${this.bridge.mediaBase}${kind}/${id}?project=${project}`;
  }

  /**
   * Has the studio write a file that the person then gets: in a dialog of the system where paths mean something,
   * as the browser's download elsewhere. `write` gets the path that it is to be written to.
   *
   * @returns what `write` gave, and where it was saved (null: the browser knows); undefined when the person gave up
   * @throws StudioError as the studio gave it
   */
  async saveTo<T>(
    name: string,
    write: (out: string) => Promise<T>,
  ): Promise<{ readonly written: T; readonly local: boolean } | undefined> {
    const chosen = this.bridge.local ? await this.bridge.choose('save', name) : undefined;
    if (chosen === null) return undefined;
    if (chosen?.[0]) return { written: await write(chosen[0]), local: true };
    const { id, path } = await this.call('downloads.place', { name });
    const written = await write(path);
    saveAs(`${this.bridge.mediaBase}${downloadKind}/${id}`, name);
    return { written, local: false };
  }

  /** @throws StudioError as the studio gave it. */
  async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    const reply = await this.bridge.call(name, input);
    if (reply.ok) return reply.value;
    throw new StudioError(reply.error.code, reply.error.message);
  }

  /** A call whose failure is told to the person here: undefined then. */
  async ask<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N> | undefined> {
    try {
      return await this.call(name, input);
    } catch (error) {
      this.tell(error);
      return undefined;
    }
  }

  /** As `ask`, for a change that must reach the disk: the line at the bottom says when it has. */
  async save<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N> | undefined> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.saving++;
    }, noticed);
    try {
      return await this.ask(name, input);
    } finally {
      clearTimeout(timer);
      if (late) this.saving--;
    }
  }

  tell(error: unknown): void {
    // A lost connection has its own sign, which also goes away by itself.
    if (error instanceof StudioError && error.code === 'unavailable' && !this.connected) return;
    this.notices.error(error instanceof Error ? error.message : String(error));
  }

  /** Use in an effect, which then also ends it: `$effect(() => studio.on('run.epoch', …))`. */
  on<N extends EventName>(name: N, listener: (data: EventData<N>) => void): () => void {
    return this.bridge.subscribe((event) => {
      if (event.name === name) listener(event.data as EventData<N>);
    });
  }

  /** After a lost connection, events may have been missed: ask again for what is shown. */
  onReconnect(listener: () => void): () => void {
    this.#onReconnect.add(listener);
    return () => this.#onReconnect.delete(listener);
  }
}

export const [getStudio, setStudio] = createContext<StudioState>();
