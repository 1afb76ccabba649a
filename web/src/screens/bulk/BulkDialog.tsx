import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { beginBulk, keys, newKey, planBulk, type Bulk, type BulkGroup, type NewBulk } from '@/api'
import { duration, number, useT, type Key } from '@/i18n'
import { Button, Checkbox, Choices, Dialog, ErrorNote, Muted, Note, NumberField, Select, Skeleton, Stack, toast } from '@/ui'
import { RetryPlanFields, usualPlan, type RetryPlan } from '@/words/RetryPlan'
import { useScenarioTitles } from '@/words/titles'
import { LostSteps } from './LostSteps'
import { SkippedSteps } from './SkippedSteps'
import { actionWord, questionWords, sends } from './words'

type Action = NewBulk['action']
type Which = 'fit' | 'same' | 'current'

export interface BulkDialogProps {
  onClose: () => void
  /** What is preselected; resume and rerun can be exchanged in the dialog. */
  action: Action
  /** The question that finds the runs that are meant. */
  q: string
  onBegun?: (bulk: Bulk) => void
}

const rates = ['1', '10', '50', '200', '0', 'own'] as const
/** The server's bound, in runs a second. */
const fastest = 10_000

/** What the current version does with the step at which runs stand. */
const currentWords = (of: BulkGroup): Key => (of.step_changed ? 'bulk.versionChanged' : of.step_lost === 'removed' ? 'bulk.versionRemoved' : of.step_lost ? 'bulk.versionMoved' : 'bulk.versionCurrent')

/** Asks how one thing shall be done to all runs that match, and lets the server begin. Shown while it is open only. */
export function BulkDialog({ onClose, action: wanted, q, onBegun }: BulkDialogProps) {
  const t = useT()
  const queries = useQueryClient()
  const [action, setAction] = useState(wanted)
  const [which, setWhich] = useState<Which>()
  const [rate, setRate] = useState<(typeof rates)[number]>('10')
  const [own, setOwn] = useState<number | undefined>(20)
  const [oneFirst, setOneFirst] = useState(false)
  const [retry, setRetry] = useState<RetryPlan>(usualPlan)
  // One wish for as long as nothing is chosen otherwise: a second click makes no second action.
  const [key, setKey] = useState(newKey)
  const choose = (change: () => void) => {
    change()
    setKey(newKey())
  }
  const pace = rate === 'own' ? own : Number(rate)
  const badPace = pace === undefined || pace < (rate === 'own' ? 1 : 0) || pace > fastest
  const wish: NewBulk = { action, q, rate: pace ?? 0, one_first: oneFirst, ...(action === 'retry-policy' && { retry }) }
  // Not among the running actions: what they tell of themselves would have the dear question asked anew.
  const plan = useQuery({ queryKey: ['bulk-plan', action, q], queryFn: ({ signal }) => planBulk({ action, q }, signal), staleTime: 0, gcTime: 0, retry: false })
  const title = useScenarioTitles()

  const groups = plan.data?.plan?.groups ?? []
  const versioned = action === 'resume' || action === 'rerun'
  const newer = groups.filter((group) => group.current_version && group.version && group.current_version !== group.version)
  // Runs that stand alike are told of by name; of many kinds each goes its own way.
  const all = groups.reduce((n, group) => n + group.runs, 0) === plan.data?.total
  const one = all && groups.length === 1 ? groups[0]! : undefined
  const standard: Which = action === 'rerun' ? 'current' : one ? (one.step_changed ? 'current' : 'same') : 'fit'
  const chosen = which ?? standard
  const total = plan.data?.total ?? 0
  const counted = plan.data?.plan?.more ? `${number(total)}+` : number(total)
  // A text is looked for on the way: fewer runs may carry it.
  const atMost = plan.data?.at_most ?? false
  const shown = atMost && !plan.data?.plan?.more ? t('bulk.atMost', { shown: counted }) : counted
  const verb = actionWord(action, t)

  // Two clicks can come before the button shows that it is busy.
  const busy = useRef(false)
  const begin = useMutation({
    mutationFn: () => beginBulk({ ...wish, ...(versioned && chosen !== 'fit' && { version: chosen }) }, key),
    onSuccess: (bulk) => {
      void queries.invalidateQueries({ queryKey: keys.bulk })
      toast(t('bulk.begun'))
      onBegun?.(bulk)
      onClose()
    },
    onSettled: () => {
      busy.current = false
    },
  })
  const start = () => {
    if (busy.current) return
    busy.current = true
    begin.mutate()
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={plan.data ? t('bulk.title', { action: verb, count: total, shown }) : verb}
      actions={
        <>
          <Button onClick={onClose}>{t(action === 'cancel' ? 'run.keep' : 'ui.cancel')}</Button>
          <Button kind={action === 'cancel' ? 'danger' : 'main'} onClick={start} loading={begin.isPending} disabled={total === 0 || badPace}>
            {total > 0 ? t('bulk.do', { action: verb, shown }) : verb}
          </Button>
        </>
      }
    >
      <Stack gap={16}>
        <Muted>{questionWords(q, title, t)}</Muted>
        {plan.error ? (
          <ErrorNote error={plan.error} onRetry={() => void plan.refetch()} />
        ) : plan.isPending ? (
          <Skeleton lines={4} />
        ) : total === 0 ? (
          <Note tone="info" title={t('bulk.none')}>
            {t('bulk.noneHelp')}
          </Note>
        ) : (
          <>
            {versioned && (
              <Choices
                label={t('bulk.from')}
                inline
                value={action as 'resume' | 'rerun'}
                onChange={(next) =>
                  choose(() => {
                    setAction(next)
                    setWhich(undefined)
                  })
                }
                options={[
                  { value: 'resume', label: t('bulk.fromFailed') },
                  { value: 'rerun', label: t('bulk.fromStart') },
                ]}
              />
            )}
            {versioned && newer.length > 0 && (
              <Choices
                label={t('bulk.version')}
                value={chosen}
                onChange={(next) => choose(() => setWhich(next))}
                options={[
                  ...(one || action === 'rerun' ? [] : [{ value: 'fit' as const, label: t('bulk.versionFit') }]),
                  {
                    value: 'current' as const,
                    label: one ? t(action === 'resume' ? currentWords(one) : 'bulk.versionCurrent', { n: one.current_version!, step: one.step_title || one.step || '' }) : t('bulk.versionCurrentEach'),
                  },
                  { value: 'same' as const, label: one ? t('bulk.versionSame', { n: one.version! }) : t('bulk.versionSameEach') },
                ]}
              />
            )}
            {action === 'resume' && !one && <LostSteps groups={groups} title={title} />}
            {action === 'skip' && <SkippedSteps at={groups.map((group) => [`${title(group.scenario)}: ${group.step_title || group.step || t('bulk.firstStep')}`, group.runs])} total={total} shown={shown} />}
            {action === 'retry-policy' && <RetryPlanFields many plan={retry} onChange={(next) => choose(() => setRetry(next))} />}
            {action === 'retry-policy' && <Muted>{t('bulk.replacesRetries')}</Muted>}
            <Select
              label={t('bulk.rate')}
              value={rate}
              onChange={(next) => choose(() => setRate(next))}
              options={rates.map((one) => ({ value: one, label: one === '0' ? t('bulk.rateFull') : one === 'own' ? t('bulk.rateOwn') : t('bulk.ratePerSecond', { count: Number(one) }) }))}
              help={rate === '0' ? t('bulk.rateFullHelp') : badPace || atMost ? undefined : t('bulk.takes', { time: duration(Math.max(1, Math.ceil(total / pace)) * 1000) })}
            />
            {rate === 'own' && (
              <NumberField
                label={t('bulk.rateOwnField')}
                value={own}
                onChange={(next) => choose(() => setOwn(next))}
                min={1}
                max={fastest}
                width={160}
                error={badPace ? t('bulk.rateOwnBad', { most: fastest }) : undefined}
              />
            )}
            {atMost && <Muted>{t('bulk.textHelp')}</Muted>}
            {sends(action) && <Checkbox label={t('bulk.oneFirst')} checked={oneFirst} onChange={(next) => choose(() => setOneFirst(next))} />}
            <Muted>{action === 'rerun' ? t('bulk.rerunHelp') : action === 'retry-policy' ? t('bulk.retryPolicyHelp') : action === 'skip' ? t('bulk.skipHelp') : sends(action) ? t('bulk.sendsHelp') : t('bulk.cancelHelp')}</Muted>
          </>
        )}
        {begin.error && <ErrorNote error={begin.error} />}
      </Stack>
    </Dialog>
  )
}
