import { useT } from '@/i18n'
import { Button, Checkbox, Choices, IconButton, Note, NumberField, TagsField } from '@/ui'
import { useEditor, useStep } from '../context'
import css from '../editor.module.css'
import { variablesOf } from '@/pill/template'
import type { HttpStep, Retry } from '../model/document'
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
    </div>
  )
}

/** Pauses between the tries, one after the other. */
export function Delays({ values, onChange }: { values: readonly string[]; onChange: (values: string[]) => void }) {
  const t = useT()
  return (
    <div className={css.delays}>
      {values.map((value, i) => (
        <span key={i} className={css.delay}>
          <DurationField label={t('retries.nth', { n: i + 1 })} value={value} onChange={(next) => onChange(values.map((one, at) => (at === i ? next || '1s' : one)))} />
          <IconButton icon="close" size="small" label={t('retries.remove', { n: i + 1 })} onClick={() => onChange(values.filter((_, at) => at !== i))} tip={false} />
        </span>
      ))}
      <Button size="small" icon="plus" kind="quiet" onClick={() => onChange([...values, values[values.length - 1] ?? '5s'])}>
        {t('retries.add')}
      </Button>
      <span className={css.muted}>{t('retries.sum', { count: values.length + 1 })}</span>
    </div>
  )
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
