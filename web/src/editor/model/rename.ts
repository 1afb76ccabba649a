/** A step's short name and all that refers to the step by it. */
import type { Scenario, Step } from './document'
import { isPlain } from './json'
import { read, write } from './pointer'
import { inSteps, mapped, renamed, type TextKind } from './references'
import { walk } from './steps'

export const goodId = /^[a-z][a-z0-9_]{0,63}$/

export interface Renamed {
  document: Scenario
  /** How many places were rewritten, the name itself left out. */
  places: number
}

/**
 * Gives the step at a place another short name; templates, conditions, renewals and tests that name it follow. Of a
 * step of which something is known the document remembers by which name: it is found by that one from then on.
 */
export function rename(document: Scenario, pointer: string, next: string, known = false): Renamed {
  const was = (read(document, pointer) as { id?: string } | undefined)?.id ?? ''
  if (was === next) return { document, places: 0 }
  let places = 0
  const inText = (text: string, kind: TextKind): string => counted(text, renamed(text, kind, { of: 'steps', was, next }))
  const inPath = (path: string): string => path.split('/').map((part) => (part === was ? next : part)).join('/')
  const counted = (before: string, after: string): string => {
    if (before !== after) places++
    return after
  }

  const inTest = (value: unknown, place: string): unknown => {
    if (typeof value === 'string') return /\/expect\/sent\/\d+\/step$/.test(place) ? counted(value, inPath(value)) : value
    const done = mapped(value, (inner, name) => inTest(inner, `${place}/${name}`))
    if (!/^\/\d+\/replies$/.test(place)) return done
    return renamedKeys(done, (key) => counted(key, inPath(key)))
  }

  let out: Scenario = { ...document, steps: inSteps(document.steps, '', inText) }
  for (const list of ['search', 'data'] as const) {
    const paths = document[list]
    if (paths) out = { ...out, [list]: paths.map((path) => inText(path, 'expression')) }
  }
  if (document['tests'] !== undefined) out = { ...out, tests: inTest(document['tests'], '') }
  const { id: _id, was: first = known ? was : undefined, ...rest } = read(out, pointer) as Step
  return { document: write(out, pointer, { id: next, ...(first === undefined || first === next ? {} : { was: first }), ...rest }), places }
}

/** Whether a step may be called so: what is wrong, or undefined. */
export function wrongId(document: Scenario, pointer: string, id: string): 'form' | 'taken' | 'former' | undefined {
  if (!goodId.test(id)) return 'form'
  const others = walk(document).filter((placed) => placed.pointer !== pointer)
  if (others.some(({ step }) => step.id === id)) return 'taken'
  return others.some(({ step }) => step.was === id) ? 'former' : undefined
}

function renamedKeys(value: unknown, change: (key: string) => string): unknown {
  if (value instanceof Map) return new Map([...(value as Map<string, unknown>)].map(([name, inner]) => [change(name), inner]))
  if (isPlain(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [change(name), inner]))
  return value
}
