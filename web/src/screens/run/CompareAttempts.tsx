import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, call, type Attempt, type components, type Run } from '@/api'
import { clock, useT, type Key } from '@/i18n'
import { Dialog, ErrorNote, Muted, Note, Skeleton, Stack } from '@/ui'
import { outcomeText } from '@/words/states'
import css from './Compare.module.css'

type Difference = components['schemas']['AttemptDifference']

const parts: Record<Difference['part'], Key> = {
  method: 'compare.method',
  address: 'compare.address',
  query: 'compare.query',
  header: 'compare.header',
  body: 'compare.body',
  status: 'compare.status',
}
const bodies: Record<string, Key> = { too_large: 'compare.tooLarge', binary: 'compare.binary', gone: 'compare.gone' }

interface Props {
  run: Run
  attempt: Attempt
  onClose: () => void
}

/** In what an attempt differs from the last one of its step that went well, side by side. */
export function CompareAttempts({ run, attempt, onClose }: Props) {
  const t = useT()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['compare', run.id, attempt.n],
    queryFn: () => call(api.GET('/api/v1/runs/{id}/attempts/{n}/compare', { params: { path: { id: run.id, n: attempt.n } } })),
    staleTime: 0,
    gcTime: 0,
  })
  const own = data?.differences.filter((one) => !one.usual) ?? []
  const usual = data?.differences.filter((one) => one.usual) ?? []
  const sent = own.filter((one) => one.part !== 'status')
  return (
    <Dialog open onClose={onClose} title={t('compare.title')} size="large">
      {error ? (
        <ErrorNote error={error} onRetry={() => void refetch()} />
      ) : isPending ? (
        <Skeleton lines={6} />
      ) : !data.with ? (
        <Note tone="info" title={t('compare.none')}>
          {t('compare.noneHelp')}
        </Note>
      ) : (
        <Stack>
          <p>
            <Link to="/runs/$id" params={{ id: data.with.run }} search={{ try: String(data.with.n) }} onClick={onClose}>
              {t('compare.with', { n: data.with.n, time: clock(data.with.at) })}
            </Link>
          </p>
          {sent.length === 0 && !data.body && <Note tone="info">{t('compare.same')}</Note>}
          {data.body && <Note tone="warn">{t(bodies[data.body] ?? 'compare.gone')}</Note>}
          <Rows rows={own} lines={data.lines === true} attempt={attempt} />
          {data.more && <Muted>{t('compare.more')}</Muted>}
          {usual.length > 0 && (
            <>
              <h3>{t('compare.usual')}</h3>
              <Rows rows={usual} lines={false} attempt={attempt} />
            </>
          )}
          <Muted>{t('compare.masked')}</Muted>
        </Stack>
      )}
    </Dialog>
  )
}

function Rows({ rows, lines, attempt }: { rows: readonly Difference[]; lines: boolean; attempt: Attempt }) {
  const t = useT()
  if (rows.length === 0) return null
  const value = (text: string | undefined, row: Difference, mine: boolean) => {
    if (text === undefined) return <Muted>{t('compare.absent')}</Muted>
    if (text !== '') return <span className="mono">{text}</span>
    return <Muted>{row.part === 'status' && mine ? outcomeText(attempt.outcome, t) : t('compare.empty')}</Muted>
  }
  return (
    <table className={css.table}>
      <thead>
        <tr>
          <th scope="col">{t('compare.where')}</th>
          <th scope="col">{t('compare.good')}</th>
          <th scope="col">{t('compare.bad')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={i}>
            <th scope="row">
              {t(parts[row.part])}
              {row.name && (
                <span className={css.name} translate="no">
                  {lines && row.part === 'body' ? t('compare.line', { n: row.name }) : row.name}
                </span>
              )}
            </th>
            <td data-label={t('compare.good')} translate="no">
              {value(row.good, row, false)}
            </td>
            <td data-label={t('compare.bad')} data-bad translate="no">
              {value(row.bad, row, true)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
