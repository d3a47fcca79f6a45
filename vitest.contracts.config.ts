import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/contracts/**/*.test.ts'], testTimeout: 60_000, maxWorkers: 2 },
});
