/** What a report was made with: versions, the machine, and what it computes on. */
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os';
import sharp from 'sharp';
import { deviceTitles } from '../../../src-shared/devices.ts';
import { bytes } from '../../../src-shared/words.ts';
import { version } from '../../programs.ts';
import { sqliteVersion } from '../../store/database.ts';
import type { Engine } from '../context.ts';
import type { Devices } from '../devices.ts';
import type { ReportContents } from './contents.ts';

export async function environmentOf(
  engine: Engine,
  devices: Devices,
): Promise<ReportContents['environment']> {
  // Without an engine the rest is still worth knowing.
  const { runtimes } = await engine.run({ kind: 'describe' }).catch(() => ({ runtimes: [] }));
  const found = runtimes.length > 0 ? await devices.known() : [];
  return [
    ['Graft', version],
    ...runtimes.map(({ name, version: of }) => [name, of] as const),
    ['Node', process.versions.node],
    ...(process.versions.electron ? [['Electron', process.versions.electron] as const] : []),
    ['SQLite', sqliteVersion()],
    ['sharp and libvips', `${sharp.versions.sharp} and ${sharp.versions.vips}`],
    ['System', `${type()} ${release()}, ${arch()}`],
    ['Processor', cpus()[0]?.model.trim() ?? 'unknown'],
    ['Threads', String(availableParallelism())],
    ['Memory', bytes(totalmem())],
    ...found
      .filter(({ kind, trial }) => kind !== 'cpu' && trial !== null)
      .map(({ kind, name }) => [deviceTitles[kind], name] as const),
  ];
}
