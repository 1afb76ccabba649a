import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import { api, call, type Change, type ScenarioChanges } from '@/api'
import { countOf, useT, type Key } from '@/i18n'
import { Badge, Button, CodeView, Dialog, ErrorNote, Note, Skeleton, TextField } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { shownText } from '../model/body'
import type { Json } from '../model/json'
import { fieldName, readable, scenarioField, titleOf } from '../parts/describe'
import { Played } from './Played'

const changeKeys: Record<Change['change'], Key> = { added: 'change.added', removed: 'change.removed', changed: 'change.changed', moved: 'change.moved' }

/** The first part of the key of what differs between two versions. */
export const changesOf = (name: string) => ['changes', name] as const

interface Compared {
  from?: string
  to?: string
  enabled?: boolean
}

function useChanges({ from, to, enabled = true }: Compared): UseQueryResult<ScenarioChanges> {
  const { name, info, state } = useEditor()
  return useQuery({
    queryKey: [...changesOf(name), from, to, info?.version, state.etag],
    queryFn: ({ signal }) => call(api.GET('/api/v1/scenarios/{name}/changes', { params: { path: { name }, query: { ...(from ? { from } : {}), ...(to ? { to } : {}) } }, signal })),
    enabled,
    // What a person looks at does not change under his eyes, whatever is told of meanwhile; opened again, it is asked anew.
    staleTime: 'static',
    gcTime: 0,
  })
}

/** What differs between two versions, in words, with the text diff folded. */
export const ChangeList = (compared: Compared) => <Listed query={useChanges(compared)} />

function Listed({ query }: { query: UseQueryResult<ScenarioChanges> }) {
  const t = useT()
  const { kinds, steps } = useEditor()
  if (!query.data) return query.error ? <ErrorNote error={query.error} onRetry={() => void query.refetch()} /> : <Skeleton lines={3} />
  const changes = query.data.changes ?? []
  const stepName = (path: string) => {
    const placed = steps.find((one) => one.path === path)
    return placed ? `${placed.number} ${titleOf(placed.step, t, kinds)}` : path
  }
  const value = ({ step, field }: Change, v: unknown) => {
    if (v === undefined || v === null) return '—'
    if (!step && field === '/missing') return t(v === 'error' ? 'settings.missingError' : 'settings.missingWarn')
    return readable(shownText(v as Json), t).slice(0, 300)
  }
  return (
    <div className={css.fields}>
      {changes.length === 0 ? (
        <p className={css.muted}>{t('change.none')}</p>
      ) : (
        <ul className={css.changes}>
          {changes.map((change, i) => (
            <li key={i}>
              <div className={css.changeHead}>
                <Badge tone={change.change === 'removed' ? 'error' : change.change === 'added' ? 'ok' : 'info'}>{t(changeKeys[change.change])}</Badge>
                <strong>{change.title || stepName(change.step) || t('change.scenario')}</strong>
                {change.field && <span className={css.muted}>{change.step ? fieldName(change.field, kinds) : scenarioField(change.field, t)}</span>}
              </div>
              {/* Of a whole step its name is enough. */}
              {change.field && (
                <div className={css.beforeAfter}>
                  {change.change !== 'added' && (
                    <span className={css.before}>
                      {t('change.was')} <code>{value(change, change.before)}</code>
                    </span>
                  )}
                  {change.change !== 'removed' && (
                    <span className={css.after}>
                      {t('change.becomes')} <code>{value(change, change.after)}</code>
                    </span>
                  )}
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
      {query.data.diff && (
        <details className={css.details}>
          <summary>{t('change.text')}</summary>
          <CodeView text={query.data.diff} label={t('change.text')} wrap={false} maxHeight={320} />
        </details>
      )}
    </div>
  )
}

export interface Looked {
  note: string
  /** What saved requests said when they were looked at. */
  requests: Record<string, string> | undefined
}

interface Asked {
  /** How many events wait for the start; undefined when a running scenario is changed. */
  held: number | undefined
  onClose: () => void
  onApply: (releaseHeld: boolean, looked: Looked) => void
  busy: boolean
  /** What was looked at had changed: why nothing was applied. */
  overtaken: unknown
}

export const intoSight = (box: HTMLElement | null) => box?.scrollIntoView({ block: 'nearest' })

/** The look before a draft goes live: what was edited, and what it changes for events that came. Only the list of the edits has to be waited for. */
export function Changes({ held, onClose, onApply, busy, overtaken }: Asked) {
  const t = useT()
  const { info } = useEditor()
  const [note, setNote] = useState('')
  const now = info?.version ?? 0
  const changes = useChanges({ enabled: now > 0 })
  // The server compares with what was looked at, and compares nothing when that is left out. A list that cannot be had is
  // no reason not to apply, but once somebody else's change is known, it has to be looked at.
  const unseen = now > 0 && !changes.data && (overtaken !== undefined || !changes.error)
  const looked: Looked = { note, requests: changes.data?.requests }
  return (
    <Dialog
      open
      onClose={onClose}
      title={now > 0 ? t('apply.title', { from: now, to: now + 1 }) : t('apply.start', { to: 1 })}
      size="large"
      actions={
        <>
          <Button onClick={onClose}>{t('apply.back')}</Button>
          {held ? (
            <Button onClick={() => onApply(false, looked)} disabled={busy || unseen}>
              {t('start.newOnly')}
            </Button>
          ) : null}
          <Button kind="main" onClick={() => onApply(Boolean(held), looked)} loading={busy} disabled={unseen}>
            {held === undefined ? t('apply.now') : held > 0 ? t('start.held') : t('start')}
          </Button>
        </>
      }
    >
      {overtaken !== undefined && (
        <div ref={intoSight}>
          <ErrorNote error={overtaken} />
        </div>
      )}
      {held ? (
        <Note title={t('start.heldTitle', countOf(held))}>{t('start.heldHelp')}</Note>
      ) : null}
      {now > 0 && <Listed query={changes} />}
      <Played onLeave={onClose} />
      <div className={css.gapTop}>
        <TextField label={t('apply.note')} value={note} onChange={setNote} placeholder={t('apply.noteExample')} />
      </div>
    </Dialog>
  )
}
