/** Files among the values that a step can read. */
import type { Variable } from '@/pill/variables'
import { size } from '@/i18n'
import type { Becomes } from '../becomes'
import type { FormFile, Scenario } from './document'
import { insert, read } from './pointer'
import { firstId, walk } from './steps'

/** The places where the sample has a file: what came with a form, and replies that are no text. */
export function filePaths(variables: readonly Pick<Variable, 'path' | 'type'>[]): string[] {
  const paths = new Set(variables.map((one) => one.path))
  const files = variables.filter((one) => one.type === 'binary' || (one.type === 'object' && ['filename', 'size', 'part'].every((member) => paths.has(`${one.path}.${member}`))))
  return files.map((one) => one.path)
}

/** A file by its name, type and size; any other value as it is. */
export function fileText(value: Becomes): string {
  if (value.type !== 'object') return value.text
  try {
    const { filename, type, size: bytes } = JSON.parse(value.text) as Record<string, unknown>
    if (typeof filename === 'string' && typeof bytes === 'number') return [filename, type, size(bytes)].filter(Boolean).join(' · ')
  } catch {
    // What is cut short is shown as it is.
  }
  return value.text
}

/** Puts a file back that was taken out of a form, `list` below its step. What was changed since stays; a step that is gone, or sends another body by now, gets nothing. */
export function putBack(document: Scenario, { id, list, index, file }: { /** The first id of the step. */ id: string; list: string; index: number; file: FormFile }): Scenario {
  const placed = walk(document).find(({ step }) => firstId(step) === id)
  if (!placed || read(placed.step, list.replace(/\/files$/, '')) === undefined) return document
  return insert(document, `${placed.pointer}${list}/${index}`, file)
}

/** Keys of files, which have no ids: one keeps its key while others come and go before it, and while it is changed in its place. */
export interface Keyed {
  files: readonly FormFile[]
  keys: readonly number[]
  next: number
}

export function keyed(was: Keyed, files: readonly FormFile[]): Keyed {
  let next = was.next
  const keys = files.map((file, i) => {
    const before = was.files.indexOf(file)
    const changed = was.files.length === files.length && !files.includes(was.files[i]!)
    return was.keys[before >= 0 ? before : changed ? i : -1] ?? next++
  })
  return { files, keys, next }
}
