import { useMemo, useRef, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { settingsQuery, type KindField } from '@/api'
import { useTab } from '@/app/useSearch'
import { pick, useT, type Key } from '@/i18n'
import { PillField } from '@/pill/PillField'
import { Button, IconButton, Note, Select, Stack, Switch, Tabs, TextField, Tip, toast } from '@/ui'
import { Outage } from '../check/Outage'
import { becomes, missingWords, useEditor, useStep } from '../context'
import css from '../editor.module.css'
import type { HttpBody, HttpStep, Row } from '../model/document'
import { giveBack } from '../model/giveBack'
import { write } from '../model/pointer'
import { hasQuery, splitQuery, tidy } from '../model/url'
import { isEcho } from '../parts/describe'
import { Field, Labelled, Late } from '../step/Field'
import { tabTitle } from '../step/GenericPanel'
import { useTexts } from '@/words/texts'
import { useFocusTab } from '../step/useFocusTab'
import { AskFirst, RenewAccess } from './Again'
import { Body } from './Body'
import { EchoScript } from './Echo'
import { Pace } from './Pace'
import { ResponseTab } from './ResponseTab'
import { OnFailure, RetryField } from './Retry'
import { RowsEditor } from './RowsEditor'

const noFields: KindField[] = []
const tabNames = ['query', 'headers', 'body', 'auth', 'response', 'more']

/** The request step: its line, its tabs. What the table of kinds knows and this page does not, comes in its tab. */
export function HttpPanel() {
  const t = useT()
  const { kinds } = useEditor()
  const { placed, read } = useStep()
  const [usual] = useState(() => (read<HttpStep>('/http')?.body ? 'body' : 'query'))
  const fields = kinds.find((kind) => kind.kind === 'http')?.fields ?? noFields
  const names = [...new Set([...tabNames, ...fields.map((field) => field.tab)])].filter((name) => name !== 'main')
  const [tab, setTab] = useTab('part', names, usual)
  useFocusTab(placed.pointer, useMemo(() => fields.filter((field) => !onLine.has(field.path)), [fields]), setTab)
  const http = read<HttpStep>('/http')
  if (!http) return null
  const others = (name: string) => fields.filter((field) => field.tab === name && !drawn.some((path) => field.path === path || field.path.startsWith(`${path}/`)))
  const more = (name: string) => others(name).map((field) => <Field key={field.path} field={field} />)
  const counted = (title: string, rows: readonly Row[] | undefined) => {
    const n = (rows ?? []).filter((row) => row.on !== false).length
    return n > 0 ? `${title} ${n}` : title
  }
  const tabs = [
    { value: 'query', label: counted(t('query'), http.query), content: <QueryTab more={more('query')} /> },
    { value: 'headers', label: counted(t('headers'), http.headers), content: <HeadersTab more={more('headers')} /> },
    { value: 'body', label: bodyLabel(http.body, t), content: <><Body place="/http/body" />{more('body')}</> },
    ...(others('auth').length > 0 ? [{ value: 'auth', label: t('auth'), content: <div className={css.fields}>{more('auth')}</div> }] : []),
    { value: 'response', label: t('tab.response'), content: <ResponseTab more={more('response')} /> },
    { value: 'more', label: t('tab.more'), content: <MoreTab more={more('more')} /> },
    ...names
      .filter((name) => !tabNames.includes(name))
      .map((name) => ({ value: name, label: tabTitle(name, t), content: <div className={css.fields}>{more(name)}</div> })),
  ]
  return (
    <>
      <RequestLine onSplit={() => setTab('query')} />
      {more('main')}
      <Tabs value={tab} onChange={setTab} ariaLabel={t('step.tabs')} tabs={tabs} />
    </>
  )
}

const onLine = new Set(['/http/method', '/http/url'])
// Drawn by hand below; everything else comes from the table.
const drawn = ['/id', '/title', '/http/method', '/http/url', '/http/query', '/http/headers', '/http/own_headers_only', '/http/body', '/http/success', '/http/response', '/http/response_charset', '/http/save', '/http/reply_limit', '/http/timeout', '/http/redirects', '/http/tls', '/http/retry', '/http/renew', '/http/on_failure', '/when']

function bodyLabel(body: HttpBody | undefined, t: (key: Key) => string): string {
  if (!body || body.none) return t('body')
  if (body.json !== undefined || body.xml !== undefined) return `${t('body')} ${body.json !== undefined ? 'JSON' : 'XML'}`
  const kind = body.form || body.multipart ? t('body.form') : body.file !== undefined ? t('body.file') : body.text !== undefined ? t('body.textShort') : body.path !== undefined ? t('body.pathShort') : ''
  return kind ? `${t('body')}: ${kind.toLowerCase()}` : t('body')
}

// ── method and address ───────────────────────────────────────────────────

function RequestLine({ onSplit }: { onSplit: () => void }) {
  const t = useT()
  const { edit, check, name, alone } = useEditor()
  const { placed, read, put, at, preview, problem } = useStep()
  const texts = useTexts()
  const http = read<HttpStep>('/http')
  const [other, setOther] = useState(false)
  const contact = (useQuery(settingsQuery).data as { contact?: string } | undefined)?.contact
  if (!http) return null
  const hasBody = http.body !== undefined && !http.body.none
  const method = http.method ?? (hasBody ? 'POST' : 'GET')
  const isJson = http.body?.json !== undefined
  const { title: methodTitle, field: methods } = texts('/http/method')
  const address = texts('/http/url')
  // Two choices may stand for one method: their titles tell them apart.
  const choices = (methods?.choices ?? []).map((choice) => ({ title: pick(choice.title), help: pick(choice.help), method: choice.value, json: JSON.stringify(choice.sets ?? null).includes('"json"') }))
  const known = choices.some((choice) => choice.method === method)
  const plain = choices.find((choice) => choice.method === method && !choice.json)
  const shown = other || !known ? 'other' : (plain ?? choices.find((choice) => choice.method === method))!.title

  const choose = (next: string) => {
    setOther(next === 'other')
    const choice = choices.find((one) => one.title === next)
    if (!choice) return
    edit((now) => {
      const chosen = write(now, at('/http/method'), choice.method)
      return choice.json && !isJson ? write(chosen, at('/http/body'), { json: [] }) : chosen
    })
  }
  const setUrl = (url: string) => put('/http/url', url)
  const clean = () => {
    const now = http.url
    const neat = tidy(now)
    if (neat === now) return
    setUrl(neat)
    const { id } = placed.step
    const { query } = http
    toast(t('url.trimmed'), { undo: () => edit((document) => giveBack(document, id, { url: neat, query }, { url: now, query })) })
  }
  const toEcho = () =>
    edit((now) => {
      let next = write(now, at('/http/url'), `{{ public_url }}/echo/${name}`)
      next = write(next, at('/http/method'), 'POST')
      return hasBody ? next : write(next, at('/http/body'), { json: [] })
    })
  const split = () => {
    const was = { url: http.url, query: http.query }
    const { id } = placed.step
    const { url, rows, differs, mayGo } = splitQuery(http.url)
    const made = { url, query: [...rows, ...(http.query ?? [])] }
    edit((now) => write(write(now, at('/http/url'), made.url), at('/http/query'), made.query))
    onSplit()
    const told = [...differs.slice(0, 3).map((one) => t('splitQuery.differs', one)), ...(mayGo ? [t('splitQuery.empty')] : [])]
    if (told.length > 0) toast(told.join(' '), { undo: () => edit((now) => giveBack(now, id, made, was)) })
  }
  const sent = preview?.request?.url ?? becomes(preview, at('/http/url'))?.text
  const missing = becomes(preview, at('/http/url'))?.missing?.[0]
  const hint = shown === 'other' ? undefined : ((isJson && choices.find((choice) => choice.method === method && choice.json)) || choices.find((choice) => choice.title === shown))
  const why = [hint ? `${hint.title} — ${hint.help}` : pick(methods?.help), contact && t('contact', { email: contact })].filter(Boolean).join(' · ')
  return (
    <div className={css.requestLine}>
      <div className={css.lineFields}>
        <div className={css.method}>
          <Select
            ariaLabel={methodTitle}
            value={shown}
            onChange={choose}
            options={[...choices.map((choice) => ({ value: choice.title, label: choice.title })), { value: 'other', label: t('method.other') }]}
            width={136}
          />
          {shown === 'other' && (
            <TextField ariaLabel={t('method.own')} placeholder="PROPFIND" mono value={known ? '' : method} onChange={(next) => put('/http/method', next.toUpperCase().replace(/[^A-Z0-9!#$%&'*+.^_`|~-]/g, '') || undefined)} autoFocus={other} />
          )}
        </div>
        <span className={css.methodHelp}>
          {why}
        </span>
        <Tip
          label={
            <Stack gap={4}>
              <span>{why}</span>
              <span>{isEcho(http.url) ? t('echo.help') : address.help}</span>
            </Stack>
          }
        >
          <IconButton icon="help" size="small" label={t('url.help')} tip={false} />
        </Tip>
        {!isEcho(http.url) && (
          <Button size="small" kind="soft" icon="send" onClick={toEcho}>
            {t('echo')}
          </Button>
        )}
        {/* A saved request is tried beside the data that it is tried with. */}
        {!alone && <CheckButton />}
        <div className={css.url} data-pointer={at('/http/url')} onBlur={clean}>
          <PillField label={address.title} value={http.url} onChange={setUrl} placeholder="https://api.example.org/leads" error={problem('/http/url')} onEnter={() => check.askStep(placed.path)} mono wrap />
        </div>
      </div>
      <div className={css.sent}>
        <Late>
          {missing ? (
            <span className={css.becomes} data-tone="error">
              {missingWords(missing, preview, t)}
            </span>
          ) : (
            sent &&
            sent !== http.url.trim() && (
              <span className={css.becomes}>
                <span aria-hidden>→ </span>
                <span className="visually-hidden">{t('url.sent')}: </span>
                <span className="mono">{sent}</span>
              </span>
            )
          )}
        </Late>
        {hasQuery(http.url) && (
          <Button size="small" kind="quiet" title={t('url.hasQuery')} onClick={split}>
            {t('splitQuery')}
          </Button>
        )}
      </div>
      {isEcho(http.url) && <EchoScript />}
    </div>
  )
}

/** Tries the request of the step, or stops a try that is on its way. */
export function CheckButton() {
  const t = useT()
  const { check, alone } = useEditor()
  const { placed, read } = useStep()
  if (check.running && !check.whole)
    return (
      <Button icon="stop" onClick={check.cancel}>
        {t('cancel')}
      </Button>
    )
  return (
    <Button kind="main" icon="play" label={t(alone ? 'check.request' : 'check.step')} onClick={() => check.askStep(placed.path)} disabled={check.running || (read<string>('/http/url') ?? '').trim() === ''}>
      {t('check')}
    </Button>
  )
}

// ── tabs ─────────────────────────────────────────────────────────────────

function QueryTab({ more }: { more: React.ReactNode }) {
  const t = useT()
  const { read, put, at } = useStep()
  const { title, help } = useTexts()('/http/query')
  const http = read<HttpStep>('/http')
  return (
    <div className={css.fields} data-pointer={at('/http/query')}>
      <p className={css.fieldHelp}>{help}</p>
      {hasQuery(http?.url ?? '') && <p className={css.fieldHelp}>{t('query.both')}</p>}
      <RowsEditor pointer="/http/query" label={title} rows={http?.query ?? []} onChange={(rows) => put('/http/query', rows.length > 0 ? rows : undefined)} addLabel={t('query.add')} />
      {more}
    </div>
  )
}

const headerNames = ['Accept', 'Accept-Language', 'Authorization', 'Cache-Control', 'Content-Type', 'If-Match', 'Idempotency-Key', 'Origin', 'Referer', 'User-Agent', 'X-Api-Key', 'X-Request-Id']

function HeadersTab({ more }: { more: React.ReactNode }) {
  const t = useT()
  const { read, put, at, preview } = useStep()
  const texts = useTexts()
  const { title, help } = texts('/http/headers')
  const own = texts('/http/own_headers_only')
  const http = read<HttpStep>('/http')
  const rows = http?.headers ?? []
  const automatic = (preview?.request?.headers ?? []).filter((header) => header.automatic)
  // One that is added no longer is crossed out and keeps its place.
  const seen = useRef(new Map<string, (typeof automatic)[number]>())
  for (const header of automatic) seen.current.set(header.name, header)
  return (
    <div className={css.fields} data-pointer={at('/http/headers')}>
      <p className={css.fieldHelp}>{help}</p>
      <RowsEditor pointer="/http/headers" label={title} rows={rows} names={headerNames} onChange={(next) => put('/http/headers', next.length > 0 ? next : undefined)} addLabel={t('headers.add')} />
      <Switch label={own.title} help={own.help} checked={http?.own_headers_only === true} onChange={(on) => put('/http/own_headers_only', on || undefined)} />
      {more}
      {seen.current.size > 0 && (
        <section>
          <h3 className={css.autoHead}>{t('headers.automatic')}</h3>
          <table className={css.autoRows}>
            <tbody>
              {[...seen.current.values()].map((header) => {
                const gone = preview?.request !== undefined && !automatic.includes(header)
                return (
                  <tr key={header.name} data-gone={gone || undefined}>
                    <th scope="row">
                      {gone && <span className="visually-hidden">{t('headers.gone')} </span>}
                      <span translate="no">{header.name}</span>
                    </th>
                    <td>
                      <span className="mono">{header.value}</span>
                      <div className={css.fieldHelp}>{pick(header.reason)}</div>
                    </td>
                    <td>
                      {!['host', 'content-length', 'content-encoding', 'cookie'].includes(header.name.toLowerCase()) && (
                        <Button size="small" kind="quiet" label={t('headers.overrideOf', { name: header.name })} onClick={() => put('/http/headers', [...rows, { name: header.name, value: header.value }])}>
                          {t('headers.override')}
                        </Button>
                      )}
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </section>
      )}
    </div>
  )
}

function MoreTab({ more }: { more: React.ReactNode }) {
  const t = useT()
  const { alone } = useEditor()
  const { placed, read, put, at, problem } = useStep()
  const [outage, setOutage] = useState(false)
  const texts = useTexts()
  const retries = texts('/http/retry')
  const verify = texts('/http/tls/verify')
  const bears = texts('/http/tls/server_name')
  const http = read<HttpStep>('/http')
  const secure = (change: { verify?: boolean | undefined; server_name?: string | undefined }) => {
    const tls = Object.entries({ ...http?.tls, ...change }).filter(([, value]) => value !== undefined)
    put('/http/tls', tls.length > 0 ? Object.fromEntries(tls) : undefined)
  }
  const plain = [texts('/http/timeout').field, alone ? undefined : texts('/when').field, texts('/http/redirects').field].filter((field) => field !== undefined)
  return (
    <div className={css.fields}>
      <Labelled pointer={at('/http/retry')} label={retries.title} help={retries.help} error={problem('/http/retry')}>
        <RetryField />
      </Labelled>
      {!alone && (
        <div>
          <Button size="small" icon="retry" onClick={() => setOutage(true)}>
            {t('outage.open')}
          </Button>
          {outage && <Outage first={placed.path} onClose={() => setOutage(false)} />}
        </div>
      )}
      <AskFirst />
      {!alone && (
        <>
          <div data-pointer={at('/http/on_failure')}>
            <OnFailure place="/http/on_failure" />
          </div>
          <RenewAccess />
        </>
      )}
      {plain.map((field) => (
        <Field key={field.path} field={field} />
      ))}
      {http && <Pace address={http.url} />}
      <div data-pointer={at('/http/tls')}>
        <Switch label={verify.title} help={verify.help} checked={http?.tls?.verify !== false} onChange={(on) => secure({ verify: on ? undefined : false })} />
        {http?.tls?.verify === false && <Note tone="warn">{t('tlsVerify.off')}</Note>}
      </div>
      <div data-pointer={at('/http/tls/server_name')}>
        <TextField label={bears.title} help={bears.help} value={http?.tls?.server_name ?? ''} onChange={(next) => secure({ server_name: next || undefined })} placeholder={bears.field?.placeholder} error={problem('/http/tls/server_name')} />
      </div>
      {more}
    </div>
  )
}

