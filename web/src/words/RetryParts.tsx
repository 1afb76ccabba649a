import { useMemo } from 'react'
import { timeZone, useT, type Translate } from '@/i18n'
import { Checkbox, NumberField, SuggestField, TagsField, TextField } from '@/ui'
import { spanWords } from './duration'
import { SpanField } from './Spans'
import css from './Spans.module.css'
import { covers } from './status'
import { useTexts, type FieldTexts } from './texts'

export interface Growth {
  first: string
  factor: number
  max: string
  tries: number
}

export interface Quiet {
  from: string
  to: string
  zone: string
}

export const usualGrowth: Growth = { first: '1s', factor: 2, max: '10m', tries: 8 }
/** What is tried again when nothing is said of it. */
export const usualOn: readonly string[] = ['network', 'unknown', '4xx', '5xx']

/** A pause that grows from try to try. */
export function GrowthFields({ growth: e, onChange, fewest = 1 }: { growth: Growth; onChange: (next: Growth) => void; fewest?: number }) {
  const texts = useTexts()
  const [first, factor, longest, tries] = ['first', 'factor', 'max', 'tries'].map((name) => texts(`/http/retry/exponential/${name}`)) as [FieldTexts, FieldTexts, FieldTexts, FieldTexts]
  return (
    <div className={css.growth}>
      <SpanGroup texts={first} value={e.first} onChange={(next) => onChange({ ...e, first: next || '1s' })} />
      <NumberField label={factor.title} help={factor.help} value={e.factor} onChange={(next) => onChange({ ...e, factor: next ?? 2 })} min={1} max={100} whole={false} width={96} />
      <SpanGroup texts={longest} value={e.max} onChange={(next) => onChange({ ...e, max: next || '10m' })} />
      <NumberField label={tries.title} help={tries.help} value={e.tries} onChange={(next) => onChange({ ...e, tries: next ?? 8 })} min={fewest} max={100} width={96} />
    </div>
  )
}

function SpanGroup({ texts, value, onChange }: { texts: FieldTexts; value: string; onChange: (next: string) => void }) {
  return (
    <div className={css.group}>
      <span className={css.name}>{texts.title}</span>
      <SpanField label={texts.title} value={value} onChange={onChange} />
      <span className={css.help}>{texts.help}</span>
    </div>
  )
}

/** Which failures are tried again. */
export function RetryOn({ on, onChange, bare = false }: { on: readonly string[]; onChange: (next: string[]) => void; bare?: boolean }) {
  const t = useT()
  const { title, help, options } = useTexts()('/http/retry/on')
  const named = options.map((option) => option.value)
  return (
    <fieldset className={css.frame}>
      {!bare && <legend>{title}</legend>}
      {!bare && <p className={css.help}>{help}</p>}
      <div className={css.checks}>
        {options.map(({ value, label, help: means }) => (
          <Checkbox key={value} label={label} help={means} checked={on.includes(value)} onChange={(yes) => onChange(yes ? [...on, value] : on.filter((one) => one !== value))} />
        ))}
      </div>
      <TagsField label={t('retries.codes')} help={t('retries.codesHelp')} values={on.filter((one) => !named.includes(one))} onChange={(next) => onChange([...on.filter((one) => named.includes(one)), ...next])} placeholder="429, 500-503, !404" />
    </fieldset>
  )
}

/** The quiet hours of somebody who looks at a clock here. */
export const usualQuiet = (): Quiet => ({ from: '22:00', to: '08:00', zone: timeZone() })

/** The hours in which nothing is tried again; error tells what is wrong with one of them. */
export function QuietFields({ quiet, onChange, error }: { quiet: Quiet; onChange: (next: Quiet) => void; error?: (member: keyof Quiet) => string | undefined }) {
  const texts = useTexts()
  const [from, to, zone] = ['from', 'to', 'zone'].map((name) => texts(`/http/retry/quiet/${name}`)) as [FieldTexts, FieldTexts, FieldTexts]
  const zones = useMemo(() => (Intl as unknown as { supportedValuesOf?: (kind: string) => string[] }).supportedValuesOf?.('timeZone') ?? [], [])
  return (
    <div className={css.hours}>
      <TextField label={from.title} help={from.help} value={quiet.from} onChange={(next) => onChange({ ...quiet, from: next })} error={error?.('from')} placeholder="22:00" />
      <TextField label={to.title} help={to.help} value={quiet.to} onChange={(next) => onChange({ ...quiet, to: next })} error={error?.('to')} placeholder="08:00" />
      <SuggestField label={zone.title} help={zone.help} value={quiet.zone} onChange={(next) => onChange({ ...quiet, zone: next })} suggestions={zones} error={error?.('zone')} placeholder="Europe/Moscow" />
    </div>
  )
}

/** What is tried again, case by case, as one would tell it. */
export function saysOn(on: readonly string[], asks: boolean, t: Translate, table?: FieldTexts): string[] {
  // What is left out by its name in the table is told by that.
  const excepted = (table?.options ?? []).filter(({ value }) => value.startsWith('!') && on.includes(value))
  const out: string[] = []
  if (on.includes('network')) out.push(t('retries.say.network'))
  out.push(t(on.includes('unknown') ? (asks ? 'retries.say.unknownAsk' : 'retries.say.unknown') : 'retries.say.unknownNot'))
  const codes = on.filter((one) => !['network', 'unknown', 'body'].includes(one) && !excepted.some(({ value }) => value === one))
  if (codes.length > 0) out.push(t('retries.say.codes', { codes: codes.join(', ') }))
  if (covers(codes, 429) || covers(codes, 503)) out.push(t('retries.say.after', { codes: [429, 503].filter((one) => covers(codes, one)).join(', ') }))
  for (const { label, help } of excepted) out.push(`${label.slice(0, 1).toUpperCase()}${label.slice(1)}: ${help}.`)
  if (on.includes('body')) out.push(t('retries.say.body'))
  return out
}

/** What is tried again, in a few words. */
export function onWords(on: readonly string[], t: Translate): string {
  const words: Record<string, string> = { network: t('retries.network'), unknown: t('retries.unknown'), body: t('retries.body') }
  return on.map((one) => words[one] ?? one).join(', ')
}

/** Sentences as a list. */
export function Says({ label, sentences }: { label: string; sentences: readonly string[] }) {
  return (
    <ul className={css.says} aria-label={label}>
      {sentences.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  )
}

export const spanOf = (text: string, t: Translate): string => spanWords(text, t) ?? text
