import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { presetsQuery, sourcesQuery, type Source } from '@/api'
import { useSearch } from '@/app/useSearch'
import { ago, counted, pick, useT } from '@/i18n'
import { Badge, Button, CopyButton, EmptyState, ErrorNote, Muted, Page, Row, Skeleton, TextField, useNarrow } from '@/ui'
import { useScenarioTitles } from '@/words/titles'
import { Feeds } from './Feeds'
import { NewSource } from './NewSource'
import css from './Sources.module.css'

export default function SourcesPage() {
  const t = useT()
  const narrow = useNarrow()
  const [search, setSearch] = useSearch()
  const { data, error, refetch } = useQuery(sourcesQuery)
  const { data: presets } = useQuery({ ...presetsQuery, retry: false })
  const adding = search.add === 'open'
  const setAdding = (yes: boolean) => setSearch({ add: yes ? 'open' : undefined })
  const all = data?.items ?? []
  const wanted = (search.q ?? '').trim().toLocaleLowerCase()
  const shown = all.filter((one) => !wanted || one.name.includes(wanted) || (one.title ?? '').toLocaleLowerCase().includes(wanted))
  const titleOf = useScenarioTitles()
  const preset = (one: Source) => pick(presets?.items.find((p) => p.id === one.preset)?.title) || one.preset || '—'

  const last = (one: Source) => (one.last_event_at ? ago(one.last_event_at) : '—')

  return (
    <Page
      title={t('nav.sources')}
      actions={
        all.length > 0 && (
          <Button kind="main" icon="plus" onClick={() => setAdding(true)}>
            {t('sources.add')}
          </Button>
        )
      }
    >
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data ? (
        !error && <Skeleton lines={5} height={32} />
      ) : all.length === 0 ? (
        <EmptyState
          icon="sources"
          title={t('sources.none')}
          actions={
            <Button kind="main" icon="plus" onClick={() => setAdding(true)}>
              {t('sources.add')}
            </Button>
          }
        >
          {t('sources.noneHelp')}
        </EmptyState>
      ) : (
        <>
          <Row>
            <TextField ariaLabel={t('scenario.search')} placeholder={t('scenario.search')} icon="search" value={search.q ?? ''} onChange={(q) => setSearch({ q }, { replace: true })} className={css.search} />
          </Row>
          {shown.length === 0 ? (
            <EmptyState icon="search" title={t('list.noMatch')} actions={<Button onClick={() => setSearch({ q: undefined })}>{t('list.reset')}</Button>} />
          ) : narrow ? (
            <ul className={css.cards}>
              {shown.map((one) => (
                <li key={one.name} className={css.card}>
                  <Link to="/sources/$name" params={{ name: one.name }} className={css.title}>
                    {one.title || one.name}
                  </Link>
                  <Damaged source={one} />
                  <Muted>
                    {preset(one)} · {t('sources.lastEvent')}: {last(one)}
                  </Muted>
                  <span>
                    <Feeds source={one} titleOf={titleOf} />
                  </span>
                  {one.url && <CopyButton text={one.url} kind="default">{t('sources.copyAddress')}</CopyButton>}
                </li>
              ))}
            </ul>
          ) : (
            <div className={css.tableBox}>
              <table className={css.table}>
                <thead>
                  <tr>
                    <th scope="col">{t('column.title')}</th>
                    <th scope="col">{t('sources.preset')}</th>
                    <th scope="col">{t('sources.address')}</th>
                    <th scope="col" className={css.number}>{t('column.day')}</th>
                    <th scope="col">{t('sources.lastEvent')}</th>
                    <th scope="col">{t('sources.feeds')}</th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map((one) => (
                    <tr key={one.name}>
                      <td>
                        <Link to="/sources/$name" params={{ name: one.name }} className={css.title}>
                          {one.title || one.name}
                        </Link>
                        <Damaged source={one} />
                      </td>
                      <td>{preset(one)}</td>
                      <td>
                        {one.url ? (
                          <span className={css.address}>
                            <code title={one.url}>{shortAddress(one.url)}</code>
                            <CopyButton text={one.url} label={`${t('sources.copyAddress')}: ${one.title || one.name}`} />
                          </span>
                        ) : (
                          '—'
                        )}
                      </td>
                      <td className={css.number}>{one.events_24h !== undefined ? counted(one.events_24h) : '—'}</td>
                      <td className={css.nowrap}>{last(one)}</td>
                      <td>
                        <Feeds source={one} titleOf={titleOf} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </>
      )}
      {adding && <NewSource onClose={() => setAdding(false)} presets={presets?.items ?? []} />}
    </Page>
  )
}

function Damaged({ source }: { source: Source }) {
  const t = useT()
  if (!source.damaged) return null
  return (
    <span title={t('sources.damagedHelp')}>
      {' '}
      <Badge tone="error" icon="warning">
        {t('sources.damaged')}
      </Badge>
    </span>
  )
}

/** https://host/in/7f3k9…: enough to know it by. */
export function shortAddress(url: string): string {
  const match = /^(https?:\/\/)?([^/]+)\/in\/(.{6})/.exec(url)
  return match ? `${match[2]}/in/${match[3]}…` : url
}
