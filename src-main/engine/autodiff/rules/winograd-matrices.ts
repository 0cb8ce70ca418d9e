/**
 * The matrices of Winograd's F(4, 3) along one axis, made of the points at which the polynomials are looked at
 * (Toom and Cook): outputs = Aᵀ [(G kernel) ⊙ (Bᵀ patch)]. The usual points 0, ±1 and ±2 have large numbers in
 * Bᵀ meet large ones in Aᵀ; with points and their reciprocals rounding is half as large, its worst a fifth (Barabasz
 * et al., "Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks", 2020).
 */
const points = [0, 2 / 3, -2 / 3, 3 / 2, -3 / 2];
/** The last row or column is the point at infinity. */
const infinity = (length: number) => [...Array<number>(length - 1).fill(0), 1];

export type Matrix = readonly (readonly number[])[];

export const transposed = (m: Matrix): Matrix => m[0]!.map((_, j) => m.map((row) => row[j]!));

/** Pixels of the output, of the kernel, and of the patch of the input behind the output. */
export const tile = 4;
export const kernel = 3;
export const patch = tile + kernel - 1;

const powers = (x: number, count: number) => Array.from({ length: count }, (_, k) => x ** k);

/** Coefficients of the polynomial that is zero at these places, the lowest power first. */
const vanishing = (places: readonly number[]): number[] =>
  places.reduce<number[]>(
    (product, place) =>
      Array.from(
        { length: product.length + 1 },
        (_, k) => (product[k - 1] ?? 0) - place * (product[k] ?? 0),
      ),
    [1],
  );

const others = (place: number) => points.filter((other) => other !== place);

/** From a patch of the input to what is multiplied with the kernel's numbers, and from the products to a tile. */
export interface Passage {
  /** Bᵀ: 6 x 6. */
  readonly ofInput: Matrix;
  /** Aᵀ: 4 x 6. */
  readonly toOutput: Matrix;
}

const ofInput: Matrix = [
  ...points.map((place) => [...vanishing(others(place)), 0]),
  vanishing(points),
];
/** G: 6 x 3, for the kernel. */
export const ofKernel: Matrix = [
  ...points.map((place) => {
    const scale = others(place).reduce((product, other) => product * (place - other), 1);
    return powers(place, kernel).map((power) => power / scale);
  }),
  infinity(kernel),
];
const toOutput: Matrix = transposed([
  ...points.map((place) => powers(place, tile)),
  infinity(tile),
]);

export const passage: Passage = { ofInput, toOutput };

/** Where each point's reciprocal is; 0 and infinity are each other's. */
const reciprocal = [5, 3, 4, 1, 2, 0];

/**
 * For the kernel turned round, but with the numbers of the kernel as it is: at a point those of the one are those of the
 * other at its reciprocal, times a factor, which the patch takes on.
 */
export const passageTurnedRound: Passage = {
  ofInput: reciprocal.map((other, place) => {
    const numbers = ofKernel[place]!;
    const turned = ofKernel[other]!.toReversed();
    const at = numbers.findIndex((number) => number !== 0);
    return ofInput[other]!.map((number) => (number * turned[at]!) / numbers[at]!);
  }),
  toOutput: toOutput.map((row) => reciprocal.map((other) => row[other]!)),
};
