import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useId } from 'react'
import { requestsQuery, type SavedRequest } from '@/api'
import { useT } from '@/i18n'
import { PillField } from '@/pill/PillField'
import { ErrorNote, IconButton, Muted, Select, Skeleton } from '@/ui'
import { useTexts } from '@/words/texts'
import { rowBecomes, useStep } from '../context'
import css from '../editor.module.css'
import { shownText } from '../model/body'
import type { Row } from '../model/document'
import { readAs, type Param } from '../model/saved'
import { paramHelp } from '../parts/describe'
import { Becoming, Labelled } from './Field'

/** Which saved request a step sends, and what it is given. */
export function RequestFields() {
  const t = useT()
  const { read, put, at, problem } = useStep()
  const texts = useTexts()
  const { data, error, refetch } = useQuery(requestsQuery)
  const name = read<string>('/request') ?? ''
  const chosen = data?.items.find((one) => one.name === name)
  const choice = texts('/request')
  if (!data) return error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Skeleton lines={3} />
  const gone = name !== '' && !chosen
  const options = [...(name === '' ? [{ value: '', label: t('useRequest.none') }] : gone ? [{ value: name, label: name }] : []), ...data.items.map((one) => ({ value: one.name, label: one.title || one.name }))]
  return (
    <>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      <Labelled pointer={at('/request')} error={gone ? t('useRequest.gone', { name }) : problem('/request')}>
        <Select label={choice.title} help={chosen ? undefined : choice.help} value={name} onChange={(next) => put('/request', next)} options={options} searchable={data.items.length > 8} />
        <span className={css.line}>
          {chosen && (
            <>
              <Muted small>
                {chosen.method} {chosen.url}
              </Muted>
              <Link to="/requests/$name" params={{ name }}>{t('useRequest.open')}</Link>
            </>
          )}
          {data.items.length === 0 && (
            <>
              <Muted small>{t('useRequest.empty')}</Muted>
              <Link to="/requests" search={{ add: 'open' }}>{t('requests.add')}</Link>
            </>
          )}
        </span>
      </Labelled>
      {chosen && <Given request={chosen} />}
    </>
  )
}

/** «Что передать»: a field for each parameter of the request. */
function Given({ request }: { request: SavedRequest }) {
  const t = useT()
  const { read, put, at, preview, problem } = useStep()
  const help = useTexts()('/with').help
  const helpId = useId()
  const rows = read<Row[]>('/with') ?? []
  const params = request.params as Param[]
  const unknown = rows.map((row, i) => ({ row, i })).filter(({ row }) => !params.some((one) => one.name === row.name))
  const set = (next: Row[]) => put('/with', next.length > 0 ? next : undefined)
  const give = (param: Param, text: string) => {
    const others = rows.filter((row) => row.name !== param.name)
    if (text === '') return set(others)
    const row = { name: param.name, value: readAs(text, param.type) }
    set(others.length === rows.length ? [...rows, row] : rows.map((one) => (one.name === param.name ? row : one)))
  }
  return (
    <fieldset className={css.fieldset} data-pointer={at('/with')} aria-describedby={helpId}>
      <legend>{t('inputs')}</legend>
      <p id={helpId} className={css.fieldHelp}>{params.length === 0 ? t('useRequest.nothing') : help}</p>
      {problem('/with') && <p className={css.fieldError} role="alert">{problem('/with')}</p>}
      {params.map((param) => {
        const i = rows.findIndex((row) => row.name === param.name)
        const row = rows[i]
        const usual = param.default === undefined ? '' : t('useRequest.ifEmpty', { value: shownText(param.default) })
        return (
          <Labelled key={param.name} pointer={i < 0 ? `${at('/with')}/${param.name}` : `${at('/with')}/${i}`} label={<span translate="no">{param.name}</span>} help={paramHelp(param.type, t)} required={param.required === true && usual === ''}>
            <PillField label={param.name} value={row ? shownText(row.value) : ''} onChange={(text) => give(param, text)} placeholder={usual || (param.example === undefined ? '' : t('useRequest.example', { value: shownText(param.example).slice(0, 60) }))} multiline={param.type === 'object' || param.type === 'list'} wrap error={i < 0 ? undefined : problem(`/with/${i}/value`)} />
            <Becoming value={row && rowBecomes(preview, at('/with'), i, row)} />
          </Labelled>
        )
      })}
      {unknown.map(({ row, i }) => (
        <div key={row.name} className={css.line} data-pointer={`${at('/with')}/${i}`}>
          <span className={css.fieldError} role="alert">{t('useRequest.unknown', { name: row.name })}</span>
          <IconButton icon="trash" size="small" label={t('row.delete', { name: row.name })} onClick={() => set(rows.filter((_, other) => other !== i))} tip={false} />
        </div>
      ))}
    </fieldset>
  )
}

/** The method may be another one here. */
export function OwnMethod() {
  const t = useT()
  const { read, put, at, problem } = useStep()
  const texts = useTexts()
  const known = [...new Set((texts('/http/method').field?.choices ?? []).map((choice) => choice.value))]
  const own = read<string>('/method')
  const request = useQuery(requestsQuery).data?.items.find((one) => one.name === read<string>('/request'))
  const method = texts('/method')
  return (
    <div data-pointer={at('/method')}>
      <Select
        label={method.title}
        help={method.help}
        value={own ?? ''}
        onChange={(next) => put('/method', next || undefined)}
        options={[{ value: '', label: t('useRequest.itsMethod', { method: request?.method ?? '' }) }, ...[...known, ...(own && !known.includes(own) ? [own] : [])].map((value) => ({ value, label: value }))]}
        width={280}
        error={problem('/method')}
      />
    </div>
  )
}
