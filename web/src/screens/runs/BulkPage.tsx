import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { bulksQuery, type Bulk } from '@/api'
import { clock, fullTime, number, useT, type Translate } from '@/i18n'
import { BulkCounts, Refused, actionWord, questionWords, runsOf, sends } from '@/screens/bulk'
import { Badge, EmptyState, ErrorNote, More, Muted, Skeleton } from '@/ui'
import { useScenarioTitles } from '@/words/titles'
import { HistoryFrame } from './HistoryFrame'
import css from './BulkPage.module.css'

/** All that was done to many runs at once: who, what, to which, when, and what came of it. */
export default function BulkPage() {
  const t = useT()
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = useInfiniteQuery(bulksQuery)
  const title = useScenarioTitles()
  const all = data?.pages.flatMap((page) => page.items) ?? []
  return (
    <HistoryFrame tab="bulk">
      {!data ? (
        error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Skeleton lines={6} />
      ) : all.length === 0 ? (
        <EmptyState icon="retry" title={t('bulks.none')}>
          {t('bulks.noneHelp')}
        </EmptyState>
      ) : (
        <>
          <Muted small>{t('bulks.help')}</Muted>
          <ul className={css.list}>
            {all.map((bulk) => (
              <li key={bulk.id} className={css.one}>
                <div className={css.head}>
                  <strong>{actionWord(bulk.action, t)}</strong>
                  <State bulk={bulk} t={t} />
                  <span className={css.when} title={bulk.created_at && fullTime(bulk.created_at)}>
                    {t('bulks.by', { who: bulk.by || '—', time: bulk.created_at ? clock(bulk.created_at) : '' })}
                  </span>
                </div>
                <span className={css.question}>{questionWords(bulk.q, title, t)}</span>
                <div className={css.counts}>
                  <span>{t('bulk.doneOf', { done: number(bulk.done), total: number(Math.max(bulk.total, bulk.done)) })}</span>
                  {sends(bulk.action) ? <BulkCounts bulk={bulk} /> : <Refused bulk={bulk} />}
                  {bulk.done > bulk.refused && bulk.id && (
                    <Link to="/runs" search={{ q: runsOf(bulk.id) } as never}>
                      {t('bulks.runs')}
                    </Link>
                  )}
                </div>
              </li>
            ))}
          </ul>
          {hasNextPage && <More onMore={() => void fetchNextPage()} loading={isFetchingNextPage} />}
        </>
      )}
      {data && error && <ErrorNote error={error} onRetry={() => void (isFetchNextPageError ? fetchNextPage() : refetch())} />}
    </HistoryFrame>
  )
}

function State({ bulk, t }: { bulk: Bulk; t: Translate }) {
  switch (bulk.state) {
    case 'finished':
      return (
        <Badge tone="ok" icon="check" soft>
          {t('bulk.finished')}
        </Badge>
      )
    case 'stopped':
      return (
        <Badge tone="muted" icon="close" soft>
          {t('bulk.stopped')}
        </Badge>
      )
    case 'running':
      return (
        <Badge tone="info" icon="retry" soft>
          {t('bulks.running')}
        </Badge>
      )
  }
  return (
    <Badge tone="warn" icon="pause" soft>
      {t(bulk.state === 'paused' ? 'bulk.held' : 'bulks.waits')}
    </Badge>
  )
}
