/** Holds `src` to the directions in scripts/layers.cjs, and each library to the layers that may know it. */
const { COMMON, MAY_IMPORT, MAY_NAME } = require('./scripts/layers.cjs');

/** Where a library may be imported at all. */
const LIBRARY_HOMES = {
  // Seed 003 documents `handleValidation` in `helpers/validation`.
  express:
    '^src/(routes|controllers|middlewares|validation|dialects)/|^src/app[^/]*\\.ts$|^src/helpers/validation\\.ts$',
  'socket.io': '^src/(socket|delivery|dialects)/|^src/app[^/]*\\.ts$',
  mongoose: '^src/(models|journal|embedded|operate)/|^src/errors/from-mongo\\.ts$',
};

const PATHS = { ports: '^src/providers/[^/]+/[^/]+\\.port\\.ts$' };

function pathOf(layer) {
  return PATHS[layer] ?? `^src/${layer}/`;
}

function directionRule([layer, allowed]) {
  const imports = [...COMMON, ...allowed, ...(MAY_NAME[layer] ?? [])];
  return {
    name: `direction-${layer}`,
    comment: `${layer} may import ${imports.join(', ')} only`,
    severity: 'error',
    from: { path: pathOf(layer) },
    to: { path: '^src/', pathNot: [layer, ...imports].map(pathOf) },
  };
}

function libraryRule([library, home]) {
  return {
    name: `home-of-${library.replace('.', '-')}`,
    comment: `${library} is known in ${home} only`,
    severity: 'error',
    from: { path: '^src/', pathNot: home },
    to: { path: `^node_modules/${library.replace('.', '\\.')}/` },
  };
}

module.exports = {
  forbidden: [
    ...Object.entries(MAY_IMPORT).map(directionRule),
    ...Object.entries(LIBRARY_HOMES).map(libraryRule),
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'layer-without-directions',
      comment: 'a new folder needs its line in MAY_IMPORT',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: [...Object.keys(MAY_IMPORT).map(pathOf), '^src/web/'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/web/' },
    // TypeScript 7 has no parser to lend. This one counts imports of types as well: a service that speaks in
    // Express's types knows Express.
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['require', 'module-sync', 'node', 'default'],
    },
  },
};
