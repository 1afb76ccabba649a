import { useRouterState } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useCommands } from '@/app/commands'
import { synonyms } from '@/app/synonyms'
import { useSearch } from '@/app/useSearch'
import { quoted, useT } from '@/i18n'
import { useEditor } from '../context'
import { addables, kindIcon, paletteWords } from '../model/addable'
import { split, join } from '../model/pointer'
import { useAdd } from './AddStep'

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
  // The palette of another page hands over a kind of step to begin with.
  const [, setSearch] = useSearch()
  const [wish, setWish] = useState<string>()
  const asked = useRouterState({ select: (router) => router.location.state.add })
  useEffect(() => {
    if (!asked) return
    setWish(asked)
    // Whoever comes back to the page does not add another one.
    setSearch({}, { replace: true })
  }, [asked, setSearch])
  useEffect(() => {
    const one = wish && !asked ? addables(kinds).find((each) => each.id === wish) : undefined
    if (!one) return
    setWish(undefined)
    add('/steps/-', one)
  }, [wish, asked, kinds, add])
  useCommands([
    ...addables(kinds).map((one) => ({
      id: `add-${one.id}`, icon: kindIcon(one.kind), label: `${t('addStep')}: ${quoted(one.title)}`,
      words: paletteWords(one),
      act: () => add(place(), one),
    })),
    { id: 'check-scenario', icon: 'play', label: t('check.scenario'), words: synonyms.check, act: () => check.askScenario() },
    ...(selected ? [{ id: 'check-step', icon: 'play' as const, label: t('check.step'), words: synonyms.check, act: () => check.askStep(selected.path) }] : []),
    { id: 'editor-source', icon: 'sources', label: t('palette.editorSource'), act: openSource },
  ])
  return null
}
