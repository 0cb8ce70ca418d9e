/** The desktop door in a real window, and a Studio that speaks through its page. */
import { join } from 'node:path';
import { root } from '../../src-main/programs.ts';
import type { Reply } from '../../src-shared/bridge.ts';
import type { Studio, StudioEvent } from '../../src-shared/contract.ts';
import { type ErrorReply, StudioError } from '../../src-shared/errors.ts';
import { buildForOldElectron } from '../electron/build-old.ts';
import type { ElectronProgram } from '../setup/electron.ts';
import { type Application, type DevToolsPage, launch } from './devtools.ts';
import { until } from './until.ts';

/** Opens a window onto the studio at `address`; `folder` takes the build that an old Electron needs. */
export async function openWindow(
  electron: Exclude<ElectronProgram, { kind: 'none' }>,
  address: string,
  folder: string,
): Promise<Application> {
  const app = electron.kind === 'old' ? join(folder, 'app') : root;
  if (electron.kind === 'old') await buildForOldElectron(app);
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return launch(electron.path, [...sandbox, '--disable-gpu', app, '--connect', address]);
}

interface FetchedMedia {
  readonly ok: boolean;
  readonly type: string;
  readonly disposition: string;
  readonly base64: string;
}

/** Everything goes the page's way: through the preload's bridge, and by the custom protocol. */
export async function studioOfPage(page: DevToolsPage): Promise<Studio> {
  await until('the bridge', () => page.evaluate<boolean>('Boolean(window.graft)'));
  await page.evaluate(
    "window.heard = []; window.graft.subscribe((event) => window.heard.push(event)); 'listening'",
  );
  const listeners = new Set<(event: StudioEvent) => void>();
  const drain = async () => {
    const events = await page.evaluate<StudioEvent[]>('window.heard.splice(0)');
    for (const event of events) for (const listener of listeners) listener(event);
  };
  const timer = setInterval(() => void drain().catch(() => clearInterval(timer)), 50);
  async function fetched(kind: string, id: number) {
    const got = await page.evaluate<FetchedMedia>(`(async () => {
      const answer = await fetch(window.graft.mediaBase + '${kind}/${id}');
      const bytes = new Uint8Array(await answer.arrayBuffer());
      let text = '';
      for (let i = 0; i < bytes.length; i += 32768)
        text += String.fromCharCode.apply(null, bytes.subarray(i, i + 32768));
      return {
        ok: answer.ok,
        type: answer.headers.get('content-type'),
        disposition: answer.headers.get('content-disposition') || '',
        base64: btoa(text),
      };
    })()`);
    const bytes = Buffer.from(got.base64, 'base64');
    if (!got.ok) {
      const { code, message } = JSON.parse(bytes.toString()) as ErrorReply;
      throw new StudioError(code, message);
    }
    const name = /filename\*=UTF-8''(.+)$/.exec(got.disposition)?.[1] ?? '';
    return { type: got.type, bytes, fileName: decodeURIComponent(name) };
  }
  return {
    async call(name, input) {
      const reply = await page.evaluate<Reply<never>>(
        `window.graft.call(${JSON.stringify(name)}, ${JSON.stringify(input)})`,
      );
      // What was told before the answer is heard before it, as at any other door.
      await drain();
      if (reply.ok) return reply.value;
      throw new StudioError(reply.error.code, reply.error.message);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    media: fetched,
    async download(id) {
      const { bytes, ...rest } = await fetched('download', id);
      return { ...rest, bytes: bytes.length, stream: new Blob([bytes]).stream() };
    },
    async close() {
      clearInterval(timer);
    },
  };
}
