import { createContext, useContext } from 'react'
import type { Kind, Preview, Scenario as ScenarioInfo, Source } from '@/api'
import type { Check } from './check/useCheck'
import type { DraftState, DraftStore } from './model/draft'
import type { HttpStep, Scenario, Step } from './model/document'
import type { Placed } from './model/steps'
import type { Constants } from './parts/describe'
import type { Picked, Samples } from './useSamples'

/** A source that the scenario names; what it is comes later, or never when it is gone. */
export interface Attached {
  name: string
  source: Source | undefined
  error: unknown
}

export interface Editor {
  name: string
  store: DraftStore
  state: DraftState
  document: Scenario
  info: ScenarioInfo | undefined
  /** The table of kinds, which names all fields; empty until it is there. */
  kinds: readonly Kind[]
  kindsFailed: { error: unknown; again(): void } | undefined
  constants: Constants
  steps: readonly Placed[]
  /** What a step sends: its own request, or the saved one that it names. */
  sends(step: Step): HttpStep | undefined
  /** A saved request is edited: its step stands in no scenario. */
  alone?: boolean
  selected: Placed | undefined
  /** Opens a step by its path; field is a pointer inside the document that gets the focus. */
  open(path: string, field?: string): void
  /** Opens a source of the scenario: the first one when none is named. */
  openSource(name?: string): void
  /** Opens the choice of a further source. */
  addSource(): void
  closePanel(): void
  /** The field that wants the focus, as a pointer. */
  focusField: string | undefined
  focused(): void
  edit(change: (document: Scenario) => Scenario, group?: string): void
  /** Writes one place of the document; what is typed into one place is one step of undo. */
  put(pointer: string, value: unknown): void
  sources: readonly Attached[]
  /** The source whose panel is open. */
  panelSource: string | undefined
  /** Where the open step lists its data: under the steps; null where the panel covers them. */
  dataPlace: HTMLElement | null
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

export { becomes, missingWords, rowBecomes, wrongIn, type Becomes } from './becomes'
