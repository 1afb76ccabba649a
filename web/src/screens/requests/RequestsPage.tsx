import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { requestsQuery, type SavedRequest } from '@/api'
import { useSearch } from '@/app/useSearch'
import { useT } from '@/i18n'
import { Button, EmptyState, ErrorNote, Icon, Method, Page, Row, Skeleton, TextField, Time, useNarrow } from '@/ui'
import { NewRequest } from './NewRequest'
import css from './Requests.module.css'

export default function RequestsPage() {
  const t = useT()
  const narrow = useNarrow()
  const [search, setSearch] = useSearch()
  const { data, error, refetch } = useQuery(requestsQuery)
  const all = data?.items ?? []
  const wanted = (search.q ?? '').trim().toLocaleLowerCase()
  const shown = all.filter((one) => !wanted || [one.name, one.title ?? '', one.url].some((text) => text.toLocaleLowerCase().includes(wanted)))
  const add = () => setSearch({ add: 'open' })
  const create = (
    <Button kind="main" icon="plus" onClick={add}>
      {t('create')}
    </Button>
  )
  const title = (one: SavedRequest) => (
    <Link to="/requests/$name" params={{ name: one.name }} className={css.title}>
      {one.title || one.name}
    </Link>
  )
  const where = (one: SavedRequest) => (
    <span className={css.where}>
      <Method>{one.method}</Method> <span className="mono" title={one.url}>{one.url || '—'}</span>
    </span>
  )
  const used = (one: SavedRequest) => (one.used_by.length > 0 ? t('requests.used', { count: one.used_by.length }) : t('requests.unused'))
  return (
    <Page title={t('nav.requests')} actions={all.length > 0 && create}>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data ? (
        !error && <Skeleton lines={5} height={32} />
      ) : all.length === 0 ? (
        <EmptyState icon="requests" title={t('requests.none')} actions={create}>
          {t('requests.help')}
        </EmptyState>
      ) : (
        <>
          <Row>
            <TextField ariaLabel={t('requests.find')} placeholder={t('requests.find')} icon="search" value={search.q ?? ''} onChange={(q) => setSearch({ q }, { replace: true })} className={css.search} />
          </Row>
          {shown.length === 0 ? (
            <EmptyState icon="search" title={t('list.noMatch')} actions={<Button onClick={() => setSearch({ q: undefined })}>{t('list.reset')}</Button>} />
          ) : narrow ? (
            <ul className={css.cards}>
              {shown.map((one) => (
                <li key={one.name} className={css.card}>
                  {title(one)}
                  {where(one)}
                  <span className={css.cardEnd}>
                    {used(one)} <Checked request={one} />
                  </span>
                </li>
              ))}
            </ul>
          ) : (
            <div className={css.tableBox}>
              <table className={css.table}>
                <thead>
                  <tr>
                    <th scope="col">{t('column.title')}</th>
                    <th scope="col">{t('requests.where')}</th>
                    <th scope="col">{t('nav.scenarios')}</th>
                    <th scope="col">{t('requests.checked')}</th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map((one) => (
                    <tr key={one.name}>
                      <td>{title(one)}</td>
                      <td className={css.whereCell}>{where(one)}</td>
                      <td className={css.nowrap}>{one.used_by.length > 0 ? <Link to="/requests/$name" params={{ name: one.name }}>{used(one)}</Link> : used(one)}</td>
                      <td className={css.nowrap}>
                        <Checked request={one} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </>
      )}
      {search.add === 'open' && <NewRequest onClose={() => setSearch({ add: undefined })} />}
    </Page>
  )
}

/** How the last check ended, and when. */
function Checked({ request: { last_check: last } }: { request: SavedRequest }) {
  const t = useT()
  if (!last) return <span className={css.muted}>{t('requests.unchecked')}</span>
  const ok = last.outcome === 'ok'
  return (
    <Link to="/runs/$id" params={{ id: last.run }} className={css.checked} data-ok={ok || undefined}>
      <Icon name={ok ? 'check' : 'warning'} size={16} label={t(ok ? 'requests.went' : 'requests.wentWrong')} />
      {!ok && last.status ? <span>{last.status}</span> : null}
      <Time at={last.at} relative />
    </Link>
  )
}
