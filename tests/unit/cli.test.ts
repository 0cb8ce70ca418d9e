import { afterEach, describe, expect, it, vi } from 'vitest';
import { duration, fileSize, percent, plural, table } from '../../src-main/cli/output.ts';
import { run } from '../../src-main/cli/program.ts';
import { bar, type Progress, progressLine } from '../../src-main/cli/progress.ts';
import { comparisonJson, runReporter } from '../../src-main/cli/runs.ts';
import { settingsOf } from '../../src-main/cli/settings.ts';
import type { Run } from '../../src-shared/domain.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A command in this process: its exit code and what it wrote. */
async function graft(...args: string[]) {
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      written[stream] += text;
      return true;
    });
  }
  const code = await run(args);
  vi.restoreAllMocks();
  return { code, ...written };
}

describe('usage', () => {
  it.each([
    [['nope'], /unknown command 'nope'/],
    [['train'], /missing required argument 'dir'/],
    [['train', 'x', '--epochs', '0'], /--epochs/],
    [['train', 'x', '--epochs', 'many'], /--epochs/],
    [['train', 'x', '--epochs', ''], /--epochs/],
    [['train', 'x', '--epochs', '1.5'], /--epochs/],
    [
      ['train', 'x', '--recipe', 'magic'],
      /The recipes are feature-extraction, .* and from-scratch, not "magic"/,
    ],
    [['train', 'x', '--optimizer', 'magic'], /--optimizer/],
    [['train', 'x', '--seed', '-1'], /--seed/],
    [['compare', 'x', '--backbones', 'a,,b'], /A name is empty/],
    [['import', 'x', 'y', '--labels', 'magic'], /--labels/],
    [['predict', 'x', 'last', 'y'], /It is a number from 1/],
    [['predict', 'x', '0', 'y'], /It is a number from 1/],
    [['export', 'x', '1'], /--out/],
    [['export', 'x', '1', '--format', 'zip', '--out', 'y'], /--format/],
    [['serve', '--port', '70000'], /A port is a number/],
    [['status', 'x', '--connect', 'nowhere'], /is not the address of a studio/],
  ])('%j is wrong: exit 2 and one sentence', async (args, words) => {
    const { code, stdout, stderr } = await graft(...args);
    expect(stderr).toMatch(words);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('help names every command, and is no mistake', async () => {
    const { code, stdout } = await graft('--help');
    expect(code).toBe(0);
    for (const command of [
      ...['init', 'import', 'status', 'train', 'compare', 'predict', 'export'],
      ...['backbones', 'tensorflow', 'doctor', 'serve', 'demo'],
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
  });

  it('every setting of a recipe is a flag', async () => {
    const { stdout } = await graft('train', '--help');
    for (const flag of [
      ...['epochs', 'batch', 'optimizer', 'learning-rate', 'backbone-learning-rate'],
      ...['weight-decay', 'dropout', 'blocks', 'patience', 'seed', 'layer-decay', 'head-epochs'],
      ...['head-learning-rate', 'restore-best', 'label-smoothing', 'clip-norm', 'class-balance'],
      ...['micro-batch', 'warmup'],
    ]) {
      expect(stdout).toMatch(new RegExp(`^  --${flag} <`, 'm'));
    }
  });

  it('only the settings that were given differ from the recipe', () => {
    const options = { json: true, recipe: ['fine-tune-top'], batch: 16, learningRate: 0.01 };
    expect(settingsOf(options)).toEqual({ batchSize: 16, learningRate: 0.01 });
  });
});

describe('what is written', () => {
  it('is lined up, and as wide as it has to be', () => {
    const rows = [
      { name: 'frog', count: 7 },
      { name: 'salamander', count: 1200 },
    ];
    expect(
      table(rows, [
        { title: 'Label', text: ({ name }) => name },
        { title: 'Count', text: ({ count }) => String(count), align: 'right' },
      ]),
    ).toBe('Label       Count\nfrog            7\nsalamander   1200');
  });

  it('has numbers that people read', () => {
    expect(percent(0.9344)).toBe('93.4 %');
    expect(plural(1, 'picture')).toBe('1 picture');
    expect(plural(1200, 'picture')).toBe('1,200 pictures');
    expect(duration(0.4)).toBe('0 s');
    expect(duration(59.6)).toBe('1 min 0 s');
    expect(duration(3700)).toBe('1 h 1 min');
    expect(fileSize(999)).toBe('999 bytes');
    expect(fileSize(14_300_000)).toBe('14.3 MB');
    expect(fileSize(0)).toBe('0 bytes');
  });

  it('has a bar where the total is known, and a count where it is not', () => {
    expect(bar(0, 4)).toBe('░░░░');
    expect(bar(0.5, 4)).toBe('██░░');
    expect(bar(0.625, 4)).toBe('██▌░');
    expect(bar(1, 4)).toBe('████');
    expect(bar(7, 4)).toBe('████');
    const step = { what: 'Importing', done: 30, unit: 'files', secondsLeft: null };
    expect(progressLine({ ...step, total: null })).toBe('Importing  30 files');
    expect(progressLine({ ...step, total: 60, secondsLeft: 75 })).toBe(
      `Importing  ${'█'.repeat(12)}${'░'.repeat(12)}  30 of 60 files  1 min 15 s left`,
    );
  });
});

describe('what is told while runs are trained', () => {
  const run = {
    ...{ id: 4, recipe: 'early-features', backbone: 'resnet18', state: 'finished' },
    ...{ epochs: 12, seconds: 3, test: null, quantisation: null, settings: { epochs: 200 } },
    layers: [
      { block: 'stem', accuracy: 0.61, loss: 1 },
      { block: 'layer1.0', accuracy: 0.702, loss: 0.9 },
    ],
  } as unknown as Run;

  it('names what goes on before the epochs, what was decided, and what the layer was chosen from', () => {
    const bars: (string | undefined)[] = [];
    const progress = {
      show: ({ done, total, unit }: { done: number; total: number | null; unit?: string }) =>
        bars.push(`${done} of ${total} ${unit}`),
      clear: () => {},
    };
    let printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += text;
      return true;
    });
    const tell = runReporter(progress as unknown as Progress);
    tell({ event: 'started', run });
    tell({ event: 'phase', run: 4, phase: 'layers', done: 1, total: 2 });
    tell({ event: 'phase', run: 4, phase: 'head', done: 3, total: 60 });
    tell({ event: 'note', run: 4, note: 'Computed 8 pictures at a time.' });
    tell({ event: 'finished', run });
    vi.restoreAllMocks();
    expect(bars).toEqual(['1 of 2 layers compared', '3 of 60 epochs of the last layer alone']);
    expect(printed).toContain('Early features, resnet18 (run 4): Computed 8 pictures at a time.');
    expect(printed).toContain('Layers, by cross-validated accuracy: stem 61.0 %, layer1.0 70.2 %.');
  });

  it('is in the comparison for scripts too', () => {
    const [row] = comparisonJson({
      ...{ runs: [{ ...run, validation: null, notes: ['A note.'] }], pairs: [], headline: '' },
    }).runs;
    expect(row).toMatchObject({ layers: run.layers, notes: ['A note.'] });
  });
});
