import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { api, call, keys, kindsQuery, requestsQuery, scenariosQuery, sourcesQuery } from '@/api'
import { addables, kindIcon, paletteWords, type Addable } from '@/editor/model/addable'
import { isId, placeOf } from '@/screens/runs/filter'
import { useT, type Key } from '@/i18n'
import { Dialog, ErrorNote, Icon, Skeleton, TextField, toastError, type IconName } from '@/ui'
import { useOffered } from './commands'
import { logOut } from './logOut'
import { usePreferences } from './preferences'
import { foundBy, matches, synonyms, type Thing } from './synonyms'
import css from './Palette.module.css'

interface Item {
  id: string
  label: string
  icon: IconName
  act: () => void
  thing?: Thing
  words?: readonly string[]
  group: Key
  /** The palette goes on with a further question. */
  stays?: boolean
}

// What was made here comes before what is always there.
const groups: readonly Key[] = ['palette.here', 'palette.scenarios', 'palette.sources', 'palette.requests', 'palette.pages', 'palette.inEditor', 'palette.actions']

/** Ctrl+K: pages, scenarios, sources, a run by its id, actions; found by their names and by other systems' words. */
export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useT()
  return (
    <Dialog open={open} onClose={onClose} title={t('palette.title')} hanging>
      {open && <Search onClose={onClose} />}
    </Dialog>
  )
}

interface SearchProps {
  onClose: () => void
  /** What else is looked through for what was typed, above the list; while nothing is typed it stands there alone. */
  also?: (typed: string) => ReactNode
}

/** The one search of the interface: of the palette and of the help. */
export function Search({ onClose, also }: SearchProps) {
  const t = useT()
  const navigate = useNavigate()
  const { setLanguage, setTheme } = usePreferences()
  const queries = useQueryClient()
  const here = useOffered()
  const ofScenarios = useQuery(scenariosQuery)
  const ofSources = useQuery(sourcesQuery)
  const ofRequests = useQuery(requestsQuery)
  const ofKinds = useQuery(kindsQuery)
  const [scenarios, sources, requests, kinds] = [ofScenarios.data, ofSources.data, ofRequests.data, ofKinds.data]
  const lists = [ofScenarios, ofSources, ofRequests, ofKinds]
  const failed = lists.filter((one) => one.error)
  const [text, setText] = useState('')
  /** The step that was chosen outside of the editor: the scenario that it goes into is asked next. */
  const [adding, setAdding] = useState<Addable>()
  const [at, setAt] = useState(0)
  const list = useRef<HTMLUListElement>(null)

  const all = useMemo<Item[]>(() => {
    const create = (add?: string) =>
      void call(api.POST('/api/v1/scenarios', { body: { title: t('scenario.newTitle') } })).then(
        (made) => {
          void queries.invalidateQueries({ queryKey: keys.scenarios })
          void navigate({ to: '/scenarios/$name', params: { name: made.name }, state: { add } })
        },
        (failed: unknown) => toastError(failed, t),
      )
    const go = (to: string, search?: object, params?: object) => () => void navigate({ to, search, params } as never)
    const addTo = (name: string) => () => void navigate({ to: '/scenarios/$name', params: { name }, state: { add: adding?.id } })
    if (adding)
      return [
        { id: 'add-new', group: 'palette.where', icon: 'plus', label: t('palette.newScenario'), words: synonyms.scenario, act: () => create(adding.id) },
        ...(scenarios?.items ?? []).map(
          (one): Item => ({ id: `add-to-${one.name}`, group: 'palette.where', icon: 'scenarios', label: one.title || one.name, words: [one.name], act: addTo(one.name) }),
        ),
      ]
    return [
      { id: 'scenarios', group: 'palette.pages', icon: 'scenarios', label: t('nav.scenarios'), thing: 'scenario', act: go('/scenarios') },
      { id: 'requests', group: 'palette.pages', icon: 'requests', label: t('nav.requests'), thing: 'requests', act: go('/requests') },
      { id: 'runs', group: 'palette.pages', icon: 'history', label: t('nav.history'), thing: 'runs', act: go('/runs') },
      { id: 'bulk', group: 'palette.pages', icon: 'retry', label: t('runs.tab.bulk'), act: go('/runs/bulk') },
      { id: 'reconciliation', group: 'palette.pages', icon: 'check', label: t('runs.tab.reconciliation'), act: go('/runs/reconciliation') },
      { id: 'paused', group: 'palette.pages', icon: 'pause', label: t('state.paused'), thing: 'paused', act: go('/runs', { q: 'state:paused' }) },
      { id: 'waiting', group: 'palette.pages', icon: 'retry', label: t('state.waiting.retry'), act: go('/runs', { q: 'state:waiting' }) },
      { id: 'failed', group: 'palette.pages', icon: 'close', label: t('palette.failedToday'), act: go('/runs', { q: 'state:failed after:-24h' }) },
      { id: 'sources', group: 'palette.pages', icon: 'sources', label: t('nav.sources'), thing: 'source', act: go('/sources') },
      { id: 'recipes', group: 'palette.pages', icon: 'recipe', label: t('recipes.title'), act: go('/recipes') },
      { id: 'import', group: 'palette.actions', icon: 'upload', label: t('import'), words: ['cURL', 'YAML'], act: go('/scenarios', { import: 'open' }) },
      { id: 'connections', group: 'palette.pages', icon: 'connections', label: t('nav.connections'), act: go('/connections') },
      { id: 'lanes', group: 'palette.pages', icon: 'connections', label: t('lanes.title'), act: go('/lanes') },
      { id: 'receiver', group: 'palette.pages', icon: 'flag', label: t('echo'), thing: 'receiver', act: go('/receiver') },
      ...(['general', 'notices', 'retention', 'security', 'secrets', 'audit', 'account', 'about'] as const).map(
        (section): Item => ({ id: `settings-${section}`, group: 'palette.pages', icon: 'settings', label: `${t('nav.settings')}: ${t(`settings.${section}`)}`, ...(section === 'audit' && { thing: section }), act: go('/settings/$section', undefined, { section }) }),
      ),
      // What the open page does itself comes first; without it the way to a step leads through a scenario.
      ...here.map((one): Item => ({ ...one, group: 'palette.here' })),
      ...(here.length > 0
        ? []
        : addables(kinds?.items ?? []).map(
            (one): Item => ({ id: `add-${one.id}`, group: 'palette.inEditor', icon: kindIcon(one.kind), label: one.title, words: paletteWords(one), stays: true, act: () => (setText(''), setAdding(one)) }),
          )),
      { id: 'create', group: 'palette.actions', icon: 'plus', label: t('palette.create'), words: synonyms.scenario, act: () => create() },
      { id: 'add-source', group: 'palette.actions', icon: 'sources', label: t('sources.add'), words: synonyms.source, act: go('/sources', { add: 'open' }) },
      { id: 'add-request', group: 'palette.actions', icon: 'requests', label: t('requests.add'), words: synonyms.requests, act: go('/requests', { add: 'open' }) },
      { id: 'logout', group: 'palette.actions', icon: 'logout', label: t('account.logOut'), act: () => void logOut(t) },
      { id: 'light', group: 'palette.actions', icon: 'theme', label: `${t('theme.title')}: ${t('theme.light')}`, act: () => setTheme('light') },
      { id: 'dark', group: 'palette.actions', icon: 'theme', label: `${t('theme.title')}: ${t('theme.dark')}`, act: () => setTheme('dark') },
      { id: 'ru', group: 'palette.actions', icon: 'globe', label: 'Русский язык', act: () => setLanguage('ru') },
      { id: 'en', group: 'palette.actions', icon: 'globe', label: 'English language', act: () => setLanguage('en') },
      ...(scenarios?.items ?? []).map(
        (one): Item => ({ id: `scenario-${one.name}`, group: 'palette.scenarios', icon: 'scenarios', label: one.title || one.name, words: [one.name], act: go('/scenarios/$name', undefined, { name: one.name }) }),
      ),
      ...(sources?.items ?? []).map(
        (one): Item => ({ id: `source-${one.name}`, group: 'palette.sources', icon: 'sources', label: one.title || one.name, words: [one.name], act: go('/sources/$name', undefined, { name: one.name }) }),
      ),
      ...(requests?.items ?? []).map(
        (one): Item => ({ id: `request-${one.name}`, group: 'palette.requests', icon: 'requests', label: one.title || one.name, words: [one.name, one.url], act: go('/requests/$name', undefined, { name: one.name }) }),
      ),
    ]
  }, [t, navigate, queries, here, setLanguage, setTheme, scenarios, sources, requests, kinds, adding])

  const own = useId()
  const wanted = text.trim()
  // What is called exactly so comes before what is only found by it.
  const rank = (item: Item) => (item.label.toLocaleLowerCase() === wanted.toLocaleLowerCase() ? -1 : groups.indexOf(item.group))
  const found: Item[] = isId(wanted)
    ? [{ id: 'run', group: 'palette.actions', icon: 'history', label: t('palette.openRun', { id: wanted }), act: () => void placeOf(wanted).then((place) => navigate(place as never)) }]
    : adding
      ? all.filter((item) => wanted === '' || matches(wanted, [item.label, ...(item.words ?? [])]))
      : wanted === ''
        ? also
          ? []
          : all.filter((item) => ['palette.here', 'palette.pages', 'palette.scenarios'].includes(item.group)).sort((a, b) => groups.indexOf(a.group) - groups.indexOf(b.group)).slice(0, 24)
        : [
            ...all.filter((item) => matches(wanted, [item.label, ...(item.words ?? []), ...(item.thing ? synonyms[item.thing] : [])])).sort((a, b) => rank(a) - rank(b)).slice(0, 30),
            { id: 'value', group: 'palette.actions', icon: 'search', label: t('palette.findRuns', { text: wanted }), act: () => void navigate({ to: '/runs', search: { value: wanted } as never }) },
          ]
  useEffect(() => setAt(0), [wanted, adding])
  useEffect(() => {
    // Its answer, a promise in newer browsers, must not be taken for a clean-up.
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [at])

  const pick = (item: Item | undefined) => {
    if (!item) return
    if (!item.stays) onClose()
    item.act()
  }
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step) {
      event.preventDefault()
      setAt((now) => (now + step + found.length) % Math.max(1, found.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      pick(found[at])
    }
  }
  const question = adding ? t('palette.where', { step: adding.title }) : t('palette.title')
  return (
    <div className={css.palette}>
      <TextField ariaLabel={question} placeholder={t(adding ? 'palette.hintWhere' : 'palette.hint')} icon="search" value={text} onChange={setText} onKeyDown={onKey} autoFocus list={{ id: own, active: found[at] && `${own}-${found[at].id}` }} />
      {!adding && also?.(wanted)}
      <ul ref={list} id={own} hidden={found.length === 0} className={css.list} role="listbox" aria-label={question}>
        {found.map((item, index) => {
          const other = wanted ? (item.thing ? foundBy(wanted, item.label, item.thing) : matches(wanted, [item.label]) ? undefined : item.words?.find((word) => matches(wanted, [word]))) : undefined
          return (
            <li key={item.id} role="presentation">
              {(index === 0 || found[index - 1]!.group !== item.group) && <div className={css.group}>{item.group === 'palette.where' ? question : t(item.group)}</div>}
              <button type="button" role="option" id={`${own}-${item.id}`} aria-selected={index === at} className={css.item} tabIndex={-1} onMouseDown={(event) => event.preventDefault()} onMouseMove={() => setAt(index)} onClick={() => pick(item)}>
                <Icon name={item.icon} size={16} />
                <span>{item.label}</span>
                {other && <span className={css.other}>{other}</span>}
              </button>
            </li>
          )
        })}
      </ul>
      {lists.some((one) => one.isPending) && <Skeleton lines={2} />}
      {failed[0] && <ErrorNote error={failed[0].error} onRetry={() => failed.forEach((one) => void one.refetch())} />}
    </div>
  )
}
