import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

const system = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  fullyParallel: true,
  workers: 2,
  // A loaded machine may be late once; what is broken is broken twice.
  retries: 1,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: '../test-results/report.json' }]],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: system, args: ['--no-sandbox'] },
    actionTimeout: 15_000,
    // Tracing slows every step: only what failed once is traced.
    trace: 'on-first-retry',
    screenshot: 'only-on-failure',
  },
})
