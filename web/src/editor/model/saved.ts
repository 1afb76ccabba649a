/** Saved requests: their parameters, and how a step becomes one. Pure. */
import { parse } from '@/pill/template'
import type { Variable } from '@/pill/variables'
import { shownText, withVariables } from './body'
import { isHeldRows, normaliseStep, plain, type HttpStep, type Row, type Scenario, type Step } from './document'
import { LongNumber, members, parseJson, same, type Json } from './json'
import { write } from './pointer'
import { inSteps, mapped, placesIn, renamed, type TextKind } from './references'
import { nameFrom, walk } from './steps'

export const paramTypes = ['string', 'number', 'boolean', 'object', 'list'] as const
export type ParamType = (typeof paramTypes)[number]

export interface Param {
  name: string
  /** Text when it is not named. */
  type?: ParamType
  required?: boolean
  default?: Json
  /** What the request is tried with. */
  example?: Json
}

/** What a list tells of a saved request. */
interface Told {
  name: string
  method: string
  url: string
}

/** The request that a step sends, as far as it has to be known here: which method goes where. */
export function sentBy(step: Step, saved: readonly Told[]): HttpStep | undefined {
  if (step.request === undefined) return step.http
  const found = saved.find((one) => one.name === step.request)
  return found && { method: step.method ?? found.method, url: found.url }
}

const stepId = 'request'

/** The document of a saved request as the editor's parts hold one: a scenario of one step. */
export function asScenario(document: unknown): Scenario {
  const { http, ...top } = Object.fromEntries(members(document) ?? []) as Record<string, unknown>
  return { ...top, name: String(top['name'] ?? ''), steps: [normaliseStep({ id: stepId, http })] }
}

/** The document of the saved request again, as files write it. */
export function asDocument(scenario: Scenario): object {
  const { steps, ...top } = plain(scenario)
  return { ...top, http: steps[0]?.http }
}

/** What is said of a place of the saved request, said of the same place of its scenario. */
export const heldPlace = (pointer: string): string => (/^\/http(\/|$)/.test(pointer) ? `/steps/0${pointer}` : pointer)

export const paramsOf = (scenario: Scenario): Param[] => (scenario['params'] as Param[] | undefined) ?? []

/** What the request is tried with. */
export const examplesOf = (params: readonly Param[]): Map<string, Json> => new Map(params.flatMap(({ name, example }) => (example === undefined || name === '' ? [] : [[name, example] as const])))

const shownTypes: Record<ParamType, string> = { string: 'text', number: 'number', boolean: 'yes-no', object: 'object', list: 'list' }

/** The parameters as variables of the request's fields, with their examples. */
export const paramVariables = (params: readonly Param[]): Variable[] =>
  params
    .filter((one) => one.name !== '')
    .map(({ name, type = 'string', example, default: usual }) => {
      const value = shownText(example ?? usual ?? '')
      return { group: 'params', path: `params.${name}`, short: `params.${name}`, label: name, type: shownTypes[type], value, empty: value === '', secret: false }
    })

/** A name that no other parameter has. */
export function freeParam(wish: string, taken: readonly string[]): string {
  const base = nameFrom(wish) || 'value'
  if (!taken.includes(base)) return base
  for (let n = 2; ; n++) if (!taken.includes(`${base}_${n}`)) return `${base}_${n}`
}

/** The saved request with another name of a parameter, wherever its fields read it. */
export function renameParam(scenario: Scenario, index: number, next: string): Scenario {
  const params = paramsOf(scenario)
  const was = params[index]?.name ?? ''
  const called = { ...scenario, params: params.map((one, i) => (i === index ? { ...one, name: next } : one)) }
  if (was === '' || params.some((one, i) => i !== index && one.name === was)) return called
  return { ...called, steps: inSteps(scenario.steps, '', (text, kind) => renamed(text, kind, { of: 'params', was, next })) }
}

function inText(text: string, kind: TextKind, change: (expression: string) => string): string {
  if (kind === 'expression') return change(text)
  if (kind === 'step') return text
  return parse(text)
    .map((piece) => (piece.is === 'variable' ? `{{${change(piece.text.slice(2, -2))}}}` : piece.text))
    .join('')
}

// What every request can read, wherever it is sent from.
const everywhere = new Set(['params', 'env', 'secret', 'now', 'today', 'uuid', 'public_url'])
// In these conditions they are the request's own reply; elsewhere that of the step before.
const reply = new Set(['body', 'status', 'headers'])
const ownReply = /\/http\/(?:success\/when|retry\/ask\/(?:done|result))$/

export interface Proposed extends Param {
  /** What the step gives it. */
  value: string
}

/** Where rows stand that are switched off: nothing is sent of them. */
function switchedOff(value: unknown, place: string): string[] {
  if (isHeldRows(value)) return value.flatMap((row, i) => (row.on === false ? [`${place}/${i}/`] : []))
  const found: string[] = []
  mapped(value, (inner, name) => found.push(...switchedOff(inner, `${place}/${name}`)))
  return found
}

/** What a step's request would be as a saved one, and what the step gives it then. */
export interface Split {
  http: HttpStep
  params: Proposed[]
}

/** Takes out of a request what it reads of its scenario: each becomes a parameter. */
export function split(step: Step, variables: readonly Variable[]): Split {
  const params: Proposed[] = []
  const { save: _save, on_failure: _then, renew: _again, ...own } = step.http ?? { url: '' }
  /** The parameter that stands for an expression, called after the place that it reads. */
  const param = (expression: string, place: string): string => {
    const value = `{{ ${expression} }}`
    const known = params.find((one) => one.value === value)
    if (known) return `params.${known.name}`
    const found = variables.find((one) => one.path === place || one.short === place)
    const last = place.split(/[.[\]"']+/).findLast((part) => part !== '' && !/^-?\d+$/.test(part))
    const name = freeParam(last ?? '', params.map((one) => one.name))
    const type = expression === place ? paramTypes.find((one) => shownTypes[one] === found?.type) : undefined
    const example = found && !found.empty && !found.secret ? exampleOf(found.value, type) : undefined
    params.push({ name, ...(type && type !== 'string' ? { type } : {}), required: true, ...(example === undefined ? {} : { example }), value })
    return `params.${name}`
  }
  const steps = [{ id: stepId, http: own }]
  const off = switchedOff(steps, '')
  const [done] = inSteps(steps, '', (text, kind, at) => {
    if (off.some((place) => at.startsWith(place))) return text
    const stays = (root: string) => everywhere.has(root) || (ownReply.test(at) && reply.has(root))
    if (kind === 'expression') return placesIn(text, (place, root) => (stays(root) ? place : param(place, place)))
    return inText(text, kind, (expression) => {
      let first: string | undefined
      placesIn(expression, (place, root) => {
        if (!stays(root)) first ??= place
        return place
      })
      return first === undefined ? expression : ` ${param(expression.trim(), first)} `
    })
  })
  return { http: done?.http ?? own, params }
}

/** The step that sends the saved request instead of its own: all that belongs to its place stays. */
export function asRequestStep({ http, ...step }: Step, request: string, given: readonly Proposed[]): Step {
  const { save, on_failure, renew } = http ?? {}
  return {
    ...step,
    request,
    ...(given.length > 0 ? { with: given.map(({ name, value }): Row => ({ name, value })) } : {}),
    ...(save === undefined ? {} : { save }),
    ...(on_failure === undefined ? {} : { on_failure }),
    ...(renew === undefined ? {} : { renew }),
  }
}

/** The scenario whose step sends the saved request, wherever the step stands now; unchanged once its own request is not the one that was saved. */
export function sendSaved(scenario: Scenario, { id, http }: Step, request: string, given: readonly Proposed[]): Scenario {
  const placed = walk(scenario).find(({ step }) => step.id === id && same(step.http, http))
  return placed ? write(scenario, placed.pointer, asRequestStep(placed.step, request, given)) : scenario
}

/** The step with its own request again, wherever it stands now, while it still sends the saved one. */
export function giveBackStep(scenario: Scenario, step: Step, request: string): Scenario {
  const placed = walk(scenario).find((one) => one.step.id === step.id && one.step.request === request)
  return placed ? write(scenario, placed.pointer, step) : scenario
}

/** What was typed as a value of a type; what is none, a single variable for one, stays the text that it is. */
export const readAs = (text: string, type: ParamType = 'string'): Json => (type === 'string' ? text : (ofType(withVariables(text), type) ?? text))

/** A value as a field of one line shows it. */
export const oneLine = (value: Json): string => (typeof value === 'string' ? value : shownText(value).replace(/\n\s*/g, ' '))

/** A value as it is shown, read as what its type says; what cannot be read so is no example. */
export function exampleOf(text: string, type: ParamType = 'string'): Json | undefined {
  if (type === 'string') return text
  try {
    return ofType(parseJson(text), type)
  } catch {
    return undefined
  }
}

function ofType(value: Json | undefined, type: ParamType): Json | undefined {
  const is = Array.isArray(value) ? 'list' : typeof value === 'number' || value instanceof LongNumber ? 'number' : typeof value === 'boolean' ? 'boolean' : value !== undefined && members(value) ? 'object' : undefined
  return is === type ? value : undefined
}
