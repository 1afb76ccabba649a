import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { runsQuery, ofRuns, useHints } from '@/api'
import { clock, useT } from '@/i18n'
import { Button, EmptyState, ErrorNote, Skeleton, Status, Switch, Time } from '@/ui'
import { RunState } from '@/words/states'
import { useEditor } from '../context'
import css from '../editor.module.css'

/** The last runs of this scenario; the whole history is one press away. */
export function HistoryTab() {
  const t = useT()
  const { name, openSource } = useEditor()
  const [checks, setChecks] = useState(false)
  const query = useInfiniteQuery(runsQuery(`scenario:${name}${checks ? ' mark:check' : ''}`))
  useHints((hints) => {
    if (hints.some(ofRuns)) void query.refetch()
  })
  const runs = (query.data?.pages ?? []).flatMap((page) => page.items).slice(0, 50)
  return (
    <div className={css.tabPage}>
      <div className={css.line}>
        <Switch label={t('history.checks')} checked={checks} onChange={setChecks} />
        <span className={css.spring} />
        <Button to="/runs" search={{ q: `scenario:${name}` }} size="small" iconRight="right">
          {t('history.all')}
        </Button>
      </div>
      {query.error && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {!query.data ? (
        !query.error && <Skeleton lines={5} />
      ) : runs.length === 0 ? (
        <EmptyState icon="history" title={checks ? t('history.noChecks') : t('history.none')} actions={<Button onClick={() => openSource()}>{t('sendSample')}</Button>}>
          {t('history.noneHelp')}
        </EmptyState>
      ) : (
        <ul className={css.runs}>
          {runs.map((run) => {
            return (
              <li key={run.id} className={css.runLine}>
                <Link to="/runs/$id" params={{ id: run.id }} className={css.run}>
                  <RunState run={run} />
                  <Time at={run.created_at} relative="both" />
                  <span className={css.runData}>{(run.data ?? []).map((one) => one.value).join(', ')}</span>
                  {run.last_status ? <Status code={run.last_status} /> : <span />}
                </Link>
                <Button size="small" kind="quiet" icon="flag" label={t('history.asSampleOf', { time: clock(run.created_at) })} to="/scenarios/$name" params={{ name }} search={{ sample: run.event_id }}>
                  {t('history.asSample')}
                </Button>
              </li>
            )
          })}
        </ul>
      )}
    </div>
  )
}
