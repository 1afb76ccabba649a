// Runs a newcomer's walks, one after another, and keeps a line of each beside the figures of the server: docs/walk-history.jsonl.
// Fails, with its name, when a step has become slower by half than it is usually on such a machine.
import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { arch, cpus, platform } from 'node:os'
import { pathToFileURL } from 'node:url'

/** What a step may take against its median, and how many lines of the past make one. */
export const limits = { factor: 1.5, least: 5 }
/** Less than this is a hiccup of the machine, in milliseconds. */
const hiccup = 150

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * The steps that are too slow, in words. A step is walked in each language, theme and width, and the median of them all
 * is compared, as of a quiet machine: one walk alone is mostly what the machine did meanwhile.
 */
export function slower(past, now) {
  const quiet = (lines) => {
    const steps = new Map()
    for (const line of lines) for (const [step, ms] of Object.entries(line.steps)) steps.set(step, [...(steps.get(step) ?? []), ms / line.pace])
    return steps
  }
  const usual = quiet(past.filter((line) => line.machine === now[0]?.machine))
  return [...quiet(now)].flatMap(([step, times]) => {
    const before = usual.get(step) ?? []
    if (before.length < limits.least) return []
    const [was, is] = [median(before), median(times)]
    return is > was * limits.factor && is - was > hiccup ? [`the step “${step}” takes ${Math.round(is)} ms of a quiet machine, usually ${Math.round(was)}`] : []
  })
}

const parsed = (text) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [walks, history] = ['test-results/walks.jsonl', '../docs/walk-history.jsonl']
  rmSync(walks, { force: true })
  execFileSync('npx', ['playwright', 'test', '-c', 'e2e/playwright.config.ts', 'newcomer.spec.ts', '--workers=1', '--retries=0'], { stdio: 'inherit' })
  const version = execFileSync('git', ['describe', '--tags', '--always', '--dirty'], { encoding: 'utf8' }).trim()
  const machine = `${platform()}/${arch()}, ${cpus().length} CPUs, ${cpus()[0]?.model ?? 'unknown'}`
  const past = parsed(readFileSync(history, 'utf8'))
  const now = parsed(readFileSync(walks, 'utf8')).map(({ title, ms, pace, requests, bytes, steps }) => ({
    at: new Date().toISOString(),
    version,
    machine,
    walk: title,
    ms,
    pace: Number(pace.toFixed(2)),
    quiet_ms: Math.round(ms / pace),
    requests,
    ...bytes,
    steps: Object.fromEntries(steps.map((step) => [step.name, step.ms])),
  }))
  for (const line of now) appendFileSync(history, `${JSON.stringify(line)}\n`)
  const over = slower(past, now)
  for (const line of over) console.error(`slower by half: ${line}`)
  if (over.length > 0) process.exit(1)
}
