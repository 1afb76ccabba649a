import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { api, ApiError, call, keys, ofRuns, presetsQuery, samplesQuery, sourceQuery, useHints, type Preset, type Source } from '@/api'
import { useSearch } from '@/app/useSearch'
import { pick, useT } from '@/i18n'
import { Button, Confirm, Dialog, EmptyState, ErrorNote, Facts, Icon, IconButton, Menu, Note, Page, Panel, Row, Skeleton, Stack, TextArea, toast } from '@/ui'
import { EventView } from '@/screens/run/EventView'
import { useScenarioTitles, type Titles } from '@/words/titles'
import { Addresses } from './Addresses'
import { CopyOneC } from './CopyOneC'
import { EventList } from './EventList'
import { Feeds } from './Feeds'
import { PeriodPanel, periodOf } from './PeriodPanel'
import { ReceiveDialog } from './ReceiveDialog'
import { receives } from './receives'
import { FieldsNote, SilenceNote } from './Usual'
import { jsonOf, sampleOf, sampleText } from './sample'
import css from './Sources.module.css'

export default function SourcePage() {
  const t = useT()
  const { name = '' } = useParams({ strict: false })
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [search, setSearch] = useSearch()
  const { data: source, error, isPending, refetch } = useQuery(sourceQuery(name))
  const samples = useQuery(samplesQuery(name))
  const { data: presets } = useQuery({ ...presetsQuery, retry: false })
  const titleOf = useScenarioTitles()
  const [sending, setSending] = useState(search.send === 'open')
  const [receiving, setReceiving] = useState(false)
  const [deleting, setDeleting] = useState(false)
  useHints((hints) => {
    if (hints.some(ofRuns)) void queries.invalidateQueries({ queryKey: keys.samples(name) })
  })
  const remove = useMutation({
    mutationFn: () => call(api.DELETE('/api/v1/sources/{name}', { params: { path: { name } } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.sources })
      toast(t('sources.deleted', { title: source?.title || name }))
      void navigate({ to: '/sources' })
    },
  })

  const back = (
    <Link to="/sources" className={css.back}>
      <Icon name="back" size={16} /> {t('nav.sources')}
    </Link>
  )
  const period = periodOf(search)
  const past = period && <PeriodPanel key={`${period.from} ${period.to}`} source={name} {...period} />
  // What came to a source is kept when it is deleted.
  if (past && !source && error instanceof ApiError && error.status === 404) return <Page title={name} back={back}>{past}</Page>
  if (error && !source) return <Page title={name} back={back}><ErrorNote error={error} onRetry={() => void refetch()} /></Page>
  if (isPending || !source) return <Page title={name} back={back}><Skeleton lines={6} /></Page>

  const preset = presets?.items.find((one) => one.id === source.preset)
  const events = samples.data?.items ?? []
  const chosen = events.find((one) => one.id === search.event) ?? events[0]
  return (
    <Page
      title={source.title || source.name}
      back={back}
      actions={
        <>
          <Button icon="send" onClick={() => setSending(true)}>
            {t('sendSample')}
          </Button>
          <CopyOneC source={source} size="medium" />
          <Menu
            items={[
              { label: t('sources.runs'), icon: 'history', to: '/runs', search: { q: `source:${source.name}` } },
              { label: t('scenario.exportYaml'), icon: 'download', href: `/api/v1/export?kind=Source&name=${encodeURIComponent(source.name)}`, download: '' },
              'line',
              { label: t('delete'), icon: 'trash', danger: true, onClick: () => setDeleting(true) },
            ]}
          >
            <IconButton icon="dots" label={t('scenario.actions', { title: source.title || source.name })} tip={false} />
          </Menu>
        </>
      }
    >
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {source.damaged && <Note tone="error" title={t('sources.damaged')}>{t('sources.damagedHelp')}</Note>}
      <SilenceNote source={source} />
      <FieldsNote name={name} titleOf={titleOf} />
      <Addresses source={source} events={events} />
      <Panel
        title={t('receive.title')}
        actions={
          !source.damaged && (
            <Button size="small" icon="pencil" onClick={() => setReceiving(true)}>
              {t('receive.change')}
            </Button>
          )
        }
      >
        <Facts
          items={[
            [t('sources.preset'), pick(preset?.title) || source.preset],
            preset?.help ? [t('sources.about'), pick(preset.help)] : null,
            ...receives(source, preset, t),
            [t('sources.feeds'), <Feeds key="feeds" source={source} titleOf={titleOf} />],
          ]}
        />
      </Panel>
      {past ?? (
        <Panel title={t('sources.events')}>
          {samples.error && <ErrorNote error={samples.error} onRetry={() => void samples.refetch()} />}
          {!samples.data ? (
            !samples.error && <Skeleton lines={4} />
          ) : events.length === 0 ? (
            <EmptyState icon="dotted" title={t('sources.waiting')} actions={<Button kind="main" icon="send" onClick={() => setSending(true)}>{t('sendSample')}</Button>}>
              {t('sources.waitingHelp')}
            </EmptyState>
          ) : (
            <div className={css.events}>
              <EventList label={t('sources.events')} events={events} chosen={chosen?.id} onChoose={(id) => setSearch({ event: id }, { replace: true })} />
              <div className={css.event}>
                {chosen && (
                  <Stack>
                    <TakeSample scenarios={source.scenarios} titleOf={titleOf} event={chosen.id} />
                    <EventView key={chosen.id} event={chosen} />
                  </Stack>
                )}
              </div>
            </div>
          )}
        </Panel>
      )}
      {receiving && <ReceiveDialog source={source} onClose={() => setReceiving(false)} />}
      {sending && <SendSample source={source} preset={preset} onClose={() => (setSending(false), search.send && setSearch({ send: undefined }, { replace: true }))} />}
      {deleting && (
        <Confirm open onClose={() => setDeleting(false)} onConfirm={() => remove.mutate()} busy={remove.isPending} danger title={t('sources.deleteTitle', { title: source.title || source.name })} confirm={t('delete')}>
          <p>{t('sources.deleteHelp')}</p>
          {remove.error && <ErrorNote error={remove.error} />}
        </Confirm>
      )}
    </Page>
  )
}

/** Opens the editor on an event; where several scenarios take it, one is chosen. */
function TakeSample({ scenarios, titleOf, event }: { scenarios: readonly string[]; titleOf: Titles; event: string }) {
  const t = useT()
  const [only] = scenarios
  if (only === undefined) return null
  const at = (name: string) => ({ to: '/scenarios/$name', params: { name }, search: { sample: event } }) as const
  return (
    <Row>
      {scenarios.length === 1 ? (
        <Button size="small" icon="flag" {...at(only)}>
          {t('run.asSample')}
        </Button>
      ) : (
        <Menu align="start" items={scenarios.map((name) => ({ label: titleOf(name) || '…', ...at(name) }))}>
          <Button size="small" icon="flag" iconRight="down">
            {t('run.asSample')}
          </Button>
        </Menu>
      )}
    </Row>
  )
}

function SendSample({ source, preset, onClose }: { source: Source; preset: Preset | undefined; onClose: () => void }) {
  const t = useT()
  const queries = useQueryClient()
  const { method, query, headers, body } = sampleOf(preset, t)
  const [text, setText] = useState(() => sampleText(body))
  // What a form sends is text of its own kind; everything else is written as JSON.
  const plain = jsonOf(body) === undefined
  const [mistake, setMistake] = useState<string>()
  const send = useMutation({
    mutationFn: () =>
      call(
        api.POST('/api/v1/sources/{name}/events', {
          params: { path: { name: source.name } },
          body: { method, query: query || undefined, headers, text },
        }),
      ),
    onSuccess: (result) => {
      void queries.invalidateQueries({ queryKey: keys.samples(source.name) })
      toast(result.runs.length > 0 ? t('sources.sentRuns', { count: result.runs.length }) : t('sources.sent'))
      onClose()
    },
  })
  const go = () => {
    try {
      if (!plain) JSON.parse(text)
      setMistake(undefined)
      send.mutate()
    } catch (error) {
      setMistake(t('sources.notJson'))
    }
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('sendSample')}
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" onClick={go} loading={send.isPending}>
            {t('send')}
          </Button>
        </>
      }
    >
      <p>{t('sources.sendHelp')}</p>
      <TextArea label={plain ? t('sources.body') : 'JSON'} mono rows={8} value={text} onChange={setText} error={mistake} autoFocus />
      {send.error && <ErrorNote error={send.error} />}
    </Dialog>
  )
}
