/**
 * What `@tensorflow/tfjs-node-gpu` 4.22 takes from Node and Node no longer has: `isNullOrUndefined` of `util`,
 * taken out in Node 23, and `isArray`, which is to follow. Its kernels call them as properties of the module
 * `util`, so put back there, before anything is computed, they are found. Nothing in node_modules is changed,
 * and whatever Node has itself is left alone.
 *
 * See https://github.com/tensorflow/tfjs/issues/8425 and DEP0051 and DEP0044 of Node's deprecations.
 */
import util from 'node:util';

const gone = {
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
  isArray: (value: unknown): boolean => Array.isArray(value),
} as const;

export function fillNodeGap(): void {
  for (const [name, is] of Object.entries(gone)) {
    if (!(name in util)) Object.defineProperty(util, name, { value: is, configurable: true });
  }
}
