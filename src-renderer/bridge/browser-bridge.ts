/** The page's bridge in a browser: the studio is at the other end of a WebSocket to where the page came from. */
import type { Bridge } from '../../src-shared/bridge.ts';
import { toErrorReply } from '../../src-shared/errors.ts';
import { remoteStudio } from '../../src-shared/remote-studio.ts';
import { mediaPath } from '../../src-shared/wire.ts';

export function browserBridge(): Bridge {
  const base = new URL('./', location.href).href;
  // The cookie speaks for the page.
  const studio = remoteStudio({ base, token: null });
  return {
    door: 'browser',
    local: false,
    call: async (name, input) => {
      try {
        return { ok: true, value: await studio.call(name, input) };
      } catch (error) {
        return { ok: false, error: toErrorReply(error) };
      }
    },
    subscribe: studio.subscribe,
    onConnection: (listener) => studio.onConnection((state) => listener(state !== 'lost')),
    mediaBase: `${base}${mediaPath}/`,
    pathOf: () => '',
    choose: async () => undefined,
  };
}
