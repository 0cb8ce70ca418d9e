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

/** A pip that brings a wheel of these bytes. */
export const pipOf = (bytes: string): string => `
  if (process.argv.includes('--version')) process.exit(0);
  const folder = process.argv[process.argv.indexOf('--dest') + 1];
  require('fs').writeFileSync(folder + '/it.whl', ${JSON.stringify(bytes)});`;
