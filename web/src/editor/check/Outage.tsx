import { useEffect, useRef, useState } from 'react'
import { Link } from '@tanstack/react-router'
import type { Rehearsal, RehearsalLine } from '@/api'
import { clock, duration, pick, quoted, useT, type Key, type Translate } from '@/i18n'
import { Button, Checkbox, Choices, Dialog, ErrorNote, Icon, Note, Segments, TextField, type IconName, type Tone } from '@/ui'
import { spanWords } from '@/words/duration'
import { SpanField } from '@/words/Spans'
import { purposeText, stateText } from '@/words/states'
import { useEditor } from '../context'
import { titleOf } from '../parts/describe'
import { rehearse } from '../server'
import { asAsked } from '../useSamples'
import css from './Outage.module.css'

type How = 'refused' | '503' | 'cut' | 'own'
const usualSpans = ['10m', '3h', '1d'] as const

/** What would become of an event while services fail: chosen, pressed, and told hour by hour. Nothing is sent. */
export function Outage({ first, onClose }: { first: string | undefined; onClose: () => void }) {
  const t = useT()
  const { name, document, steps, kinds, sample, sends } = useEditor()
  const senders = steps.filter((one) => sends(one.step) !== undefined)
  const [chosen, setChosen] = useState<readonly string[]>(() => (first === undefined ? senders.map((one) => one.path) : [first]))
  const [how, setHow] = useState<How>('refused')
  const [span, setSpan] = useState<string>('3h')
  const [other, setOther] = useState(false)
  const [stream, setStream] = useState(false)
  const [every, setEvery] = useState('5m')
  const [script, setScript] = useState('503,429:60,200')
  const [state, setState] = useState<{ busy: boolean; result?: Rehearsal; error?: unknown }>({ busy: false })
  const abort = useRef<AbortController>(undefined)
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => () => abort.current?.abort(), [])
  useEffect(() => {
    if (state.result || state.error) end.current?.scrollIntoView({ block: 'start' })
  }, [state])
  const said = how === 'own' ? script : `${how} for ${span}`
  const show = () => {
    abort.current?.abort()
    const mine = new AbortController()
    abort.current = mine
    setState({ busy: true })
    rehearse({ scenario: name, document, outages: chosen.map((step) => ({ step, script: said })), ...(stream && how !== 'own' && { every }), ...asAsked(sample) }, mine.signal).then(
      (result) => setState({ busy: false, result }),
      (error: unknown) => mine.signal.aborted || setState({ busy: false, error }),
    )
  }
  const title = (path: string | undefined) => {
    const placed = steps.find((one) => one.path === path)
    return placed ? titleOf(placed.step, t, kinds) : (path ?? '')
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('outage.title')}
      size="large"
    >
      <div className={css.form}>
        <p className={css.muted}>{t('outage.help')}</p>
        {senders.length > 1 && (
          <fieldset className={css.group}>
            <legend>{t('outage.steps')}</legend>
            <ul className={css.steps}>
              {senders.map(({ path, step, number }) => (
                <li key={path}>
                  <Checkbox label={`${number} ${titleOf(step, t, kinds)}`} checked={chosen.includes(path)} onChange={(on) => setChosen(on ? [...chosen, path] : chosen.filter((one) => one !== path))} />
                </li>
              ))}
            </ul>
          </fieldset>
        )}
        <Choices<How>
          label={t('outage.how')}
          value={how}
          onChange={setHow}
          options={[
            { value: 'refused', label: t('outage.refused'), help: t('outage.refusedHelp') },
            { value: '503', label: t('outage.503') },
            { value: 'cut', label: t('outage.cut'), help: t('outage.cutHelp') },
            { value: 'own', label: t('outage.own') },
          ]}
        />
        {how === 'own' ? (
          <div className={css.indent}>
            <TextField ariaLabel={t('outage.own')} value={script} onChange={setScript} mono help={t('outage.ownHelp')} />
          </div>
        ) : (
          <fieldset className={css.group}>
            <legend>{t('outage.span')}</legend>
            <div className={css.line}>
              <Segments
                ariaLabel={t('outage.span')}
                value={other ? 'other' : span}
                onChange={(next) => {
                  setOther(next === 'other')
                  if (next !== 'other') setSpan(next)
                }}
                options={[...usualSpans.map((one) => ({ value: one as string, label: spanWords(one, t) ?? one })), { value: 'other', label: t('outage.other') }]}
              />
              {other && <SpanField label={t('outage.span')} value={span} onChange={setSpan} required />}
            </div>
            <div className={css.line}>
              <Checkbox label={t('outage.stream')} checked={stream} onChange={setStream} help={t('outage.streamHelp')} />
              {stream && (
                <>
                  <span aria-hidden>{t('outage.everyWord')}</span>
                  <SpanField label={t('outage.every')} value={every} onChange={setEvery} required />
                </>
              )}
            </div>
          </fieldset>
        )}
        <div className={css.line}>
          <Button kind="main" icon="play" onClick={show} disabled={state.busy || chosen.length === 0}>
            {t('outage.show')}
          </Button>
        </div>
      </div>
      <div ref={end} role="status" className={css.told}>
        {state.error !== undefined && <ErrorNote error={state.error} />}
        {state.result && <Told result={state.result} title={title} />}
      </div>
    </Dialog>
  )
}

function Told({ result, title }: { result: Rehearsal; title: (path: string | undefined) => string }) {
  const t = useT()
  return (
    <section className={css.result} aria-label={t('outage.result')}>
      <Summary result={result} />
      <ol className={css.lines}>
        {result.lines.map((line, i) => {
          const look = lookOf(line)
          const text = wordsOf(line, result, title, t)
          return (
            <li key={i} data-tone={look.tone}>
              <span className={css.when}>
                {clock(line.at, result.began)}
                <span className={css.since}>{since(line.at, result.began, t)}</span>
              </span>
              <span className={css.mark}>
                <Icon name={look.icon} size={16} />
              </span>
              <span className={css.what}>
                <span>{text.what}</span>
                {text.more && <span className={css.muted}>{text.more}</span>}
              </span>
            </li>
          )
        })}
      </ol>
      <p className={css.muted}>{t('outage.note')}</p>
    </section>
  )
}

/** The end of it, first: that is what one wants to know. */
function Summary({ result }: { result: Rehearsal }) {
  const t = useT()
  // Letters to different channels may go at the same time: it is said once.
  const letters = [...new Set(result.lines.filter((line) => line.kind === 'letter').map((line) => clock(line.at, result.began)))]
  const well = result.state === 'succeeded' || result.state === 'skipped'
  const time = clock(result.ended, result.began)
  const key: Key = well ? (letters.length > 0 ? 'outage.well' : 'outage.calm') : result.state === 'paused' ? 'outage.waits' : 'outage.failed'
  return (
    <Note tone={well ? 'ok' : 'warn'} title={t(key, { time })}>
      <p>
        {letters.length === 0 ? t('outage.noLetters') : t(result.told ? 'outage.letters' : 'outage.lettersIf', { times: letters.join(', ') })}
        {!result.told && (
          <>
            {' '}
            <Link to="/settings/$section" params={{ section: 'notices' }}>{t('outage.setUp')}</Link>
          </>
        )}
      </p>
      {result.others && (
        <p>
          {[
            t('outage.others', { count: result.others.events, done: result.others.succeeded, paused: result.others.paused }),
            ...(result.others.failed > 0 ? [t('outage.othersFailed', { n: result.others.failed })] : []),
            ...(result.others.last ? [t('outage.othersLast', { time: clock(result.others.last, result.began) })] : []),
          ].join(' ')}
        </p>
      )}
    </Note>
  )
}

const since = (at: string, began: string, t: Translate): string => {
  const ms = Date.parse(at) - Date.parse(began)
  return ms < 1000 ? t('outage.start') : t('outage.since', { span: duration(Math.round(ms / 1000) * 1000) })
}

function lookOf(line: RehearsalLine): { icon: IconName; tone: Tone } {
  switch (line.kind) {
    case 'attempt':
      return line.outcome === 'ok' ? { icon: 'check', tone: 'ok' } : { icon: line.next ? 'retry' : 'close', tone: line.next ? 'info' : 'error' }
    case 'letter':
      return { icon: 'mail', tone: 'muted' }
    case 'queue':
      return { icon: 'pause', tone: 'warn' }
    case 'end':
      return line.state === 'paused' ? { icon: 'pause', tone: 'warn' } : line.state === 'failed' ? { icon: 'close', tone: 'error' } : { icon: 'check', tone: 'ok' }
    default:
      return { icon: 'dotted', tone: 'muted' }
  }
}

const letterKeys: Record<string, Key> = { first_failure: 'outage.letter.first', bad_end: 'outage.letter.end', recovered: 'outage.letter.over', lane_closed: 'outage.letter.queue', success: 'outage.letter.success' }
/** What else the letter says, and where it goes when that is not by mail alone. */
function besides(line: RehearsalLine, result: Rehearsal, t: Translate): string {
  const also = (line.also ?? []).flatMap((kind) => (letterKinds[kind] ? [quoted(t(letterKinds[kind]))] : []))
  const channels = (line.channels ?? []).map((name) => (name === 'mail' ? t('mail.title') : name))
  const more = result.told && channels.join() !== t('mail.title')
  return [also.length > 0 && t('outage.letter.also', { news: also.join(', ') }), more && t('outage.letter.channels', { channels: channels.join(', ') })].filter(Boolean).join(' ')
}

const letterKinds: Record<string, Key> = { first_failure: 'notice.first_failure', bad_end: 'notice.bad_end', recovered: 'notice.recovered', lane_closed: 'notice.lane_closed', success: 'notice.success' }
const whyKeys: Record<string, Key> = { retry_after: 'outage.next.asked', quiet: 'outage.next.quiet' }

function wordsOf(line: RehearsalLine, result: Rehearsal, title: (path: string | undefined) => string, t: Translate): { what: string; more?: string } {
  const next = line.next ? clock(line.next, result.began) : ''
  switch (line.kind) {
    case 'attempt': {
      const of = line.of ?? 0
      const step = [title(line.step), purposeText(line.purpose, t)].filter((one) => one !== '').join(' · ')
      const n = of > 1 ? t('outage.try', { step, n: line.n ?? 0, of }) : step
      const what = line.outcome === 'ok' ? t('outage.ok', { status: line.status ?? 0 }) : line.explain ? pick({ ru: line.explain.ru.what, en: line.explain.en.what }) : (line.code ?? '')
      return { what: `${n}: ${what}`, ...(line.next && { more: t((line.why && whyKeys[line.why]) || 'outage.next', { time: next }) }) }
    }
    case 'wait':
      return { what: t(line.why === 'quiet' ? 'outage.next.quiet' : 'outage.pause', { time: next }) }
    case 'queue':
      return { what: t('outage.queue', { time: next }), more: t('outage.queueHelp') }
    case 'letter':
      return { what: t(line.over && line.letter === 'first_failure' ? 'outage.letter.both' : letterKeys[line.letter ?? ''] ?? 'outage.letter.first'), more: besides(line, result, t) }
    default:
      return { what: stateText({ state: line.state ?? '', reason: line.reason ?? '' }, t), ...(line.state === 'paused' && { more: t('outage.kept') }) }
  }
}
