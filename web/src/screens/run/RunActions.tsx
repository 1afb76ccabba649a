import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { actOnRun, keys, type Run, type RunAction, type Scenario } from '@/api'
import { useT } from '@/i18n'
import { Button, Confirm, copyText, ErrorNote, IconButton, Menu, Row, toast } from '@/ui'
import css from './Run.module.css'

/** What can be done to the run now. The first is the filled one. */
export function RunActions({ run, scenario }: { run: Run; scenario?: Scenario }) {
  const t = useT()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<{ action: RunAction; version?: number }>()
  const act = useMutation({
    mutationFn: ({ action, version }: { action: RunAction; version?: number }) => actOnRun(run.id, action, version),
    onSuccess: (result, { action }) => {
      setAsking(undefined)
      void queries.invalidateQueries({ queryKey: keys.run(run.id) })
      void queries.invalidateQueries({ queryKey: keys.stats })
      const made = result as { id?: string } | undefined
      if (action === 'rerun' && made?.id && made.id !== run.id) {
        toast(t('run.rerunMade'))
        void navigate({ to: '/runs/$id', params: { id: made.id } })
      }
    },
  })
  const can = (action: RunAction) => run.actions.includes(action)
  // One thing at a time: a second press while the first is on its way does nothing.
  const busy = act.isPending
  const now = scenario?.version
  const newer = now !== undefined && run.version !== undefined && now !== run.version
  const requests = run.steps.filter((step) => step.attempts.some((attempt) => attempt.outcome === 'ok')).length
  const resumeChanged = newer && stepChanged(run)

  const resume = (version?: number) => act.mutate({ action: 'resume', version })
  return (
    <>
      <Row gap={8} className={css.actions}>
        {can('resume') && (
          <span className={css.split}>
            <Button kind="main" onClick={() => resume(resumeChanged ? now : undefined)} loading={act.isPending && act.variables.action === 'resume'} disabled={busy}>
              {resumeChanged ? t('resume.changed', { n: now }) : t('resume')}
            </Button>
            {newer && (
              <Menu
                items={[
                  { label: t('run.sameVersion', { n: run.version! }), onClick: () => resume(run.version) },
                  { label: t('run.currentVersion', { n: now }), onClick: () => resume(now) },
                ]}
              >
                <IconButton icon="down" kind="default" label={t('run.chooseVersion')} tip={false} />
              </Menu>
            )}
          </span>
        )}
        {can('send-now') && (
          <Button kind="main" onClick={() => act.mutate({ action: 'send-now' })} loading={act.isPending && act.variables.action === 'send-now'} disabled={busy}>
            {t('sendNow')}
          </Button>
        )}
        {can('cancel-retries') && (
          <Button onClick={() => act.mutate({ action: 'cancel-retries' })} loading={act.isPending && act.variables.action === 'cancel-retries'} disabled={busy}>
            {t('cancelRetries')}
          </Button>
        )}
        {can('rerun') && (
          <span className={css.split}>
            <Button onClick={() => setAsking({ action: 'rerun' })} disabled={busy}>{t('rerun')}</Button>
            {newer && (
              <Menu
                items={[
                  { label: t('run.sameVersion', { n: run.version! }), onClick: () => setAsking({ action: 'rerun', version: run.version }) },
                  { label: t('run.currentVersion', { n: now }), onClick: () => setAsking({ action: 'rerun', version: now }) },
                ]}
              >
                <IconButton icon="down" kind="default" label={t('run.chooseVersion')} tip={false} />
              </Menu>
            )}
          </span>
        )}
        {can('cancel') && <Button onClick={() => setAsking({ action: 'cancel' })} disabled={busy}>{t('cancel')}</Button>}
        <Menu
          items={[
            { label: t('run.copyJson'), icon: 'copy', onClick: () => void copyText(JSON.stringify(run, null, 2)).then((done) => toast(t(done ? 'ui.copied' : 'ui.notCopied'), { tone: done ? 'ok' : 'error' })) },
            { label: t('run.exportHar'), icon: 'download', href: `/api/v1/runs/export?format=har&q=${run.id}`, download: '' },
          ]}
        >
          <IconButton icon="dots" kind="default" label={t('run.more')} tip={false} />
        </Menu>
      </Row>
      {act.error && !asking && <ErrorNote error={act.error} />}
      {asking && (
        <Confirm
          open
          onClose={() => setAsking(undefined)}
          onConfirm={() => act.mutate(asking)}
          busy={act.isPending}
          danger={asking.action === 'cancel'}
          title={asking.action === 'cancel' ? t('run.askCancel') : t('run.askRerun')}
          confirm={asking.action === 'cancel' ? t('run.doCancel') : t('rerun')}
        >
          <p>{asking.action === 'cancel' ? t('run.askCancelHelp') : requests > 0 ? t('run.askRerunSends', { count: requests }) : t('run.askRerunHelp')}</p>
          {act.error && <ErrorNote error={act.error} />}
        </Confirm>
      )}
    </>
  )
}

/** Whether the server already says that the current step is another one in the published version. */
const stepChanged = (run: Run): boolean => (run as { step_changed?: boolean }).step_changed === true
