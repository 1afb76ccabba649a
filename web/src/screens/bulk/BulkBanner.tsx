import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { bulkQuery, keys, steerBulk, type Bulk, type BulkVerb } from '@/api'
import { duration, number, useT } from '@/i18n'
import { Button, Confirm, IconButton, toastError } from '@/ui'
import { BulkCounts, Refused } from './BulkCounts'
import css from './Bulk.module.css'
import { actionWord, sends } from './words'

/** How long one that is over stays on the page, in milliseconds. */
const lingers = 60_000

/** How far the mass actions are, on every page; nothing while there are none. */
export function BulkBanner() {
  const { data } = useQuery(bulkQuery)
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const shown = data?.items.filter((one) => !closed.has(one.id!) && (!one.finished_at || Date.now() - Date.parse(one.finished_at) < lingers)) ?? []
  return (
    <>
      {shown.map((one) => (
        <Line key={one.id} bulk={one} onClose={() => setClosed(new Set([...closed, one.id!]))} />
      ))}
    </>
  )
}

function Line({ bulk, onClose }: { bulk: Bulk; onClose: () => void }) {
  const t = useT()
  const queries = useQueryClient()
  const [stopping, setStopping] = useState(false)
  const steer = useMutation({
    mutationFn: (verb: BulkVerb) => steerBulk(bulk.id!, verb),
    onError: (error) => toastError(error, t),
    onSettled: () => {
      setStopping(false)
      void queries.invalidateQueries({ queryKey: keys.bulk })
    },
  })
  const over = bulk.state === 'finished' || bulk.state === 'stopped'
  const all = Math.max(bulk.total, bulk.done)
  const progress = bulk.at_most
    ? t('bulk.doneOfAtMost', { done: number(bulk.done), left: number(all - bulk.done) })
    : t('bulk.doneOf', { done: number(bulk.done), total: number(all) })
  const busy = (verb: BulkVerb) => steer.isPending && steer.variables === verb
  return (
    <section className={css.banner} data-state={bulk.state} aria-label={t('bulk.progress', { action: actionWord(bulk.action, t) })}>
      <span className={css.name}>
        {t('runs.key.bulk')}: {actionWord(bulk.action, t)}
      </span>
      <progress className={css.bar} max={Math.max(all, 1)} value={bulk.done} aria-label={progress} />
      <span className={css.count}>{progress}</span>
      {(sends(bulk.action) || bulk.refused > 0) && <span className={css.counts}>{sends(bulk.action) ? <BulkCounts bulk={bulk} /> : <Refused bulk={bulk} />}</span>}
      <span className={css.words}>
        {bulk.state === 'running' && bulk.eta_seconds !== undefined && bulk.eta_seconds > 0 && t('bulk.left', { time: duration(bulk.eta_seconds * 1000) })}
        {bulk.state === 'running' && bulk.eta_seconds === 0 && t('bulk.ending')}
        {bulk.state === 'waits_for_you' && t('bulk.firstDone')}
        {bulk.state === 'paused' && t('bulk.held')}
        {bulk.state === 'finished' && t('bulk.finished')}
        {bulk.state === 'stopped' && t('bulk.stopped')}
      </span>
      <span className={css.buttons}>
        {bulk.first_run && bulk.state === 'waits_for_you' && (
          <Button size="small" kind="quiet" to="/runs/$id" params={{ id: bulk.first_run }}>
            {t('bulk.showFirst')}
          </Button>
        )}
        {(bulk.state === 'waits_for_you' || bulk.state === 'paused') && (
          <Button size="small" kind="soft" onClick={() => steer.mutate('go-on')} loading={busy('go-on')}>
            {t('bulk.goOn')}
          </Button>
        )}
        {bulk.state === 'running' && (
          <Button size="small" kind="soft" onClick={() => steer.mutate('pause')} loading={busy('pause')}>
            {t('bulk.hold')}
          </Button>
        )}
        {!over && (
          <Button size="small" kind="quiet" onClick={() => setStopping(true)}>
            {t('bulk.stop')}
          </Button>
        )}
        {over && <IconButton icon="close" size="small" label={t('ui.close')} onClick={onClose} />}
      </span>
      <Confirm open={stopping} onClose={() => setStopping(false)} onConfirm={() => steer.mutate('stop')} busy={busy('stop')} danger title={t('bulk.askStop')} confirm={t('bulk.stop')}>
        <p>{t('bulk.askStopHelp', { left: number(Math.max(all - bulk.done, 0)) })}</p>
      </Confirm>
    </section>
  )
}
