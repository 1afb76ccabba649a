import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, call, keys, scenariosQuery, type Scenario } from '@/api'
import { useSearch } from '@/app/useSearch'
import { ago, counted, countOf, useT } from '@/i18n'
import { Button, EmptyState, ErrorNote, Icon, IconButton, Menu, Muted, Note, Page, Pill, Row, Select, Skeleton, TextField, Tip, toast, toastError, useNarrow } from '@/ui'
import { ScenarioState } from '@/words/states'
import { DeleteScenario, StartScenario, StopScenario } from './dialogs'
import { ImportDialog } from './ImportDialog'
import { QuickExample } from './QuickExample'
import { Sparkline } from './Sparkline'
import { ThreeStarts } from './ThreeStarts'
import css from './Scenarios.module.css'

export default function ScenariosPage() {
  const t = useT()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const narrow = useNarrow()
  const [search, setSearch] = useSearch()
  const { data, error, refetch } = useQuery(scenariosQuery)
  const [quick, setQuick] = useState(false)
  const [stopping, setStopping] = useState<Scenario>()
  const [starting, setStarting] = useState<Scenario>()
  const [deleting, setDeleting] = useState<Scenario>()

  const open = (name: string) => void navigate({ to: '/scenarios/$name', params: { name } })
  const create = useMutation({
    mutationFn: (from?: Scenario) =>
      call(
        api.POST('/api/v1/scenarios', {
          body: from ? { title: t('scenario.copyOf', { title: from.title || from.name }), from: from.name } : { title: t('scenario.newTitle') },
        }),
      ),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: keys.scenarios })
      open(made.name)
    },
    onError: (failure) => toastError(failure, t),
  })
  const start = useMutation({
    mutationFn: ({ scenario, release }: { scenario: Scenario; release: boolean }) =>
      call(api.POST('/api/v1/scenarios/{name}/start', { params: { path: { name: scenario.name } }, body: { release_held: release } })),
    onSuccess: (_, { scenario }) => {
      setStarting(undefined)
      void queries.invalidateQueries({ queryKey: keys.scenarios })
      toast(t('scenario.started', { title: scenario.title || scenario.name }))
    },
    onError: (failure) => toastError(failure, t),
  })

  const all = data?.items ?? []
  const wanted = (search.q ?? '').trim().toLocaleLowerCase()
  const shown = all.filter(
    (one) =>
      (!search.state || one.state === search.state || (search.state === 'changes' && one.has_draft)) &&
      (!search.tag || one.tags.includes(search.tag)) &&
      (!wanted || one.name.includes(wanted) || (one.title ?? '').toLocaleLowerCase().includes(wanted)),
  )

  const tags = [...new Set(all.flatMap((one) => one.tags))].sort((a, b) => a.localeCompare(b))
  // A link may name a tag that nothing has any more: it stays in sight, to be taken away.
  const offered = search.tag && !tags.includes(search.tag) ? [...tags, search.tag] : tags
  const tagged = (one: Scenario) =>
    one.tags.length > 0 && (
      <span className={css.tags}>
        {one.tags.map((tag) => (
          <Pill key={tag} onClick={() => setSearch({ tag })} title={t('scenario.withTag', { tag })}>
            {tag}
          </Pill>
        ))}
      </span>
    )

  const menu = (one: Scenario) => (
    <Menu
      items={[
        one.state === 'running' && { label: t('stop'), icon: 'stop' as const, onClick: () => setStopping(one) },
        one.state === 'stopped' && { label: t('start'), icon: 'play' as const, onClick: () => (heldOf(one) > 0 ? setStarting(one) : start.mutate({ scenario: one, release: false })) },
        { label: t('scenario.history'), icon: 'history', to: '/runs', search: { q: `scenario:${one.name}` } },
        { label: t('scenario.copy'), icon: 'copy', onClick: () => create.mutate(one) },
        { label: t('scenario.exportYaml'), icon: 'download', href: `/api/v1/export?kind=Scenario&name=${encodeURIComponent(one.name)}`, download: '' },
        { label: t('scenario.ready'), icon: 'check', to: '/scenarios/$name/ready', params: { name: one.name } },
        'line',
        { label: t('delete'), icon: 'trash', danger: true, onClick: () => setDeleting(one) },
      ]}
    >
      <IconButton icon="dots" label={t('scenario.actions', { title: one.title || one.name })} tip={false} />
    </Menu>
  )

  const actions = data && (
    <>
      <Button icon="upload" onClick={() => setSearch({ import: 'open' })}>
        {t('import')}
      </Button>
      {all.length > 0 && (
        <Button icon="recipe" to="/recipes">
          {t('recipe')}
        </Button>
      )}
      <Button kind={all.length > 0 ? 'main' : 'default'} icon="plus" onClick={() => create.mutate(undefined)} loading={create.isPending}>
        {t('create')}
      </Button>
    </>
  )

  return (
    <Page title={t('nav.scenarios')} actions={actions}>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data ? (
        !error && <Skeleton lines={5} height={32} />
      ) : all.length === 0 ? (
        <ThreeStarts onQuick={() => setQuick(true)} onBlank={() => create.mutate(undefined)} onImport={() => setSearch({ import: 'open' })} busy={create.isPending} />
      ) : (
        <>
          <Row gap={8} className={css.filters}>
            <TextField ariaLabel={t('scenario.search')} placeholder={t('scenario.search')} icon="search" value={search.q ?? ''} onChange={(q) => setSearch({ q }, { replace: true })} className={css.search} />
            <Select
              ariaLabel={t('state')}
              value={search.state ?? ''}
              onChange={(state) => setSearch({ state })}
              width={204}
              options={[
                { value: '', label: t('state.any') },
                { value: 'running', label: t('scenarioState.running') },
                { value: 'stopped', label: t('scenarioState.stopped') },
                { value: 'draft', label: t('scenarioState.draft') },
                { value: 'changes', label: t('scenario.hasChanges') },
              ]}
            />
            {offered.length > 0 && (
              <Select
                ariaLabel={t('scenario.tag')}
                value={search.tag ?? ''}
                onChange={(tag) => setSearch({ tag })}
                width={204}
                options={[{ value: '', label: t('scenario.anyTag') }, ...offered.map((tag) => ({ value: tag, label: tag }))]}
              />
            )}
          </Row>
          {all.filter((one) => one.damaged).map((one) => (
            <Note key={one.name} tone="error" title={`${one.name}: ${t('scenario.damaged')}`}>
              {t('scenario.damagedHelp')}
            </Note>
          ))}
          {shown.length === 0 ? (
            <EmptyState icon="search" title={t('list.noMatch')} actions={<Button onClick={() => setSearch({ q: undefined, state: undefined, tag: undefined })}>{t('list.reset')}</Button>} />
          ) : narrow ? (
            <ul className={css.cards}>
              {shown.map((one) => (
                <li key={one.name} className={css.card}>
                  <div className={css.cardMain}>
                    <Link to="/scenarios/$name" params={{ name: one.name }} className={css.title}>
                      {one.title || one.name}
                    </Link>
                    {tagged(one)}
                    <ScenarioState state={one.state} hasDraft={one.has_draft} damaged={one.damaged} />
                    <Day scenario={one} named />
                  </div>
                  {menu(one)}
                </li>
              ))}
            </ul>
          ) : (
            <div className={css.tableBox}>
              <table className={css.table}>
                <thead>
                  <tr>
                    <th scope="col">{t('column.title')}</th>
                    <th scope="col">{t('state')}</th>
                    <th scope="col">{t('column.day')}</th>
                    <th scope="col">{t('column.last')}</th>
                    <th scope="col">
                      <span className="visually-hidden">{t('column.actions')}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map((one) => (
                    <tr key={one.name}>
                      <td>
                        <Link to="/scenarios/$name" params={{ name: one.name }} className={css.title}>
                          {one.title || one.name}
                        </Link>
                        {tagged(one)}
                      </td>
                      <td>
                        <ScenarioState state={one.state} hasDraft={one.has_draft} damaged={one.damaged} />
                      </td>
                      <td>
                        <Day scenario={one} />
                      </td>
                      <td className={css.last}>{one.last_24h?.last_at ? ago(one.last_24h.last_at) : '—'}</td>
                      <td className={css.end}>{menu(one)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          <Row gap={8}>
            <Muted>{t('quick.again')}</Muted>
            <Button kind="quiet" size="small" icon="bolt" onClick={() => setQuick(true)}>
              {t('quick.title')}
            </Button>
          </Row>
        </>
      )}
      {search.import && <ImportDialog onClose={() => setSearch({ import: undefined }, { replace: true })} />}
      {quick && <QuickExample onClose={() => setQuick(false)} taken={all.map((one) => one.name)} />}
      {starting && <StartScenario scenario={starting} held={heldOf(starting)} busy={start.isPending} onClose={() => setStarting(undefined)} onStart={(release) => start.mutate({ scenario: starting, release })} />}
      {stopping && <StopScenario scenario={stopping} onClose={() => setStopping(undefined)} />}
      {deleting && <DeleteScenario scenario={deleting} onClose={() => setDeleting(undefined)} />}
    </Page>
  )
}

const heldOf = (scenario: Scenario): number => Math.max(scenario.held, scenario.last_24h?.held ?? 0)

/** What the last 24 hours brought: bars, a number, what waits for a person, what is held. A link into the history. */
function Day({ scenario, named }: { scenario: Scenario; named?: boolean }) {
  const t = useT()
  const day = scenario.last_24h
  const held = day?.held ?? scenario.held
  const since = '-24h'
  if (!day && !held) return <Muted>—</Muted>
  return (
    <span className={css.day}>
      {day && (
        <Link to="/runs" search={{ scenario: scenario.name, since } as never} className={css.dayLink} aria-label={t('scenario.dayRuns', countOf(day.total))}>
          {named && <Muted small>{t('column.day')}</Muted>}
          <Sparkline buckets={day.buckets} />
          <span>{counted(day.total)}</span>
        </Link>
      )}
      {day && day.paused > 0 && (
        <Tip label={t('waitingForYou', { count: counted(day.paused) })}>
          <Link to="/runs" search={{ scenario: scenario.name, state: 'paused' } as never} className={css.paused}>
            {counted(day.paused)} <Icon name="pause" size={14} />
            <span className="visually-hidden">{t('state.paused')}</span>
          </Link>
        </Tip>
      )}
      {held > 0 && (
        <Tip label={t('scenario.heldRuns', countOf(held))}>
          <Link to="/runs" search={{ scenario: scenario.name, state: 'held' } as never} className={css.held}>
            {counted(held)} <Icon name="dotted" size={14} />
            <span className="visually-hidden">{t('state.held')}</span>
          </Link>
        </Tip>
      )}
    </span>
  )
}
