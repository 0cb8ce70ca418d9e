/** Threads that decode plain JPEGs, for that is done where it is called (jpeg.ts), and hash files. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { programUrl } from '../programs.ts';

export interface ReaderTask {
  readonly path: string;
  /** Of the square that the picture is to cover; null where the hash of the file is asked for. */
  readonly side: number | null;
}

/** Pixels, or SHA-256 in hex; null when there are none, for whatever reason. */
export type ReaderReply = Uint8Array | string | null;

const readerCount = Math.min(8, availableParallelism());
const idleMs = 10_000;

interface Reader {
  readonly thread: Worker;
  /** For its replies, which come in the order of the tasks. */
  readonly waiting: ((reply: ReaderReply) => void)[];
}

let readers: readonly Reader[] = [];
let idle: NodeJS.Timeout | undefined;
let failed = false;

/**
 * Starts the threads, if they do not run. All of them take as much processor time as a hundred pictures save; what is
 * asked for meanwhile waits. They end by themselves.
 */
export function startReaders(): void {
  if (readers.length === 0 && !failed) readers = Array.from({ length: readerCount }, start);
}

/**
 * The middle of a plain JPEG as `reduceJpeg` gives it with `cover`: `side` x `side` 8-bit RGB pixels. Null when no
 * thread runs, and when the file is of another kind or cannot be read: then libvips can do it, or has the words for
 * what is wrong.
 */
export async function coveredSquare(path: string, side: number): Promise<Uint8Array | null> {
  return (await ask({ path, side })) as Uint8Array | null;
}

/** SHA-256 of a file, in hex. Null when no thread runs, or the file cannot be read. */
export async function hashInThread(path: string): Promise<string | null> {
  return (await ask({ path, side: null })) as string | null;
}

async function ask(task: ReaderTask): Promise<ReaderReply> {
  const [first, ...others] = readers;
  if (!first) return null;
  const reader = others.reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a), first);
  clearTimeout(idle);
  // Only a thread at work keeps the program running.
  reader.thread.ref();
  return new Promise((resolve) => {
    reader.waiting.push(resolve);
    reader.thread.postMessage(task);
  });
}

function start(): Reader {
  const thread = new Worker(programUrl('reader'));
  const waiting: Reader['waiting'] = [];
  thread.unref();
  thread.on('message', (reply: ReaderReply) => {
    waiting.shift()!(reply);
    if (waiting.length > 0) return;
    thread.unref();
    if (readers.every((reader) => reader.waiting.length === 0)) {
      idle = setTimeout(stop, idleMs).unref();
    }
  });
  // Its end follows. All goes on without threads, and they are not tried again.
  thread.on('error', () => {
    failed = true;
  });
  thread.on('exit', () => {
    readers = readers.filter((reader) => reader.thread !== thread);
    for (const resolve of waiting.splice(0)) resolve(null);
  });
  return { thread, waiting };
}

/** Native code gives its memory back in no other way. */
function stop(): void {
  for (const { thread } of readers) thread.terminate();
  readers = [];
}
