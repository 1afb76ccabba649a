import { problemWords } from '@/i18n/problem'
import { createContext, useContext } from 'react'
import type { Kind, Preview, Scenario as ScenarioInfo, Source } from '@/api'
import type { Check } from './check/useCheck'
import type { DraftState, DraftStore } from './model/draft'
import type { Row, Scenario } from './model/document'
import type { Placed } from './model/steps'
import type { Picked, Samples } from './useSamples'

export type PanelName = 'source' | 'settings'

export interface Editor {
  name: string
  store: DraftStore
  state: DraftState
  document: Scenario
  info: ScenarioInfo | undefined
  kinds: readonly Kind[]
  steps: readonly Placed[]
  selected: Placed | undefined
  /** Opens a step by its path; field is a pointer inside the document that gets the focus. */
  open(path: string, field?: string): void
  openSource(): void
  closePanel(): void
  /** The field that wants the focus, as a pointer. */
  focusField: string | undefined
  focused(): void
  edit(change: (document: Scenario) => Scenario, group?: string): void
  /** Writes one place of the document; what is typed into one place is one step of undo. */
  put(pointer: string, value: unknown): void
  source: Source | undefined
  samples: Samples
  sample: Picked | undefined
  check: Check
}

export const EditorContext = createContext<Editor | undefined>(undefined)

export function useEditor(): Editor {
  const editor = useContext(EditorContext)
  if (!editor) throw new Error('outside of the editor')
  return editor
}

export interface StepScope {
  placed: Placed
  preview: Preview | undefined
  /** Pointers below the step. */
  at(pointer: string): string
  put(pointer: string, value: unknown): void
  read<T>(pointer: string): T | undefined
  problem(pointer: string): string | undefined
}

export const StepContext = createContext<StepScope | undefined>(undefined)

export function useStep(): StepScope {
  const step = useContext(StepContext)
  if (!step) throw new Error('outside of a step')
  return step
}

export type Becomes = Preview['values'][number]

/** What a place of the document becomes; rows may be named by their number or by their name. */
export function becomes(preview: Preview | undefined, pointer: string): Becomes | undefined {
  return preview?.values.find((value) => value.pointer === pointer)
}

/** What is wrong with a place, in words. */
export const wrongIn = (value: Becomes | undefined): string | undefined => value?.problem && problemWords(value.problem)

export function rowBecomes(preview: Preview | undefined, pointer: string, index: number, row: Row): Becomes | undefined {
  const name = row.name.replace(/~/g, '~0').replace(/\//g, '~1')
  for (const place of [`${pointer}/${index}/value`, `${pointer}/${index}`, `${pointer}/${name}/value`, `${pointer}/${name}`]) {
    const found = becomes(preview, place)
    if (found) return found
  }
  return undefined
}
