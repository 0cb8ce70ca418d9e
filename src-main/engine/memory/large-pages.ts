const large = 'glibc.malloc.hugetlb';

/**
 * The environment of a process that walks through large arrays, in which Linux is asked to keep them in pages of 2 MiB
 * instead of 4 KiB: a step of training then takes a tenth less (docs/speed.md). What the person has said of it stays.
 * Read by glibc 2.35 and later when a process starts; without effect elsewhere.
 */
export function withLargePages(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { GLIBC_TUNABLES: said } = env;
  if (said?.includes(large)) return env;
  return { ...env, GLIBC_TUNABLES: [...(said ? [said] : []), `${large}=1`].join(':') };
}
