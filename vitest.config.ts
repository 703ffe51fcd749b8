import { defineConfig } from 'vitest/config'

/**
 * Two projects. `unit` needs nothing but Node. `live` needs LLVM, binutils, swtpm or QEMU, which `.ci/run` installs;
 * its tests start real processes, so they run one file at a time.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // What needs another program to run: the live tests drive these.
      exclude: ['src/crb/swtpm/**', 'src/cli/main.ts'],
      reporter: ['text-summary', 'html', 'json-summary'],
      thresholds: { statements: 85, branches: 75, functions: 85, lines: 85 },
    },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/live/**', 'tests/e2e/**'],
          pool: 'threads',
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'live',
          include: ['tests/live/**/*.test.ts', 'tests/e2e/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
