/** Where a call enters the main side: the name is known and the input fits, or it is refused. */
import type { z } from 'zod';
import {
  type CallInput,
  type CallName,
  type CallOutput,
  calls,
} from '../../src-shared/contract.ts';
import { StudioError } from '../../src-shared/errors.ts';
import type { Handlers } from './handlers.ts';

/**
 * @returns the studio's `call`. It rejects with a StudioError: `unknown-call`, `invalid-input` (naming
 * the fields), or what the handler threw. Names and input may be anything: they come from outside.
 */
export function dispatcher(handlers: Handlers) {
  return async <N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> => {
    if (!Object.hasOwn(calls, name))
      throw new StudioError('unknown-call', `There is no call named “${String(name)}”.`);
    const parsed = calls[name].input.safeParse(input);
    if (!parsed.success)
      throw new StudioError('invalid-input', `${name}: ${sentence(parsed.error.issues)}`);
    // The schema of this very name has just parsed it; TypeScript cannot follow that through the union.
    const handler = handlers[name] as (input: unknown) => CallOutput<N> | Promise<CallOutput<N>>;
    return handler(parsed.data);
  };
}

/** `"imageIds" is wrong: too small, expected array to have >=1 items; …`: at most three, one sentence. */
function sentence(issues: readonly z.core.$ZodIssue[]): string {
  const shown = issues.slice(0, 3).map(({ path, message }) => {
    const field = path.length === 0 ? 'the input' : `“${path.map(String).join('.')}”`;
    return `${field} does not fit: ${message.replace(/^\p{Lu}/u, (letter) => letter.toLowerCase())}`;
  });
  const more = issues.length > shown.length ? `, and ${issues.length - shown.length} more` : '';
  return `${shown.join('; ')}${more}.`;
}
