import { describe, expect, it } from 'vitest';
import { readCoco } from '../../../src-main/studio/formats/coco.ts';
import {
  readFiftyOneClassification,
  readFiftyOneSamples,
} from '../../../src-main/studio/formats/fiftyone.ts';
import { readImageFolder } from '../../../src-main/studio/formats/image-folder.ts';
import { isLabelStudio, readLabelStudio } from '../../../src-main/studio/formats/label-studio.ts';

describe('folders named after labels', () => {
  const labels = (paths: string[]) =>
    readImageFolder(paths).rows.map(({ label, split }) => (split ? `${split}: ${label}` : label));

  it('are labels, below folders of sets too', () => {
    expect(labels(['frog/1.jpg', 'newt/a/2.png', 'frog/notes.txt'])).toEqual(['frog', 'a']);
    expect(labels(['train/frog/1.jpg', 'val/newt/2.jpg', 'test/frog/3.jpg'])).toEqual([
      'train: frog',
      'validation: newt',
      'test: frog',
    ]);
    // "test" is a class here.
    expect(labels(['test/1.jpg', 'frog/2.jpg'])).toEqual(['test', 'frog']);
  });

  it('of Lobe and Teachable Machine are read as well', () => {
    expect(labels(['_Unlabeled/1.jpg', 'Cup/2.jpg'])).toEqual(['Cup']);
    expect(labels(['Class 1-!-0.jpg', 'two words-!-11.jpg'])).toEqual(['Class 1', 'two words']);
    expect(labels(['Class 1-samples/0.jpg', 'Class 2-samples/0.jpg'])).toEqual([
      'Class 1',
      'Class 2',
    ]);
  });

  it('do not label what lies beside them', () => {
    expect(readImageFolder(['1.jpg']).problems).toMatchObject([{ path: '1.jpg' }]);
  });
});

describe('a Label Studio export', () => {
  const task = (id: number, image: string, choices: string[], more = {}) => ({
    id,
    data: { image },
    annotations: [
      { was_cancelled: false, result: [{ type: 'choices', value: { choices } }] },
      { was_cancelled: true, result: [{ type: 'choices', value: { choices: ['wrong'] } }] },
    ],
    ...more,
  });

  it('gives the choice of each task, and where its picture may lie', () => {
    const tasks = [
      task(1, '/data/upload/1/1a2b3c4d-my%20cat.jpg', ['cat']),
      task(2, '/data/local-files/?d=pets%2Fdog.jpg', ['dog']),
      task(3, 's3://bucket/x.jpg', ['cat', 'dog']),
      { id: 4, data: { image: 'y.jpg' }, annotations: [] },
    ];
    expect(isLabelStudio(tasks)).toBe(true);
    const { rows, problems } = readLabelStudio(tasks);
    expect(rows).toMatchObject([
      { where: 'task 1', label: 'cat', otherPaths: ['1a2b3c4d-my cat.jpg', 'my cat.jpg'] },
      { where: 'task 2', label: 'dog', otherPaths: ['pets/dog.jpg'] },
    ]);
    expect(problems).toMatchObject([
      { where: 'task 3', reason: 'It has 2 labels (cat, dog); a picture has one here.' },
      { where: 'task 4', reason: 'It has no label.' },
    ]);
  });

  it('may be the short one', () => {
    const tasks = [{ id: 9, image: 'a.jpg', choice: 'cat', annotator: 1 }];
    expect(isLabelStudio(tasks)).toBe(true);
    expect(readLabelStudio(tasks).rows).toMatchObject([{ path: 'a.jpg', label: 'cat' }]);
  });
});

describe('a FiftyOne export', () => {
  it('of a classification dataset names files by their stems', () => {
    const { rows, problems } = readFiftyOneClassification(
      {
        classes: ['cat', 'dog'],
        labels: { 'a.b': 0, sub: { label: 1, confidence: 0.9 }, c: 7, d: null, e: [0, 1] },
      },
      ['data/a.b.jpg', 'data/sub.png', 'labels.json'],
    );
    expect(rows).toMatchObject([
      { path: 'data/a.b.jpg', label: 'cat' },
      { path: 'data/sub.png', label: 'dog' },
    ]);
    expect(problems.map(({ reason }) => reason)).toEqual([
      'Its label is number 7, and there are 2 classes.',
      'It has no label.',
      'It has 2 labels; a picture has one here.',
    ]);
  });

  it('without classes has the labels themselves', () => {
    const { rows } = readFiftyOneClassification({ classes: null, labels: { a: 'cat' } }, []);
    expect(rows).toMatchObject([{ path: 'data/a', label: 'cat' }]);
  });

  it('of samples has a field with a classification', () => {
    const { rows, problems } = readFiftyOneSamples({
      samples: [
        {
          filepath: 'data/a.jpg',
          tags: ['test'],
          animal: { _cls: 'Classification', label: 'cat' },
        },
        { filepath: 'data/b.jpg', tags: [], animal: null },
      ],
    });
    expect(rows).toMatchObject([{ path: 'data/a.jpg', label: 'cat', split: 'test' }]);
    expect(problems).toMatchObject([{ where: 'sample 2', path: 'data/b.jpg' }]);
  });
});

describe('COCO', () => {
  it('gives an image its one category', () => {
    const { rows, problems } = readCoco({
      images: [
        { id: 1, file_name: 'a.jpg' },
        { id: 2, file_name: 'b.jpg' },
        { id: 3, file_name: 'c.jpg' },
      ],
      annotations: [
        { image_id: 1, category_id: 5, bbox: [0, 0, 1, 1] },
        { image_id: 1, category_id: 5 },
        { image_id: 2, category_id: 5 },
        { image_id: 2, category_id: 6 },
      ],
      categories: [
        { id: 5, name: 'cat' },
        { id: 6, name: 'dog' },
      ],
    });
    expect(rows).toMatchObject([{ path: 'a.jpg', label: 'cat', otherPaths: ['images/a.jpg'] }]);
    expect(problems.map(({ reason }) => reason)).toEqual([
      'It has 2 categories; a picture has one label here.',
      'It has no label.',
    ]);
  });
});
