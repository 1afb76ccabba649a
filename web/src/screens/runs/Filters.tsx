import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { Scenario } from '@/api'
import type { Search } from '@/app/router'
import { day, number, useT } from '@/i18n'
import { Button, Checkbox, Drawer, Icon, Pill, Row, Select, Stack, TextField } from '@/ui'
import { runLook, runStates, type RunStateName } from '@/words/states'
import { isId, names, periods, statesOf } from './filter'
import css from './Runs.module.css'

interface Props {
  search: Search
  setSearch: (change: Record<string, string | undefined>, options?: { replace?: boolean }) => void
  scenarios: readonly Scenario[]
  counts: Record<string, number> | undefined
  narrow: boolean
}

export function Filters({ search, setSearch, scenarios, counts, narrow }: Props) {
  const t = useT()
  const navigate = useNavigate()
  const [text, setText] = useState(search.value ?? '')
  const [sheet, setSheet] = useState(false)
  useEffect(() => setText(search.value ?? ''), [search.value])
  const states = statesOf(search)

  const find = () => {
    const wanted = text.trim()
    if (isId(wanted)) void navigate({ to: '/runs/$id', params: { id: wanted } })
    else if (wanted !== (search.value ?? '')) setSearch({ value: wanted })
  }
  const toggle = (state: RunStateName) => {
    const next = states.includes(state) ? states.filter((one) => one !== state) : [...states, state]
    setSearch({ state: next.join(',') })
  }
  const used = names.filter((name) => name !== 'state' && name !== 'value' && search[name]).length

  const field = (
    <TextField
      ariaLabel={t('runs.search')}
      placeholder={t('runs.searchHint')}
      icon="search"
      value={text}
      onChange={setText}
      onBlur={find}
      onKeyDown={(event) => event.key === 'Enter' && find()}
      className={css.search}
    />
  )
  const chips = (
    <div className={css.chips} role="group" aria-label={t('state')}>
      {runStates.map((state) => {
        const look = runLook[state]
        const count = counts?.[state]
        return (
          <button key={state} type="button" className={css.chip} data-tone={look.tone} aria-pressed={states.includes(state)} onClick={() => toggle(state)}>
            <Icon name={look.icon} size={14} />
            {t(look.label)}
            {count !== undefined && count > 0 && <span className={css.chipCount}>{count >= 10_000 ? `${number(10_000)}+` : number(count)}</span>}
          </button>
        )
      })}
    </div>
  )
  const selects = (
    <>
      <Select
        ariaLabel={t('scenario')}
        value={search.scenario ?? ''}
        onChange={(scenario) => setSearch({ scenario })}
        searchable
        width={narrow ? undefined : 240}
        options={[{ value: '', label: t('runs.anyScenario') }, ...withPresent(search.scenario, scenarios.map((one) => ({ value: one.name, label: one.title || one.name })))]}
      />
      <Select
        ariaLabel={t('runs.period')}
        value={search.since ?? ''}
        onChange={(since) => setSearch({ since, until: undefined })}
        width={narrow ? undefined : 180}
        options={[
          { value: '', label: t('runs.anyTime') },
          ...periods.map((period) => ({ value: period as string, label: t(`runs.period${period}` as 'runs.period-1h') })),
          ...(search.since && !(periods as readonly string[]).includes(search.since) ? [{ value: search.since, label: t('runs.sinceDay', { day: dayOf(search.since) }) }] : []),
        ]}
      />
      <Checkbox label={t('runs.checksToo')} checked={search.mark === 'check'} onChange={(on) => setSearch({ mark: on ? 'check' : undefined })} />
    </>
  )
  return (
    <Stack gap={8}>
      <Row gap={8}>
        {field}
        {narrow ? (
          <Button onClick={() => setSheet(true)} expanded={sheet}>
            {used ? t('runs.filtersUsed', { n: used }) : t('runs.filters')}
          </Button>
        ) : (
          selects
        )}
      </Row>
      {chips}
      {(search.source || search.event) && (
        <Row gap={8}>
          {search.source && (
            <Pill onRemove={() => setSearch({ source: undefined })}>
              {t('source')}: {search.source}
            </Pill>
          )}
          {search.event && (
            <Pill onRemove={() => setSearch({ event: undefined })}>
              {t('event')}: {search.event}
            </Pill>
          )}
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

const dayOf = (text: string) => (Number.isNaN(Date.parse(text)) ? text : day(text))

/** A name of the address that is not in the list any more still shows. */
function withPresent(value: string | undefined, options: { value: string; label: string }[]) {
  return value && !options.some((one) => one.value === value) ? [{ value, label: value }, ...options] : options
}
