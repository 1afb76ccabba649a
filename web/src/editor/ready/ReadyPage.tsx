import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { api, call, keys, paced, useHints, type Readiness, type ReadyPoint } from '@/api'
import { days, duration, number, quoted, useT, type Key, type Translate } from '@/i18n'
import { Button, ErrorNote, Icon, Muted, Note, Page, Skeleton, Time } from '@/ui'
import { ScenarioState } from '@/words/states'
import { useSourceTitles } from '@/words/titles'
import css from './Ready.module.css'
import { wayTo } from './way'

const readyQuery = (name: string) =>
  queryOptions({
    queryKey: [...keys.scenario(name), 'ready'],
    queryFn: ({ signal }) => call(api.GET('/api/v1/scenarios/{name}/ready', { params: { path: { name } }, signal })),
  })

/** Whether a scenario can be left to work by itself: eight facts, none of which anybody ticks by hand. */
export function ReadyPage() {
  const { name } = useParams({ strict: false })
  return name ? <Looking key={name} name={name} /> : null
}

function Looking({ name }: { name: string }) {
  const t = useT()
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery(readyQuery(name))
  // Whatever comes in, runs or is told may be such a fact, and there may be a thousand in a second.
  const again = useMemo(() => paced(() => queries.invalidateQueries({ queryKey: readyQuery(name).queryKey }), 3000), [queries, name])
  useHints((hints) => hints.some((hint) => hint.kind !== 'echo' && hint.kind !== 'lane') && again())
  // Of a scenario without a title there is only its short name; it does not flash by before that is known.
  const title = data ? data.title || name : error ? name : ''
  return (
    <Page
      title={[t('scenario.ready'), title].filter(Boolean).join(' — ')}
      back={
        <Link to="/scenarios/$name" params={{ name }} aria-label={t('ready.back')}>
          <Icon name="back" />
        </Link>
      }
    >
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data ? <Points all={data} /> : !error && <Skeleton lines={8} height={40} />}
    </Page>
  )
}

function Points({ all }: { all: Readiness }) {
  const t = useT()
  const titleOf = useSourceTitles()
  const called = (name: string) => quoted(titleOf(name) || '…')
  return (
    <>
      <p className={css.sum}>
        <ScenarioState state={all.state} hasDraft={all.has_draft} />
        <strong>{t('ready.sum', { n: all.points.filter((one) => one.ok).length, of: all.points.length })}</strong>
        {all.version > 0 && <Muted>{t('editor.version', { n: all.version })}</Muted>}
      </p>
      {all.has_draft && all.version > 0 && <Note tone="info">{t('ready.draft')}</Note>}
      <ul className={css.points}>
        {all.points.map((point) => (
          <Point key={point.point} point={point} scenario={all.scenario} fact={factWords(point, t, called)} />
        ))}
      </ul>
      <p className={css.help}>{t('ready.help')}</p>
    </>
  )
}

function Point({ point, scenario, fact }: { point: ReadyPoint; scenario: string; fact: string }) {
  const t = useT()
  const way = wayTo(point, scenario)
  return (
    <li className={css.point} data-ok={point.ok || undefined}>
      <Icon name={point.ok ? 'check' : 'warning'} label={t(point.ok ? 'ready.yes' : 'ready.no')} />
      <strong>{t(`ready.${point.point}`)}</strong>
      <span className={css.fact}>{fact}</span>
      <span className={css.at}>{point.at && <Time at={point.at} />}</span>
      <span className={css.way}>
        {way && (
          <Button size="small" kind={point.ok ? 'quiet' : 'default'} to={way.to} params={way.params} search={way.search} label={`${t(way.label)}: ${t(`ready.${point.point}`)}`}>
            {t(way.label)}
          </Button>
        )}
      </span>
    </li>
  )
}

/** The fact in words; a source is named as people call it. */
function factWords(point: ReadyPoint, t: Translate, called: (source: string) => string): string {
  const source = point.source === undefined ? '' : called(point.source)
  if (point.fact === 'unpublished') return t('ready.unpublished')
  if (point.fact === 'no_source') return source ? t('ready.goneSource', { source }) : t('ready.noSource')
  if (point.point === 'checked' && point.fact === 'succeeded' && point.status) return t('ready.checked.replied', { status: point.status })
  return t(`ready.${point.point}.${point.fact}` as Key, {
    source,
    url: point.url ?? '',
    secret: point.secret ?? '',
    step: point.step_title ?? '',
    channel: point.channel === 'mail' ? t('ready.mail') : (point.channel ?? ''),
    n: `${point.more ? '> ' : ''}${number(point.count ?? 0)}`,
    kept: keptFor(point.kept_seconds ?? 0),
  })
}

/** How long the history is kept: a number of days, as people set it, unless a file says something finer. */
const keptFor = (seconds: number): string => (seconds % 86_400 === 0 ? days(seconds / 86_400) : duration(seconds * 1000))
