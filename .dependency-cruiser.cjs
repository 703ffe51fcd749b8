// The floors of docs/architecture.md. A floor imports itself, src/bits.ts and what is listed here; anything else is an
// error. `allow` is a list of path patterns below src/.
const floors = {
  decode: [],
  tlb: [],
  mmio: ['decode/', 'tlb/'],
  // Only what a device is written against: nothing of it knows of CPUs or instructions.
  crb: ['mmio/(region|memory-region|address-space|ram|access-log)[.]ts$'],
  host: ['mmio/'],
  testing: ['decode/', 'tlb/', 'mmio/', 'host/'],
}

/** What runs in a browser: no `node:` module, no other built-in. */
const browser = '^src/(bits[.]ts|decode/|tlb/|mmio/|crb/(?!swtpm|mssim|socket|serve)|testing/)'

const floorRules = Object.entries(floors).map(([floor, allow]) => ({
  name: `floor-${floor}`,
  comment: `${floor} may import ${['bits.ts', `${floor}/`, ...allow].join(', ')} of this project and nothing above.`,
  severity: 'error',
  from: { path: `^src/${floor}/` },
  to: { path: '^src/', pathNot: `^src/(${['bits[.]ts$', `${floor}/`, ...allow].join('|')})` },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...floorRules,
    {
      name: 'bits-stands-alone',
      comment: 'bits.ts is below every floor.',
      severity: 'error',
      from: { path: '^src/bits[.]ts$' },
      to: {},
    },
    {
      name: 'only-sockets-know-sockets',
      comment: 'The Node sides of the CRB floor are entry points of their own, so that nisv/crb loads in a browser.',
      severity: 'error',
      from: { path: '^src/crb/(?!swtpm|mssim|socket|serve)' },
      to: { path: '^src/crb/(swtpm|mssim|socket|serve)' },
    },
    {
      name: 'browser-safe',
      comment: 'These floors run in a browser.',
      severity: 'error',
      from: { path: browser },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-run-time-dependency',
      comment: 'decode, tlb and mmio stand alone.',
      severity: 'error',
      from: { path: '^src/(decode|tlb|mmio)/' },
      to: { path: 'node_modules' },
    },
    {
      name: 'no-circular',
      comment: 'A cycle hides which of the two ideas is the lower one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-dev-dependency',
      comment: 'What is published may not import what only developers install.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['npm-peer', 'type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'not-to-tests',
      comment: 'src stands without tests, benchmarks and scripts.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(tests|bench|scripts|web)/' },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
}
