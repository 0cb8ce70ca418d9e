/**
 * The same work on TensorFlow and on ONNX Runtime, in turns: features, the last stage, the whole network. ONNX
 * Runtime does it on the processor and on every GPU that it can use here, each in a process of its own.
 *
 *     npm run -s bench -- runtimes [network ...]     all three unless told otherwise
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, platform, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { graphicsCards } from '../../src-main/engine/devices/cards.ts';
import { deviceKinds } from '../../src-shared/devices.ts';
import { report, threads } from './helpers/contest.ts';
import { photo } from './helpers/photos.ts';
import { median } from './helpers/print.ts';
import type { Answer, Contender, Task } from './helpers/runtime-worker.ts';

const rounds = 3;
const pictures = 64;

const networks: Readonly<Record<string, { readonly stage: string; readonly after: string }>> = {
  resnet18: { stage: 'the last stage', after: 'layer3.1' },
  mobilenet_v2: { stage: 'the last 3 blocks', after: 'block15' },
  efficientnet_lite0: { stage: 'the last 3 blocks', after: 'block14' },
};

/** A process that does what it is told with one runtime; null, with a word, where that is not there. */
async function start(contender: Contender) {
  const worker = fork(new URL('helpers/runtime-worker.ts', import.meta.url), [
    JSON.stringify(contender),
  ]);
  const ended = once(worker, 'exit').then(([code, signal]) => ({
    problem: `its process ended (${signal ?? code})`,
  }));
  const answer = (): Promise<Answer> =>
    Promise.race([once(worker, 'message').then(([said]) => said as Answer), ended]);
  const first = await answer();
  if ('problem' in first) {
    console.error(`${contender.runtime} on ${contender.device}: ${first.problem}`);
    worker.kill();
    return null;
  }
  return {
    name: first.name,
    async run(task: Task): Promise<number> {
      worker.send(task);
      const done = await answer();
      if ('problem' in done) throw new Error(`${first.name}: ${done.problem}`);
      return done.speed!;
    },
    stop: () => worker.kill(),
  };
}

const machine = {
  processor: cpus()[0]?.model,
  threads,
  cards: await graphicsCards(),
  system: `${platform()} ${release()}`,
  node: process.versions.node,
};
console.log(JSON.stringify({ machine }));

const given = process.argv.slice(2);
const wanted = given.length > 0 ? given : Object.keys(networks);
const folder = await mkdtemp(join(tmpdir(), 'graft-runtimes-'));
const there = await start({ runtime: 'tensorflow', device: 'auto' });
const here = [];
for (const device of deviceKinds) {
  const started = await start({ runtime: 'onnxruntime', device });
  if (started) here.push(started);
}
try {
  if (!there) throw new Error('install TensorFlow first: "graft tensorflow install"');
  await mkdir(join(folder, 'pictures'));
  const paths = await Promise.all(
    Array.from({ length: pictures }, async (_, i) => {
      const path = join(folder, 'pictures', `${i}.jpg`);
      await writeFile(path, await photo(i, 500, 375));
      return path;
    }),
  );
  for (const network of wanted) {
    const of = networks[network];
    if (!of) throw new Error(`no such network: ${network} (${Object.keys(networks).join(', ')})`);
    const works: readonly (readonly [string, Task])[] = [
      [`JPEG files to ${network} features`, { network, paths }],
      [
        `${network}, fine-tune ${of.stage}, batch 32`,
        { network, after: of.after, batchSize: 32, pictures },
      ],
      [
        `${network}, fine-tune all, batch 16`,
        { network, after: null, batchSize: 16, pictures: pictures / 2 },
      ],
    ];
    for (const [work, task] of works) {
      const all = [there, ...here].map((contender) => ({ contender, speeds: [] as number[] }));
      for (let round = 0; round < rounds; round++) {
        for (const { contender, speeds } of all) speeds.push(await contender.run(task));
      }
      const [reference, ...ours] = all.map(({ contender: { name }, speeds }) => {
        return { name, value: median(speeds) };
      });
      for (const { name, value } of ours) {
        const unit = 'pictures/s';
        report({ work: `${work}: ${name}`, unit, graft: value, reference: reference! });
      }
    }
  }
} finally {
  for (const each of [there, ...here]) each?.stop();
  await rm(folder, { recursive: true, force: true });
}
