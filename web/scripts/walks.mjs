// Runs a newcomer's walks, one after another, and keeps a line of each beside the figures of the server: docs/walk-history.jsonl.
import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { arch, cpus, platform } from 'node:os'

const walks = 'test-results/walks.jsonl'
rmSync(walks, { force: true })
execFileSync('npx', ['playwright', 'test', '-c', 'e2e/playwright.config.ts', 'newcomer.spec.ts', '--workers=1', '--retries=0'], { stdio: 'inherit' })
const version = execFileSync('git', ['describe', '--tags', '--always', '--dirty'], { encoding: 'utf8' }).trim()
const machine = `${platform()}/${arch()}, ${cpus().length} CPUs, ${cpus()[0]?.model ?? 'unknown'}`
for (const line of readFileSync(walks, 'utf8').trim().split('\n')) {
  const { title, ms, pace, requests, bytes, steps } = JSON.parse(line)
  const kept = { at: new Date().toISOString(), version, machine, walk: title, ms, pace: Number(pace.toFixed(2)), quiet_ms: Math.round(ms / pace), requests, ...bytes, steps: Object.fromEntries(steps.map((step) => [step.name, step.ms])) }
  appendFileSync('../docs/walk-history.jsonl', `${JSON.stringify(kept)}\n`)
}
