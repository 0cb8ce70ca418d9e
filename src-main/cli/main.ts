#!/usr/bin/env node
/** The studio in a terminal. */
import { listenForInterrupts } from './interrupt.ts';
import { run } from './program.ts';

listenForInterrupts();
// The reader of a pipe has seen enough: `graft status DIR | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});
process.exitCode = await run(process.argv.slice(2));
