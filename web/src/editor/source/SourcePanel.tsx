import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { api, call, keys, presetsQuery, sourcesQuery, type Preset, type Source } from '@/api'
import { useSearch, useTab } from '@/app/useSearch'
import { clock, duration, pick, quoted, size, useT, type Translate } from '@/i18n'
import { fieldWords } from '@/pill/scope'
import { nameOf, tail } from '@/pill/variables'
import { Badge, BodyView, Button, CodeView, CopyButton, Dialog, ErrorNote, Facts, Icon, IconButton, Menu, Note, Select, Skeleton, Spinner, Tabs, TextArea, TextField, toast, toastError } from '@/ui'
import { milliseconds } from '@/words/duration'
import { Addresses } from '@/screens/sources/Addresses'
import { CopyOneC } from '@/screens/sources/CopyOneC'
import { ReceiveDialog } from '@/screens/sources/ReceiveDialog'
import { receives } from '@/screens/sources/receives'
import { sampleOf } from '@/screens/sources/sample'
import { EventMark } from '@/words/EventMark'
import { useEditor, type Attached } from '../context'
import css from '../editor.module.css'
import { usualOf, variablesOf } from '../localScope'
import { JsonError, parseJson } from '../model/json'
import { toUse, withSource } from '../model/samples'
import { send } from '../server'
import type { SampleEvent } from '../useSamples'

/** Where the data come from: choosing a source, then waiting for its first event. */
export function SourcePanel() {
  const t = useT()
  const { sources, panelSource, closePanel } = useEditor()
  const open = sources.find((one) => one.name === panelSource)
  return (
    <section className={css.stepPanel} aria-label={t('source')}>
      <header className={css.stepHead}>
        <h2 className={css.panelTitle}>{open ? open.source?.title || open.name : t('source.add')}</h2>
        <div className={css.stepActions}>
          {open && <SourceMenu attached={open} />}
          <IconButton icon="close" size="small" label={t('panel.close')} onClick={closePanel} />
        </div>
      </header>
      <div className={css.stepBody}>{open ? open.source ? <Receiving source={open.source} /> : open.error !== undefined ? <ErrorNote error={open.error} /> : <Skeleton lines={4} /> : <Pick />}</div>
    </section>
  )
}

function SourceMenu({ attached: { name, source } }: { attached: Attached }) {
  const t = useT()
  const { document, edit, closePanel } = useEditor()
  const remove = () => {
    const at = (document.sources ?? []).indexOf(name)
    edit((now) => ({ ...now, sources: (now.sources ?? []).filter((one) => one !== name) }))
    closePanel()
    toast(t('source.detached', { title: source?.title || name }), { undo: () => edit((now) => ({ ...now, sources: withSource(now.sources, name, at) })) })
  }
  return (
    <Menu
      items={[
        source && { label: t('source.open'), icon: 'settings', to: '/sources/$name', params: { name: source.name } },
        { label: t('source.detach'), icon: 'close', onClick: remove },
      ]}
    >
      <IconButton icon="dots" size="small" label={t('source.actions')} tip={false} />
    </Menu>
  )
}

// ── choosing ─────────────────────────────────────────────────────────────

function Pick() {
  const t = useT()
  const client = useQueryClient()
  const { document, put, store, sources: attached, openSource } = useEditor()
  const presets = useQuery(presetsQuery)
  const sources = (useQuery(sourcesQuery).data?.items ?? []).filter((one) => !attached.some((other) => other.name === one.name))
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState('')
  const wanted = typed.trim().toLowerCase()
  const items = presets.data?.items ?? []
  // What fits anything comes first.
  const sorted = [...items].sort((a, b) => Number(b.id === 'generic') - Number(a.id === 'generic'))
  const found = sorted.filter((preset) => wanted === '' || [preset.id, presetTitle(preset, t), pick(preset.help)].some((word) => word.toLowerCase().includes(wanted)))

  // Saved at once: an event belongs to the scenario only when the server's draft has its source.
  const take = (name: string) => {
    put('/sources', withSource(document.sources, name, document.sources?.length ?? 0))
    void store.saveNow()
    openSource(name)
  }
  const create = async (preset: Preset) => {
    setBusy(preset.id)
    try {
      const made = await call(api.POST('/api/v1/sources', { body: { title: `${preset.id === 'generic' ? t('webhook') : pick(preset.title)} — ${document.title ?? document.name}`.slice(0, 200), preset: preset.id } }))
      client.setQueryData(keys.source(made.name), made)
      void client.invalidateQueries({ queryKey: keys.sources })
      take(made.name)
    } catch (error) {
      toastError(error, t)
    } finally {
      setBusy('')
    }
  }
  if (presets.error) return <ErrorNote error={presets.error} onRetry={() => void presets.refetch()} />
  if (presets.isLoading) return <Skeleton lines={5} />
  return (
    <div className={css.fields}>
      {items.length > 6 && <TextField ariaLabel={t('source.find')} placeholder={t('source.find')} icon="search" value={typed} onChange={setTyped} autoFocus />}
      <ul className={css.presets}>
        {found.map((preset) => (
          <li key={preset.id}>
            <button type="button" className={css.preset} onClick={() => void create(preset)} disabled={busy !== ''}>
              {busy === preset.id ? <Spinner /> : <Icon name="sources" />}
              <span>
                <span className={css.kindTitle}>{presetTitle(preset, t)}</span>
                <span className={css.kindHelp}>{pick(preset.help)}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={css.muted}>{t('ui.nothingFound')}</p>}
      {sources.length > 0 && (
        <Select
          label={t('source.existing')}
          placeholder={t('source.choose')}
          value={undefined}
          searchable
          onChange={take}
          options={sources.map((source) => ({ value: source.name, label: source.title || source.name }))}
        />
      )}
    </div>
  )
}

const presetTitle = (preset: Preset, t: Translate): string => (preset.id === 'generic' ? t('webhook.any') : pick(preset.title) || preset.id)

// ── waiting ──────────────────────────────────────────────────────────────

function curlOf(source: Source, preset: Preset | undefined, t: Translate): string {
  const { method, query, headers, body } = sampleOf(preset, t)
  const url = (source.url ?? '') + (query && `?${query}`)
  const shell = (s: string) => `'${s.replace(/'/g, `'\\''`)}'`
  const parts = [`curl -X ${method} ${shell(url)}`]
  for (const header of headers) parts.push(`-H ${shell(`${header.name}: ${header.value}`)}`)
  if (method !== 'GET') parts.push(`--data ${shell(body)}`)
  return parts.join(' ')
}

function Receiving({ source }: { source: Source }) {
  const t = useT()
  const client = useQueryClient()
  const { samples, closePanel, info, name, steps, open } = useEditor()
  const preset = useQuery(presetsQuery).data?.items.find((one) => one.id === source.preset)
  const [busy, setBusy] = useState(false)
  const [pasting, setPasting] = useState(false)
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.samples(source.name) })
    void client.invalidateQueries({ queryKey: keys.scenario(name), exact: true })
  }
  const sendSample = async () => {
    setBusy(true)
    try {
      const { method, query, headers, body } = sampleOf(preset, t)
      await send(`/sources/${encodeURIComponent(source.name)}/events`, { method: 'POST', body: { method, query: query || undefined, headers, text: body } })
      refresh()
    } catch (error) {
      toastError(error, t)
    } finally {
      setBusy(false)
    }
  }
  const { picked } = samples
  const latest = picked && 'event' in picked && picked.event.source === source.name ? picked.event : samples.of(source.name)[0]
  const use = () => {
    // These very fields are meant, though another source's event is newer.
    const change = latest && toUse(latest, samples.events, picked && 'event' in picked ? picked.event : undefined)
    if (change) samples.pick(change.event && { event: change.event })
    const first = steps[0]
    if (first) open(first.path)
    else {
      closePanel()
      setTimeout(() => globalThis.document.querySelector<HTMLElement>('[data-add-step]')?.focus(), 50)
    }
  }
  return (
    <div className={css.fields}>
      <Addresses source={source} events={samples.of(source.name)} />
      <Receives source={source} preset={preset} />
      <section className={css.waiting} data-got={latest ? true : undefined}>
        {samples.failed && <ErrorNote error={samples.failed.error} onRetry={samples.failed.again} />}
        {latest ? (
          <p className={css.waitingHead} role="status">
            <Badge tone="ok" icon="check">
              {t('source.got', { time: clock(latest.received_at) })}
            </Badge>
            <span className={css.muted}>
              {latest.method} · {size(latest.size)} {latest.remote && `· ${latest.remote}`}
            </span>
          </p>
        ) : (
          !samples.failed && (
            <p className={css.waitingHead} role="status">
              <Spinner /> <strong>{t('source.waiting')}</strong>
            </p>
          )
        )}
        {latest && <EventMark event={latest} />}
        {!latest && !samples.failed && <p>{t('source.sendHere')}</p>}
        <div className={css.line}>
          <Button icon="send" onClick={() => void sendSample()} loading={busy} size="small">
            {t('sendSample')}
          </Button>
          <Button onClick={() => setPasting(true)} size="small">
            {t('source.pasteJson')}
          </Button>
          <CopyButton text={() => curlOf(source, preset, t)} kind="default">
            {t('source.copyCurl')}
          </CopyButton>
          <CopyOneC source={source} />
        </div>
        {info?.state === 'running' && <p className={css.fieldHelp}>{t('source.runsReally')}</p>}
        {steps.some((placed) => placed.step.respond !== undefined) && <Answers source={source} preset={preset} />}
        {info?.held_days !== undefined && <p className={css.fieldHelp}>{t('source.heldFor', { count: info.held_days })}</p>}
        {latest ? <Fields preset={preset} event={latest} /> : <Usual preset={preset} />}
        {(latest || usualOf(preset).length > 0) && (
          <div>
            <Button kind="main" iconRight="right" onClick={use}>
              {t('useFields')}
            </Button>
          </div>
        )}
      </section>
      {latest && <Raw event={latest} />}
      <PasteJson open={pasting} onClose={() => setPasting(false)} source={source} onSent={refresh} />
    </div>
  )
}

/** How long the sender is kept waiting for the scenario at most: as the source says, and no longer than its service waits. */
function Answers({ source, preset }: { source: Source; preset: Preset | undefined }) {
  const t = useT()
  if (!preset) return null
  const wait = Math.min(preset.reply.wait_s * 1000, milliseconds((source.document as { reply?: { wait?: string } }).reply?.wait ?? '') ?? Infinity)
  return <p className={css.fieldHelp}>{wait > 0 ? t('source.answers', { time: duration(wait) }) : t('source.answersNot')}</p>
}

/** How it receives, in a few facts, and the dialog that changes it. */
function Receives({ source, preset }: { source: Source; preset: Preset | undefined }) {
  const t = useT()
  const [changing, setChanging] = useState(false)
  if (source.damaged) return <Note tone="error" title={t('sources.damaged')}>{t('sources.damagedHelp')}</Note>
  return (
    <div className={css.field}>
      <Facts items={receives(source, preset, t)} />
      <div>
        <Button size="small" icon="pencil" onClick={() => setChanging(true)}>
          {t('receive.change')}
        </Button>
      </div>
      {changing && <ReceiveDialog source={source} onClose={() => setChanging(false)} />}
    </div>
  )
}

/** The fields of the picked event, with their values. */
function Fields({ preset, event }: { preset: Preset | undefined; event: SampleEvent }) {
  const t = useT()
  const words = useMemo(() => fieldWords(t), [t])
  const list = useMemo(() => variablesOf(event), [event])
  const absent = usualOf(preset).filter((usual) => !list.some((v) => v.path === usual.path))
  if (list.length === 0) return <p className={css.muted}>{t('source.noFields')}</p>
  return (
    <table className={css.fieldTable}>
      <thead className="visually-hidden">
        <tr>
          <th>{t('row.name')}</th>
          <th>{t('row.value')}</th>
          <th>{t('row.type')}</th>
        </tr>
      </thead>
      <tbody>
        {list.slice(0, 60).map((v) => (
          <tr key={v.path}>
            <th scope="row" translate="no">
              {nameOf(v, words)} {nameOf(v, words) !== tail(v.path) && <span className={css.muted}>{tail(v.path)}</span>}
            </th>
            <td translate="no">{v.empty ? '—' : v.type === 'text' ? quoted(v.value) : v.value}</td>
            <td className={css.muted}>{words.type(v.type)}</td>
          </tr>
        ))}
        {absent.slice(0, 20).map((v) => (
          <tr key={v.path} data-absent>
            <th scope="row" translate="no">
              {tail(v.path)}
            </th>
            <td colSpan={2} className={css.muted}>
              {t('source.absent')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Usual({ preset }: { preset: Preset | undefined }) {
  const t = useT()
  const words = useMemo(() => fieldWords(t), [t])
  const list = usualOf(preset)
  if (list.length === 0) return null
  return (
    <p className={css.muted}>
      {list
        .slice(0, 12)
        .map((v) => nameOf(v, words))
        .join(', ')}
      {list.length > 12 ? '…' : ''} — {t('source.usual')}
    </p>
  )
}

const receivedTabs = ['body', 'headers', 'query'] as const

/** What was received, as it came. */
function Raw({ event }: { event: SampleEvent }) {
  const t = useT()
  const [search, setSearch] = useSearch()
  const [tab, setTab] = useTab('data', receivedTabs, 'body')
  const open = search['data'] !== undefined
  return (
    <details className={css.details} open={open} onToggle={(event) => event.currentTarget.open !== open && setSearch({ data: open ? undefined : tab }, { replace: true })}>
      <summary>{t('source.raw')}</summary>
      <Tabs
        value={tab}
        onChange={setTab}
        ariaLabel={t('source.raw')}
        tabs={[
          { value: 'body', label: t('body'), content: <BodyView body={event.body} encoding={event.encoding} contentType={event.content_type} label={t('body')} maxHeight={240} download={`/api/v1/events/${event.id}/raw`} root="event.body" /> },
          { value: 'headers', label: t('headers'), content: <CodeView text={event.headers.map((h) => `${h.name}: ${h.value}`).join('\n')} label={t('headers')} maxHeight={240} /> },
          { value: 'query', label: t('query'), content: <CodeView text={event.query} label={t('query')} maxHeight={120} /> },
        ]}
      />
    </details>
  )
}

/** Data typed in by hand: an event while nothing runs, only a sample while the scenario works. */
function PasteJson({ open, onClose, source, onSent }: { open: boolean; onClose: () => void; source: Source; onSent: () => void }) {
  const t = useT()
  const { info, samples } = useEditor()
  const [text, setText] = useState('')
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const save = async () => {
    let body: unknown
    try {
      body = parseJson(text)
    } catch (failed) {
      setError(failed instanceof JsonError ? t('body.jsonBad', { line: failed.line, col: failed.column }) : String(failed))
      return
    }
    if (info?.state === 'running') {
      samples.pick({ sample: { method: 'POST', body, source: source.name } })
      onClose()
      return
    }
    setBusy(true)
    try {
      await send(`/sources/${encodeURIComponent(source.name)}/events`, { method: 'POST', body: { method: 'POST', body } })
      onSent()
      onClose()
    } catch (failed) {
      toastError(failed, t)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('source.pasteJson')}
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" onClick={() => void save()} loading={busy} disabled={text.trim() === ''}>
            {t('source.useJson')}
          </Button>
        </>
      }
    >
      <TextArea
        label="JSON"
        value={text}
        onChange={(next) => {
          setText(next)
          setError(undefined)
        }}
        rows={8}
        mono
        autoFocus
        error={error}
        placeholder={`{"name": "${t('quick.name')}", "phone": "+79990001122"}`}
        help={info?.state === 'running' ? t('source.jsonSample') : t('source.jsonEvent')}
      />
    </Dialog>
  )
}
