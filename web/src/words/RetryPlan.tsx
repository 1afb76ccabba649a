import type { components } from '@/api/schema'
import { useT, type Translate } from '@/i18n'
import { Choices, Stack } from '@/ui'
import { milliseconds, unitMs } from './duration'
import { GrowthFields, onWords, QuietFields, RetryOn, saysOn, Says, spanOf, usualGrowth, usualOn, usualQuiet, type Growth } from './RetryParts'
import { Delays, SpanField } from './Spans'
import css from './Spans.module.css'
import { useTexts, type FieldTexts } from './texts'

/** What the rest of a run's tries becomes. */
export type RetryPlan = components['schemas']['RetryPlan']

export const usualPlan: RetryPlan = { delays: ['5m', '30m', '2h'] }

const growthOf = (plan: RetryPlan): Growth | undefined => plan.exponential && { ...usualGrowth, ...plan.exponential, max: plan.exponential.max ?? '7d' }

interface Props {
  plan: RetryPlan
  onChange: (plan: RetryPlan) => void
  /** Runs of several steps: what is not chosen stays as each step says. */
  many?: boolean
  /** The run goes on when a person resumes it. */
  paused?: boolean
  /** The step asks before it sends again what may have been done. */
  asks?: boolean
}

export function RetryPlanFields({ plan, onChange, many = false, paused = false, asks = false }: Props) {
  const t = useT()
  const growth = growthOf(plan)
  const change = (next: Partial<RetryPlan>) => {
    const all: RetryPlan = { ...plan, ...next }
    for (const key of Object.keys(all) as (keyof RetryPlan)[]) if (all[key] === undefined || all[key] === '') delete all[key]
    onChange(all)
  }
  const quiet = plan.quiet ? 'own' : plan.any_time || !many ? 'none' : 'step'
  const hours = (way: 'own' | 'none' | 'step') => change({ quiet: way === 'own' ? usualQuiet() : undefined, any_time: way === 'none' || undefined })
  return (
    <Stack gap={16}>
      <fieldset className={css.group}>
        <legend>{t('retryPlan.delays')}</legend>
        <Choices
          ariaLabel={t('retryPlan.delays')}
          inline
          value={growth ? 'growth' : 'own'}
          onChange={(way) => change(way === 'growth' ? { delays: undefined, exponential: usualGrowth } : { delays: usualPlan.delays, exponential: undefined })}
          options={[
            { value: 'own', label: t('retries.own') },
            { value: 'growth', label: t('retries.exponential') },
          ]}
        />
        {growth ? (
          <GrowthFields growth={growth} onChange={(exponential) => change({ exponential })} fewest={2} />
        ) : (
          <Delays sum={false} values={plan.delays ?? []} onChange={(delays) => change({ delays: delays.length > 0 ? delays : ['5m'] })} />
        )}
      </fieldset>
      <fieldset className={css.group}>
        <legend>{t('retryPlan.deadline')}</legend>
        <SpanField label={t('retryPlan.deadline')} value={plan.deadline ?? ''} onChange={(deadline) => change({ deadline })} />
        <span className={css.muted}>{t('retryPlan.deadlineHelp')}</span>
      </fieldset>
      <fieldset className={css.group}>
        <legend>{t('retries.on')}</legend>
        {many && (
          <Choices
            ariaLabel={t('retries.on')}
            inline
            value={plan.on ? 'own' : 'step'}
            onChange={(way) => change({ on: way === 'own' ? [...usualOn] : undefined })}
            options={[
              { value: 'step', label: t('retryPlan.asStep') },
              { value: 'own', label: t('retryPlan.ownOn') },
            ]}
          />
        )}
        {plan.on && <RetryOn bare on={plan.on} onChange={(on) => on.length > 0 && change({ on })} />}
      </fieldset>
      <fieldset className={css.group}>
        <legend>{t('retryPlan.quiet')}</legend>
        <Choices
          ariaLabel={t('retryPlan.quiet')}
          inline
          value={quiet}
          onChange={hours}
          options={[
            ...(many ? [{ value: 'step' as const, label: t('retryPlan.asStep') }] : []),
            { value: 'none', label: t('retryPlan.anyTime') },
            { value: 'own', label: t('retryPlan.ownQuiet') },
          ]}
        />
        {plan.quiet && <QuietFields quiet={plan.quiet} onChange={(next) => change({ quiet: next })} />}
      </fieldset>
      <Says label={t('retries.words')} sentences={says(plan, { paused, asks, many, table: useTexts()('/http/retry/on') }, t)} />
    </Stack>
  )
}

/** The pauses one after the other, in milliseconds; as the server counts those that grow. */
export function pausesOf(plan: RetryPlan): number[] {
  const growth = growthOf(plan)
  if (!growth) return (plan.delays ?? []).map((text) => milliseconds(text) ?? 0)
  const longest = Math.min(milliseconds(growth.max) ?? 7 * unitMs.d, 7 * unitMs.d)
  return Array.from({ length: Math.max(growth.tries - 1, 0) }, (_, n) => Math.max(1000, Math.min((milliseconds(growth.first) ?? 0) * growth.factor ** n, longest)))
}

/** How many pauses are told one by one. */
const told = 6

/** What will happen, as one would tell it. */
export function says(plan: RetryPlan, { paused, asks, many, table }: { paused: boolean; asks: boolean; many: boolean; table?: FieldTexts }, t: Translate): string[] {
  const pauses = pausesOf(plan).map((ms) => spanOf(`${Math.round(ms / 1000)}s`, t))
  const list = pauses.slice(0, told).map((span, n) => t(n > 0 ? 'retryPlan.next' : paused ? 'retryPlan.firstResumed' : 'retryPlan.first', { span }))
  if (pauses.length > told) list.push('…')
  const out = many ? [] : [t('retryPlan.more', { count: pauses.length + (paused ? 1 : 0), list: list.join(', ') })]
  if (plan.on) out.push(...saysOn(plan.on, asks, t, table), t('retryPlan.not'))
  if (plan.quiet) out.push(t('retries.say.quiet', plan.quiet))
  if (plan.deadline) out.push(t(paused ? 'retryPlan.deadlineSayResumed' : 'retryPlan.deadlineSay', { span: spanOf(plan.deadline, t) }))
  out.push(t('retryPlan.end'))
  return out
}

/** What a person set for the rest of the tries, in one line. */
export function retryWords(plan: RetryPlan, t: Translate): string {
  const growth = growthOf(plan)
  return [
    growth ? t('run.retriesGrow', { first: spanOf(growth.first, t), factor: growth.factor, count: growth.tries }) : (plan.delays ?? []).map((text) => spanOf(text, t)).join(' · '),
    plan.deadline && t('run.retriesDeadline', { span: spanOf(plan.deadline, t) }),
    plan.on && t('run.retriesOn', { list: onWords(plan.on, t) }),
    plan.quiet && t('run.retriesQuiet', plan.quiet),
    plan.any_time && t('run.retriesAnyTime'),
  ]
    .filter(Boolean)
    .join('; ')
}
