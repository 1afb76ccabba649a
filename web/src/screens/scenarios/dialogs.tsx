import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, call, keys, runsCountQuery, type Scenario } from '@/api'
import { countOf, useT } from '@/i18n'
import { Button, Confirm, Dialog, ErrorNote, Note, TextField, toast } from '@/ui'

/** Says what follows before it is done: the outside world notices a stop. */
export function StopScenario({ scenario, onClose }: { scenario: Pick<Scenario, 'name' | 'title'>; onClose: () => void }) {
  const t = useT()
  const queries = useQueryClient()
  const stop = useMutation({
    mutationFn: () => call(api.POST('/api/v1/scenarios/{name}/stop', { params: { path: { name: scenario.name } } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.scenarios })
      void queries.invalidateQueries({ queryKey: keys.scenario(scenario.name) })
      onClose()
    },
  })
  return (
    <Confirm open onClose={onClose} title={t('scenario.stopTitle', { title: scenario.title || scenario.name })} confirm={t('stop')} onConfirm={() => stop.mutate()} busy={stop.isPending}>
      <p>{t('scenario.stopping')}</p>
      {stop.error && <ErrorNote error={stop.error} />}
    </Confirm>
  )
}

/** What came while the scenario stood still is not taken up, and not left lying, without a word. */
export function StartScenario({ scenario, held, busy, onClose, onStart }: { scenario: Pick<Scenario, 'name' | 'title'>; held: number; busy: boolean; onClose: () => void; onStart: (release: boolean) => void }) {
  const t = useT()
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('scenario.startTitle', { title: scenario.title || scenario.name })}
      size="small"
      actions={
        <>
          <Button onClick={() => onStart(false)} disabled={busy}>
            {t('scenario.startNew')}
          </Button>
          <Button kind="main" onClick={() => onStart(true)} loading={busy}>
            {t('scenario.startHeld')}
          </Button>
        </>
      }
    >
      {t('scenario.startHelp', countOf(held))}
    </Dialog>
  )
}

/** A scenario with a history is deleted by typing its name; what it did stays in the history. */
export function DeleteScenario({ scenario, onClose, onDeleted }: { scenario: Scenario; onClose: () => void; onDeleted?: () => void }) {
  const t = useT()
  const queries = useQueryClient()
  const [typed, setTyped] = useState('')
  const title = scenario.title || scenario.name
  const hasHistory = scenario.version !== undefined && scenario.version > 0
  const running = scenario.state === 'running'
  // It is stopped: what is not over yet waits, and goes with it.
  const { data: open } = useQuery({ ...runsCountQuery(`scenario:${scenario.name} state:held,queued,waiting,paused`), enabled: !running, staleTime: 0 })
  const remove = useMutation({
    mutationFn: () => call(api.DELETE('/api/v1/scenarios/{name}', { params: { path: { name: scenario.name } } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.scenarios })
      toast(t('scenario.deleted', { title }))
      onClose()
      onDeleted?.()
    },
  })
  const ready = !running && (!hasHistory || typed.trim() === title)
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('scenario.deleteTitle', { title })}
      size="small"
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="danger" disabled={!ready} loading={remove.isPending} onClick={() => remove.mutate()}>
            {t('delete')}
          </Button>
        </>
      }
    >
      {running ? <Note tone="warn">{t('scenario.deleteRunning')}</Note> : <p>{t('scenario.deleteHelp')}</p>}
      {!running && open !== undefined && open.count > 0 && <Note tone="warn">{t('scenario.deleteWaiting', countOf(open.count))}</Note>}
      {!running && hasHistory && <TextField label={t('scenario.deleteType', { title })} value={typed} onChange={setTyped} autoFocus />}
      {remove.error && <ErrorNote error={remove.error} />}
    </Dialog>
  )
}
