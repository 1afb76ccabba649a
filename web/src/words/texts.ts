import { useQuery } from '@tanstack/react-query'
import { kindsQuery, type Kind, type KindField } from '@/api'
import { pick } from '@/i18n'

/** What the table of kinds says of one field, in the present language. */
export interface FieldTexts {
  title: string
  help: string
  /** Its choices, each with its own help. */
  options: { value: string; label: string; help: string | undefined }[]
  field: KindField | undefined
}

export function fieldTexts(kinds: readonly Kind[], path: string): FieldTexts {
  // The fields that all kinds share say the same in each.
  const field = kinds.flatMap((kind) => kind.fields).find((one) => one.path === path)
  return {
    title: pick(field?.title),
    help: pick(field?.help),
    options: (field?.choices ?? []).map((choice) => ({ value: choice.value, label: pick(choice.title), help: pick(choice.help) || undefined })),
    field,
  }
}

/** A field's help, and what the way that is chosen means. */
export function helpOf({ help, options }: FieldTexts, chosen: string): string {
  const option = options.find((one) => one.value === chosen)
  return option?.help ? `${help} ${option.label}: ${option.help}.` : help
}

/** The texts of a field that a panel draws by hand: they come from the table, as those of all others do. */
export function useTexts(): (path: string) => FieldTexts {
  const kinds = useQuery(kindsQuery).data?.items ?? []
  return (path) => fieldTexts(kinds, path)
}
