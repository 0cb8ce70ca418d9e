/**
 * Who may come in. The door listens on the loopback interface only, but every program and every web page
 * on this computer can reach that: so a request needs the token; its Host must be a loopback name, or a
 * page could rebind its own name to 127.0.0.1 (DNS rebinding); and what a browser sends with the cookie
 * must come from our own page, for cookies are shared by all ports of a host.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { tokenProtocolPrefix } from '../../src-shared/wire.ts';

/** 256 random bits. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** Not to be guessed, and in characters that may stand in a URL, a cookie and a subprotocol alike. */
export const isFitToken = (token: string): boolean => /^[\w-]{16,}$/.test(token);

/** Tokens come from outside, so that their lengths may differ. */
export function isSameToken(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The port is free to differ from ours: at the near end of an SSH tunnel it is another. */
export function isLoopbackHost(host: string | undefined): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(host ?? '');
}

/** Two studios behind two ports of one host must not overwrite each other's cookie. */
export function cookieName(host: string | undefined): string {
  return `graft-${/:(\d+)$/.exec(host ?? '')?.[1] ?? '80'}`;
}

function cookieOf(request: IncomingMessage): string | undefined {
  const name = `${cookieName(request.headers.host)}=`;
  const pairs = request.headers.cookie?.split(/;\s*/) ?? [];
  return pairs.find((pair) => pair.startsWith(name))?.slice(name.length);
}

/** The subprotocols that a WebSocket client offers. */
export function subprotocols(request: IncomingMessage): string[] {
  return request.headers['sec-websocket-protocol']?.split(/,\s*/) ?? [];
}

function bearerOf(request: IncomingMessage): string | undefined {
  return (
    /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ??
    subprotocols(request)
      .find((name) => name.startsWith(tokenProtocolPrefix))
      ?.slice(tokenProtocolPrefix.length)
  );
}

export interface Refusal {
  /** Of HTTP. */
  readonly status: number;
  readonly message: string;
}

/** Why this request is not for us to answer, whoever sends it; null when it is. */
export function refuseOrigin({ headers, method }: IncomingMessage): Refusal | null {
  if (!isLoopbackHost(headers.host)) {
    return { status: 403, message: 'This studio answers to localhost and 127.0.0.1 only.' };
  }
  const changes = method !== 'GET' && method !== 'HEAD';
  const checked = changes || headers.upgrade !== undefined;
  if (checked && headers.origin !== undefined && headers.origin !== `http://${headers.host}`) {
    return { status: 403, message: `A page of ${headers.origin} may not speak to this studio.` };
  }
  return null;
}

/** Why the sender is not known; null when they are. */
export function refuseSender(request: IncomingMessage, token: string): Refusal | null {
  const bearer = bearerOf(request);
  if (bearer !== undefined && isSameToken(bearer, token)) return null;
  // A browser says where a WebSocket comes from; whoever has the cookie but does not say is no browser.
  const silent = request.headers.upgrade !== undefined && request.headers.origin === undefined;
  const cookie = cookieOf(request);
  if (bearer === undefined && cookie !== undefined && !silent && isSameToken(cookie, token)) {
    return null;
  }
  return {
    status: 401,
    message: 'Open the address with the token that the studio printed when it was started.',
  };
}

/** Headers of every answer. */
export function securityHeaders(host: string | undefined): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // Positions and sizes are set on elements; that runs nothing.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    // Older browsers do not count WebSockets as 'self'.
    `connect-src 'self'${isLoopbackHost(host) ? ` ws://${host}` : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
}
