import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { CatchBoundary, Link, lazyRouteComponent, useParams, type ErrorComponentProps } from '@tanstack/react-router'
import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { eventQuery, keys, kindsQuery, requestsQuery, scenarioQuery, sourceQuery, useHints, type Source } from '@/api'
import { part } from '@/api/part'
import { useSearch } from '@/app/useSearch'
import { useT } from '@/i18n'
import { useCodes } from '@/i18n/codes'
import { ErrorNote, Icon, Note, Page, Skeleton, Tabs, toastError, useNarrow, usePageTitle } from '@/ui'
import { CheckDialog } from './check/CheckDialog'
import { usePast } from './check/past'
import { useCheck } from './check/useCheck'
import { EditorContext, type Attached, type Editor } from './context'
import css from './editor.module.css'
import { DraftStore, type DraftState } from './model/draft'
import { heldAt } from './model/document'
import { same } from './model/json'
import { write } from './model/pointer'
import { sentBy } from './model/saved'
import { walk, type Placed } from './model/steps'
import { Commands } from './parts/Commands'
import { Conflict } from './parts/Conflict'
import { SampleBar } from './parts/SampleBar'
import { StepList } from './parts/StepList'
import { TopBar } from './parts/TopBar'
import { useKeys } from './parts/useKeys'
import { check as run, transportFor } from './server'
import { SourcePanel } from './source/SourcePanel'
import { StepPanel } from './step/StepPanel'
import { HistoryTab } from './tabs/HistoryTab'
import { SettingsTab } from './tabs/SettingsTab'
import { YamlTab } from './tabs/YamlTab'
import './texts'
import { useDraftStore } from './useDraftStore'
import { useConstants } from './useConstants'
import { asAsked, useSamples } from './useSamples'

// Many never look at it. As of a page: when it does not come, the browser loads everything once more, then a person is told.
const MapView = lazyRouteComponent(part(() => import('./map/MapView')))
// It comes with the editor, whose texts it has.
export { ReadyPage } from './ready/ReadyPage'

/** The editor of one scenario: `name` of the address says which. */
export default function EditorPage() {
  const { name } = useParams({ strict: false })
  return name ? <Opening key={name} name={name} /> : null
}

function Opening({ name }: { name: string }) {
  const store = useMemo(() => new DraftStore({ name, transport: transportFor(name), storage: localStorage }), [name])
  const { state, error, open } = useDraftStore(store)
  if (error !== undefined)
    return (
      <Page title={name} back={<Back />}>
        <ErrorNote error={error} onRetry={open} />
      </Page>
    )
  if (!state)
    return (
      <Page title={' '}>
        <Skeleton lines={6} />
      </Page>
    )
  return <Loaded name={name} store={store} state={state} />
}

const Back = () => (
  <Link to="/scenarios" className={css.backToList}>
    <Icon name="back" size={16} /> {useT()('nav.scenarios')}
  </Link>
)

// Defined once: only then is an unchanged answer the same object.
const sourcesOf = (results: { data?: Source | undefined; error: unknown }[]) => results.map(({ data, error }) => ({ source: data, error: error ?? undefined }))

const none: never[] = []
// What the address says of an open panel: none is open, and nothing of one is chosen.
const closed = { panel: undefined, source: undefined, step: undefined, part: undefined, result: undefined, data: undefined }
const tabNames = ['steps', 'map', 'history', 'settings', 'yaml'] as const
type TabName = (typeof tabNames)[number]

function Loaded({ name, store, state }: { name: string; store: DraftStore; state: DraftState }) {
  const t = useT()
  // Mistakes of the draft are told as soon as it is open.
  useCodes()
  const client = useQueryClient()
  const narrow = useNarrow()
  const [search, setSearch] = useSearch()
  const [focusField, setFocusField] = useState<string>()
  const [dataPlace, setDataPlace] = useState<HTMLElement | null>(null)
  const info = useQuery(scenarioQuery(name)).data
  const table = useQuery(kindsQuery)
  const kinds = table.data?.items ?? none
  const { document } = state
  const names = useMemo(() => [...new Set(document.sources ?? [])].filter((one) => one !== ''), [document.sources])
  const found = useQueries({ queries: names.map((one) => sourceQuery(one)), combine: sourcesOf })
  const sources = useMemo(() => names.map((one, i): Attached => ({ name: one, source: found[i]?.source, error: found[i]?.error })), [names, found])
  const samples = useSamples(names)
  const steps = useMemo(() => walk(document), [document])
  const selected = search['panel'] ? undefined : steps.find((placed) => placed.path === search['step'])
  const saved = useQuery(requestsQuery).data?.items ?? none
  const constants = useConstants()
  const sends = useCallback<Editor['sends']>((step) => sentBy(step, saved), [saved])
  const check = useCheck({
    of: 'scenario',
    name,
    title: document.title ?? '',
    steps,
    sends,
    run: ({ step, really }, signal) => run({ scenario: name, document, ...(step === undefined ? {} : { step }), ...asAsked(samples.picked), really, all_dry: really.length === 0 }, signal),
    past: usePast(name),
  })
  const tab: TabName = tabNames.find((one) => one === search['tab']) ?? 'steps'

  useHints((hints) => {
    if (hints.some((hint) => (hint.kind === 'draft' && hint.id === name) || hint.kind === 'config' || hint.kind === 'reconnect')) void store.refresh().catch(() => undefined)
    if (hints.some((hint) => hint.kind === 'config' || hint.kind === 'reconnect')) void client.invalidateQueries({ queryKey: keys.scenario(name), exact: true })
  })

  const edit = useCallback<Editor['edit']>((change, group) => store.edit(change, group), [store])
  // Panels stand beside the list and beside the map: what opens one leaves a map open.
  const beside = tab === 'map' ? 'map' : undefined
  const open = useCallback(
    (path: string, field?: string) => {
      setSearch({ ...closed, tab: beside, step: path })
      setFocusField(field)
    },
    [beside, setSearch],
  )
  const openInList = useCallback((path: string) => setSearch({ ...closed, tab: undefined, step: path }), [setSearch])
  const openSource = useCallback((one?: string) => setSearch({ ...closed, tab: beside, panel: 'source', source: one }), [beside, setSearch])
  const addSource = useCallback(() => setSearch({ ...closed, tab: beside, panel: 'newSource' }), [beside, setSearch])
  const closePanel = useCallback(() => setSearch(closed), [setSearch])
  const panelSource = search['panel'] !== 'source' ? undefined : names.includes(search['source'] ?? '') ? search['source'] : names[0]
  const focused = useCallback(() => setFocusField(undefined), [])

  const editor: Editor = {
    name, store, state, document, info, kinds, constants, sends, kindsFailed: table.error ? { error: table.error, again: () => void table.refetch() } : undefined, steps, selected, open, openSource, addSource, closePanel, focusField: focusField && heldAt(document, focusField), focused, edit, sources, panelSource, dataPlace, samples, check,
    sample: samples.picked,
    put: useCallback((pointer, value) => store.edit((now) => write(now, pointer, value), pointer), [store]),
  }
  // A link from elsewhere names a field of its step, and the event to try the steps on.
  const wantedField = selected && search['field'] ? `${selected.pointer}${search['field']}` : undefined
  useEffect(() => {
    if (!wantedField) return
    setFocusField(wantedField)
    setSearch({ field: undefined }, { replace: true })
  }, [wantedField, setSearch])
  const { data: asked, error: unasked } = useQuery({ ...eventQuery(search['sample'] ?? ''), enabled: search['sample'] !== undefined })
  const pickSample = samples.pick
  useEffect(() => {
    if (asked) pickSample({ event: asked })
    else if (unasked) toastError(unasked, t)
    // The same link works a second time.
    if (asked || unasked) setSearch({ sample: undefined }, { replace: true })
  }, [asked, unasked, pickSample, setSearch, t])
  // A step that has another short name, by undo or by somebody else, is still the one that is open.
  const shown = useRef<Placed | undefined>(undefined)
  useEffect(() => {
    const was = shown.current
    if (selected || !was || was.path !== search['step']) {
      shown.current = selected
      return
    }
    const now = steps.find((placed) => placed.pointer === was.pointer)
    if (now && same({ ...now.step, id: '' }, { ...was.step, id: '' })) setSearch({ step: now.path }, { replace: true })
  }, [selected, steps, search, setSearch])
  useKeys(editor)
  usePageTitle(document.title || name)

  const panel = search['panel'] === 'source' || search['panel'] === 'newSource' ? <SourcePanel key={panelSource ?? ''} /> : selected ? <StepPanel key={selected.path} placed={selected} /> : undefined
  // A link leads to a step as a run knew it.
  const astray = search['step'] && !panel ? t('editor.stepGone', { step: search['step'] }) : undefined
  const main = (
    <div className={css.columns} data-open={panel ? true : undefined}>
      {!(narrow && panel) && (
        <div className={css.list}>
          {narrow && astray && <Note tone="info">{astray}</Note>}
          <div className={css.listSteps}>
            <StepList />
          </div>
          <div ref={setDataPlace} />
        </div>
      )}
      {panel ? <div className={css.panel}>{panel}</div> : <div className={css.nothing}>{!narrow && <p>{astray ?? t('editor.pickStep')}</p>}</div>}
    </div>
  )
  return (
    <EditorContext.Provider value={editor}>
      <div className={css.page}>
        <TopBar />
        <Conflict />
        <Tabs
          value={tab}
          onChange={(next) => setSearch({ tab: next === 'steps' ? undefined : next })}
          ariaLabel={t('editor.views')}
          padded={false}
          tabs={[
            { value: 'steps', label: t('editor.steps'), content: main },
            {
              value: 'map',
              label: t('editor.map'),
              content: (
                <CatchBoundary getResetKey={() => tab} errorComponent={MapFailed}>
                  <Suspense fallback={<Skeleton lines={6} />}>
                    <MapView panel={panel} openInList={openInList} />
                  </Suspense>
                </CatchBoundary>
              ),
            },
            { value: 'history', label: t('editor.history'), content: <HistoryTab /> },
            { value: 'settings', label: t('editor.settings'), content: <SettingsTab /> },
            { value: 'yaml', label: 'YAML', content: <YamlTab /> },
          ]}
        />
        {(tab === 'steps' || tab === 'map') && !(narrow && panel) && <SampleBar />}
        <CheckDialog />
        <Commands />
      </div>
    </EditorContext.Provider>
  )
}

/** The rest of the editor goes on without the map; a press asks for it again. */
function MapFailed({ error, reset }: ErrorComponentProps) {
  return <ErrorNote error={error} onRetry={() => void Promise.resolve(MapView.preload?.()).then(reset)} />
}
