/** The page's typeface, so that the report looks the same where it is not installed. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** Latin letters only: other scripts are shown in the reader's own typeface. */
const file = '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2';

/** A `data:` address; null when the package is not there. */
export async function embeddedFont(): Promise<string | null> {
  try {
    const bytes = await readFile(createRequire(import.meta.url).resolve(file));
    return `data:font/woff2;base64,${bytes.toString('base64')}`;
  } catch {
    return null;
  }
}
