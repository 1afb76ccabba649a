import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { actOnRun, keys, newKey, type Run, type RunAction, type Scenario, type WhichVersion } from '@/api'
import { useT } from '@/i18n'
import { Button, Confirm, copyText, ErrorNote, IconButton, Menu, Note, Row, toast } from '@/ui'
import { waitsForTime } from '@/words/states'
import { RetryDialog } from './RetryDialog'
import { SkipStep } from './SkipStep'
import { sends, stepTitle } from './words'
import css from './Run.module.css'

type Simple = Exclude<RunAction, 'retry-policy'>

/** The longest time between two clicks that are one wish, in milliseconds. */
const doubleClick = 500

/** What can be done to the run now. The first is the filled one. */
export function RunActions({ run, scenario, onEdit }: { run: Run; scenario?: Scenario; onEdit: () => void }) {
  const t = useT()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<{ action: Simple; version?: WhichVersion; key?: string }>()
  const [replanning, setReplanning] = useState(false)
  const [skipping, setSkipping] = useState(false)
  const act = useMutation({
    // The key is the question's: a second click is the same wish.
    mutationFn: ({ action, version, key }: { action: Simple; version?: WhichVersion; key?: string }) => actOnRun(run.id, action, version, key),
    onSuccess: async (result, { action }) => {
      setAsking(undefined)
      void queries.invalidateQueries({ queryKey: keys.stats })
      const made = result as { id?: string } | undefined
      if (action === 'rerun' && made?.id && made.id !== run.id) {
        toast(t('run.rerunMade'))
        void navigate({ to: '/runs/$id', params: { id: made.id } })
      }
      // Until the new state is there, the buttons are those of the old one.
      await queries.invalidateQueries({ queryKey: keys.run(run.id) })
    },
  })
  const can = (action: RunAction) => run.actions.includes(action)
  // One thing at a time: a second press while the first is on its way does nothing, and two clicks can come before the
  // button shows that it is busy.
  const [resting, setResting] = useState(false)
  const busy = act.isPending || resting
  const going = useRef(false)
  const once = (wish: { action: Simple; version?: WhichVersion; key?: string }) => {
    if (going.current) return
    going.current = true
    setResting(true)
    act.mutate(wish, {
      // The second of two clicks may come when another button stands in the place of the first.
      onSettled: () =>
        setTimeout(() => {
          going.current = false
          setResting(false)
        }, doubleClick),
    })
  }
  const now = run.current_version ?? scenario?.version
  const newer = now !== undefined && run.version !== undefined && now !== run.version
  const requests = run.steps.filter((step) => step.attempts.some((attempt) => attempt.outcome === 'ok')).length
  const resumeChanged = newer && run.step_changed
  // The current version passes by what was removed, and sends what was moved only if its turn comes: the own one sends it.
  const lost = can('resume') && newer ? run.step_lost : undefined
  const stands = run.steps.find((step) => step.state === 'active')
  // It waits for its own time and not for a further try: nothing is repeated.
  const delayed = run.state === 'waiting' && waitsForTime(run)

  const resume = (version?: WhichVersion) => once({ action: 'resume', ...(version && { version }) })
  return (
    <>
      <Row gap={8} className={css.actions}>
        {can('resume') && (
          <span className={css.split}>
            <Button kind="main" onClick={() => resume(resumeChanged ? 'current' : 'same')} loading={act.isPending && act.variables.action === 'resume'} disabled={busy}>
              {run.state === 'held' ? t('run.release') : resumeChanged ? t('resume.changed', { n: now }) : lost ? t('resume.own', { n: run.version! }) : t('resume')}
            </Button>
            {newer && (
              <Menu
                items={[
                  { label: t('run.sameVersion', { n: run.version! }), onClick: () => resume('same') },
                  { label: t(lost === 'removed' ? 'run.currentRemoved' : lost ? 'run.currentMoved' : 'run.currentVersion', { n: now }), onClick: () => resume('current') },
                ]}
              >
                <IconButton icon="down" kind="default" label={t('run.chooseVersion')} tip={false} />
              </Menu>
            )}
          </span>
        )}
        {can('send-now') && (
          <Button kind="main" onClick={() => once({ action: 'send-now' })} loading={act.isPending && act.variables.action === 'send-now'} disabled={busy}>
            {t(delayed ? 'run.goOnNow' : 'sendNow')}
          </Button>
        )}
        {can('retry-policy') && run.steps.some((step) => step.state === 'active' && sends(step.kind)) && (
          <Button onClick={() => setReplanning(true)} disabled={busy}>
            {t('retryPolicy')}
          </Button>
        )}
        {can('cancel-retries') && (
          <Button onClick={() => once({ action: 'cancel-retries' })} loading={act.isPending && act.variables.action === 'cancel-retries'} disabled={busy}>
            {t(delayed ? 'run.stopWaiting' : 'cancelRetries')}
          </Button>
        )}
        {can('rerun') && (
          <span className={css.split}>
            <Button onClick={() => setAsking({ action: 'rerun', key: newKey() })} disabled={busy}>{t('rerun')}</Button>
            {newer && (
              <Menu
                items={[
                  { label: t('run.sameVersion', { n: run.version! }), onClick: () => setAsking({ action: 'rerun', version: 'same', key: newKey() }) },
                  { label: t('run.currentVersion', { n: now }), onClick: () => setAsking({ action: 'rerun', version: 'current', key: newKey() }) },
                ]}
              >
                <IconButton icon="down" kind="default" label={t('run.chooseVersion')} tip={false} />
              </Menu>
            )}
          </span>
        )}
        {can('skip') && <Button onClick={() => setSkipping(true)} disabled={busy}>{t('run.skip')}</Button>}
        {can('cancel') && <Button onClick={() => setAsking({ action: 'cancel' })} disabled={busy}>{t('cancel')}</Button>}
        <Menu
          items={[
            can('rerun') && { label: t('edit.title'), icon: 'pencil', onClick: onEdit },
            { label: t('run.copyJson'), icon: 'copy', onClick: () => void copyText(JSON.stringify(run, null, 2)).then((done) => toast(t(done ? 'ui.copied' : 'ui.notCopied'), { tone: done ? 'ok' : 'error' })) },
            { label: t('run.exportHar'), icon: 'download', href: `/api/v1/runs/export?format=har&q=${run.id}`, download: '' },
          ]}
        >
          <IconButton icon="dots" kind="default" label={t('run.more')} tip={false} />
        </Menu>
      </Row>
      {lost && <Note tone="warn">{t(lost === 'removed' ? 'resume.removed' : 'resume.moved', { step: stands ? stepTitle(stands, t) : '', now: now!, n: run.version! })}</Note>}
      {replanning && <RetryDialog run={run} onClose={() => setReplanning(false)} />}
      {act.error && !asking && <ErrorNote error={act.error} />}
      {skipping && <SkipStep run={run} onClose={() => setSkipping(false)} />}
      {asking && (
        <Confirm
          open
          onClose={() => setAsking(undefined)}
          onConfirm={() => once(asking)}
          busy={act.isPending}
          danger={asking.action === 'cancel'}
          title={asking.action === 'cancel' ? t('run.askCancel') : t('run.askRerun')}
          confirm={asking.action === 'cancel' ? t('run.doCancel') : t('rerun')}
          dismiss={asking.action === 'cancel' ? t('run.keep') : undefined}
        >
          <p>{asking.action === 'cancel' ? t('run.askCancelHelp') : requests > 0 ? t('run.askRerunSends', { count: requests }) : t('run.askRerunHelp')}</p>
          {act.error && <ErrorNote error={act.error} />}
        </Confirm>
      )}
    </>
  )
}
