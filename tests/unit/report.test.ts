import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../src-main/programs.ts';
import { html, table } from '../../src-main/studio/report/html.ts';
import type { Printer } from '../../src-main/studio/report/print.ts';
import { summary } from '../../src-main/studio/report/sections/summary.ts';
import { dark, labels, light } from '../../src-main/studio/report/style.ts';
import { createStudio } from '../../src-main/studio/studio.ts';
import type { Studio } from '../../src-shared/contract.ts';
import type { Run } from '../../src-shared/domain.ts';
import { defaultSettings } from '../../src-shared/recipes.ts';
import { commandLine, trainAgain } from '../../src-shared/setting-flags.ts';
import { unbroken } from '../../src-shared/words.ts';
import { type FakeEngine, fakeEngine } from '../helpers/fake-engine.ts';
import { shapeNames, writeShapes } from '../helpers/shapes.ts';
import { importAll, nextEvent } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

const hostile = `<script>alert("1")</script> & 'co'`;

let folder: string;
let studio: Studio;
/** What stands in for the browser that makes PDFs; each test brings its own. */
let print: Printer;

/** Two runs on shapes, one of whose labels and files are called as an attacker would. */
beforeAll(async () => {
  const engine = fakeEngine();
  folder = await mkdtemp(join(tmpdir(), 'graft-test-'));
  process.env.GRAFT_HOME = join(folder, 'home');
  studio = createStudio({ engine, print: (page, signal) => print(page, signal) });
  await studio.call('project.create', { path: join(folder, 'project') });
  await expect(studio.call('report.write', { out: join(folder, 'report.html') })).rejects.toThrow(
    'No run has finished yet',
  );
  const shapes = join(folder, 'shapes');
  await writeShapes(shapes, 10);
  // Windows has no such names.
  if (process.platform !== 'win32')
    for (const shape of shapeNames)
      for (let i = 2; i <= 10; i++) {
        const file = join(shapes, shape, `${shape} ${i}.png`);
        await rename(file, join(shapes, shape, `"><img src=x onerror=alert(${i})>.png`));
      }
  await mkdir(join(folder, 'more'));
  await copyFile(join(shapes, 'square', 'square 1.png'), join(folder, 'more', 'twice.png'));
  await importAll(studio, [shapes], 'folders');
  await importAll(studio, [join(folder, 'more')]);
  const { project } = await studio.call('project.current', {});
  const circle = project!.labels.find(({ name }) => name === 'circle')!;
  await studio.call('labels.update', { id: circle.id, name: hostile });
  for (const share of [0.5, 1]) await train(studio, engine, share);
}, 120_000);
afterAll(async () => {
  await studio.close();
  await rm(folder, { recursive: true, force: true });
});

async function train(studio: Studio, engine: FakeEngine, share: number): Promise<void> {
  const place = engine.started.length;
  await studio.call('runs.start', {
    runs: [
      { recipe: 'feature-extraction', backbone: 'mobilenet_v2', settings: { learningRate: 0.002 } },
    ],
  });
  await until('the run to start', () => engine.started.length === place + 1);
  const finished = nextEvent(studio, 'run.changed', ({ run }) => run.state === 'finished');
  engine.started[place]!.epoch(share);
  engine.started[place]!.epoch(share);
  engine.started[place]!.finish(share);
  await finished;
}

describe('a report', () => {
  it('holds the verdict, the tests, the pictures, the settings and the way to do it again', async () => {
    const out = join(folder, 'report.html');
    const steps: number[] = [];
    studio.subscribe((event) => {
      if (event.name === 'report.progress') steps.push(event.data.done / event.data.total);
    });
    const { files, notes } = await studio.call('report.write', { out });
    const page = await readFile(out, 'utf8');
    expect(files).toEqual([{ path: out, bytes: Buffer.byteLength(page) }]);
    expect(notes).toEqual([]);
    expect(steps.at(-1)).toBe(1);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));

    const { headline, pairs } = await studio.call('runs.compare', { ids: [1, 2] });
    expect(page).toContain(html`${unbroken(headline)}`.text);
    expect(page).toContain(html`${pairs[0]!.verdict}`.text);
    expect(page).toContain('1 picture was found in more than one file, and counts once.');
    expect(page).toContain('<dt>Labelled</dt><dd>30</dd>');
    expect(page).toContain('3 mistakes, the surest first');
    expect(page.match(/<img src="data:image\/webp;base64,/g)).toHaveLength(3);
    expect(page).toContain('a temperature of 2.00, fitted on validation');
    expect(page).toContain('<dt>Learning rate</dt><dd><b title="0.001 unless changed">0.002</b>');
    expect(page).toMatch(/<th scope="row">Node<\/th><td>24\./);
    expect(page).toContain('MIT');
    const again = `train ${join(folder, 'project')} --recipe feature-extraction --backbone mobilenet_v2 --learning-rate 0.002 --seed 1`;
    expect(page).toContain(again);
    // The engine of this test cannot look into a network: its reason is told instead.
    expect(page).toContain('this engine only trains');
  });

  it('cannot be broken by names, runs nothing and fetches nothing', async () => {
    const out = join(folder, 'report.html');
    await studio.call('report.write', { runs: [1], out });
    const page = await readFile(out, 'utf8');
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;co&#39;');
    expect(page).not.toMatch(/<script/i);
    if (process.platform !== 'win32') expect(page).toContain('alt="&quot;&gt;&lt;img src=x');
    expect(page).not.toMatch(/<img src=x/);
    expect(page).toContain('content="default-src &#39;none&#39;; img-src data:;');
    const addresses = [...page.matchAll(/(?:\b(?:src|href)=|url\()"([^"]*)"/g)].map(
      ([, address]) => address!,
    );
    expect(addresses.length).toBeGreaterThan(5);
    expect(addresses.filter((address) => !/^(data:|#)/.test(address))).toEqual([]);
  });

  it('is a PDF, or both, as the name says', async () => {
    const printed: string[] = [];
    print = async (page) => {
      printed.push(page);
      return Buffer.from('%PDF-1.7');
    };
    const pdf = join(folder, 'one.PDF');
    expect((await studio.call('report.write', { runs: [1], out: pdf })).files).toEqual([
      { path: pdf, bytes: 8 },
    ]);
    const { files } = await studio.call('report.write', { out: join(folder, 'both') });
    expect(files.map(({ path }) => path)).toEqual([
      join(folder, 'both.html'),
      join(folder, 'both.pdf'),
    ]);
    expect(printed[1]).toBe(await readFile(join(folder, 'both.html'), 'utf8'));
    await expect(
      studio.call('report.write', { out: join(folder, 'report.docx') }),
    ).rejects.toMatchObject({ code: 'invalid-input', message: /\.html or \.pdf, not \.docx/ });
  });

  it('says why there is no PDF, and writes the page all the same', async () => {
    print = () => Promise.reject(new Error('no browser'));
    const { files, notes } = await studio.call('report.write', { out: join(folder, 'both') });
    expect(files).toHaveLength(1);
    expect(notes).toEqual(['no browser']);
  });

  it('stops when it is told to, and leaves nothing behind', async () => {
    print = (_page, signal) => {
      const stopped = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
      void studio.call('report.cancel', {});
      return stopped;
    };
    const out = join(folder, 'report.pdf');
    await expect(studio.call('report.write', { out })).rejects.toMatchObject({
      message: 'The report was stopped.',
    });
    await expect(readFile(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it('ranks runs by what the verdict ranks them by, and gives their folds beside it where only some have any', async () => {
  const { runs } = await studio.call('runs.list', {});
  const [first, second] = runs.toSorted((a, b) => a.id - b.id);
  const pooled = { accuracy: 0.61, low: 0.44, high: 0.76, macroF1: 0.6, count: 30 };
  const tableOf = (...all: readonly Run[]) => {
    const shown = all.map((run) => ({ run, name: `run ${run.id}`, network: 'MobileNetV2' }));
    const { text } = summary({ runs: shown, comparison: { pairs: [], headline: '' } } as never);
    return text.slice(0, text.indexOf('</table>'));
  };
  const folded = { ...first!, crossValidation: pooled, settings: { ...first!.settings, folds: 5 } };
  const mixed = tableOf(second!, folded);
  expect(mixed).toContain('<b>1.00</b>');
  expect(mixed).toContain('<b>0.50</b>');
  expect(mixed).toContain('all 30 in 5 folds 0.61, 0.44\u00a0to\u00a00.76');
  const all = tableOf(folded);
  expect(all).toContain('<b>0.61</b> <span class="quiet">0.44 to 0.76 in 5 folds');
  expect(all).not.toContain('<b>0.50</b>');
});

it('escapes what is not HTML itself, wherever it stands', () => {
  expect(html`<b title="${'"<&\''}">${['<', html`<i>${1}</i>`, null, false]}</b>`.text).toBe(
    '<b title="&quot;&lt;&amp;&#39;">&lt;<i>1</i></b>',
  );
  const { text } = table('A & B', ['<x>'], [{ title: '<t>', cell: (row) => row }]);
  expect(text).toContain('<caption>A &amp; B</caption>');
  expect(text).toContain('<th scope="row">&lt;x&gt;</th>');
});

it('has the colours of the page', async () => {
  const css = await readFile(join(root, 'src-renderer', 'style', 'tokens.css'), 'utf8');
  const [bright = '', dim = ''] = css.split('[data-theme="dark"]');
  for (const [name, value] of Object.entries({ ...light, ...labels }))
    expect(bright).toContain(`${name}: ${value};`);
  for (const [name, value] of Object.entries(dark)) expect(dim).toContain(`${name}: ${value};`);
});

it('names the command that repeats a run, quoted for a shell', () => {
  const settings = {
    ...defaultSettings['fine-tune-top'],
    batchSize: 8,
    restoreBest: false,
    seed: 7,
  };
  const args = trainAgain("/my pictures/it's", {
    ...{ recipe: 'fine-tune-top', backbone: 'resnet18', settings },
  });
  expect(commandLine(args)).toBe(
    `npm run -s graft -- train '/my pictures/it'\\''s' --recipe fine-tune-top --backbone resnet18 --batch 8 --restore-best no --seed 7`,
  );
});
