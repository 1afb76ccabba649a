import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { api, call, keys, kindsQuery, requestQuery, runQuery, useHints, type Run, type SavedRequest } from '@/api'
import { useSearch } from '@/app/useSearch'
import { shortClock, useT } from '@/i18n'
import { useCodes } from '@/i18n/codes'
import { PillScopeProvider } from '@/pill/scope'
import { Button, Confirm, CopyButton, ErrorNote, Icon, IconButton, Menu, Page, Skeleton, toast, usePageTitle } from '@/ui'
import { CheckDialog } from '../check/CheckDialog'
import { pastOf } from '../check/past'
import { ResultView } from '../check/ResultView'
import { useCheck } from '../check/useCheck'
import { EditorContext, StepContext, useEditor, type Editor } from '../context'
import css from '../editor.module.css'
import { CheckButton, HttpPanel } from '../http/HttpPanel'
import { PasteCurl } from '../http/PasteCurl'
import { WillSend } from '../http/WillSend'
import { DraftStore, type DraftState } from '../model/draft'
import { write } from '../model/pointer'
import { paramsOf, paramVariables } from '../model/saved'
import { walk } from '../model/steps'
import { Conflict } from '../parts/Conflict'
import { fieldName } from '../parts/describe'
import { useKeys } from '../parts/useKeys'
import { useFocusField, useStepScope } from '../step/useStepScope'
import '../texts'
import { useDraftStore } from '../useDraftStore'
import { useConstants } from '../useConstants'
import { usePreview } from '../usePreview'
import { noSamples } from '../useSamples'
import { Examples, Params } from './Params'
import own from './request.module.css'
import { checkRequest, previewRequest, requestTransport } from './server'
import { Used } from './Used'

/** One saved request: the panel of an HTTP step, and what steps give it. */
export default function RequestPage() {
  const { name } = useParams({ strict: false })
  return name ? <Opening key={name} name={name} /> : null
}

function Opening({ name }: { name: string }) {
  const store = useMemo(() => new DraftStore({ name: `request ${name}`, transport: requestTransport(name), storage: localStorage, byHand: true }), [name])
  const { state, error, open } = useDraftStore(store)
  const request = useQuery(requestQuery(name))
  const told = error ?? (request.data ? undefined : request.error)
  const again = () => {
    open()
    void request.refetch()
  }
  if (told !== undefined && told !== null)
    return (
      <Page title={name} back={<Back />}>
        <ErrorNote error={told} onRetry={again} />
      </Page>
    )
  if (!state || !request.data)
    return (
      <Page title={' '} back={<Back />}>
        <Skeleton lines={6} />
      </Page>
    )
  return <Loaded name={name} store={store} state={state} request={request.data} failed={request.error ? { error: request.error, again } : undefined} />
}

const Back = () => (
  <Link to="/requests" className={own.back}>
    <Icon name="back" size={16} /> {useT()('nav.requests')}
  </Link>
)

const none: never[] = []
const nothing = () => undefined

interface LoadedProps {
  name: string
  store: DraftStore
  state: DraftState
  request: SavedRequest
  failed: { error: unknown; again: () => void } | undefined
}

function Loaded({ name, store, state, request, failed }: LoadedProps) {
  useCodes()
  const client = useQueryClient()
  const table = useQuery(kindsQuery)
  const { document } = state
  const steps = useMemo(() => walk(document), [document])
  const [placed] = steps
  const [search, setSearch] = useSearch()
  const last = request.last_check?.run
  const lastRun = useQuery({ ...runQuery(last ?? ''), enabled: last !== undefined }).data as Run | undefined
  const check = useCheck({
    of: 'request',
    name,
    title: document.title ?? '',
    steps,
    sends: (step) => step.http,
    run: (_wish, signal) => checkRequest(name, document, signal),
    past: useMemo(() => ({ past: pastOf(lastRun ? [lastRun] : none), replies: {} }), [lastRun]),
  })
  const refresh = useCallback(() => {
    void client.invalidateQueries({ queryKey: keys.requests })
    void client.invalidateQueries({ queryKey: keys.request(name) })
  }, [client, name])
  useHints((hints) => {
    if (hints.some((hint) => hint.kind === 'config' || hint.kind === 'reconnect')) void store.refresh().catch(nothing)
  })
  usePageTitle(document.title || name)
  const editor: Editor = {
    name, store, state, document, info: undefined, constants: useConstants(), steps, selected: placed, alone: true, check, samples: noSamples, sample: undefined, sources: none, panelSource: undefined, dataPlace: null,
    // A link from elsewhere names a field.
    focusField: placed && search['field'] && `${placed.pointer}${search['field']}`,
    focused: useCallback(() => setSearch({ field: undefined }, { replace: true }), [setSearch]),
    kinds: table.data?.items ?? none,
    kindsFailed: table.error ? { error: table.error, again: () => void table.refetch() } : undefined,
    sends: (step) => step.http,
    open: nothing, openSource: nothing, addSource: nothing, closePanel: nothing,
    edit: useCallback((change, group) => store.edit(change, group), [store]),
    put: useCallback((pointer, value) => store.edit((now) => write(now, pointer, value), pointer), [store]),
  }
  useKeys(editor)
  if (!placed) return null
  return (
    <EditorContext.Provider value={editor}>
      <Screen request={request} refresh={refresh} failed={failed} />
      <Conflict />
      <CheckDialog />
    </EditorContext.Provider>
  )
}

function Screen({ request, refresh, failed }: { request: SavedRequest; refresh: () => void; failed: LoadedProps['failed'] }) {
  const t = useT()
  const { document, steps, check, kinds, kindsFailed, state } = useEditor()
  const placed = steps[0]!
  const { name } = request
  const previewed = usePreview(placed.path, useCallback((signal) => previewRequest(name, document, signal), [name, document]), check.round)
  const { preview, error } = previewed
  // What was said of an older text may mean another place.
  const problems = error ? none : (preview?.problems ?? none)
  // The parameters are those of this very moment; an event has no place here.
  const variables = useMemo(() => [...paramVariables(paramsOf(document)), ...(preview?.scope ?? []).filter((one) => one.group === 'system' || one.group === 'secret')], [document, preview])
  const { scope, left } = useStepScope(placed, preview)
  useFocusField()
  return (
    <StepContext.Provider value={scope}>
      <PillScopeProvider variables={variables}>
        <div className={own.page}>
          <Head request={request} curl={preview?.curl} refresh={refresh} />
          {failed && <div className={own.failed}><ErrorNote error={failed.error} onRetry={failed.again} /></div>}
          <div className={own.columns}>
            <section className={own.panel} onBlur={left} aria-label={t('httpRequest')}>
              <div className={css.stepBody}>
                {kinds.length > 0 ? <HttpPanel /> : kindsFailed ? <ErrorNote error={kindsFailed.error} onRetry={kindsFailed.again} /> : <Skeleton lines={6} />}
                <ResultView />
              </div>
            </section>
            <div className={own.side}>
              <Params problems={problems} used={request.used_by.length > 0} />
              <Examples problems={problems}>
                <CheckButton />
              </Examples>
              <Used request={request} unsaved={state.save.is !== 'saved'} />
            </div>
          </div>
          <div className={own.willSend}>
            <WillSend {...previewed} named={(place) => (place.startsWith(placed.pointer) ? fieldName(place.slice(placed.pointer.length), kinds) : t('inputs'))} />
          </div>
        </div>
      </PillScopeProvider>
    </StepContext.Provider>
  )
}

/** Its name, whether it is saved, and what can be done with it as a whole. */
function Head({ request, curl, refresh }: { request: SavedRequest; curl: string | undefined; refresh: () => void }) {
  const t = useT()
  const { state, store, document, put, steps } = useEditor()
  const [pasting, setPasting] = useState(false)
  const [deleting, setDeleting] = useState(false)
  const { save } = state
  const saved = save.is === 'saved'
  const title = document.title || request.name
  const keep = () => void store.saveNow().then((done) => done && refresh())
  const word = saved ? (save.at ? t('request.saved', { time: shortClock(save.at) }) : '') : save.is === 'saving' ? t('save.saving') : t('request.unsaved')
  return (
    <header className={own.head}>
      <Back />
      <div className={own.headLine}>
        <h1 className={css.title}>
          <input className={css.titleInput} aria-label={t('request.name')} value={document.title ?? request.name} title={title} maxLength={200} onChange={(event) => put('/title', event.currentTarget.value)} />
        </h1>
        <span className={own.saveWord} data-state={save.is} role="status">
          {word}
        </span>
        <span className={css.spring} />
        <div className={css.topActions}>
          <IconButton icon="undo" label={t('editor.undo')} disabled={!state.canUndo} onClick={() => void store.undo()} />
          <IconButton icon="redo" label={t('editor.redo')} disabled={!state.canRedo} onClick={() => void store.redo()} />
          <Button onClick={() => setPasting(true)}>{t('pasteCurl')}</Button>
          <CopyButton text={curl ?? ''} kind="default" size="medium" label={t('copyCurl')} disabled={curl === undefined}>
            cURL
          </CopyButton>
          <Menu
            items={[
              { label: t('request.discard'), icon: 'undo', onClick: () => store.discard(), disabled: saved },
              { label: t('scenario.exportYaml'), icon: 'download', href: `/api/v1/export?kind=Request&name=${encodeURIComponent(request.name)}`, download: '' },
              'line',
              { label: t('delete'), icon: 'trash', danger: true, onClick: () => setDeleting(true) },
            ]}
          >
            <IconButton icon="dots" label={t('scenario.actions', { title })} tip={false} />
          </Menu>
          <Button kind="main" onClick={keep} loading={save.is === 'saving'} disabled={saved || save.is === 'conflict'}>
            {t('save')}
          </Button>
        </div>
      </div>
      {pasting && <PasteCurl placed={steps[0]!} onClose={() => setPasting(false)} />}
      {deleting && <Delete request={request} onClose={() => setDeleting(false)} />}
    </header>
  )
}

function Delete({ request: { name, title, used_by: users }, onClose }: { request: SavedRequest; onClose: () => void }) {
  const t = useT()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { store } = useEditor()
  const remove = useMutation({
    mutationFn: () => call(api.DELETE('/api/v1/requests/{name}', { params: { path: { name } } })),
    onSuccess: () => {
      // Nothing of it comes back in one of the same name.
      store.drop()
      void client.invalidateQueries({ queryKey: keys.requests })
      toast(t('request.deleted', { title: title || name }))
      void navigate({ to: '/requests' })
    },
  })
  return (
    <Confirm open onClose={onClose} onConfirm={() => remove.mutate()} busy={remove.isPending} danger title={t('request.deleteTitle', { title: title || name })} confirm={t('delete')}>
      <p>{users.length > 0 ? t('request.deleteUsed', { list: users.map((one) => one.title || one.scenario).join(', ') }) : t('request.deleteHelp')}</p>
      {remove.error && <ErrorNote error={remove.error} />}
    </Confirm>
  )
}
