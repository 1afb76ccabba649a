import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, ApiError, call, type components } from '@/api'
import { number, shortClock, useT, type Key } from '@/i18n'
import { Blank, Button, ErrorNote, Facts, Muted, Note, Panel, Row, Skeleton, Stack, TextField } from '@/ui'
import { RunState } from '@/words/states'
import { useScenarioTitles } from '@/words/titles'
import css from './Settings.module.css'

type Erasure = components['schemas']['Erasure']

const key = ['erasures'] as const
/** How often a job that the server works on is looked at, in milliseconds. */
const look = 700
const working = (state: string) => ['looking', 'erasing', 'checking', 'closing'].includes(state)
const kinds: Record<string, Key> = {
  event: 'erase.event',
  body: 'erase.body',
  run: 'erase.run',
  attempt: 'erase.attempt',
  step: 'erase.step',
  value: 'erase.searchValue',
  check: 'erase.check',
  letter: 'erase.letter',
  key: 'erase.key',
  note: 'erase.note',
}
/** Why the database's files still hold what was erased. */
const kept: Record<NonNullable<Erasure['rewrite_because']>, Key> = {
  large: 'erase.rewrite',
  room: 'erase.rewriteRoom',
  failed: 'erase.rewriteFailed',
  postgres: 'erase.rewritePostgres',
}
const doing: Record<string, Key> = { looking: 'erase.looking', erasing: 'erase.erasing', checking: 'erase.checking', closing: 'erase.closing' }

/** One person is looked for everywhere, shown, and erased once the value is typed again. */
export function ErasePanel() {
  const t = useT()
  const queries = useQueryClient()
  const [value, setValue] = useState('')
  const [shown, setShown] = useState<string>()
  const list = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => call(api.GET('/api/v1/erasures', { params: { query: { limit: 5 } }, signal })),
    refetchInterval: (query) => (query.state.data?.items.some((one) => working(one.state)) ? look : false),
  })
  const begin = useMutation({
    mutationFn: () => call(api.POST('/api/v1/erasures', { body: { value: value.trim() } })),
    onSuccess: (made) => {
      setShown(made.id)
      setValue('')
      void queries.invalidateQueries({ queryKey: key })
    },
  })
  // Only the owner may do this; nobody else is shown it.
  if (list.error instanceof ApiError && list.error.status === 403) return null
  const items = list.data?.items ?? []
  const open = items.find((one) => !one.finished_at) ?? items.find((one) => one.id === shown)
  const refused = begin.error instanceof ApiError ? begin.error.at('/value') : undefined
  return (
    <Panel title={t('erase.title')}>
      <Stack gap={16}>
        <p>{t('erase.what')}</p>
        {list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
        {!list.data ? (
          !list.error && <Skeleton lines={2} height={32} />
        ) : (
          <>
            {open && <One key={open.id} id={open.id} />}
            {(!open || open.finished_at) && (
              <form
                noValidate
                onSubmit={(event) => {
                  event.preventDefault()
                  begin.mutate()
                }}
              >
                <Stack gap={12}>
                  <TextField label={t('erase.value')} help={t('erase.valueHelp')} value={value} onChange={setValue} autoComplete="off" placeholder="+7 900 000-12-34" error={refused} />
                  {begin.error && !refused && <ErrorNote error={begin.error} />}
                  <Row>
                    <Button type="submit" icon="search" loading={begin.isPending} disabled={!value.trim()}>
                      {t('erase.find')}
                    </Button>
                  </Row>
                </Stack>
              </form>
            )}
          </>
        )}
      </Stack>
    </Panel>
  )
}

function One({ id }: { id: string }) {
  const t = useT()
  const { data, error, refetch } = useQuery({
    queryKey: [...key, id],
    queryFn: ({ signal }) => call(api.GET('/api/v1/erasures/{id}', { params: { path: { id } }, signal })),
    refetchInterval: (query) => (query.state.data && working(query.state.data.state) ? look : false),
  })
  return (
    <>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data?.damaged && <Note tone="warn">{t('erase.damaged')}</Note>}
      {!!data?.unread && <Note tone="warn">{t('erase.unread', { n: number(data.unread) })}</Note>}
      {data ? <Stage erasure={data} /> : !error && <Skeleton lines={3} />}
    </>
  )
}

function Stage({ erasure }: { erasure: Erasure }) {
  const t = useT()
  if (erasure.state === 'found') return <Found erasure={erasure} />
  if (erasure.state === 'dropped') return <Note tone="muted">{t('erase.dropped')}</Note>
  if (erasure.state === 'finished') return <Report erasure={erasure} />
  const word = doing[erasure.state] ?? 'erase.looking'
  return (
    <Stack gap={8}>
      <span role="status">
        {t(word)} {erasure.state !== 'closing' && <Muted>{t('erase.lookedAt', { n: number(erasure.looked) })}</Muted>}
      </span>
      <progress className={css.progress} max={1} value={erasure.state === 'looking' || erasure.state === 'checking' ? erasure.share : undefined} aria-label={t(word)} />
      <Muted small>{t('erase.leave')}</Muted>
      {erasure.state === 'looking' && <Drop id={erasure.id} />}
    </Stack>
  )
}

function Drop({ id }: { id: string }) {
  const t = useT()
  const queries = useQueryClient()
  const drop = useMutation({
    mutationFn: () => call(api.POST('/api/v1/erasures/{id}/drop', { params: { path: { id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  })
  return (
    <>
      {drop.error && <ErrorNote error={drop.error} />}
      <Row>
        <Button kind="quiet" onClick={() => drop.mutate()} loading={drop.isPending}>
          {t('erase.drop')}
        </Button>
      </Row>
    </>
  )
}

function Found({ erasure }: { erasure: Erasure }) {
  const t = useT()
  const queries = useQueryClient()
  const [again, setAgain] = useState('')
  const titleOf = useScenarioTitles()
  const confirm = useMutation({
    mutationFn: () => call(api.POST('/api/v1/erasures/{id}/confirm', { params: { path: { id: erasure.id } }, body: { value: again.trim(), cancel: erasure.unfinished_count > 0 } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: key }),
  })
  const refused = confirm.error instanceof ApiError ? confirm.error.at('/value') : undefined
  // What a damaged record found is not all that was found.
  if (erasure.found.length === 0 && !erasure.damaged)
    return (
      <Stack gap={12}>
        <Note tone="ok" title={t('erase.nothing')}>
          {t('erase.lookedAt', { n: number(erasure.looked) })}
        </Note>
        <Mentions erasure={erasure} />
        <Drop id={erasure.id} />
      </Stack>
    )
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        confirm.mutate()
      }}
    >
      <Stack gap={16}>
        <h3 className={css.head}>{t('erase.found')}</h3>
        <Counts counts={erasure.found} />
        <Mentions erasure={erasure} />
        {erasure.unfinished_count > 0 && (
          <Note tone="warn" title={t('erase.unfinished', { n: number(erasure.unfinished_count) })}>
            <p>{t('erase.unfinishedHelp')}</p>
            <ul className={css.list}>
              {erasure.unfinished.slice(0, 10).map((run) => (
                <li key={run.id}>
                  <Link to="/runs/$id" params={{ id: run.id }}>
                    {titleOf(run.scenario) || <Blank />}
                  </Link>{' '}
                  <RunState run={{ state: run.state }} short />
                </li>
              ))}
            </ul>
          </Note>
        )}
        <Note tone="error" title={t('erase.forever')}>
          {t('erase.stays')}
        </Note>
        <TextField label={t('erase.again')} help={t('erase.againHelp')} value={again} onChange={setAgain} autoComplete="off" error={refused} />
        {confirm.error && !refused && <ErrorNote error={confirm.error} />}
        <Row gap={8}>
          <Button kind="danger" type="submit" icon="trash" loading={confirm.isPending} disabled={!again.trim()}>
            {t(erasure.unfinished_count > 0 ? 'erase.cancelAndDo' : 'erase.do')}
          </Button>
        </Row>
        <Drop id={erasure.id} />
      </Stack>
    </form>
  )
}

function Counts({ counts }: { counts: Erasure['found'] }) {
  const t = useT()
  return <Facts items={counts.map((one): [string, string] => [t(kinds[one.kind] ?? 'erase.note'), number(one.count)])} />
}

function Mentions({ erasure }: { erasure: Erasure }) {
  const t = useT()
  if (erasure.mentions.length === 0) return null
  return (
    <Note tone="warn" title={t('erase.mentions')}>
      {erasure.mentions.join(', ')}
    </Note>
  )
}

function Report({ erasure }: { erasure: Erasure }) {
  const t = useT()
  const why = erasure.rewrite_because && kept[erasure.rewrite_because]
  return (
    <Stack gap={12}>
      <Note tone={erasure.left > 0 || erasure.unread ? 'warn' : 'ok'} title={t('erase.finished', { time: shortClock(erasure.finished_at ?? erasure.created_at) })}>
        {erasure.left > 0 ? t('erase.left', { n: number(erasure.left) }) : !erasure.unread && t('erase.checked')}
      </Note>
      <Counts counts={erasure.erased} />
      <Mentions erasure={erasure} />
      {why && <Note tone={why === 'erase.rewritePostgres' ? 'muted' : 'warn'}>{t(why)}</Note>}
    </Stack>
  )
}
