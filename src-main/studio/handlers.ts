import type { CallName, CallOutput, CallParsed } from '../../src-shared/contract.ts';

/** The function behind every call; its input has been checked. It throws StudioErrors. */
export type Handlers = {
  readonly [N in CallName]: (input: CallParsed<N>) => CallOutput<N> | Promise<CallOutput<N>>;
};
