import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import { api, call, fieldsQuery, keys, type FieldChange, type Source } from '@/api'
import { age, clock, duration, useT, type Key } from '@/i18n'
import { Blank, Button, Mono, Muted, Note, toastError } from '@/ui'
import type { Titles } from '@/words/titles'
import css from './Sources.module.css'

/** A source that is silent for too long; where it is not shown itself, a way to it. */
export function SilenceNote({ source, away }: { source: Source; away?: boolean }) {
  const t = useT()
  const queries = useQueryClient()
  const accept = useMutation({
    mutationFn: () => call(api.POST('/api/v1/sources/{name}/silence/accept', { params: { path: { name: source.name } } })),
    onSuccess: (next) => {
      queries.setQueryData(keys.source(source.name), next)
      void queries.invalidateQueries({ queryKey: keys.sources })
    },
    onError: (error) => toastError(error, t),
  })
  const silence = source.silence
  if (!silence) return null
  const words = { source: source.title || source.name, time: age(silence.since), usual: duration((silence.usual ?? 0) * 1000) }
  return (
    <Note
      tone="warn"
      title={t(silence.usual ? 'source.silent' : 'source.silentLong', words)}
      actions={
        <>
          {away && (
            <Button size="small" to="/sources/$name" params={{ name: source.name }}>
              {t('usual.check')}
            </Button>
          )}
          <Button size="small" onClick={() => accept.mutate()} loading={accept.isPending}>
            {t('usual.accept')}
          </Button>
        </>
      }
    >
      {away ? null : t('source.silentHelp', { time: clock(silence.since) })}
    </Note>
  )
}

const types: Record<string, Key> = { text: 'usual.text', number: 'usual.number', bool: 'usual.bool', null: 'usual.null', list: 'usual.list', object: 'usual.object' }

/** What in the events is not as it was, which steps that concerns, and that it is meant to be so. */
export function FieldsNote({ name, titleOf }: { name: string; titleOf: Titles }) {
  const t = useT()
  const queries = useQueryClient()
  const { data } = useQuery(fieldsQuery(name))
  const accept = useMutation({
    mutationFn: () => call(api.POST('/api/v1/sources/{name}/fields/accept', { params: { path: { name } } })),
    onSuccess: (next) => queries.setQueryData(keys.fields(name), next),
    onError: (error) => toastError(error, t),
  })
  if (!data?.on || data.changes.length === 0) return null
  const broken = data.changes.some((one) => one.kind !== 'new')
  return (
    <Note
      tone={broken ? 'warn' : 'info'}
      title={t(broken ? 'usual.changed' : 'usual.fresh')}
      actions={
        <Button size="small" onClick={() => accept.mutate()} loading={accept.isPending}>
          {t('usual.accept')}
        </Button>
      }
    >
      <ul className={css.fieldChanges}>
        {data.changes.map((one) => (
          <li key={one.kind + one.path}>
            <FieldLine change={one} titleOf={titleOf} />
          </li>
        ))}
      </ul>
      <Muted small>{t(broken ? 'usual.help' : 'usual.freshHelp')}</Muted>
    </Note>
  )
}

function FieldLine({ change, titleOf }: { change: FieldChange; titleOf: Titles }) {
  const t = useT()
  const named = (list: readonly string[]) => list.map((one) => (types[one] ? t(types[one]) : one)).join(', ')
  const what = { missing: t('usual.missing'), type: t('usual.type', { now: named(change.now), was: named(change.was) }), new: t('usual.new', { now: named(change.now) }) }
  return (
    <>
      <Mono>{change.path.replace(/^event\./, '')}</Mono> {what[change.kind]} <Muted small>{t('usual.since', { time: clock(change.since) })}</Muted>
      {change.uses.length > 0 && (
        <div>
          {t('usual.uses')}{' '}
          {change.uses.map((use, index) => (
            <Fragment key={`${use.scenario}/${use.step}`}>
              {index > 0 && ', '}
              <Link to="/scenarios/$name" params={{ name: use.scenario }} search={{ step: use.step }}>
                {titleOf(use.scenario) || <Blank />} → {use.step}
              </Link>
            </Fragment>
          ))}
        </div>
      )}
    </>
  )
}
