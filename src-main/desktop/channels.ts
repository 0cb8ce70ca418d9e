/** The IPC channels between the window and its page: four, whatever the contract grows to. */
export const channels = {
  call: 'graft:call',
  event: 'graft:event',
  connection: 'graft:connection',
  choose: 'graft:choose',
} as const;

/** The page's own origin, served by the protocol in protocol.ts. */
export const scheme = 'graft';
export const origin = `${scheme}://studio`;

/** Tells the preload, in its arguments, that the studio runs on another computer. */
export const remoteFlag = '--graft-remote';
