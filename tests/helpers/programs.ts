/** Programs that only play their part: a pip that hangs, a compiler that fails. */
import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { temporaryFolder } from './folders.ts';

/**
 * A PATH on which there are no other programs than these and Node; each is a script that Node runs. A matter
 * of Unix, where scripts name their interpreter.
 */
export async function onlyPrograms(scripts: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!${process.execPath}\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  return [folder, dirname(process.execPath)].join(delimiter);
}

/** A pip that never comes to an end, with 5 MB of what it is to bring. */
export const endlessPip = `
  if (process.argv.includes('--version')) process.exit(0);
  require('fs').writeFileSync(process.env.TMPDIR + '/pip-unpack', Buffer.alloc(5e6));
  setTimeout(() => {}, 60_000);`;

/** The same behind a shim that starts it, and writes the number of its process into a file. */
export const shimmedPip = (file: string): string => `
  if (process.argv.includes('--version')) process.exit(0);
  const { spawn } = require('child_process');
  const pip = spawn(process.execPath, ['-e', "setTimeout(() => {}, 60_000)"], { stdio: 'ignore' });
  require('fs').writeFileSync(${JSON.stringify(file)}, String(pip.pid));`;

/** A pip whose connection breaks the first time, after some of the file; then it brings a wheel of these bytes. */
export const brokenPip = (bytes: string): string => `
  if (process.argv.includes('--version')) process.exit(0);
  const { existsSync, writeFileSync } = require('fs');
  const [folder, seen] = [process.argv[process.argv.indexOf('--dest') + 1], __filename + '.seen'];
  if (existsSync(seen)) writeFileSync(folder + '/it.whl', ${JSON.stringify(bytes)});
  else {
    writeFileSync(seen, '');
    writeFileSync(process.env.TMPDIR + '/pip-unpack', 'some');
    setTimeout(() => {
      console.error('ERROR: Read timed out.');
      process.exit(1);
    }, 700);
  }`;

/** A pip that brings a wheel of these bytes. */
export const pipOf = (bytes: string): string => `
  if (process.argv.includes('--version')) process.exit(0);
  const folder = process.argv[process.argv.indexOf('--dest') + 1];
  require('fs').writeFileSync(folder + '/it.whl', ${JSON.stringify(bytes)});`;
