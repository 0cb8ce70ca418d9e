/** Starting programs on the project's own Node. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** npm's `node` package, so that the version does not depend on what the machine has. */
export function ownNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const own = join(root, 'node_modules', 'node', 'bin', name);
  if (existsSync(own)) return own;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 12)) return process.execPath;
  throw new Error(
    `Graft needs Node 24.12 or newer and this is ${process.versions.node}: run "npm install" in ${root}, which brings one.`,
  );
}

/**
 * Runs a program to its end, passing Ctrl+C and the like on to it. With `quiet` its output is kept and
 * given back, otherwise it goes to this terminal.
 * @returns {Promise<{code: number, output: string}>}
 */
export function run(program, args, { quiet = false, env = {}, cwd = root, timeoutMs = 0 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      ...(timeoutMs ? { timeout: timeoutMs } : {}),
    });
    let output = '';
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const forward = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 1), output });
    });
  });
}

/**
 * What Node has compiled of our sources is kept for the next start, for the programs too that this one starts:
 * https://nodejs.org/api/module.html#module-compile-cache
 */
const compiled = {
  NODE_COMPILE_CACHE:
    process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'node'),
};

/** Runs a script of the project on its own Node, in the folder the person stands in. */
export async function runNode(args) {
  const [script, ...rest] = args;
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const { code } = await run(ownNode(), [join(root, script), ...rest], { cwd, env: compiled });
  return code;
}
