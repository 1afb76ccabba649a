import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { auditQuery, scenariosQuery, sourcesQuery, type AuditEntry } from '@/api'
import { useSearch } from '@/app/useSearch'
import { duration, useT, type Key, type Translate } from '@/i18n'
import { CodeView, EmptyState, ErrorNote, More, Muted, Panel, Row, Select, Skeleton, Stack, Time, type Option } from '@/ui'
import { useRequestTitles, useScenarioTitles, useSourceTitles } from '@/words/titles'
import { actions, deedWords, thingOf, type Thing } from './audit'
import css from './Settings.module.css'

/** Who did what, newest first. */
export function AuditSection() {
  const t = useT()
  const [search, setSearch] = useSearch()
  const only = { actor: search.actor ?? '', action: search.action ?? '', object: search.object ?? '' }
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = useInfiniteQuery(auditQuery(only))
  // What can be chosen is not what the chosen left over.
  const { data: whole } = useInfiniteQuery(auditQuery({ actor: '', action: '', object: '' }))
  const { data: scenarios } = useQuery(scenariosQuery)
  const { data: sources } = useQuery(sourcesQuery)
  const titles = { scenario: useScenarioTitles(), source: useSourceTitles(), request: useRequestTitles() }
  const title = (kind: keyof typeof titles, name: string) => titles[kind](name) || '…'
  const all = data?.pages.flatMap((page) => page.items) ?? []
  const met = [...(whole?.pages.flatMap((page) => page.items) ?? []), ...all]
  const offered: Pick<AuditEntry, 'action' | 'object'>[] = [
    ...met,
    ...(scenarios?.items ?? []).map((one) => ({ action: '', object: `Scenario/${one.name}` })),
    ...(sources?.items ?? []).map((one) => ({ action: '', object: `Source/${one.name}` })),
    { action: '', object: only.object },
  ]
  return (
    <Panel title={t('settings.audit')}>
      <Stack gap={16}>
        <Muted>{t('audit.help')}</Muted>
        <div className={css.grid3}>
          <Select label={t('audit.who')} value={only.actor} onChange={(actor) => setSearch({ actor })} searchable options={choices(t('audit.anybody'), [...met.map((one) => one.actor), only.actor].map((one) => ({ value: one, label: actorWords(one, t) })))} />
          <Select label={t('audit.what')} value={only.action} onChange={(action) => setSearch({ action })} searchable options={choices(t('audit.anything'), [...actions, only.action].map((one) => ({ value: one, label: deedWords(one, t) })))} />
          <Select label={t('audit.object')} value={only.object} onChange={(object) => setSearch({ object })} searchable options={choices(t('audit.anyObject'), offered.map((one) => ({ value: one.object ?? '', label: thingOf(one, title, t).label })))} />
        </div>
        {!data ? (
          !error && <Skeleton lines={6} />
        ) : all.length > 0 ? (
          <ul className={css.list}>
            {all.map((one) => (
              <li key={one.id} className={css.deed}>
                <Row gap={8} align="baseline">
                  <span className={css.when}>
                    <Time at={one.at} />
                  </span>
                  <span>{actorWords(one.actor, t)}</span>
                </Row>
                <div>
                  <Row gap={8} align="baseline" style={{ rowGap: 0 }}>
                    <strong>{deedWords(one.action, t)}</strong>
                    {one.object && <To thing={thingOf(one, title, t)} />}
                  </Row>
                  <Detail of={one} />
                </div>
              </li>
            ))}
          </ul>
        ) : hasNextPage ? (
          <Muted>{t('audit.notYet')}</Muted>
        ) : (
          <EmptyState icon="lock" title={t('audit.none')}>
            {t('audit.noneHelp')}
          </EmptyState>
        )}
        {error && <ErrorNote error={error} onRetry={() => void (isFetchNextPageError ? fetchNextPage() : refetch())} />}
        {hasNextPage && <More onMore={() => void fetchNextPage()} loading={isFetchingNextPage} />}
      </Stack>
    </Panel>
  )
}

/** What can be chosen, each once. */
function choices(any: string, of: Option[]): Option[] {
  const labels = new Map([['', any]])
  for (const { value, label } of of) if (!labels.has(value)) labels.set(value, label)
  return [...labels].map(([value, label]) => ({ value, label }))
}

/** Who acts without a login. */
const nobody = new Map<string, Key>([
  ['system', 'audit.itself'],
  ['setup', 'audit.setup'],
])
const actorWords = (actor: string, t: Translate): string => (nobody.has(actor) ? t(nobody.get(actor)!) : actor)

function To({ thing: { label, link } }: { thing: Thing }) {
  return link ? (
    <Link {...(link as { to: '/' })} className={css.thing}>
      {label}
    </Link>
  ) : (
    <span className={css.thing}>{label}</span>
  )
}

/** What else is known of it: in words as far as there are any, the rest as it was written. */
function Detail({ of: { detail } }: { of: AuditEntry }) {
  const t = useT()
  if (detail === undefined || detail === null) return null
  const { change, version, run, by_s, erased, ...rest } = typeof detail === 'object' && !Array.isArray(detail) ? (detail as Record<string, unknown>) : { text: detail }
  // Of an erasure it counts; true stands where the rest was written over.
  const others = erased !== true && erased !== undefined ? { ...rest, erased } : rest
  return (
    <>
      <Row gap={8} align="baseline">
        {typeof change === 'string' && <Muted small>{t(change === 'created' ? 'audit.change.created' : 'audit.change.updated')}</Muted>}
        {typeof version === 'number' && version > 0 && <Muted small>{t('audit.version', { n: version })}</Muted>}
        {typeof run === 'string' && <To thing={{ label: t('audit.newRun', { id: run }), link: { to: '/runs/$id', params: { id: run } } }} />}
        {typeof by_s === 'number' && <Muted small>{t(by_s < 0 ? 'audit.back' : 'audit.forward', { time: duration(Math.abs(by_s) * 1000) })}</Muted>}
        {erased === true && <Muted small>{t('audit.erased')}</Muted>}
      </Row>
      {Object.keys(others).length > 0 && (
        <details className={css.more}>
          <summary>{t('audit.more')}</summary>
          <CodeView text={typeof detail === 'string' ? detail : JSON.stringify('text' in others ? detail : others)} copy={false} label={t('audit.more')} />
        </details>
      )}
    </>
  )
}
