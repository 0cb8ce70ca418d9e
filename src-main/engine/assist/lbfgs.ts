/** Minimising a smooth function of many variables: L-BFGS (Nocedal and Wright, Numerical Optimization, 7.4). */

export interface Point {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface Options {
  /** Ends after so many steps. */
  readonly steps: number;
  /** Ends when no element of the gradient is larger. */
  readonly tolerance: number;
  /** Pairs of differences that are remembered. */
  readonly memory?: number;
}

/** A step must bring this share of what the slope promises (Armijo). */
const sufficient = 1e-4;
const halvings = 20;

/**
 * @param start not changed
 * @returns the best point found; the function's minimum when it is convex and the steps sufficed
 */
export async function minimise(
  evaluate: (at: Float64Array) => Promise<Point>,
  start: Float64Array,
  { steps, tolerance, memory = 10 }: Options,
): Promise<Float64Array> {
  let at: Float64Array = Float64Array.from(start);
  let here = await evaluate(at);
  const pairs: { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[] = [];
  for (let step = 0; step < steps; step++) {
    if (here.gradient.every((g) => Math.abs(g) <= tolerance)) break;
    const direction = descent(here.gradient, pairs);
    const slope = dot(here.gradient, direction);
    let size = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(direction, direction))) : 1;
    let next: Float64Array | undefined;
    let there: Point | undefined;
    for (let tries = 0; tries < halvings; tries++, size /= 2) {
      next = at.map((x, i) => x + size * direction[i]!);
      there = await evaluate(next);
      if (there.value <= here.value + sufficient * size * slope) break;
      there = undefined;
    }
    if (!next || !there) break; // as near as rounding allows
    const from = at;
    const before = here;
    const s = next.map((x, i) => x - from[i]!);
    const y = there.gradient.map((g, i) => g - before.gradient[i]!);
    const curvature = dot(s, y);
    if (curvature > 1e-12 * dot(y, y)) {
      pairs.push({ s, y, rho: 1 / curvature });
      if (pairs.length > memory) pairs.shift();
    }
    at = next;
    here = there;
  }
  return at;
}

/** The two-loop recursion: minus the inverse Hessian's estimate times the gradient. */
function descent(
  gradient: Float64Array,
  pairs: readonly { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[],
): Float64Array {
  const q = Float64Array.from(gradient);
  const alphas: number[] = [];
  for (const { s, y, rho } of pairs.toReversed()) {
    const alpha = rho * dot(s, q);
    alphas.push(alpha);
    for (let i = 0; i < q.length; i++) q[i]! -= alpha * y[i]!;
  }
  const last = pairs.at(-1);
  const scale = last ? 1 / (last.rho * dot(last.y, last.y)) : 1;
  for (let i = 0; i < q.length; i++) q[i]! *= scale;
  for (const { s, y, rho } of pairs) {
    const alpha = alphas.pop()!;
    const beta = rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i]! += (alpha - beta) * s[i]!;
  }
  for (let i = 0; i < q.length; i++) q[i]! = -q[i]!;
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
