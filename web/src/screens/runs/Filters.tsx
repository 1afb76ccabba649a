import { useQueries } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { runsCountQuery, type Scenario, type Source } from '@/api'
import { clock, counted, date, useT, type Key } from '@/i18n'
import { Button, Dialog, Drawer, ErrorNote, Icon, Menu, Note, Pill, Row, Select, Stack, tellCode, TextField } from '@/ui'
import { useCodes } from '@/i18n/codes'
import { runLook, runStates, type RunStateName } from '@/words/states'
import { isId, periods, placeOf } from './filter'
import { change, mistake, parse, statesOf, typed, valueOf, wordsOf, type QueryKey } from '@/words/query'
import { useScenarioTitles, useSourceTitles, type Titles } from '@/words/titles'
import { ready, useViews } from './views'
import css from './Runs.module.css'

interface Props {
  q: string
  ask: (q: string) => void
  scenarios: readonly Scenario[]
  sources: readonly Source[]
  counts: Record<string, number> | undefined
  /** The question's runs can be counted. */
  countable: boolean
  narrow: boolean
}

const statuses = ['2xx', '4xx', '5xx', '401', '404', '422', '429', '503'] as const
const pillKeys: readonly QueryKey[] = ['event', 'code', 'lane', 'mark', 'bulk', 'text', 'before', 'received']
const labels: Record<string, Key> = {
  event: 'event',
  code: 'runs.key.code',
  lane: 'runs.key.lane',
  mark: 'runs.key.mark',
  bulk: 'runs.key.bulk',
  text: 'runs.key.text',
  before: 'runs.key.before',
  received: 'runs.key.received',
}
const further: { key: QueryKey; value: string; label: Key }[] = [
  { key: 'code', value: 'unknown.*', label: 'runs.unknownToo' },
  { key: 'mark', value: 'check', label: 'runs.checksToo' },
  { key: 'mark', value: 'template.missing', label: 'runs.missingToo' },
  { key: 'mark', value: 'disk.low', label: 'runs.notKeptToo' },
]
const typedKeys: { key: QueryKey; label: Key }[] = [
  { key: 'text', label: 'runs.key.text' },
  { key: 'code', label: 'runs.key.code' },
  { key: 'lane', label: 'runs.key.lane' },
]

export function Filters({ q, ask, scenarios, sources, counts, countable, narrow }: Props) {
  const t = useT()
  useCodes()
  const navigate = useNavigate()
  const scenarioTitle = useScenarioTitles()
  const sourceTitle = useSourceTitles()
  const [text, setText] = useState(wordsOf(q))
  const [wrong, setWrong] = useState<ReturnType<typeof mistake>>()
  const [sheet, setSheet] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    setText(wordsOf(q))
    setWrong(undefined)
  }, [q])
  const states = statesOf(q)
  const set = (values: Partial<Record<QueryKey, string>>) => ask(change(q, values))

  const find = () => {
    const wanted = text.trim()
    const bad = mistake(wanted)
    setWrong(bad)
    if (bad) return
    if (isId(wanted)) void placeOf(wanted).then((place) => navigate(place as never))
    else if (wanted !== wordsOf(q)) ask(typed(q, wanted))
  }
  const begin = (key: QueryKey) => {
    setSheet(false)
    setText(`${text ? `${text} ` : ''}${key}:${key === 'text' ? '""' : ''}`)
    requestAnimationFrame(() => {
      const input = field.current
      input?.focus()
      const at = (input?.value.length ?? 0) - (key === 'text' ? 1 : 0)
      input?.setSelectionRange(at, at)
    })
  }
  const toggle = (state: RunStateName) => {
    const next = states.includes(state) ? states.filter((one) => one !== state) : [...states, state]
    set({ state: next.join(',') })
  }
  const rest = change(q, { state: '' })
  const own = useCounts(rest, countable)
  const used = parse(q).filter((term) => term.key && term.key !== 'state').length
  const after = valueOf(q, 'after')
  const status = valueOf(q, 'status')

  const selects = (
    <>
      <Select
        ariaLabel={t('scenario')}
        value={valueOf(q, 'scenario')}
        onChange={(scenario) => set({ scenario })}
        searchable
        width={narrow ? undefined : 200}
        options={[{ value: '', label: t('runs.anyScenario') }, ...withPresent(valueOf(q, 'scenario'), scenarios.map((one) => ({ value: one.name, label: one.title || one.name })), scenarioTitle)]}
      />
      <Select
        ariaLabel={t('runs.period')}
        value={after}
        onChange={(next) => set({ after: next, before: '' })}
        width={narrow ? undefined : 210}
        options={[
          { value: '', label: t('runs.anyTime') },
          ...periods.map((period) => ({ value: period as string, label: t(`runs.period${period}` as 'runs.period-1h') })),
          ...(after && !(periods as readonly string[]).includes(after) ? [{ value: after, label: t('runs.sinceDay', { day: shortTime(after) }) }] : []),
        ]}
      />
      <Select
        ariaLabel={t('runs.status')}
        value={status}
        onChange={(next) => set({ status: next })}
        width={narrow ? undefined : 150}
        options={[{ value: '', label: t('runs.anyStatus') }, ...withPresent(status, statuses.map((one) => ({ value: one as string, label: t('runs.statusIs', { status: one }) })))]}
      />
      <Select
        ariaLabel={t('source')}
        value={valueOf(q, 'source')}
        onChange={(source) => set({ source })}
        searchable
        width={narrow ? undefined : 190}
        options={[{ value: '', label: t('runs.anySource') }, ...withPresent(valueOf(q, 'source'), sources.map((one) => ({ value: one.name, label: one.title || one.name })), sourceTitle)]}
      />
      <Menu
        align="start"
        items={[
          ...further.map((one) => ({ label: t(one.label), onClick: () => set({ [one.key]: one.value }) })),
          ...typedKeys.map((one) => ({ label: `${t(one.label)}…`, onClick: () => begin(one.key) })),
        ]}
      >
        <Button icon="plus" kind="quiet">
          {t('runs.addFilter')}
        </Button>
      </Menu>
    </>
  )
  const pills = parse(q).filter((term) => (pillKeys as readonly string[]).includes(term.key))
  return (
    <Stack gap={8}>
      <Views q={q} ask={ask} counts={counts} />
      <Row gap={8}>
        <TextField
          ref={field}
          ariaLabel={t('runs.search')}
          placeholder={t('runs.searchHint')}
          icon="search"
          value={text}
          onChange={(next) => {
            setText(next)
            setWrong(undefined)
          }}
          onKeyDown={(event) => event.key === 'Enter' && find()}
          className={css.search}
        />
        {text.trim() !== wordsOf(q) && (
          <Button kind="soft" onClick={find}>
            {t('runs.find')}
          </Button>
        )}
        {narrow && (
          <Button onClick={() => setSheet(true)} expanded={sheet}>
            {used ? t('runs.filtersUsed', { n: used }) : t('runs.filters')}
          </Button>
        )}
      </Row>
      {wrong && (
        <Note tone="error" title={tellCode(wrong.code)?.what}>
          <p>{t('runs.mistakeAt', { n: wrong.column, part: wrong.part })}</p>
          <p>{tellCode(wrong.code)?.todo}</p>
        </Note>
      )}
      {!narrow && <Row gap={8}>{selects}</Row>}
      <div className={css.chips} role="group" aria-label={t('state')}>
        {runStates.map((state) => {
          const look = runLook[state]
          const count = rest === '' ? counts?.[state] : own[state]
          return (
            <button key={state} type="button" className={css.chip} data-tone={look.tone} aria-pressed={states.includes(state)} onClick={() => toggle(state)}>
              <Icon name={look.icon} size={14} />
              {t(look.label)}
              {count !== undefined && count > 0 && <span className={css.chipCount}>{counted(count)}</span>}
            </button>
          )
        })}
      </div>
      {pills.length > 0 && (
        <Row gap={8}>
          {pills.map((term) => (
            <Pill key={term.key} onRemove={() => set({ [term.key]: '' })}>
              {t(labels[term.key]!)}: {term.key === 'before' ? shortTime(term.value) : term.value === 'unknown.*' ? t('runs.unknownToo') : term.value === 'check' ? t('runs.checkMark') : term.value === 'template.missing' ? t('runs.missingMark') : term.value === 'disk.low' ? t('runs.notKeptMark') : term.value}
            </Pill>
          ))}
        </Row>
      )}
      <Drawer open={sheet} onClose={() => setSheet(false)} title={t('runs.filters')} side="bottom" size="auto">
        <Stack gap={12}>
          {selects}
          <Button kind="main" onClick={() => setSheet(false)}>
            {t('runs.show')}
          </Button>
        </Stack>
      </Drawer>
    </Stack>
  )
}

/** States of which there are few runs, or that have an index: their numbers cost little. */
const countedStates = ['held', 'queued', 'waiting', 'paused', 'failed'] as const

/** How many runs of a question are in these states; nothing for one that names no more than a state. */
function useCounts(rest: string, countable: boolean): Partial<Record<RunStateName, number>> {
  const found = useQueries({ queries: countedStates.map((state) => ({ ...runsCountQuery(change(rest, { state })), enabled: rest !== '' && countable })) })
  return Object.fromEntries(countedStates.map((state, i) => [state, found[i]?.data?.count]))
}

/** Questions that are asked often: those that everybody has, and one's own. */
function Views({ q, ask, counts }: { q: string; ask: (q: string) => void; counts: Record<string, number> | undefined }) {
  const t = useT()
  const { views: own, save: saveView, remove: removeView, error } = useViews()
  const [naming, setNaming] = useState<string>()
  const known = ready.some((one) => one.q === q) || own.some((one) => one.q === q)
  const save = () => {
    if (naming?.trim()) saveView({ name: naming.trim().slice(0, 60), q })
    setNaming(undefined)
  }
  return (
    <div className={css.views} role="group" aria-label={t('runs.views')}>
      <button type="button" className={css.view} aria-pressed={q === ''} onClick={() => ask('')}>
        {t('runs.view.all')}
      </button>
      {ready.map((one) => {
        const count = one.state ? (counts?.[one.state] ?? 0) : 0
        return (
          <button key={one.q} type="button" className={css.view} aria-pressed={q === one.q} onClick={() => ask(one.q)}>
            {t(one.label)}
            {count > 0 && <span className={css.chipCount}>{counted(count)}</span>}
          </button>
        )
      })}
      {own.map((one) => (
        <span key={one.name} className={css.ownView}>
          <button type="button" className={css.view} aria-pressed={q === one.q} onClick={() => ask(one.q)} title={one.q}>
            {one.name}
          </button>
          <button type="button" className={css.viewRemove} aria-label={t('runs.view.remove', { name: one.name })} onClick={() => removeView(one.name)}>
            <Icon name="close" size={12} />
          </button>
        </span>
      ))}
      {q !== '' && !known && (
        <Button size="small" kind="quiet" icon="plus" onClick={() => setNaming('')}>
          {t('runs.view.save')}
        </Button>
      )}
      {error && <ErrorNote error={error} />}
      <Dialog
        open={naming !== undefined}
        onClose={() => setNaming(undefined)}
        title={t('runs.view.save')}
        size="small"
        actions={
          <>
            <Button onClick={() => setNaming(undefined)}>{t('ui.cancel')}</Button>
            <Button kind="main" onClick={save} disabled={!naming?.trim()}>
              {t('save')}
            </Button>
          </>
        }
      >
        <TextField label={t('column.title')} value={naming ?? ''} onChange={setNaming} onKeyDown={(event) => event.key === 'Enter' && save()} help={t('runs.view.help')} />
      </Dialog>
    </div>
  )
}

const shortTime = (text: string) => (Number.isNaN(Date.parse(text)) ? text : /T/.test(text) ? clock(text) : date(text))

/** A name of the question that is not in the list, or no more, still shows. */
function withPresent(value: string | undefined, options: { value: string; label: string }[], title?: Titles) {
  return value && !options.some((one) => one.value === value) ? [{ value, label: title ? title(value) || '…' : value }, ...options] : options
}
