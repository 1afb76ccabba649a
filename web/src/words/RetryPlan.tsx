import { useT } from '@/i18n'
import { Stack } from '@/ui'
import { Delays, SpanField } from './Spans'
import css from './Spans.module.css'

/** What the rest of a run's tries becomes. */
export interface RetryPlan {
  delays: string[]
  deadline?: string
}

export const usualPlan: RetryPlan = { delays: ['5m', '30m', '2h'] }

export function RetryPlanFields({ plan, onChange }: { plan: RetryPlan; onChange: (plan: RetryPlan) => void }) {
  const t = useT()
  return (
    <Stack gap={16}>
      <fieldset className={css.group}>
        <legend>{t('retryPlan.delays')}</legend>
        <Delays sum={false} values={plan.delays} onChange={(delays) => onChange({ ...plan, delays: delays.length > 0 ? delays : ['5m'] })} />
      </fieldset>
      <fieldset className={css.group}>
        <legend>{t('retryPlan.deadline')}</legend>
        <SpanField label={t('retryPlan.deadline')} value={plan.deadline ?? ''} onChange={(deadline) => onChange({ delays: plan.delays, ...(deadline && { deadline }) })} />
        <span className={css.muted}>{t('retryPlan.deadlineHelp')}</span>
      </fieldset>
    </Stack>
  )
}
