/** A studio at the other end of a line that breaks. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { openWebDoor, type WebDoor } from '../../src-main/web/door.ts';
import type { StudioEvent } from '../../src-shared/contract.ts';
import { StudioError } from '../../src-shared/errors.ts';
import {
  type ConnectionState,
  type RemoteOptions,
  type RemoteStudio,
  remoteStudio,
} from '../../src-shared/remote-studio.ts';
import { epochEvent, type FakeStudio, fakeStudio } from '../helpers/fake-studio.ts';
import { type TcpProxy, tcpProxy } from '../helpers/tcp-proxy.ts';
import { until } from '../helpers/until.ts';

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.reverse()) await one.close();
  opened.length = 0;
});

function closing<T extends { close(): Promise<void> }>(one: T): T {
  opened.push(one);
  return one;
}

interface Line {
  readonly studio: FakeStudio;
  readonly door: WebDoor;
  readonly proxy: TcpProxy;
  readonly remote: RemoteStudio;
  readonly states: ConnectionState[];
  readonly events: StudioEvent[];
}

async function line(studio = fakeStudio(), options: RemoteOptions = {}): Promise<Line> {
  const door = closing(await openWebDoor(studio, { rendererDir: null }));
  const proxy = closing(await tcpProxy(door.port));
  const remote = closing(
    remoteStudio(`http://localhost:${proxy.port}/?token=${door.token}`, options),
  );
  const states: ConnectionState[] = [];
  const events: StudioEvent[] = [];
  remote.onConnection((state) => states.push(state));
  remote.subscribe((event) => events.push(event));
  await remote.ready;
  return { studio, door, proxy, remote, states, events };
}

const epochsOf = (events: readonly StudioEvent[]) =>
  events.flatMap((event) => (event.name === 'run.epoch' ? [event.data.epoch.epoch] : []));
const counted = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('events', () => {
  it('are all there, each once and in order, however often the line breaks', async () => {
    const { studio, proxy, events, states } = await line();
    const total = 300;
    for (let epoch = 1; epoch <= total; epoch++) {
      studio.emit(epochEvent(1, epoch));
      if (epoch % 60 === 30) proxy.cut();
      if (epoch % 60 === 50) proxy.mend();
      await wait(5);
    }
    await until('the last epoch is there', () => epochsOf(events).at(-1) === total);
    expect(epochsOf(events)).toEqual(counted(total));
    expect(states.filter((state) => state === 'lost').length).toBeGreaterThanOrEqual(3);
    expect(states).not.toContain('restarted');
    expect(states.at(-1)).toBe('resumed');
  });

  it('do not come from before the first connection', async () => {
    const studio = fakeStudio();
    const door = closing(await openWebDoor(studio, { rendererDir: null }));
    studio.emit(epochEvent(1, 1));
    const remote = closing(remoteStudio(door.url));
    const events: StudioEvent[] = [];
    remote.subscribe((event) => events.push(event));
    await remote.ready;
    studio.emit(epochEvent(1, 2));
    await until('the second epoch is there', () => events.length > 0);
    expect(epochsOf(events)).toEqual([2]);
  });

  it('that cannot be had any more are owned up to', async () => {
    const { studio, proxy, events, states } = await line();
    studio.emit(epochEvent(1, 1));
    await until('the first epoch is there', () => events.length === 1);
    proxy.cut();
    await until('the loss is noticed', () => states.includes('lost'));
    for (let epoch = 2; epoch <= 5000; epoch++) studio.emit(epochEvent(1, epoch));
    proxy.mend();
    await until('it is back', () => states.length === 2);
    expect(states).toEqual(['lost', 'restarted']);
    studio.emit(epochEvent(1, 5001));
    await until('the next epoch is there', () => events.length === 2);
    expect(epochsOf(events)).toEqual([1, 5001]);
  });

  it('of a restarted studio are not taken for those of the one before', async () => {
    const { studio, door, proxy, events, states } = await line();
    for (let epoch = 1; epoch <= 5; epoch++) studio.emit(epochEvent(1, epoch));
    await until('five epochs are there', () => events.length === 5);

    proxy.cut();
    const next = fakeStudio();
    const nextDoor = closing(await openWebDoor(next, { rendererDir: null, token: door.token }));
    // Its numbers have come further than those of the first by the time we are back.
    for (let epoch = 1; epoch <= 8; epoch++) next.emit(epochEvent(2, epoch));
    proxy.pointTo(nextDoor.port);
    proxy.mend();

    await until('it is back', () => states.includes('restarted'));
    next.emit(epochEvent(2, 9));
    await until('the ninth is there', () => events.length === 6);
    expect(epochsOf(events)).toEqual([1, 2, 3, 4, 5, 9]);
  });
});

describe('calls', () => {
  it('on their way when the line breaks are repeated if that is safe, else rejected', async () => {
    let answer: (() => void) | undefined;
    const held = () =>
      new Promise<unknown>((resolve) => {
        answer = () => resolve({ runs: [], labels: [] });
      });
    let lists = 0;
    const { proxy, remote, studio } = await line(
      fakeStudio({
        'runs.list': () => {
          lists += 1;
          return lists === 1 ? new Promise(() => {}) : { runs: [] };
        },
        'labels.assign': held,
      }),
    );
    const list = remote.call('runs.list', {});
    const assign = remote.call('labels.assign', { imageIds: [1], labelId: 1 });
    await until('both are there', () =>
      studio.received.some(({ name }) => name === 'labels.assign'),
    );
    proxy.cut();
    await expect(assign).rejects.toThrow(
      'The connection to the studio was lost during "labels.assign": look whether it was done before you repeat it.',
    );
    await expect(assign).rejects.toBeInstanceOf(StudioError);
    proxy.mend();
    expect(await list).toEqual({ runs: [] });
    expect(lists).toBe(2);
    expect(studio.received.filter(({ name }) => name === 'labels.assign')).toHaveLength(1);
    answer?.(); // to nobody: the one who asked has gone
    expect(await remote.call('runs.list', {})).toEqual({ runs: [] });
  });

  it('made while the line is broken wait for it, and are done once', async () => {
    const { proxy, remote, studio, states } = await line(
      fakeStudio({ 'labels.assign': () => ({ labels: [] }) }),
    );
    proxy.cut();
    await until('the loss is noticed', () => states.includes('lost'));
    const assign = remote.call('labels.assign', { imageIds: [1], labelId: 1 });
    await wait(300);
    proxy.mend();
    expect(await assign).toEqual({ labels: [] });
    expect(studio.received.filter(({ name }) => name === 'labels.assign')).toHaveLength(1);
  });

  it('are given up with the reason when nobody comes back', async () => {
    const { proxy, remote, door } = await line(fakeStudio(), { patienceMs: 500 });
    await door.close();
    opened.splice(opened.indexOf(door), 1);
    const error = await remote.call('runs.list', {}).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'unavailable' });
    expect((error as Error).message).toContain(
      `No studio answers at http://localhost:${proxy.port}/`,
    );
  });

  it('and their refusals keep code and words', async () => {
    const { remote } = await line(
      fakeStudio({
        'project.open': () => {
          throw new StudioError('refused', 'No.');
        },
      }),
    );
    await expect(remote.call('project.open', { path: '/x' })).rejects.toMatchObject({
      code: 'refused',
      message: 'No.',
    });
    await expect(remote.media('thumbnail', 1)).rejects.toMatchObject({ code: 'unknown-call' });
  });
});

describe('the first connection', () => {
  it('tells a wrong token', async () => {
    const door = closing(await openWebDoor(fakeStudio(), { rendererDir: null }));
    const remote = closing(remoteStudio(`http://127.0.0.1:${door.port}/?token=wrong`));
    await expect(remote.ready).rejects.toThrow('does not accept this token');
  });

  it('tells that nobody is there', async () => {
    const remote = closing(remoteStudio('http://127.0.0.1:9/?token=x'));
    await expect(remote.ready).rejects.toThrow('No studio answers at http://127.0.0.1:9/');
  });
});

it('closing rejects what is on its way', async () => {
  const { remote } = await line(fakeStudio({ 'runs.list': () => new Promise(() => {}) }));
  const list = remote.call('runs.list', {});
  const rejected = expect(list).rejects.toMatchObject({ code: 'unavailable' });
  await remote.close();
  await rejected;
  await expect(remote.call('runs.list', {})).rejects.toMatchObject({ code: 'unavailable' });
});
