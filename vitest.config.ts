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
      reporter: ['text-summary', 'html', 'json-summary'],
    },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/live/**', 'tests/e2e/**'],
          pool: 'threads',
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
