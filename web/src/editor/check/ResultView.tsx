import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { Attempt } from '@/api'
import { useTab } from '@/app/useSearch'
import type { StepResult } from '@/checks'
import { duration, language, size, useT } from '@/i18n'
import { Badge, BodyView, Button, CodeView, CopyButton, ErrorNote, Icon, IconButton, KeyValueRows, Note, Tabs, tellCode, Time, toast } from '@/ui'
import { PartsView } from '@/words/PartsView'
import { outcomeText } from '@/words/states'
import { useEditor, useStep } from '../context'
import css from '../editor.module.css'
import { addReplyVariable, fieldOf, pathOf, replyVariables } from '../model/replyVariables'
import type { Placed } from '../model/steps'
import { sendText } from '../server'
import { Notices } from '../http/Notices'
import { KeepReply, KeptReply } from './Example'

/** What is known of a step's last check. */
export function useResult({ first }: Placed): { result: StepResult | undefined; going: number | undefined; here: boolean } {
  const { check } = useEditor()
  const result = check.results[first] ?? check.past[first]
  // Asked for, and the server has not said a word yet: it can be ended then, too.
  const going = check.running && check.asked?.first === first && !check.results[first] ? check.asked.at : undefined
  return { result, going, here: result !== undefined || going !== undefined || (check.error !== undefined && !check.whole) }
}

/** What came of checking a step. */
export function ResultView({ dock }: { dock?: ReactNode }) {
  const t = useT()
  const { check } = useEditor()
  const { placed } = useStep()
  const { result, going, here } = useResult(placed)
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    // What is left of an earlier visit does not move the page.
    if (here && !result?.at) box.current?.scrollIntoView({ block: 'nearest' })
  }, [here, result?.state, result?.at])
  if (!here) return null
  return (
    <section className={css.result} data-dock={dock ? true : undefined} ref={box} aria-label={t('result.title')}>
      {dock && <span className={css.dock}>{dock}</span>}
      {check.error && !result && <ErrorNote error={check.error} onRetry={() => check.askStep(placed.path)} />}
      {going !== undefined ? <Running since={going} phase={undefined} /> : result?.state === 'running' && <Running since={result.startedAt} phase={result.phase} />}
      {going === undefined && result && result.state !== 'running' && <Ended result={result} />}
      <KeptReply />
    </section>
  )
}

/** After a second a timer runs; after ten it also says what is waited for. */
function Running({ since, phase }: { since: number; phase: StepResult['phase'] }) {
  const t = useT()
  const { check } = useEditor()
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 200)
    return () => clearInterval(timer)
  }, [])
  const passed = Math.max(0, now - since)
  return (
    <div className={css.resultHead}>
      <Badge tone="info" icon="play">
        {t('check.goes')}
      </Badge>
      {passed >= 1000 && <span className={css.tabular}>{duration(Math.floor(passed / 100) * 100)}</span>}
      {passed >= 10_000 && phase && <span className={css.muted}>{t(phase === 'wait' ? 'result.waiting' : 'result.connecting')}</span>}
      <Button size="small" icon="stop" onClick={check.cancel}>
        {t('cancel')}
      </Button>
    </div>
  )
}

const tabNames = ['reply', 'headers', 'request', 'time'] as const

function Ended({ result }: { result: StepResult }) {
  const t = useT()
  const { check, alone } = useEditor()
  const { placed, put, at } = useStep()
  const [tab, setTab] = useTab('result', tabNames, 'reply')
  const tabs = useRef<HTMLDivElement>(null)
  const { attempt } = result
  const reply = attempt?.response
  const told = result.explain?.[language()]
  const ok = result.state === 'done'
  const runId = result.runId ?? check.runId
  const again = (
    <Button size="small" icon="retry" onClick={() => check.askStep(placed.path)} disabled={check.running}>
      {t('again')}
    </Button>
  )
  if (result.state === 'skipped')
    return (
      <Note tone="muted" title={t('result.skipped')} actions={again}>
        {t('result.skippedWhy')}
      </Note>
    )
  if (result.state === 'shown')
    return (
      <>
        <div className={css.resultHead}>
          <Badge tone="muted" icon="eye">
            {t('check.shown')}
          </Badge>
          {again}
        </div>
        {result.request && <Notices notices={result.request.notices} />}
        {result.request && <RequestView {...result.request} />}
      </>
    )
  if (!attempt)
    return (
      <>
        <div className={css.resultHead}>
          <Badge tone={ok ? 'ok' : 'error'} icon={ok ? 'check' : 'close'}>
            {ok ? t('result.done') : t('result.failed')}
          </Badge>
          {again}
        </div>
        {told && !ok && <ErrorNote told={told} />}
        {result.value !== undefined && <BodyView body={JSON.stringify(result.value)} root={placed.path} label={t('result.value')} />}
      </>
    )
  const moved = reply && reply.status >= 300 && reply.status < 400 ? reply.headers.find((h) => h.name.toLowerCase() === 'location')?.value : undefined
  const headers = reply?.headers ?? []
  const showReply = () => {
    setTab('reply')
    requestAnimationFrame(() => tabs.current?.scrollIntoView({ block: 'start' }))
  }
  return (
    <>
      <div className={css.resultHead}>
        <Badge tone={ok ? 'ok' : 'error'} icon={ok ? 'check' : 'close'}>
          <strong translate={reply ? 'no' : undefined}>{reply ? reply.status_line?.replace(/^HTTP\/[\d.]+ /, '') || reply.status : t('result.noReply')}</strong>
        </Badge>
        <span className={css.tabular}>{duration(attempt.duration_ms)}</span>
        {reply && reply.body !== '' && <span className={css.muted}>{size(reply.size)}</span>}
        {result.at && <Time at={new Date(result.at).toISOString()} relative="both" />}
        <span className={css.lineEnd}>
          {again}
          {runId && reply && !alone && <KeepReply run={runId} attempt={attempt.n} />}
          {runId && (
            <CopyButton size="small" kind="default" text={async () => (await sendText(`/runs/${runId}/attempts/${attempt.n}/curl`, {})).text}>
              cURL
            </CopyButton>
          )}
          {runId && (
            <CopyButton size="small" kind="default" text={async () => (await sendText(`/runs/${runId}/attempts/${attempt.n}/onec`, {})).text}>
              {t('copyOneC')}
            </CopyButton>
          )}
        </span>
      </div>
      {!ok && (
        <ErrorNote
          told={told ?? tellCode(attempt.code) ?? { what: outcomeText(attempt.outcome, t) }}
          actions={
            <>
              {moved && placed.step.request && (
                <Button size="small" to="/requests/$name" params={{ name: placed.step.request }} search={{ field: '/http/url' }}>
                  {t('useRequest.open')}
                </Button>
              )}
              {moved && placed.step.http && (
                <Button size="small" onClick={() => put('/http/url', absolute(moved, attempt.request.url))}>
                  {t('newAddress')}
                </Button>
              )}
              {reply && (
                <Button size="small" onClick={showReply}>
                  {t('result.showReply')}
                </Button>
              )}
              <span className={css.muted}>{reply ? t('result.details', { status: reply.status, n: attempt.n }) : t('result.detailsNone', { n: attempt.n })}</span>
            </>
          }
        />
      )}
      <div ref={tabs}>
        <Tabs
          value={tab}
          onChange={setTab}
          ariaLabel={t('result.title')}
          tabs={[
            {
              value: 'reply',
              label: t('result.reply'),
              content: reply ? <Reply attempt={attempt} runId={runId} pointer={at('')} /> : <p className={css.muted}>{t('result.noReplyBody')}</p>,
            },
            { value: 'headers', label: `${t('headers')} ${headers.length || ''}`, content: <KeyValueRows rows={headers} /> },
            {
              value: 'request',
              label: t('result.request'),
              content: <RequestView {...attempt.request} />,
            },
            { value: 'time', label: t('result.time'), content: <Timings attempt={attempt} /> },
          ]}
        />
      </div>
    </>
  )
}

function absolute(target: string, from: string): string {
  try {
    return new URL(target, from).href
  } catch {
    return target
  }
}

interface ReplyProps {
  attempt: Attempt
  runId: string | undefined
  pointer: string
}

/** The reply as a tree; a click on a value makes it a variable of the steps below. */
function Reply({ attempt, runId, pointer }: ReplyProps) {
  const t = useT()
  const { document, edit, alone } = useEditor()
  const { placed } = useStep()
  const reply = attempt.response
  const { id } = placed.step
  const root = pathOf(id, '')
  if (!reply) return null
  const saved = new Map(replyVariables(document, pointer, id).map((one) => [pathOf(id, one.field), one.name]))
  const mark = (path: string): ReactNode => {
    const name = saved.get(path)
    return name ? (
      <span className={css.savedAs}>
        <Icon name="check" size={12} /> {t('result.savedAs', { name })}
      </span>
    ) : (
      <IconButton icon="plus" size="small" label={t('result.toVariable', { name: path.replace(/\["(.*?)"\]$/, '.$1').split(/[.[]/).pop() ?? '' })} onClick={() => save(path)} className={css.toVariable} />
    )
  }
  const save = (path: string) => {
    const field = fieldOf(id, path)
    if (saved.has(path) || field === undefined) return
    const wish = { pointer, id, field, title: t('result.varsTitle') }
    edit((now) => addReplyVariable(now, wish).document)
    toast(t('result.saved', { name: addReplyVariable(document, wish).name }))
  }
  return (
    <>
      {reply.mark === 'body.duplicate_keys' && <Note tone="warn">{t('body.duplicateKeys')}</Note>}
      <BodyView
        body={reply.body}
        encoding={reply.encoding}
        contentType={reply.headers.find((h) => h.name.toLowerCase() === 'content-type')?.value}
        root={root}
        {...(alone ? {} : { onPick: save, after: mark })}
        label={t('result.reply')}
        download={runId && `/api/v1/runs/${runId}/attempts/${attempt.n}/reply`}
      />
    </>
  )
}

export function RequestView({ method, url, headers, body, encoding, parts }: Attempt['request']) {
  const t = useT()
  return (
    <div className={css.request}>
      <CodeView text={`${method} ${url}`} label={t('result.requestLine')} />
      <KeyValueRows rows={headers} />
      <PartsView parts={parts} />
      {body !== '' && <BodyView body={body} encoding={encoding} label={t('body')} root="request" />}
    </div>
  )
}

function Timings({ attempt }: { attempt: Attempt }) {
  const t = useT()
  const timings = attempt.timings
  if (!timings) return <p className={css.muted}>{t('result.noTimings')}</p>
  // Each is microseconds from the start; what a person wants is how long each part took.
  const marks = [
    [t('time.dns'), timings.dns],
    [t('time.connect'), timings.connect],
    [t('time.tls'), timings.tls],
    [t('time.wait'), timings.first_byte],
    [t('time.load'), timings.total],
  ] as const
  let before = 0
  const rows: { name: string; us: number }[] = []
  for (const [name, at] of marks) {
    if (!at) continue
    rows.push({ name, us: Math.max(0, at - before) })
    before = Math.max(before, at)
  }
  const total = Math.max(timings.total, 1)
  return (
    <table className={css.timings}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <th scope="row">{row.name}</th>
            <td className={css.tabular}>{duration(row.us / 1000)}</td>
            <td className={css.timeBar}>
              <span style={{ width: `${Math.max(1, (row.us / total) * 100)}%` }} />
            </td>
          </tr>
        ))}
        <tr>
          <th scope="row">{t('time.total')}</th>
          <td className={css.tabular}>{duration(timings.total / 1000)}</td>
          <td />
        </tr>
      </tbody>
    </table>
  )
}
