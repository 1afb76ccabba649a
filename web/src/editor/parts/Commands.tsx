import { useCommands } from '@/app/commands'
import { synonyms } from '@/app/synonyms'
import { quoted, useT } from '@/i18n'
import { useEditor } from '../context'
import { addables } from '../model/addable'
import { split, join } from '../model/pointer'
import { kindIcon, useAdd } from './AddStep'

/** What the palette can do in the open editor; LifeButtons offers the rest. */
export function Commands() {
  const t = useT()
  const { kinds, check, selected, openSource } = useEditor()
  const add = useAdd()
  // Behind the step that is open, else at the end.
  const place = () => {
    if (!selected) return '/steps/-'
    const parts = split(selected.pointer)
    return join(...parts.slice(0, -1), Number(parts[parts.length - 1]) + 1)
  }
  useCommands([
    ...addables(kinds).map((one) => ({
      id: `add-${one.id}`, icon: kindIcon(one.kind), label: `${t('addStep')}: ${quoted(one.title)}`,
      words: [one.title, ...one.synonyms, ...(one.kind === 'http' ? [...synonyms.httpRequest, ...synonyms.postJson] : one.kind === 'respond' ? synonyms.respond : []), ...synonyms.step],
      act: () => add(place(), one),
    })),
    { id: 'check-scenario', icon: 'play', label: t('check.scenario'), act: () => check.askScenario() },
    ...(selected ? [{ id: 'check-step', icon: 'play' as const, label: t('check.step'), act: () => check.askStep(selected.path) }] : []),
    { id: 'editor-source', icon: 'sources', label: t('palette.editorSource'), act: openSource },
  ])
  return null
}
