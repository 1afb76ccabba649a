import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import { reconciliationQuery, sourcesQuery, type Counts } from '@/api'
import { useSearch } from '@/app/useSearch'
import { date, language, number, useT, type Key } from '@/i18n'
import { Badge, Blank, Button, EmptyState, ErrorNote, Icon, Menu, Muted, Row, Select, Skeleton, Spring, TextField, useNarrow } from '@/ui'
import { SilenceNote } from '@/screens/sources/Usual'
import { HistoryFrame } from './HistoryFrame'
import { format } from '@/words/query'
import { useSourceTitles } from '@/words/titles'
import css from './Reconciliation.module.css'

const spans = ['1', '7', '30', '92', 'own'] as const

/** A column: its number, and the states of runs by which the history finds them. */
interface Column {
  name: Key
  sign: '=' | '+' | ''
  count: (c: Counts) => number
  states?: string
  tone?: 'warn' | 'error'
}

const columns: Column[] = [
  { name: 'reconciliation.received', sign: '', count: (c) => c.received, states: '' },
  { name: 'reconciliation.done', sign: '=', count: (c) => c.done, states: 'succeeded' },
  { name: 'reconciliation.skipped', sign: '+', count: (c) => c.skipped, states: 'skipped' },
  { name: 'reconciliation.waiting', sign: '+', count: (c) => c.waiting + c.held, states: 'waiting,queued,running,held' },
  { name: 'reconciliation.paused', sign: '+', count: (c) => c.paused, states: 'paused', tone: 'warn' },
  { name: 'reconciliation.failed', sign: '+', count: (c) => c.failed, states: 'failed', tone: 'error' },
  { name: 'reconciliation.cancelled', sign: '+', count: (c) => c.cancelled, states: 'cancelled' },
]
// Only where there is something of it: no scenario used the source.
const unused: Column = { name: 'reconciliation.unused', sign: '+', count: (c) => c.unused + c.expired }

/** Whether all that came in is accounted for, by day and source. */
export default function ReconciliationPage() {
  const t = useT()
  const narrow = useNarrow()
  const [search, setSearch] = useSearch()
  // A link may name its days and nothing else.
  const span = (spans as readonly string[]).includes(search.days ?? '') ? search.days! : search.from || search.to ? 'own' : '7'
  const source = search.source ?? ''
  // Fields are typed in by and by: what is no period is not asked for.
  const own = span === 'own' ? { from: search.from ?? '', to: search.to ?? '' } : undefined
  const ready = !own || (isDay(own.from) && isDay(own.to) && own.from <= own.to)
  const { data, error, refetch } = useQuery({ ...reconciliationQuery(own && ready ? own : { days: own ? 7 : Number(span) }, source), enabled: ready })
  const { data: sources } = useQuery(sourcesQuery)
  const titleOf = useSourceTitles()
  const shown = data && unused.count(data.total) > 0 ? [...columns, unused] : columns

  return (
    <HistoryFrame tab="reconciliation">
      <Row gap={8}>
        <Select
          ariaLabel={t('runs.period')}
          value={span}
          onChange={(days) =>
            setSearch({
              days: days === '7' ? undefined : days,
              // One's own period begins as the one that was shown.
              from: days === 'own' ? data?.from : undefined,
              to: days === 'own' ? data?.to : undefined,
            })
          }
          width={narrow ? 150 : 160}
          options={spans.map((value) => ({ value: value as string, label: t(`reconciliation.days.${value}`) }))}
        />
        {own && (
          <>
            <TextField ariaLabel={t('reconciliation.from')} placeholder={t('reconciliation.dayHint')} value={own.from} onChange={(from) => setSearch({ from }, { replace: true })} error={own.from !== '' && !isDay(own.from) ? t('reconciliation.badDay') : undefined} />
            <TextField ariaLabel={t('reconciliation.to')} placeholder={t('reconciliation.dayHint')} value={own.to} onChange={(to) => setSearch({ to }, { replace: true })} error={own.to !== '' && (!isDay(own.to) || own.to < own.from) ? t(isDay(own.to) ? 'reconciliation.badSpan' : 'reconciliation.badDay') : undefined} />
          </>
        )}
        <Select
          ariaLabel={t('source')}
          value={source}
          onChange={(next) => setSearch({ source: next || undefined })}
          searchable
          width={narrow ? 180 : 240}
          options={[
            { value: '', label: t('runs.anySource') },
            ...(source && !sources?.items.some((one) => one.name === source) ? [{ value: source, label: titleOf(source) || '…' }] : []),
            ...(sources?.items ?? []).map((one) => ({ value: one.name, label: one.title || one.name })),
          ]}
        />
        {data && data.items.length > 0 && (
          <Badge tone={data.total.adds_up ? 'ok' : 'error'} icon={data.total.adds_up ? 'check' : 'warning'}>
            {t(data.total.adds_up ? 'reconciliation.ok' : 'reconciliation.bad')}
          </Badge>
        )}
        <Spring />
        <Menu items={[{ label: t('runs.export.csv'), href: `/api/v1/reconciliation/export?${new URLSearchParams({ ...(own ? own : { days: span }), lang: language(), ...(source && { source }) })}`, download: '' }]}>
          <Button size="small" icon="download">
            {t('export')}
          </Button>
        </Menu>
      </Row>
      {sources?.items.filter((one) => one.silence && (!source || one.name === source)).map((one) => <SilenceNote key={one.name} source={one} away />)}
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!ready ? null : !data ? (
        !error && <Skeleton lines={7} height={32} />
      ) : data.items.length === 0 ? (
        <EmptyState icon="check" title={t('reconciliation.none')} actions={<Button to="/sources">{t('runs.toSources')}</Button>}>
          {t('reconciliation.noneHelp')}
        </EmptyState>
      ) : (
        <>
          <p className={css.help}>{t('reconciliation.help')}</p>
          {narrow ? (
            <ul className={css.cards}>
              {data.items.map((row) => (
                <li key={row.day + row.source} className={css.card} data-bad={!row.adds_up || undefined}>
                  <strong>
                    {date(row.day)} · {titleOf(row.source) || <Blank />}
                  </strong>
                  <dl className={css.figures}>
                    {shown
                      .filter((column) => column.count(row) > 0)
                      .map((column) => (
                        <div key={column.name}>
                          <dt>{t(column.name)}</dt>
                          <dd>
                            <Figure column={column} counts={row} days={row.day} source={row.source} />
                          </dd>
                        </div>
                      ))}
                  </dl>
                  <Notes counts={row} source={row.source} />
                </li>
              ))}
            </ul>
          ) : (
            <div className={css.box}>
              <table className={css.table}>
                <thead>
                  <tr>
                    <th scope="col">{t('reconciliation.day')}</th>
                    <th scope="col">{t('source')}</th>
                    {shown.map((column) => (
                      <th scope="col" key={column.name} className={css.number}>
                        {column.sign && (
                          <span className={css.sign} aria-hidden>
                            {column.sign}
                          </span>
                        )}
                        {t(column.name)}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {data.items.map((row) => (
                    <Fragment key={row.day + row.source}>
                      <tr data-bad={!row.adds_up || undefined}>
                        <td className={css.nowrap}>{date(row.day)}</td>
                        <td className={css.source}>{titleOf(row.source) || <Blank />}</td>
                        {shown.map((column) => (
                          <td key={column.name} className={css.number}>
                            <Figure column={column} counts={row} days={row.day} source={row.source} />
                          </td>
                        ))}
                      </tr>
                      {noted(row) && (
                        <tr className={css.noteRow} data-bad={!row.adds_up || undefined}>
                          <td />
                          <td colSpan={shown.length + 1}>
                            <Notes counts={row} source={row.source} />
                          </td>
                        </tr>
                      )}
                    </Fragment>
                  ))}
                </tbody>
                {data.items.length > 1 && (
                  <tfoot>
                    <tr data-bad={!data.total.adds_up || undefined}>
                      <th scope="row" colSpan={2}>
                        {t('reconciliation.all')}
                      </th>
                      {shown.map((column) => (
                        <td key={column.name} className={css.number}>
                          <Figure column={column} counts={data.total} days={`${data.from}..${data.to}`} source={source} />
                        </td>
                      ))}
                    </tr>
                  </tfoot>
                )}
              </table>
            </div>
          )}
          <Muted small>{t('reconciliation.zone', { zone: data.zone })}</Muted>
        </>
      )}
    </HistoryFrame>
  )
}


const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))

/** A number that leads to the runs which it counts, one for each event. */
function Figure({ column, counts, days, source }: { column: Column; counts: Counts; days: string; source: string }) {
  const t = useT()
  const n = column.count(counts)
  if (n === 0) return <span className={css.zero}>{number(n)}</span>
  // Of events that no scenario used there are no runs; the source shows what came on those days.
  if (column.states === undefined || (column.states === '' && n === unused.count(counts))) {
    if (counts.unused === 0)
      return (
        <Link to="/scenarios" className={css.figure} title={t('reconciliation.expiredTip')}>
          {number(n)}
        </Link>
      )
    if (!source)
      return (
        <Link to="/sources" className={css.figure} title={t('reconciliation.unusedAllTip')}>
          {number(n)}
        </Link>
      )
    const [from, to = from] = days.split('..')
    return (
      <Link to="/sources/$name" params={{ name: source }} search={{ from, to } as never} className={css.figure} title={t('reconciliation.unusedTip')}>
        {number(n)}
      </Link>
    )
  }
  const q = format([
    ...(column.states ? [{ key: 'state', value: column.states }] : []),
    ...(source ? [{ key: 'source', value: source }] : []),
    { key: 'received', value: days },
  ])
  return (
    <Link to="/runs" search={{ q } as never} className={css.figure} data-tone={column.tone}>
      {number(n)}
    </Link>
  )
}

const noted = (c: Counts) => c.repeats > 0 || c.rejected > 0 || c.expired > 0 || !c.adds_up

/** What stands beside the sum, and what to do when it does not add up. */
function Notes({ counts, source }: { counts: Counts; source: string }) {
  const t = useT()
  return (
    <div className={css.notes}>
      {!counts.adds_up && (
        <p className={css.bad}>
          <Icon name="warning" size={16} /> {t('reconciliation.missing', { n: counts.missing })}
        </p>
      )}
      {counts.repeats > 0 && (
        <p>
          <Link to="/sources/$name" params={{ name: source }} title={t('reconciliation.repeatsTip')}>
            {t('reconciliation.repeats', { n: counts.repeats })}
          </Link>
        </p>
      )}
      {counts.rejected > 0 && (
        <p title={t('reconciliation.rejectedTip')}>
          {t('reconciliation.rejected', { n: counts.rejected })}{' '}
          <Link to="/sources/$name" params={{ name: source }}>
            {t('reconciliation.toSource')}
          </Link>
        </p>
      )}
      {counts.expired > 0 && (
        <p>
          <Link to="/scenarios" title={t('reconciliation.expiredTip')}>
            {t('reconciliation.expired', { n: counts.expired })}
          </Link>
        </p>
      )}
    </div>
  )
}
