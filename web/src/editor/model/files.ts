/** Files among the values that a step can read. */
import type { Variable } from '@/pill/variables'
import { size } from '@/i18n'
import type { Becomes } from '../becomes'

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
