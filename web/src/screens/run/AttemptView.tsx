import { useState } from 'react'
import { api, call, type Attempt, type Run, type RunStep } from '@/api'
import { clock, duration, language, size, useT, type Key } from '@/i18n'
import { useCodes } from '@/i18n/codes'
import { englishDetail } from '@/i18n/problem'
import { BodyView, Button, CopyButton, ErrorNote, Facts, KeyValueRows, Method, Muted, Note, Row, Stack, Status, Tabs, tellCode } from '@/ui'
import { Masked } from '@/words/Masked'
import { PartsView } from '@/words/PartsView'
import { outcomeText } from '@/words/states'
import { CompareAttempts } from './CompareAttempts'
import { OpenStep, useNoStep } from './OpenStep'
import { VariablesOf } from './Variables'
import { attemptText, curlOf, goneText, nextText, purposeOf, sends, stepTitle } from './words'
import css from './Run.module.css'

type TabName = 'response' | 'request' | 'headers' | 'timing' | 'variables'
const tabNames: readonly string[] = ['response', 'request', 'headers', 'timing', 'variables']

/** What the attempts that succeeded say for themselves; the others are explained. */
const told: Record<string, Key> = { 'ask.done': 'purpose.askDoneHelp', 'ask.not_done': 'purpose.askNotHelp', renew: 'purpose.renewHelp' }

interface Props {
  run: Run
  step: RunStep
  attempt: Attempt
  tab: string | undefined
  onTab: (tab: string) => void
  now: number
}

/** One HTTP exchange: what happened – what it means – what to do, then everything that went over the wire. */
export function AttemptView({ run, step, attempt, tab, onTab, now }: Props) {
  const t = useT()
  const [comparing, setComparing] = useState(false)
  const noStep = useNoStep(run, step) !== undefined
  const response = attempt.response
  const open: TabName = tab && tabNames.includes(tab) ? (tab as TabName) : response ? 'response' : 'request'
  const contentType = response?.headers.find((header) => header.name.toLowerCase() === 'content-type')?.value
  const isNewest = step.attempts.at(-1)?.n === attempt.n
  const next = isNewest && run.state === 'waiting' && step.state === 'active' ? run.next_try_at : undefined
  const comes = next && nextText(run, next, { now, explained: attempt.explain !== undefined, t })
  const curl = async () => {
    try {
      return await call(api.GET('/api/v1/runs/{id}/attempts/{n}/curl', { params: { path: { id: run.id, n: attempt.n } }, parseAs: 'text' }))
    } catch {
      return curlOf(attempt.request)
    }
  }
  const gone = goneText(attempt, t)
  // Of a request that could not be built, or is not there any more, there is nothing to write as code.
  const written = !gone && attempt.request.url !== ''
  const oneC = () => call(api.GET('/api/v1/runs/{id}/attempts/{n}/onec', { params: { path: { id: run.id, n: attempt.n } }, parseAs: 'text' }))
  return (
    <Stack>
      <Row gap={12} align="baseline">
        <h2>
          <Method>{attempt.request.method}</Method> {stepTitle(step, t)} — {attemptText(step, attempt, t)}
        </h2>
        {purposeOf(attempt, t) && <span className={css.muted}>{purposeOf(attempt, t)}</span>}
        {attempt.fenced && <span className={css.muted}>{t('run.fenced')}</span>}
      </Row>
      <Row gap={12}>
        {response && attempt.outcome !== 'unknown' ? <Status code={response.status}>{statusText(response)}</Status> : <strong>{outcomeText(attempt.outcome, t)}</strong>}
        <span className={css.muted}>{duration(attempt.duration_ms)}</span>
        {response && !gone && <span className={css.muted}>{size(response.size)}</span>}
        <span className={css.muted}>{clock(attempt.started_at, now)}</span>
      </Row>
      {attempt.purpose && told[attempt.purpose] && <Note tone={attempt.purpose === 'ask.done' ? 'ok' : 'info'}>{t(told[attempt.purpose]!)}</Note>}
      <Verdict attempt={attempt} />
      {attempt.erased && <Note tone="muted">{t('run.erasedHelp')}</Note>}
      {attempt.sealed && <Note tone="warn">{t('run.sealed')}</Note>}
      {comes && <Note tone="info">{comes}</Note>}
      {/* A request that could not be built is not tried again, and there is none to compare. */}
      {attempt.outcome !== 'ok' && attempt.outcome !== 'template' && sends(step.kind) && (
        <Row>
          {/* Those of a saved request belong to it. */}
          {(step.request || !noStep) && (
            <Button size="small" icon="retry" {...(step.request ? { to: '/requests/$name', params: { name: step.request }, search: { field: '/http/retry' } } : { to: '/scenarios/$name', params: { name: run.scenario }, search: { step: step.path, field: '/http/retry' } })}>
              {t(step.request ? 'run.changeRetriesSaved' : 'run.changeRetries')}
            </Button>
          )}
          {attempt.request.url !== '' && !attempt.erased && !attempt.purpose?.startsWith('ask') && run.mark !== 'check' && (
            <Button size="small" icon="search" onClick={() => setComparing(true)}>
              {t('compare.open')}
            </Button>
          )}
        </Row>
      )}
      {comparing && <CompareAttempts run={run} attempt={attempt} onClose={() => setComparing(false)} />}
      <Tabs
        ariaLabel={t('run.exchange')}
        value={open}
        onChange={onTab}
        right={
          <>
            {written && <CopyButton text={curl}>{t('copyCurl.short')}</CopyButton>}
            {written && <CopyButton text={oneC}>{t('copyOneC')}</CopyButton>}
            <CopyButton text={() => JSON.stringify(attempt, null, 2)}>JSON</CopyButton>
          </>
        }
        tabs={[
          {
            value: 'response',
            label: t('run.reply'),
            disabled: !response,
            content: response && (
              <Stack>
                {response.cut && <Note tone="warn">{t('run.cut')}</Note>}
                {response.mark === 'body.duplicate_keys' && <Note tone="warn">{t('body.duplicateKeys')}</Note>}
                {gone ? <Muted>{gone}</Muted> : <BodyView key={attempt.n} body={response.body} encoding={response.encoding} contentType={contentType} label={t('run.reply')} download={`/api/v1/runs/${run.id}/attempts/${attempt.n}/reply`} />}
              </Stack>
            ),
          },
          {
            value: 'request',
            label: t('run.request'),
            content: (
              <Stack>
                {attempt.request.url !== '' && (
                  <p className={css.requestLine}>
                    <Method>{attempt.request.method}</Method> <span className="mono">{attempt.request.url}</span>
                    <CopyButton text={attempt.request.url} label={t('run.copyUrl')} />
                  </p>
                )}
                {(attempt.redirects?.length ?? 0) > 0 && <KeyValueRows rows={attempt.redirects!.map((hop) => ({ name: String(hop.status), value: hop.url }))} />}
                {gone ? (
                  <Muted>{gone}</Muted>
                ) : (
                  <>
                    <KeyValueRows rows={attempt.request.headers} empty={t('run.noHeaders')} />
                    <PartsView parts={attempt.request.parts} />
                    <BodyView key={attempt.n} body={attempt.request.body} encoding={attempt.request.encoding} label={t('run.request')} />
                  </>
                )}
              </Stack>
            ),
          },
          {
            value: 'headers',
            label: response && !gone ? t('run.headersOf', { n: response.headers.length }) : t('run.headers'),
            disabled: !response || gone !== undefined,
            content: response && <KeyValueRows rows={response.headers} empty={t('run.noHeaders')} />,
          },
          { value: 'timing', label: t('run.timing'), content: <Timing attempt={attempt} /> },
          { value: 'variables', label: t('run.variables'), content: gone ? <Muted>{gone}</Muted> : <VariablesOf run={run} path={step.path} /> },
        ]}
      />
      <Masked texts={[attempt.request.url, attempt.request.body, response?.body, ...attempt.request.headers.concat(response?.headers ?? []).map((header) => header.value)]} />
      <OpenStep run={run} step={step} />
    </Stack>
  )
}

/** «HTTP/1.1 503 Service Unavailable» without the protocol. */
const statusText = (response: NonNullable<Attempt['response']>): string => (response.status_line ?? '').replace(/^HTTP\/[\d.]+\s*/, '') || String(response.status)

function Verdict({ attempt }: { attempt: Attempt }) {
  const t = useT()
  useCodes()
  if (attempt.outcome === 'ok') return null
  const explained = attempt.explain?.[language()]
  const detail = attempt.erased ? undefined : englishDetail(attempt.error)
  const told = explained ?? tellCode(attempt.code) ?? { what: outcomeText(attempt.outcome, t) }
  if (attempt.outcome === 'unknown' || attempt.outcome === 'cancelled') {
    return (
      <Note tone={attempt.outcome === 'unknown' ? 'warn' : 'muted'} title={told.what}>
        <p>{told.meaning}</p>
        <p>{told.todo}</p>
        {detail && <p className={`${css.muted} ${css.detail}`}>{detail}</p>}
      </Note>
    )
  }
  return (
    <ErrorNote
      told={told}
      actions={detail ? <span className={`${css.muted} ${css.detail}`}>{detail}</span> : undefined}
    />
  )
}

function Timing({ attempt }: { attempt: Attempt }) {
  const t = useT()
  const times = attempt.timings
  const ms = (from: number | undefined, to: number | undefined) => (to ? duration(Math.max(0, to - (from ?? 0)) / 1000) : '—')
  const connected = times?.tls || times?.connect || times?.dns || 0
  return (
    <Facts
      items={[
        [t('timing.total'), duration(times ? times.total / 1000 : attempt.duration_ms)],
        times?.dns ? [t('timing.dns'), ms(0, times.dns)] : null,
        times?.connect ? [t('timing.connect'), ms(times.dns, times.connect)] : null,
        times?.tls ? [t('timing.tls'), ms(times.connect, times.tls)] : null,
        times?.first_byte ? [t('timing.wait'), ms(connected, times.first_byte)] : null,
        times?.first_byte ? [t('timing.load'), ms(times.first_byte, times.total)] : null,
        attempt.remote ? [t('timing.remote'), attempt.remote] : null,
        attempt.http_version ? [t('timing.protocol'), `${attempt.http_version}${attempt.tls_version ? `, ${attempt.tls_version}` : ''}`] : null,
        [t('timing.charged'), attempt.charged ? t('yes') : t('no')],
      ]}
    />
  )
}
