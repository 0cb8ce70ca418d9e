/** Builds the binding between Node and TensorFlow from the sources that the npm package brings. */
import { copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StudioError } from '../../../src-shared/errors.ts';
import { bindingPath } from '../../engine/runtimes/tensorflow/installation.ts';
import { spawnGroup } from '../../process-group.ts';
import type { Tools } from './needs.ts';

/**
 * What node-gyp otherwise takes from a download of Node's headers. The binding speaks Node-API alone, whose four
 * headers are an npm package and the same for every Node; so nothing is downloaded, and it outlives Node's updates.
 * On a Mac the libraries name each other by @rpath, which the package's binding.gyp does not set.
 */
const commonGypi = `{
  'target_defaults': {
    'default_configuration': 'Release',
    'configurations': { 'Release': {}, 'Debug': {} },
    'cflags': ['-O2', '-w'],
    'cflags_cc': ['-std=gnu++17'],
    'xcode_settings': {
      'CLANG_CXX_LANGUAGE_STANDARD': 'gnu++17',
      'CLANG_CXX_LIBRARY': 'libc++',
      'GCC_OPTIMIZATION_LEVEL': '2',
      'OTHER_LDFLAGS': ['-Wl,-rpath,@loader_path/../../deps/lib'],
    },
  },
}
`;

/**
 * @param folder of an installation, whose libraries and headers are in `deps`; the binding gets its place there
 * @throws StudioError when it cannot be built; an AbortError when `signal` fires
 */
export async function buildBinding(
  folder: string,
  { binding, gyp, headers, python }: Tools,
  { signal, log }: { readonly signal: AbortSignal; readonly log: (line: string) => void },
): Promise<void> {
  // Not in the user's own folder: make does not bear a space in a path.
  const place = await mkdtemp(join(tmpdir(), 'graft-binding-'));
  try {
    const node = join(place, 'node');
    await cp(join(binding, 'binding'), join(place, 'binding'), { recursive: true });
    await copyFile(join(binding, 'binding.gyp'), join(place, 'binding.gyp'));
    await cp(join(headers, 'include'), join(node, 'include', 'node'), { recursive: true });
    await writeFile(join(node, 'common.gypi'), commonGypi);
    await symlink(join(folder, 'deps'), join(place, 'deps'));
    const built = bindingPath(place);
    const program = join(gyp, 'bin', 'node-gyp.js');
    const options = [
      ...['rebuild', `--nodedir=${node}`, '--force-process-config', `--python=${python}`],
      ...[
        '--loglevel=warn',
        '--jobs=2',
        '--module_name=tfjs_binding',
        `--module_path=${dirname(built)}`,
      ],
      '--napi_build_version=8',
    ];
    const code = await run([program, ...options], place, signal, log);
    if (code !== 0) {
      throw new StudioError(
        'refused',
        `TensorFlow's binding could not be built (node-gyp ended with ${code}): the log tells why.`,
      );
    }
    await mkdir(dirname(bindingPath(folder)), { recursive: true });
    await copyFile(built, bindingPath(folder));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

function run(
  args: readonly string[],
  cwd: string,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<number> {
  // npm hands its configuration on, and node-gyp would take another Node's folder from it.
  const env = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  return new Promise((resolve, reject) => {
    const child = spawnGroup(process.execPath, args, {
      cwd,
      signal,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...Object.fromEntries(env), ELECTRON_RUN_AS_NODE: '1' },
    });
    for (const stream of [child.stdout!, child.stderr!]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop()!;
        for (const line of lines) log(line);
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
