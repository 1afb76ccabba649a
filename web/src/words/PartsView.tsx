import type { Attempt } from '@/api'
import { size } from '@/i18n'
import { KeyValueRows } from '@/ui'

type Part = NonNullable<Attempt['request']['parts']>[number]

/** What a part of a form holds: a field's text, or a file's name, type and size. */
export const partText = (part: Part): string => (part.filename ? [part.filename, part.type, size(part.size)].filter(Boolean).join(' · ') : (part.text ?? ''))

/** A form with files as people read it. */
export function PartsView({ parts }: { parts: readonly Part[] | undefined }) {
  return parts?.length ? <KeyValueRows rows={parts.map((part) => ({ name: part.name, value: partText(part) }))} /> : null
}
