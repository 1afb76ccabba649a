import { timeZone, useT, type Translate } from '@/i18n'
import { useMemo } from 'react'
import { Button, Checkbox, Choices, Note, NumberField, SuggestField, TagsField, TextField } from '@/ui'
import { Delays } from '@/words/Spans'
import { useEditor, useStep } from '../context'
import css from '../editor.module.css'
import { variablesOf } from '@/pill/template'
import type { HttpStep, Retry } from '../model/document'
import { covers } from '../model/status'
import { durationWords, titleOf } from '../parts/describe'
import { DurationField, Labelled } from '../step/Field'

const usual = ['5s', '30s', '1m', '30m', '2h']
const usualOn = ['network', 'unknown', '4xx', '5xx']

type Way = 'default' | 'own' | 'exponential' | 'none'

const wayOf = (retry: Retry | undefined): Way => (retry?.exponential ? 'exponential' : retry?.delays === undefined ? 'default' : retry.delays.length === 0 ? 'none' : 'own')

/** How a request that failed is tried again, in plain words. */
export function RetryField() {
  const t = useT()
  const { read, put } = useStep()
  const retry = read<Retry>('/http/retry')
  const way = wayOf(retry)
  const store = (change: Partial<Retry>) => {
    const next: Retry = { ...retry, ...change }
    for (const key of Object.keys(next) as (keyof Retry)[]) if (next[key] === undefined) delete next[key]
    put('/http/retry', Object.keys(next).length > 0 ? next : undefined)
  }
  const choose = (next: Way) => {
    if (next === way) return
    if (next === 'default') store({ delays: undefined, exponential: undefined })
    if (next === 'none') store({ delays: [], exponential: undefined })
    if (next === 'own') store({ delays: ['5s', '30s', '1m'], exponential: undefined })
    if (next === 'exponential') store({ delays: undefined, exponential: { first: '1s', factor: 2, max: '10m', tries: 8 } })
  }
  const on = retry?.on ?? usualOn
  const toggle = (what: string, yes: boolean) => {
    const next = yes ? [...on, what] : on.filter((one) => one !== what)
    store({ on: next.length === usualOn.length && usualOn.every((one) => next.includes(one)) ? undefined : next })
  }
  const named = ['network', 'unknown', '5xx', '4xx', 'body']
  const codes = on.filter((one) => !named.includes(one))
  const e = retry?.exponential
  return (
    <div className={css.fields}>
      <Choices<Way>
        ariaLabel={t('retries')}
        value={way}
        onChange={choose}
        options={[
          { value: 'default', label: t('retries.default'), help: t('retries.defaultHelp', { list: usual.map((one) => durationWords(one, t)).join(' · '), tries: usual.length + 1 }) },
          { value: 'own', label: t('retries.own') },
          { value: 'exponential', label: t('retries.exponential') },
          { value: 'none', label: t('retries.none') },
        ]}
      />
      {way === 'own' && (
        <div className={css.indent}>
          <Delays values={retry?.delays ?? []} onChange={(delays) => store({ delays: delays.length > 0 ? delays : ['5s'] })} />
        </div>
      )}
      {way === 'exponential' && e && (
        <div className={`${css.indent} ${css.exponential}`}>
          <Labelled pointer="" label={t('retries.first')}>
            <DurationField label={t('retries.first')} value={e.first} onChange={(first) => store({ exponential: { ...e, first: first || '1s' } })} />
          </Labelled>
          <NumberField label={t('retries.factor')} value={e.factor} onChange={(factor) => store({ exponential: { ...e, factor: factor ?? 2 } })} min={1} max={100} whole={false} width={96} />
          <Labelled pointer="" label={t('retries.max')}>
            <DurationField label={t('retries.max')} value={e.max} onChange={(max) => store({ exponential: { ...e, max: max || '10m' } })} />
          </Labelled>
          <NumberField label={t('retries.tries')} value={e.tries} onChange={(tries) => store({ exponential: { ...e, tries: tries ?? 8 } })} min={1} max={100} width={96} />
        </div>
      )}
      {way !== 'none' && (
        <Labelled pointer="" label={t('retries.deadline')}>
          <DurationField label={t('retries.deadline')} value={retry?.deadline ?? ''} onChange={(deadline) => store({ deadline: deadline || undefined })} />
        </Labelled>
      )}
      {way !== 'none' && (
        <fieldset className={css.fieldset}>
          <legend>{t('retries.on')}</legend>
          <div className={css.checks}>
            <Checkbox label={t('retries.network')} checked={on.includes('network')} onChange={(yes) => toggle('network', yes)} />
            <Checkbox label={t('retries.unknown')} checked={on.includes('unknown')} onChange={(yes) => toggle('unknown', yes)} />
            <Checkbox label="5xx" checked={on.includes('5xx')} onChange={(yes) => toggle('5xx', yes)} />
            <Checkbox label={t('retries.4xx')} checked={on.includes('4xx')} onChange={(yes) => toggle('4xx', yes)} />
            <Checkbox label={t('retries.body')} checked={on.includes('body')} onChange={(yes) => toggle('body', yes)} />
          </div>
          <TagsField label={t('retries.codes')} values={codes} onChange={(next) => store({ on: [...on.filter((one) => named.includes(one)), ...next] })} placeholder="429, 500-503, !404" />
        </fieldset>
      )}
      {way !== 'none' && <QuietHours quiet={retry?.quiet} onChange={(quiet) => store({ quiet })} />}
      {way !== 'none' && (
        <ul className={css.sentences} aria-label={t('retries.words')}>
          {sentences(retry, on, t).map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** The hours in which nothing is tried again. */
function QuietHours({ quiet, onChange }: { quiet: Retry['quiet']; onChange: (quiet: Retry['quiet']) => void }) {
  const t = useT()
  const { problem } = useStep()
  const zones = useMemo(() => (Intl as unknown as { supportedValuesOf?: (kind: string) => string[] }).supportedValuesOf?.('timeZone') ?? [], [])
  return (
    <>
      <Checkbox label={t('quiet')} checked={quiet !== undefined} onChange={(yes) => onChange(yes ? { from: '22:00', to: '08:00', zone: timeZone() } : undefined)} help={t('quiet.help')} />
      {quiet && (
        <div className={`${css.indent} ${css.quiet}`}>
          <TextField label={t('quiet.from')} value={quiet.from} onChange={(from) => onChange({ ...quiet, from })} error={problem('/http/retry/quiet/from')} placeholder="22:00" />
          <TextField label={t('quiet.to')} value={quiet.to} onChange={(to) => onChange({ ...quiet, to })} error={problem('/http/retry/quiet/to')} placeholder="08:00" />
          <SuggestField label={t('quiet.zone')} value={quiet.zone} onChange={(zone) => onChange({ ...quiet, zone })} suggestions={zones} error={problem('/http/retry/quiet/zone')} placeholder="Europe/Moscow" />
        </div>
      )}
    </>
  )
}

/** What the policy does, case by case, as one would tell it. */
function sentences(retry: Retry | undefined, on: readonly string[], t: Translate): string[] {
  const out: string[] = []
  if (on.includes('network')) out.push(t('retries.say.network'))
  out.push(t(on.includes('unknown') ? 'retries.say.unknown' : 'retries.say.unknownNot'))
  const codes = on.filter((one) => !['network', 'unknown', 'body'].includes(one))
  if (codes.length > 0) out.push(t('retries.say.codes', { codes: codes.join(', ') }))
  if (covers(codes, 429) || covers(codes, 503)) out.push(t('retries.say.after', { codes: [429, 503].filter((one) => covers(codes, one)).join(', ') }))
  if (on.includes('body')) out.push(t('retries.say.body'))
  if (retry?.quiet) out.push(t('retries.say.quiet', retry.quiet))
  if (retry?.deadline) out.push(t('retries.say.deadline', { span: durationWords(retry.deadline, t) }))
  return out
}

type Failure = 'pause' | 'continue' | 'fail'

/** What follows when the tries are used up. */
export function OnFailure() {
  const t = useT()
  const { steps } = useEditor()
  const { read, put, placed } = useStep()
  const http = read<HttpStep>('/http')
  const now = (http?.on_failure as Failure | undefined) ?? 'pause'
  const names = new Set(['status', http?.save?.status, `steps.${placed.step.id}.status`].filter((name) => name))
  const index = steps.findIndex((one) => one.path === placed.path)
  const next = steps.slice(index + 1).find((one) => one.step.http || readsStatus(one.step.if ?? one.step.when ?? '', names))
  const reads = next && !next.step.http && now === 'pause' ? next : undefined
  return (
    <>
      <Choices<Failure>
        label={t('onFailure')}
        value={now}
        onChange={(choice) => put('/http/on_failure', choice === 'pause' ? undefined : choice)}
        options={[
          { value: 'pause', label: t('onFailure.pause'), help: t('onFailure.pauseHelp') },
          { value: 'continue', label: t('onFailure.continue'), help: t('onFailure.continueHelp') },
          { value: 'fail', label: t('onFailure.fail'), help: t('onFailure.failHelp') },
        ]}
      />
      {reads && (
        <Note
          tone="info"
          title={t('continue.hint', { n: reads.number })}
          actions={
            <Button size="small" onClick={() => put('/http/on_failure', 'continue')}>
              {t('choose')}
            </Button>
          }
        >
          {titleOf(reads.step, t)}
        </Note>
      )}
    </>
  )
}

function readsStatus(expression: string, names: ReadonlySet<string | undefined>): boolean {
  const plain = expression.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""')
  return [...names].some((name) => name !== undefined && new RegExp(`(^|[^\\w.])${name.replace(/\./g, '\\.')}\\b`).test(plain)) || variablesOf(expression).some((v) => names.has(v.path))
}
