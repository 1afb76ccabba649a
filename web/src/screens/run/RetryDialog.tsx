import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { changeRetries, keys, newKey, type Run } from '@/api'
import { useT } from '@/i18n'
import { Button, Dialog, ErrorNote, Muted, Stack } from '@/ui'
import { RetryPlanFields, usualPlan, type RetryPlan } from '@/words/RetryPlan'

/** What the run has; the usual pauses where none are left. */
const begin = ({ retry_now: now }: Run): RetryPlan => (now?.exponential || now?.delays?.length ? now : { ...now, ...usualPlan })

/** Another policy for the rest of this run's tries, beginning with the one that it has. Shown while it is open only. */
export function RetryDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const t = useT()
  const queries = useQueryClient()
  const [plan, setPlan] = useState<RetryPlan>(begin(run))
  // One wish for as long as nothing is chosen otherwise: a second click makes no second change.
  const [key, setKey] = useState(newKey)
  const change = useMutation({
    mutationFn: () => changeRetries(run.id, plan, key),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.run(run.id) })
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('retryPolicy')}
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" loading={change.isPending} onClick={() => change.mutate()}>
            {t('retryPlan.do')}
          </Button>
        </>
      }
    >
      <Stack gap={16}>
        <RetryPlanFields
          plan={plan}
          paused={run.state === 'paused'}
          asks={run.asks === true}
          onChange={(next) => {
            setPlan(next)
            setKey(newKey())
          }}
        />
        <Muted>{t(run.state === 'paused' ? 'retryPlan.paused' : 'retryPlan.waiting')}</Muted>
        {change.error && <ErrorNote error={change.error} />}
      </Stack>
    </Dialog>
  )
}
