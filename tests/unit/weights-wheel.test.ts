import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { downloadWheel } from '../../src-main/studio/wheel.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { onlyPrograms } from '../helpers/programs.ts';

afterEach(() => vi.unstubAllEnvs());

const programs = async (scripts: Readonly<Record<string, string>>) =>
  void vi.stubEnv('PATH', await onlyPrograms(scripts));

const isVersion = "if (process.argv.includes('--version')) process.exit(0);";
const noPip = "console.error('No module named pip'); process.exit(1);";

// Scripts that name their interpreter are a matter of Unix.
describe.skipIf(process.platform === 'win32')('a wheel', () => {
  it('is downloaded by the first Python that has pip', async () => {
    const download = `
      const folder = process.argv[process.argv.indexOf('--dest') + 1];
      require('fs').writeFileSync(folder + '/thing-1.0-py3-none-any.whl', process.argv.at(-1));`;
    await programs({ python3: noPip, python: isVersion + download });
    const folder = join(await temporaryFolder(), 'wheel');
    await mkdir(folder);
    expect(await downloadWheel('thing==1.0', folder)).toBe(
      join(folder, 'thing-1.0-py3-none-any.whl'),
    );
  });

  it.each([
    [
      'WARNING: Retrying after connection broken by X\nERROR: No matching distribution',
      'cannot be reached',
    ],
    ['ERROR: No matching distribution found for thing==1.0', ': No matching distribution found'],
  ])('that cannot be had says why', async (errors, reason) => {
    const fail = `console.error(${JSON.stringify(errors)}); process.exit(1);`;
    await programs({ python3: isVersion + fail });
    const folder = await temporaryFolder();
    await expect(downloadWheel('thing==1.0', folder)).rejects.toThrow(reason);
  });

  it('is given up when cancelled', async () => {
    await programs({ python3: `${isVersion} setTimeout(() => {}, 60_000);` });
    const download = downloadWheel('thing==1.0', await temporaryFolder(), {
      signal: AbortSignal.timeout(500),
    });
    await expect(download).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});
