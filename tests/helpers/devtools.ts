/**
 * A page over the Chrome DevTools protocol, spoken plainly: Playwright's own Electron driver needs a newer
 * Electron than the one that some machines can have.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until.ts';

export interface DevToolsPage {
  /** The value of an expression in the page; promises are awaited. Throws what the page throws. */
  evaluate<T>(expression: string): Promise<T>;
  screenshot(): Promise<Buffer>;
  close(): void;
}

interface Answer {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

async function openPage(address: string): Promise<DevToolsPage> {
  const socket = new WebSocket(address);
  await once(socket, 'open');
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  async function send(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++last;
    const answer = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result!;
  }
  return {
    async evaluate<T>(expression: string): Promise<T> {
      const params = { expression, awaitPromise: true, returnByValue: true };
      const { result, exceptionDetails } = (await send('Runtime.evaluate', params)) as {
        result: { value: T };
        exceptionDetails?: { text: string; exception?: { description?: string } };
      };
      if (exceptionDetails) {
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      }
      return result.value;
    },
    async screenshot() {
      // Chromium waits for the next frame, and a page on which nothing moves may draw none: then it is made to.
      const expression = "document.body.style.opacity = document.body.style.opacity ? '' : '0.999'";
      const nudge = setInterval(() => void send('Runtime.evaluate', { expression }), 2000);
      try {
        const { data } = await send('Page.captureScreenshot', { format: 'png' });
        return Buffer.from(String(data), 'base64');
      } finally {
        clearInterval(nudge);
      }
    },
    close: () => socket.close(),
  };
}

export interface Application {
  readonly process: ChildProcess;
  readonly page: DevToolsPage;
  /** All that it has printed so far. */
  output(): string;
  close(): Promise<void>;
}

/** Starts a Chromium-based program and connects with the first page it shows. */
export async function launch(program: string, args: readonly string[]): Promise<Application> {
  const screen = process.env.DISPLAY ? [] : ['xvfb-run', '-a'];
  const [command, ...rest] = [...screen, program, '--remote-debugging-port=0', ...args];
  // A group of its own: xvfb-run does not pass signals on.
  const child = spawn(command!, rest, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  async function close(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid!, 'SIGKILL');
    await once(child, 'exit');
  }
  try {
    const port = await until('a debugging port', () => {
      if (child.exitCode !== null) throw new Error(`${program} ended:\n${output}`);
      return /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(output)?.[1];
    });
    const target = await until('a page', async () => {
      const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
        type: string;
        webSocketDebuggerUrl: string;
      }[];
      return targets.find(({ type }) => type === 'page');
    });
    const page = await openPage(target.webSocketDebuggerUrl);
    return {
      process: child,
      page,
      output: () => output,
      async close() {
        page.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw new Error(`${error instanceof Error ? error.message : error}\n${output}`);
  }
}
