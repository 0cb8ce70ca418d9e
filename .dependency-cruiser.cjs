// Dependencies point one way: desktop|web|cli -> studio -> store|images|engine -> shared.
const forbid = (name, from, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: to },
});
const doors = '^src-main/(desktop|web|cli)';

module.exports = {
  forbidden: [
    forbid(
      'shared-stands-alone',
      '^src-shared',
      '^src-(main|renderer)',
      'src-shared imports from no side',
    ),
    forbid(
      'renderer-knows-the-contract-only',
      '^src-renderer',
      '^src-main',
      'the renderer imports src-shared',
    ),
    forbid('main-knows-no-renderer', '^src-main', '^src-renderer', 'the main side imports no page'),
    forbid(
      'studio-knows-no-door',
      '^src-main/(studio|store|images|engine)',
      doors,
      'doors are on top',
    ),
    forbid(
      'parts-know-no-studio',
      '^src-main/(store|images|engine)',
      '^src-main/studio',
      'the studio is on top',
    ),
    forbid(
      'store-stands-alone',
      '^src-main/store',
      '^src-main/(images|engine)',
      'the store holds rows only',
    ),
    forbid(
      'images-stand-alone',
      '^src-main/images',
      '^src-main/(store|engine)',
      'images know pixels only',
    ),
    forbid(
      'engine-knows-images-only',
      '^src-main/engine',
      '^src-main/store',
      'the engine gets its data in the job',
    ),
    forbid(
      'only-the-store-has-sql',
      '^src-main/(?!store)',
      'node_modules/better-sqlite3',
      'SQL lives in store/',
    ),
    forbid(
      'only-the-desktop-door-has-electron',
      '^src-(?!main/desktop)',
      'node_modules/electron',
      'Electron is one door',
    ),
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|tests/\\.cache)' },
  },
};
