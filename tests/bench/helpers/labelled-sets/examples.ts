/** A labelled set as the examples of a run. */
import type { Example } from '../../../../src-main/engine/protocol.ts';
import { seededRandom, shuffled } from '../../../../src-main/engine/training/random.ts';
import { labelledSet } from './write.ts';

export interface Drawn {
  readonly set: string;
  /** Labelled pictures of each class; a quarter of them validates. */
  readonly perClass: number;
  /** Beside them, of each class, what the result is read on. */
  readonly testPerClass: number;
  /** The most that `perClass` is in a benchmark, so that its sizes draw from the same pictures. */
  readonly most: number;
  /** The fewest: a class that has not so many beside those of the test is left out. */
  readonly least: number;
  /** Another seed takes others. */
  readonly seed: number;
}

const validationShare = 0.25;

export async function drawnExamples(drawn: Drawn): Promise<{
  readonly classes: readonly string[];
  readonly examples: readonly Example[];
}> {
  const { set, perClass, testPerClass, most, least, seed } = drawn;
  const made = await labelledSet(set, most + testPerClass);
  const { pictures } = made;
  const enough = least + testPerClass;
  const classes = [...made.classes.keys()].filter(
    (label) => pictures.filter((picture) => picture.label === label).length >= enough,
  );
  const random = seededRandom(seed, most);
  const validation = Math.round(validationShare * perClass);
  const examples = classes.flatMap((kind, label) => {
    const own = shuffled(
      pictures.filter((picture) => picture.label === kind).map((one) => ({ ...one, label })),
      random,
    );
    const splits = [
      ...Array<'test'>(testPerClass).fill('test'),
      ...Array<'validation'>(validation).fill('validation'),
      ...Array<'train'>(perClass - validation).fill('train'),
    ];
    return splits.flatMap((split, at) => (own[at] ? [{ ...own[at], split }] : []));
  });
  return {
    classes: classes.map((kind) => made.classes[kind]!),
    examples: examples.map((example, i) => ({ ...example, imageId: i + 1 })),
  };
}
